/// What was said in the conversations: by the user, the assistant, and people outside.
///
/// The only table that may have millions of rows of one person.
struct MessagesTable: DemoTable {
    let name = "messages"
    let purpose = Purpose.messages
    let columns = [
        "id", "conversation_id", "author", "author_name", "author_email", "body", "model", "prompt_tokens",
        "completion_tokens", "metadata", "created_at",
    ]

    func units(of person: Person) -> Int { person.portion.messages }

    func write(_ unit: Unit, to page: inout Page) throws {
        let person = unit.person
        var random = unit.random
        let key = String(page.nextNumber)
        let thread = unit.ordinal * person.portion.conversations / unit.count
        let topic = person.topic(thread)
        page.rows.plain(key)
        page.rows.plain(person.id(.conversations, thread))
        switch author(of: unit, &random) {
        case .user: writeUser(unit, topic, &random, to: &page.rows)
        case .assistant: writeAssistant(unit, topic, &random, to: &page.rows)
        case .outside: writeOutside(unit, topic, &random, to: &page.rows)
        }
        writeMetadata(of: unit, &random, to: &page.rows)
        page.rows.plain(unit.odd { $0.instants } ?? unit.moment.text)
        try page.endRow(of: person, key: key)
    }

    private enum Author { case user, assistant, outside }

    private func author(of unit: Unit, _ random: inout SplitMix64) -> Author {
        let rarity = unit.person.trait == .thirdParties ? 2 : 8
        if random.happens(oneIn: rarity) { return .outside }
        return unit.ordinal % 2 == 0 ? .user : .assistant
    }

    private func writeUser(_ unit: Unit, _ topic: Topic, _ random: inout SplitMix64, to rows: inout CopyRows) {
        rows.plain("user")
        rows.null()
        rows.null()
        writeBody(of: unit, topic.user, &random, to: &rows)
        rows.null()
        rows.null()
        rows.null()
    }

    private func writeAssistant(_ unit: Unit, _ topic: Topic, _ random: inout SplitMix64, to rows: inout CopyRows) {
        rows.plain("assistant")
        rows.null()
        rows.null()
        writeBody(of: unit, topic.assistant, &random, to: &rows)
        rows.plain(random.pick(Phrases.models))
        rows.integer(random.within(200...4000))
        rows.integer(random.within(20...400))
    }

    private func writeOutside(_ unit: Unit, _ topic: Topic, _ random: inout SplitMix64, to rows: inout CopyRows) {
        let name = Name(&random)
        rows.plain("outside")
        rows.text(unit.text(1, or: name.full))
        rows.plain(name.mailbox + "@example.net")
        writeBody(of: unit, topic.outside, &random, to: &rows)
        rows.null()
        rows.null()
        rows.null()
    }

    /// Two sentences or more, no sentence twice; every eighth body carries the person's canary.
    private func writeBody(
        of unit: Unit, _ sentences: [String], _ random: inout SplitMix64, to rows: inout CopyRows
    ) {
        if let odd = unit.odd({ $0.bodies }) ?? unit.odd({ $0.texts }) { return rows.text(odd) }
        var body =
            unit.count > Self.mostOfOnePerson
            ? Prose.text(words: random.within(15...90), &random) : Self.joined(sentences, &random)
        if unit.ordinal % 8 == 0 { body += " Reference \(unit.person.canary)." }
        rows.plain(body)
    }

    /// With more messages than this, the topics' sentences would repeat too often to be like anybody's.
    private static let mostOfOnePerson = 10_000

    private static func joined(_ sentences: [String], _ random: inout SplitMix64) -> String {
        let first = random.below(sentences.count)
        var body = sentences[first]
        for next in 1...random.within(1...sentences.count - 1) {
            body += " "
            body += sentences[(first + next) % sentences.count]
        }
        return body
    }

    private func writeMetadata(of unit: Unit, _ random: inout SplitMix64, to rows: inout CopyRows) {
        var metadata = #"{"trace": ""#
        metadata += unit.person.canary
        metadata += #"", "client": ""#
        metadata += random.pick(Self.clients)
        metadata += "\""
        guard let odd = unit.odd({ $0.jsonbTexts }) else { return rows.plain(metadata + "}") }
        rows.text(metadata + #", "odd": "# + odd + "}")
    }

    private static let clients = ["web", "desktop", "phone"]
}
