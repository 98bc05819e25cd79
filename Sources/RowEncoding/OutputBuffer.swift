// RowEncoding: PostgreSQL's binary values → JSON and CSV bytes, and the search for patterns in them.
//
// Owns the forms of values and rows. It must never know the domain or open a connection. Unsafe pointers stay inside.

/// A fixed window of output that empties itself into a closure; memory doesn't grow with what passes through.
package struct OutputBuffer: ~Copyable {
    /// Bytes held before they are handed on.
    package static let capacity = 256 * 1024

    private let start: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private let drain: (RawSpan) throws -> Void

    /// A buffer that hands its bytes to `drain` whenever it is full, and at ``flush()``.
    package init(drain: @escaping (RawSpan) throws -> Void) {
        start = .allocate(capacity: Self.capacity)
        self.drain = drain
    }

    deinit { start.deallocate() }

    /// Hands on what is held.
    package mutating func flush() throws {
        guard count > 0 else { return }
        let held = count
        count = 0
        try drain(RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: held))
    }

    /// Appends text.
    package mutating func append(_ text: StaticString) throws {
        try append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends bytes.
    package mutating func append(_ bytes: [UInt8]) throws {
        let source = bytes
        try source.withUnsafeBytes { try append($0) }
    }

    /// Appends bytes of any number.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while rest.count > Self.capacity - count {
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.capacity - count))
            copy(part)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
            try flush()
        }
        copy(rest)
    }

    private mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        UnsafeMutableRawPointer(start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// A place for up to `size` bytes; ``commit(_:)`` says how many were written.
    mutating func room(_ size: Int) throws -> UnsafeMutablePointer<UInt8> {
        precondition(size <= Self.capacity)
        if Self.capacity - count < size { try flush() }
        return start + count
    }

    mutating func commit(_ written: Int) { count += written }
}
