/// Where reading stands in a stream of binary COPY batches (COPY, PostgreSQL manual, “Binary Format”).
package struct RowCursor: Sendable {
    private static let signature: [UInt8] = [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]
    var offset = 0
    private var hasHeader = false

    /// A cursor at the start of a stream.
    package init() {}

    /// Says that the next batch begins.
    package mutating func beginBatch() { offset = 0 }

    /// Skips the header, which stands before the first row.
    mutating func skipHeader(_ bytes: UnsafeRawBufferPointer) throws(RowError) {
        guard !hasHeader else { return }
        guard bytes.count >= 19, bytes.prefix(11).elementsEqual(Self.signature) else { throw .malformed }
        let extensionLength = Int(bytes.loadUnaligned(fromByteOffset: 15, as: UInt32.self).bigEndian)
        offset = 19 + extensionLength
        hasHeader = true
        if offset > bytes.count { throw .malformed }
    }
}

/// One field of a row: where its bytes lie, or null.
struct RowField {
    let start: Int
    let count: Int
    var isNull: Bool { count < 0 }

    /// Reads the field whose length stands at `offset` and moves behind it.
    static func read(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) throws(RowError) -> RowField {
        guard offset + 4 <= bytes.count else { throw .malformed }
        let count = Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        let field = RowField(start: offset + 4, count: count)
        offset += 4 + max(0, count)
        if count < -1 || offset > bytes.count { throw .malformed }
        return field
    }

    func bytes(of row: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: row[start..<start + max(0, count)])
    }
}

/// Looks at rows without writing them.
package enum RowCounting {
    /// Whether the batch holds a row from the cursor on.
    package static func hasRow(_ batch: RawSpan, at cursor: inout RowCursor) throws(RowError) -> Bool {
        var position = cursor
        defer { cursor = position }
        return try batch.withUnsafeBytes { bytes throws(RowError) in
            try position.skipHeader(bytes)
            guard position.offset + 2 <= bytes.count else { return false }
            return Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: position.offset, as: Int16.self)) != -1
        }
    }

    /// The next row's fields as text, nil for null; nil when the batch or the data end.
    package static func nextText(_ batch: RawSpan, at cursor: inout RowCursor) throws(RowError) -> [String?]? {
        var position = cursor
        defer { cursor = position }
        return try batch.withUnsafeBytes { bytes throws(RowError) in
            try position.skipHeader(bytes)
            guard position.offset + 2 <= bytes.count else { return nil }
            let count = Int(Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: position.offset, as: Int16.self)))
            guard count >= 0 else { return nil }
            var offset = position.offset + 2
            var fields: [String?] = []
            for _ in 0..<count {
                let field = try RowField.read(bytes, at: &offset)
                fields.append(field.isNull ? nil : String(decoding: field.bytes(of: bytes), as: UTF8.self))
            }
            position.offset = offset
            return fields
        }
    }
}
