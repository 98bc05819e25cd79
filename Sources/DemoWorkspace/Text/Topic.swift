/// A subject of conversation: a title, and sentences that may follow each other in any order.
///
/// Sentences are prose of one line: no tab, line break or backslash, so they need no escaping in COPY.
struct Topic: Sendable {
    let title: String
    /// What the user writes.
    let user: [String]
    /// What the assistant answers.
    let assistant: [String]
    /// What outside people write.
    let outside: [String]

    /// Every topic.
    static let all: [Topic] = [
        garden, bakery, move, journey, choir, kitchen, bicycle, books, hiring, workshop,
    ]
}
