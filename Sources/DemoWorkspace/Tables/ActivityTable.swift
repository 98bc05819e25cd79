/// Observed usage, over the months.
struct ActivityTable: DemoTable {
    let name = "activity"
    let purpose = Purpose.activity
    let columns = ["id", "user_id", "kind", "detail", "ip", "seconds", "local_time", "occurred_at"]

    func units(of person: Person) -> Int { person.portion.activity }

    func write(_ unit: Unit, to page: inout Page) throws {
        var random = unit.random
        let id = unit.id(.activity)
        let instant = unit.odd { $0.instants } ?? unit.moment.text(microseconds: random.below(99_999) * 10 + 1)
        page.rows.plain(id)
        page.rows.plain(unit.person.id)
        page.rows.plain(random.pick(Phrases.activities))
        page.rows.text(detail(of: unit, &random))
        page.rows.plain(unit.odd { $0.networks } ?? "203.0.113.\(random.below(256))")
        page.rows.plain(unit.odd({ $0.doubles }, 2) ?? (random.happens(oneIn: 4) ? nil : "\(random.below(90)).25"))
        page.rows.plain(unit.odd({ $0.localTimes }, 1) ?? unit.moment.adding(seconds: 3600).localText)
        page.rows.plain(instant)
        try page.endRow(of: unit.person, key: "\(id)|\(instant)")
    }

    private func detail(of unit: Unit, _ random: inout SplitMix64) -> String {
        let odd = unit.odd { $0.jsonbTexts }.map { #", "odd": \#($0)"# } ?? ""
        return #"{"screen": "\#(random.pick(Phrases.screens))", "trace": "\#(unit.person.canary)"\#(odd)}"#
    }
}
