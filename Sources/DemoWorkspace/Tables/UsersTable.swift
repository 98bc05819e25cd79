/// One row for everybody.
struct UsersTable: DemoTable {
    let name = "users"
    let purpose = Purpose.users
    let columns = [
        "id", "email", "display_name", "password_hash", "totp_secret", "plan", "is_active", "settings",
        "avatar_document_id", "created_at", "last_seen_at",
    ]

    func units(of person: Person) -> Int { 1 }

    func write(_ unit: Unit, to page: inout Page) throws {
        let person = unit.person
        var random = unit.random
        page.rows.plain(person.id)
        page.rows.text(person.email)
        page.rows.text(unit.text(or: person.name.full))
        page.rows.plain(random.happens(oneIn: 9) ? nil : "$argon2id$v=19$m=65536,t=3,p=4$" + random.hex(words: 4))
        page.rows.binary(unit.odd { $0.binaries } ?? (random.happens(oneIn: 3) ? random.bytes(20) : nil))
        page.rows.plain(plan(of: person, &random))
        page.rows.boolean(!random.happens(oneIn: 30))
        page.rows.text(settings(of: unit, &random))
        page.rows.plain(person.portion.uploads > 2 && person.index % 2 == 0 ? person.id(.documents, 0) : nil)
        page.rows.plain(Moment(position: 0).adding(days: -random.within(1...80), seconds: random.below(86_400)).text)
        page.rows.plain(unit.odd { $0.instants } ?? (person.trait == .empty ? nil : unit.moment.adding(days: 2).text))
        try page.endRow(of: person, key: person.id)
    }

    private func plan(of person: Person, _ random: inout SplitMix64) -> String {
        if person.portion.billingCustomers == 0 { return "free" }
        return random.pick(["personal", "personal", "team", "legacy 2024"])
    }

    private func settings(of unit: Unit, _ random: inout SplitMix64) -> String {
        let theme = random.pick(["light", "dark", "paper"])
        let size = random.within(12...20)
        let odd = unit.odd { $0.jsonbTexts }.map { #", "odd": \#($0)"# } ?? ""
        return #"{"theme": "\#(theme)", "invitation": "\#(unit.person.canary)", "fontSize": \#(size)\#(odd)}"#
    }
}
