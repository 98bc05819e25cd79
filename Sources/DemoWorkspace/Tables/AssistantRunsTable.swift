/// What went to AI providers, and what came back.
struct AssistantRunsTable: DemoTable {
    let name = "assistant_runs"
    let purpose = Purpose.assistantRuns
    let columns = [
        "id", "user_id", "conversation_id", "document_id", "provider", "model", "prompt", "request", "response",
        "input_tokens", "output_tokens", "cost", "took", "started_at",
    ]

    func units(of person: Person) -> Int { person.portion.assistantRuns }

    func write(_ unit: Unit, to page: inout Page) throws {
        let person = unit.person
        var random = unit.random
        let key = unit.id(.assistantRuns)
        let thread = person.portion.conversations > 0 ? random.below(person.portion.conversations) : nil
        let topic = person.topic(thread ?? unit.ordinal)
        page.rows.plain(key)
        page.rows.plain(person.id)
        page.rows.plain(thread.map { person.id(.conversations, $0) })
        page.rows.plain(document(of: unit, &random))
        page.rows.plain(random.pick(["northlight", "northlight", "tallgrass", "self-hosted"]))
        page.rows.plain(random.pick(Phrases.models))
        page.rows.text(unit.marked(or: random.pick(topic.user)))
        page.rows.text(unit.odd { $0.jsonTexts } ?? request(unit, topic, &random))
        page.rows.text(unit.odd { $0.jsonbTexts } ?? response(topic, &random))
        page.rows.integer(random.within(200...9000))
        page.rows.plain(random.happens(oneIn: 12) ? nil : "\(random.within(20...900))")
        page.rows.plain(unit.odd { $0.numerics } ?? (random.happens(oneIn: 6) ? nil : "0.\(random.within(10...99))"))
        page.rows.plain(unit.odd { $0.intervals } ?? "00:00:0\(random.below(10)).\(random.within(1...9))")
        page.rows.plain(unit.odd({ $0.instants }, 6) ?? unit.moment.text)
        try page.endRow(of: person, key: key)
    }

    private func document(of unit: Unit, _ random: inout SplitMix64) -> String? {
        let documents = unit.person.portion.uploads + unit.person.portion.pages
        return documents > 0 && random.happens(oneIn: 3) ? unit.person.id(.documents, random.below(documents)) : nil
    }

    private func request(_ unit: Unit, _ topic: Topic, _ random: inout SplitMix64) -> String {
        let messages = #"[{"role": "user", "content": "\#(random.pick(topic.user))"}]"#
        return #"{"temperature": 0.2,  "user": "\#(unit.person.canary)", "messages": \#(messages)}"#
    }

    private func response(_ topic: Topic, _ random: inout SplitMix64) -> String? {
        random.happens(oneIn: 12) ? nil : #"{"stop": "end", "content": "\#(random.pick(topic.assistant))"}"#
    }
}
