/// Keys for programs.
struct APIKeysTable: DemoTable {
    let name = "api_keys"
    let purpose = Purpose.apiKeys
    let columns = [
        "id", "user_id", "name", "key_hash", "scopes", "allowed_from", "expires_on", "created_at", "last_used_at",
    ]

    func units(of person: Person) -> Int { person.portion.apiKeys }

    func write(_ unit: Unit, to page: inout Page) throws {
        var random = unit.random
        let key = String(page.nextNumber)
        page.rows.plain(key)
        page.rows.plain(unit.person.id)
        page.rows.text(unit.marked(or: random.pick(["backup script", "kitchen display", "calendar bridge"])))
        page.rows.plain(random.hex(words: 4))
        page.rows.text(unit.odd { $0.arrays } ?? random.pick(Phrases.scopes))
        page.rows.plain(unit.odd { $0.networks } ?? random.pick([nil, "192.0.2.0/24", "198.51.100.7"]))
        page.rows.plain(unit.odd { $0.dates } ?? (random.happens(oneIn: 2) ? unit.moment.adding(days: 90).date : nil))
        page.rows.plain(unit.moment.text)
        page.rows.plain(random.happens(oneIn: 3) ? nil : unit.moment.adding(days: 4).text)
        try page.endRow(of: unit.person, key: key)
    }
}
