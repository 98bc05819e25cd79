/// Sign-ins.
struct SessionsTable: DemoTable {
    let name = "sessions"
    let purpose = Purpose.sessions
    let columns = [
        "id", "user_id", "token_hash", "ip", "user_agent", "idle_limit", "created_at", "expires_at", "revoked_at",
    ]

    func units(of person: Person) -> Int { person.portion.sessions }

    func write(_ unit: Unit, to page: inout Page) throws {
        var random = unit.random
        let key = unit.id(.sessions)
        page.rows.plain(key)
        page.rows.plain(unit.person.id)
        page.rows.plain(random.hex(words: 4))
        page.rows.plain(unit.odd({ $0.networks }, 1) ?? "2001:db8::\(random.within(1...9999))")
        page.rows.text(unit.marked(or: random.pick(Phrases.userAgents)))
        page.rows.plain(unit.odd({ $0.intervals }, 1) ?? "14 days")
        page.rows.plain(unit.moment.text)
        page.rows.plain(unit.odd { $0.instants } ?? unit.moment.adding(days: 30).text)
        page.rows.plain(random.happens(oneIn: 4) ? unit.moment.adding(days: 9).text : nil)
        try page.endRow(of: unit.person, key: key)
    }
}
