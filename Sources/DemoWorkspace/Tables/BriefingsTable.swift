/// What the assistant wrote without being asked.
struct BriefingsTable: DemoTable {
    let name = "briefings"
    let purpose = Purpose.briefings
    let columns = [
        "id", "user_id", "conversation_id", "kind", "for_day", "title", "body", "sources", "confidence", "model",
        "generated_at", "read_at",
    ]

    func units(of person: Person) -> Int { person.portion.briefings }

    func write(_ unit: Unit, to page: inout Page) throws {
        let person = unit.person
        var random = unit.random
        let key = unit.id(.briefings)
        let thread = person.portion.conversations > 0 ? random.below(person.portion.conversations) : nil
        let topic = person.topic(thread ?? unit.ordinal)
        page.rows.plain(key)
        page.rows.plain(person.id)
        page.rows.plain(random.happens(oneIn: 4) ? nil : thread.map { person.id(.conversations, $0) })
        page.rows.plain(random.pick(["morning", "morning", "meeting", "weekly"]))
        page.rows.plain(unit.odd { $0.dates } ?? unit.moment.date)
        page.rows.text(unit.text(or: "Your morning: \(topic.title)"))
        page.rows.text(unit.marked(1, or: topic.assistant.joined(separator: "\n")))
        page.rows.text(unit.odd { $0.jsonTexts } ?? sources(topic, &random))
        page.rows.plain(unit.odd { $0.doubles } ?? (random.happens(oneIn: 5) ? "NaN" : "0.\(random.within(11...99))"))
        page.rows.plain(random.pick(Phrases.models))
        page.rows.plain(unit.odd({ $0.instants }, 5) ?? unit.moment.text)
        page.rows.plain(random.happens(oneIn: 3) ? nil : unit.moment.adding(seconds: random.within(60...20_000)).text)
        try page.endRow(of: person, key: key)
    }

    private func sources(_ topic: Topic, _ random: inout SplitMix64) -> String {
        #"[ {"topic": "\#(topic.title)", "weight": 0.\#(random.below(10))} ]"#
    }
}
