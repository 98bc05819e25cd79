/// Threads of messages.
struct ConversationsTable: DemoTable {
    let name = "conversations"
    let purpose = Purpose.conversations
    let columns = ["id", "user_id", "title", "summary", "is_pinned", "settings", "started_at", "deleted_at"]

    func units(of person: Person) -> Int { person.portion.conversations }

    func write(_ unit: Unit, to page: inout Page) throws {
        var random = unit.random
        let key = unit.id(.conversations)
        let topic = unit.person.topic(unit.ordinal)
        page.rows.plain(key)
        page.rows.plain(unit.person.id)
        page.rows.text(unit.text(or: topic.title))
        page.rows.text(unit.marked(1, or: random.pick(topic.assistant)))
        page.rows.boolean(random.happens(oneIn: 8))
        page.rows.text(unit.odd { $0.jsonbTexts } ?? random.pick(Self.settings))
        page.rows.plain(unit.odd({ $0.instants }, 2) ?? unit.moment.text)
        page.rows.plain(unit.binned())
        try page.endRow(of: unit.person, key: key)
    }

    private static let settings: [String?] = [nil, nil, #"{"tone": "brief"}"#, #"{"tone": "warm"}"#]
}
