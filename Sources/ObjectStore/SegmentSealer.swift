/// Seals a stream, holding one segment: a full one waits until it is known whether more follows.
struct SegmentSealer: ~Copyable {
    private let cipher: SegmentCipher
    private let buffer: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var segment: UInt64 = 0

    init(_ cipher: SegmentCipher) {
        self.cipher = cipher
        buffer = .allocate(byteCount: SegmentLayout.segmentBytes, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Takes bytes of the content; full segments go to the sink.
    mutating func write(
        _ bytes: UnsafeRawBufferPointer, to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = bytes
        while rest.count > 0 {
            let capacity = SegmentLayout.capacity(segment)
            if filled == capacity {
                try seal(isLast: false, to: sink)
                continue
            }
            let count = min(rest.count, capacity - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Seals what is left as the last segment.
    consuming func finish(to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try seal(isLast: true, to: sink)
    }

    private mutating func seal(isLast: Bool, to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        let number = segment
        let count = filled
        // First of all: whatever fails below, this number's nonce is never used again.
        segment += 1
        filled = 0
        if number == 0 { try cipher.header.withUnsafeBytes(sink) }
        try cipher.seal(UnsafeRawBufferPointer(rebasing: buffer[..<count]), segment: number, isLast: isLast, to: sink)
    }
}
