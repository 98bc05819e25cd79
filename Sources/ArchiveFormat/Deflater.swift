// ArchiveFormat: ZIP, BagIt, manifest and their verification.
//
// Owns the container and its proof. It must never know PostgreSQL.

internal import CISAL

/// A raw deflate stream (RFC 1951) by ISA-L, used again for entry after entry.
struct Deflater: ~Copyable {
    private let stream: UnsafeMutableRawPointer
    private let output: UnsafeMutablePointer<UInt8>
    private static let window = 128 * 1024

    init() {
        guard let stream = habeas_deflate_new() else { fatalError("out of memory for one deflate stream") }
        self.stream = stream
        output = .allocate(capacity: Self.window)
    }

    deinit {
        habeas_deflate_free(stream)
        output.deallocate()
    }

    /// Starts a new stream.
    func begin() { habeas_deflate_begin(stream) }

    /// Compresses bytes, handing on what comes out. The last call of a stream may carry none.
    func write(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool, to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        // avail_in is 32 bits wide; drains are far smaller.
        precondition(bytes.count <= Int32.max)
        habeas_deflate_feed(
            stream, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(bytes.count), isLast ? 1 : 0)
        var hasMore: CInt = 1
        while hasMore != 0 {
            let count = habeas_deflate_step(stream, output, UInt32(Self.window), &hasMore)
            precondition(count >= 0, "ISA-L refused its own stream state")
            if count > 0 { try sink(UnsafeRawBufferPointer(start: output, count: Int(count))) }
        }
    }
}

/// CRC-32 as ZIP and gzip use it.
enum CRC32 {
    static func update(_ seed: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        habeas_crc32(seed, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }
}
