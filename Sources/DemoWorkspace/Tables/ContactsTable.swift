/// The people somebody knows.
struct ContactsTable: DemoTable {
    let name = "contacts"
    let purpose = Purpose.contacts
    let columns = [
        "id", "user_id", "name", "email", "phone", "company", "notes", "tags", "birthday", "closeness", "photo",
        "address", "is_favourite", "created_at", "deleted_at",
    ]

    func units(of person: Person) -> Int { person.portion.contacts }

    func write(_ unit: Unit, to page: inout Page) throws {
        var random = unit.random
        let key = unit.id(.contacts)
        let name = Name(&random)
        page.rows.plain(key)
        page.rows.plain(unit.person.id)
        page.rows.text(unit.text(or: name.full))
        page.rows.text(random.happens(oneIn: 5) ? nil : name.mailbox + "@example.net")
        page.rows.text(random.happens(oneIn: 3) ? nil : unit.text(4, or: "+44 20 7946 0\(random.within(100...999))"))
        page.rows.text(random.happens(oneIn: 3) ? nil : unit.text(1, or: random.pick(Phrases.companies)))
        page.rows.text(unit.marked(2, or: random.pick(unit.person.topic(unit.ordinal).user)))
        page.rows.text(unit.odd { $0.arrays } ?? tags(&random))
        page.rows.plain(unit.odd { $0.dates } ?? (random.happens(oneIn: 2) ? birthday(&random) : nil))
        page.rows.plain(unit.odd { $0.doubles } ?? (random.happens(oneIn: 7) ? nil : "0.\(random.within(1...9))"))
        page.rows.binary(unit.odd { $0.binaries } ?? photo(&random))
        page.rows.text(unit.odd { $0.jsonbTexts } ?? (random.happens(oneIn: 2) ? address(&random) : nil))
        page.rows.boolean(random.happens(oneIn: 6))
        page.rows.plain(unit.odd({ $0.instants }, 1) ?? unit.moment.text)
        page.rows.plain(unit.binned())
        try page.endRow(of: unit.person, key: key)
    }

    private func tags(_ random: inout SplitMix64) -> String {
        "{" + (0..<random.below(4)).map { _ in random.pick(Phrases.tags) }.joined(separator: ",") + "}"
    }

    private func photo(_ random: inout SplitMix64) -> [UInt8]? {
        random.happens(oneIn: 10) ? PNGImage(side: 6, hue: random.below(256), comment: "portrait").bytes : nil
    }

    private func address(_ random: inout SplitMix64) -> String {
        let street = "\(random.pick(Phrases.streets)) \(random.within(1...90))"
        return #"{"street": "\#(street)", "town": "\#(random.pick(Phrases.towns))", "floor": null}"#
    }
}
