internal import Crypto
internal import AuditLedger
internal import PostgresAccess

/// Looks in rows of binary COPY for keys whose hashes are known. It is pure and may run on several threads at once.
struct KeySearch: Sendable {
    let forms: [KeyForm]
    let hashing: KeyedHashing
    let index: HashIndex

    /// What a batch gave.
    struct Outcome: Sendable {
        var rows = 0
        /// Keys found, each with its number in the index.
        var found: [(number: Int, key: String)] = []
    }

    /// The bytes weren't rows of such keys.
    struct Unreadable: Error {}

    /// - Parameter isFirst: whether the bytes begin with the header of a copy.
    func outcome(of batch: CopyBatch, isFirst: Bool) throws(Unreadable) -> Outcome {
        try batch.withBytes { (bytes: RawSpan) throws(Unreadable) in
            try unsafe bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(Unreadable) in
                try unsafe outcome(of: bytes, isFirst: isFirst)
            }
        }
    }

    private func outcome(of bytes: UnsafeRawBufferPointer, isFirst: Bool) throws(Unreadable) -> Outcome {
        var outcome = Outcome()
        var reader = unsafe Reader(bytes: bytes)
        if isFirst { try reader.skipHeader() }
        var text: [UInt8] = []
        text.reserveCapacity(256)
        while let fields = try reader.fieldCount() {
            guard fields == forms.count else { throw Unreadable() }
            outcome.rows += 1
            text.removeAll(keepingCapacity: true)
            guard try readKey(&reader, into: &text) else { continue }
            guard let number = unsafe index.number(of: hashing.digest(of: text.span.bytes)) else { continue }
            outcome.found.append((number, String(decoding: text, as: UTF8.self)))
        }
        return outcome
    }

    /// Writes the key as it is hashed: of several columns, with commas between.
    ///
    /// - Returns: false for a key that nobody can have: null or empty in part.
    private func readKey(_ reader: inout Reader, into text: inout [UInt8]) throws(Unreadable) -> Bool {
        var isWhole = true
        for (number, form) in forms.enumerated() {
            guard let value = unsafe try reader.value(), unsafe !value.isEmpty else {
                isWhole = false
                continue
            }
            if number > 0 { text.append(UInt8(ascii: ",")) }
            let start = text.count
            guard unsafe form.write(value, to: &text) else { throw Unreadable() }
            if forms.count > 1 && form == .text { Self.escape(&text, from: start) }
        }
        return isWhole
    }

    private static func escape(_ text: inout [UInt8], from start: Int) {
        let (comma, backslash) = (UInt8(ascii: ","), UInt8(ascii: "\\"))
        guard text[start...].contains(where: { $0 == comma || $0 == backslash }) else { return }
        let escaped = text[start...].flatMap { $0 == comma || $0 == backslash ? [backslash, $0] : [$0] }
        text.replaceSubrange(start..., with: escaped)
    }

    /// Reads the binary form of COPY (PostgreSQL manual, COPY, Binary Format).
    @safe private struct Reader {
        private let bytes: UnsafeRawBufferPointer
        private var place = 0

        init(bytes: UnsafeRawBufferPointer) { unsafe self.bytes = unsafe bytes }

        mutating func skipHeader() throws(Unreadable) {
            let signature = 11
            guard unsafe bytes.count >= signature + 8 else { throw Unreadable() }
            place = signature + 4
            let extra = try number(Int32.self)
            place += Int(extra)
        }

        /// How many fields the next row has; nil at the end.
        mutating func fieldCount() throws(Unreadable) -> Int? {
            guard unsafe place < bytes.count else { return nil }
            let count = try number(Int16.self)
            return count == -1 ? nil : Int(count)
        }

        /// The next value; nil for null.
        mutating func value() throws(Unreadable) -> UnsafeRawBufferPointer? {
            let length = Int(try number(Int32.self))
            guard length >= 0 else { return nil }
            guard unsafe place + length <= bytes.count else { throw Unreadable() }
            defer { place += length }
            return unsafe UnsafeRawBufferPointer(rebasing: bytes[place..<place + length])
        }

        private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) throws(Unreadable) -> Number {
            let size = MemoryLayout<Number>.size
            guard unsafe place + size <= bytes.count else { throw Unreadable() }
            defer { place += size }
            return unsafe Number(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: type))
        }
    }
}
