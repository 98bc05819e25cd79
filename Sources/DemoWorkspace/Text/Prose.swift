/// Text for more messages than a few sentences can fill without repeating themselves: words in the frequency in which
/// the topics use them, in any order. It compresses about as well as prose does, and reads like nothing.
enum Prose {
    private static let words: [String] = Topic.all.flatMap { $0.user + $0.assistant + $0.outside }
        .flatMap { $0.split(separator: " ").map { $0.lowercased() } }

    /// One or more sentences, of so many words together.
    static func text(words count: Int, _ random: inout SplitMix64) -> String {
        var text = random.pick(words)
        for _ in 1..<max(2, count) {
            text += " "
            text += random.pick(words)
        }
        return text
    }
}
