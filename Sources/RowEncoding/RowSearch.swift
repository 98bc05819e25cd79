/// A pattern found in a value: where, and what stands around it.
package struct RowHit: Sendable {
    /// Bytes kept of what stands before and after.
    package static let surroundings = 8
    /// The pattern's number in its set.
    package let pattern: Int
    /// The column's number in the copy.
    package let column: Int
    /// The row's number in the stream, from 0.
    package let row: Int64
    /// Up to ``surroundings`` bytes of the value before the pattern.
    package let before: [UInt8]
    /// Up to ``surroundings`` bytes of the value behind it.
    package let after: [UInt8]

    /// A hit in a text at a place.
    init(_ pattern: Int, length: Int, at place: Int, in text: UnsafeRawBufferPointer, column: Int, row: Int64) {
        self.pattern = pattern
        self.column = column
        self.row = row
        before = Array(text[max(0, place - Self.surroundings)..<place])
        after = Array(text[place + length..<min(text.count, place + length + Self.surroundings)])
    }
}

/// A value that begins as compressed bytes do.
package struct PackedValue: Sendable {
    /// The column's number in the copy.
    package let column: Int
    /// The row's number in the stream, from 0.
    package let row: Int64
    /// The value.
    package let bytes: [UInt8]
}

/// Looks for patterns in the values of binary COPY rows, without copying them.
package struct RowSearch: Sendable {
    private let patterns: PatternSet
    private let packable: [Bool]
    private var cursor = RowCursor()
    /// Rows walked so far.
    package private(set) var rows: Int64 = 0

    /// A search at the start of a stream of so many columns, of which `packable` may hold compressed bytes.
    package init(_ patterns: PatternSet, columns: Int, packable: Set<Int>) {
        self.patterns = patterns
        self.packable = (0..<columns).map(packable.contains)
    }

    /// Searches a batch.
    package mutating func search(
        _ batch: RawSpan, hit: (RowHit) -> Void, packed: (PackedValue) -> Void
    ) throws(RowError) {
        cursor.beginBatch()
        var (cursor, rows) = (cursor, rows)
        defer { (self.cursor, self.rows) = (cursor, rows) }
        try batch.withUnsafeBytes { bytes throws(RowError) in
            try cursor.skipHeader(bytes)
            // One pass over the whole batch is far faster than one a value; what lies across two values is dropped.
            var places: [(pattern: Int, place: Int)] = []
            patterns.find(in: bytes) { places.append(($0, $1)) }
            places.sort { $0.place < $1.place }
            var walk = Walk(
                bytes: bytes, patterns: patterns, places: places, packable: packable, offset: cursor.offset, row: rows)
            while try walk.nextRow(hit: hit, packed: packed) {}
            rows = walk.row
        }
    }

    /// Patterns in a text that came out of a value.
    package static func hits(
        of patterns: PatternSet, in text: [UInt8], column: Int, row: Int64, _ hit: (RowHit) -> Void
    ) {
        text.withUnsafeBytes { bytes in
            patterns.find(in: bytes) { pattern, place in
                let length = patterns.patterns[pattern].bytes.count
                hit(RowHit(pattern, length: length, at: place, in: bytes, column: column, row: row))
            }
        }
    }
}

/// One batch, row by row.
private struct Walk {
    let bytes: UnsafeRawBufferPointer
    let patterns: PatternSet
    let places: [(pattern: Int, place: Int)]
    let packable: [Bool]
    var offset: Int
    var row: Int64
    var next = 0

    /// Walks one row; false at the end of the batch or of the data.
    mutating func nextRow(hit: (RowHit) -> Void, packed: (PackedValue) -> Void) throws(RowError) -> Bool {
        guard offset + 2 <= bytes.count else { return false }
        let count = Int(Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self)))
        guard count >= 0 else { return false }
        guard count == packable.count else { throw .malformed }
        offset += 2
        for column in 0..<count {
            let field = try RowField.read(bytes, at: &offset)
            if next < places.count && places[next].place < offset { tell(field, column, hit) }
            if packable[column] && Packing.marks(field.bytes(of: bytes)) {
                packed(PackedValue(column: column, row: row, bytes: Array(field.bytes(of: bytes))))
            }
        }
        row += 1
        return true
    }

    private mutating func tell(_ field: RowField, _ column: Int, _ hit: (RowHit) -> Void) {
        let value = field.bytes(of: bytes)
        while next < places.count && places[next].place < offset {
            let (pattern, place) = places[next]
            next += 1
            let length = patterns.patterns[pattern].bytes.count
            guard place >= field.start && place + length <= offset else { continue }
            hit(RowHit(pattern, length: length, at: place - field.start, in: value, column: column, row: row))
        }
    }
}

/// How compressed bytes begin.
private enum Packing {
    private static let marks: [[UInt8]] = [
        [0x1F, 0x8B, 0x08], [0x28, 0xB5, 0x2F, 0xFD], [0x42, 0x5A, 0x68], [0xFD, 0x37, 0x7A, 0x58, 0x5A],
        [0x04, 0x22, 0x4D, 0x18],
    ]

    /// Whether a value begins like gzip, zstd, bzip2, xz, lz4 or zlib (RFC 1950: a header divisible by 31).
    static func marks(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.count > 8 else { return false }
        if value[0] & 0x0F == 8 && value[0] >> 4 <= 7 && (Int(value[0]) << 8 | Int(value[1])) % 31 == 0 { return true }
        return marks.contains { value.starts(with: $0) }
    }
}
