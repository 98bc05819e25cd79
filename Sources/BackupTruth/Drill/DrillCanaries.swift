internal import FoundationEssentials
internal import RowEncoding

/// Texts that should be gone, looked for by byte. They print themselves as `<personal>`.
package struct DrillCanaries: Sendable, CustomStringConvertible, CustomReflectable {
    /// The texts.
    package let texts: [String]
    private let patterns: PatternSet

    package var description: String { "<personal>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Canaries of at least five bytes each.
    package init(_ texts: [String]) {
        self.texts = texts
        var wanted: [BytePattern] = []
        for text in texts {
            wanted.append(BytePattern(Array(text.utf8), ignoresCase: true))
            // A column of type uuid has the sixteen bytes.
            if let uuid = UUID(uuidString: text) {
                wanted.append(BytePattern(Self.bytes(uuid), ignoresCase: false))
            }
        }
        patterns = PatternSet(wanted)
    }

    private static func bytes(_ uuid: UUID) -> [UInt8] {
        let b = uuid.uuid
        return [
            b.0, b.1, b.2, b.3, b.4, b.5, b.6, b.7, b.8, b.9, b.10, b.11, b.12, b.13, b.14, b.15,
        ]
    }

    /// The fewest bytes that can be looked for.
    package static let fewestBytes = BytePattern.fewestBytes

    /// The bytes by which pieces that are read one after the other have to overlap.
    var overlap: Int { max(0, (patterns.patterns.map(\.bytes.count).max() ?? 1) - 1) }

    /// How many begin in the first `limit` bytes.
    func count(in bytes: [UInt8], before limit: Int) -> Int {
        var count = 0
        patterns.find(in: bytes) { _, place in if place < limit { count += 1 } }
        return count
    }
}
