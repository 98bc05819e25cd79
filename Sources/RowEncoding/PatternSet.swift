/// Bytes to look for.
package struct BytePattern: Sendable, Hashable {
    /// The fewest bytes that can be looked for.
    package static let fewestBytes = 5
    /// The bytes; ASCII letters in either case mean the same when ``ignoresCase``.
    package let bytes: [UInt8]
    /// Whether `A` matches `a`.
    package let ignoresCase: Bool

    /// A pattern of at least ``fewestBytes`` bytes.
    package init(_ bytes: [UInt8], ignoresCase: Bool) {
        precondition(bytes.count >= Self.fewestBytes)
        self.bytes = bytes
        self.ignoresCase = ignoresCase
    }
}

/// Finds any number of byte patterns in one pass.
///
/// Every `stride`-th place of the text is looked at: four bytes, hashed, against a bitmap of the hashes of four-byte
/// pieces of the patterns. `stride` successive pieces of each pattern are in it, so no occurrence is stepped over and
/// each is met once. Only where a bit is set are patterns compared.
package struct PatternSet: Sendable {
    private static let piece = 4
    private static let largestStride = 8

    /// A piece of a pattern, in a chain of those that share a slot.
    private struct Entry {
        let pattern: Int32
        let offset: Int32
        let next: Int32
    }

    /// The patterns.
    package let patterns: [BytePattern]
    private let stride: Int
    private let shift: UInt32
    private var bitmap: [UInt64]
    private var heads: [Int32]
    private var entries: [Entry] = []

    /// A set of patterns; an empty one finds nothing.
    package init(_ patterns: [BytePattern]) {
        self.patterns = patterns
        let shortest = patterns.map(\.bytes.count).min() ?? BytePattern.fewestBytes
        stride = min(shortest - Self.piece + 1, Self.largestStride)
        var bits = 13
        while bits < 20 && 1 << bits < patterns.count * stride * 32 { bits += 1 }
        shift = UInt32(32 - bits)
        bitmap = Array(repeating: 0, count: 1 << (bits - 6))
        heads = Array(repeating: -1, count: 1 << bits)
        choosePieces()
    }

    /// Chooses for each pattern the run of pieces that few others have: people share the domains of their addresses.
    private mutating func choosePieces() {
        let hashes = patterns.map { pattern in
            pattern.bytes.withUnsafeBytes { bytes in (0...bytes.count - Self.piece).map { slot(bytes, $0) } }
        }
        var uses: [Int: Int] = [:]
        for slot in hashes.joined() { uses[slot, default: 0] += 1 }
        for (number, slots) in hashes.enumerated() {
            let costs = slots.map { uses[$0] ?? 0 }
            let starts = 0...slots.count - stride
            let start = starts.min { costs[$0..<$0 + stride].max() ?? 0 < costs[$1..<$1 + stride].max() ?? 0 } ?? 0
            for offset in start..<start + stride { add(slots[offset], pattern: number, offset: offset) }
        }
    }

    private mutating func add(_ slot: Int, pattern: Int, offset: Int) {
        bitmap[slot >> 6] |= 1 << UInt64(slot & 63)
        entries.append(Entry(pattern: Int32(pattern), offset: Int32(offset), next: heads[slot]))
        heads[slot] = Int32(entries.count - 1)
    }

    /// The slot of the four bytes at a place. Setting bit 5 makes both cases of a letter one; other bytes that fall
    /// together are told apart when patterns are compared.
    @inline(__always) private func slot(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Int {
        let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self) | 0x2020_2020
        return Int((word &* 0x9E37_79B1) >> shift)
    }

    /// Calls `found` with the pattern and the place of every occurrence.
    package func find(in text: [UInt8], _ found: (_ pattern: Int, _ place: Int) -> Void) {
        text.withUnsafeBytes { find(in: $0, found) }
    }

    func find(in text: UnsafeRawBufferPointer, _ found: (_ pattern: Int, _ place: Int) -> Void) {
        guard !patterns.isEmpty else { return }
        bitmap.withUnsafeBufferPointer { bitmap in
            var place = 0
            let end = text.count - Self.piece
            while place <= end {
                let slot = slot(text, place)
                if bitmap[slot >> 6] & (1 << UInt64(slot & 63)) != 0 { compare(text, place, slot, found) }
                place += stride
            }
        }
    }

    private func compare(
        _ text: UnsafeRawBufferPointer, _ place: Int, _ slot: Int, _ found: (_ pattern: Int, _ place: Int) -> Void
    ) {
        var next = heads[slot]
        while next >= 0 {
            let entry = entries[Int(next)]
            next = entry.next
            let start = place - Int(entry.offset)
            if matches(patterns[Int(entry.pattern)], text, at: start) { found(Int(entry.pattern), start) }
        }
    }

    private func matches(_ pattern: BytePattern, _ text: UnsafeRawBufferPointer, at start: Int) -> Bool {
        guard start >= 0, start + pattern.bytes.count <= text.count else { return false }
        return pattern.bytes.withUnsafeBytes { wanted in
            for index in 0..<wanted.count {
                let (left, right) = (wanted[index], text[start + index])
                guard left == right || pattern.ignoresCase && Self.lowered(left) == Self.lowered(right) else {
                    return false
                }
            }
            return true
        }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
