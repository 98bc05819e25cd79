import RowEncoding
import Testing

/// The one pass over a text finds what looking at every place finds.
@Suite struct PatternSetTests {
    /// SplitMix64, so that each run sees the same numbers.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    @Test(arguments: 0..<60) func findsWhatLookingEverywhereFinds(seed: UInt64) {
        var numbers = Numbers(state: seed)
        // Few letters, so that patterns overlap, repeat and nearly match; bytes that fold onto one another among them.
        let letters = Array("aAbB@`.\u{0}\u{20}".utf8) + [0xC1, 0xE1]
        let shortest = Int.random(in: 5...14, using: &numbers)
        let patterns = (0..<Int.random(in: 1...40, using: &numbers)).map { _ in
            let count = Int.random(in: shortest...shortest + 12, using: &numbers)
            let bytes = (0..<count).map { _ in letters.randomElement(using: &numbers) ?? 0 }
            return BytePattern(bytes, ignoresCase: Bool.random(using: &numbers))
        }
        var text = (0..<400).map { _ in letters.randomElement(using: &numbers) ?? 0 }
        for pattern in patterns {
            let place = Int.random(in: 0...text.count - pattern.bytes.count, using: &numbers)
            text.replaceSubrange(place..<place + pattern.bytes.count, with: pattern.bytes)
        }
        var found: [[Int]] = []
        PatternSet(patterns).find(in: text) { found.append([$0, $1]) }

        #expect(found.sorted { $0.lexicographicallyPrecedes($1) } == everywhere(patterns, text))
    }

    @Test func anEmptySetFindsNothing() {
        PatternSet([]).find(in: Array("ada@example.com".utf8)) { _, _ in Issue.record("found something") }
    }

    private func everywhere(_ patterns: [BytePattern], _ text: [UInt8]) -> [[Int]] {
        patterns.enumerated().flatMap { number, pattern in
            (0...text.count - pattern.bytes.count).filter { place in
                let piece = Array(text[place..<place + pattern.bytes.count])
                return pattern.ignoresCase ? lowered(piece) == lowered(pattern.bytes) : piece == pattern.bytes
            }.map { [number, $0] }
        }
    }

    private func lowered(_ bytes: [UInt8]) -> [UInt8] { bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 } }
}
