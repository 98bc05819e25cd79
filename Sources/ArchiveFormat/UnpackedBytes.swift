internal import CISAL
internal import CLibarchive

/// What comes out of compressed bytes, up to a bound.
package struct UnpackedBytes: Sendable {
    /// The bytes; nothing when the value only looked compressed.
    package let bytes: [UInt8]
    /// Whether there is more than the bound allowed.
    package let isCutShort: Bool

    private static let window = 64 * 1024

    /// Unpacks gzip, zlib, zstd, bzip2, xz or lz4; of damaged bytes what comes before the damage.
    package init(_ packed: [UInt8], limit: Int) {
        var output = Output(limit: limit)
        if Self.isZlib(packed) { Self.inflate(packed, &output) } else { Self.read(packed, &output) }
        (bytes, isCutShort) = (output.bytes, output.isFull)
    }

    /// A zlib header is deflate's number and divisible by 31 (RFC 1950, 2.2); zstd's first byte looks like one.
    private static func isZlib(_ packed: [UInt8]) -> Bool {
        packed.count > 1 && packed[0] & 0x8F == 8 && (Int(packed[0]) << 8 | Int(packed[1])) % 31 == 0
    }

    /// Bytes gathered up to a bound.
    private struct Output {
        let limit: Int
        var bytes: [UInt8] = []
        var isFull = false

        /// Whether there is room for more afterwards.
        mutating func take(_ piece: ArraySlice<UInt8>) -> Bool {
            bytes += piece.prefix(limit - bytes.count)
            isFull = isFull || bytes.count >= limit
            return !isFull
        }
    }

    private static func inflate(_ packed: [UInt8], _ output: inout Output) {
        packed.withUnsafeBufferPointer { source in
            guard let stream = habeas_inflate_new(source.baseAddress, UInt32(clamping: source.count)) else { return }
            defer { habeas_inflate_free(stream) }
            var piece = [UInt8](repeating: 0, count: window)
            var hasMore: CInt = 1
            while hasMore != 0 {
                let count = habeas_inflate_step(stream, &piece, UInt32(window), &hasMore)
                guard count >= 0, output.take(piece.prefix(Int(count))) else { return }
            }
        }
    }

    /// Only filters that libarchive has within itself: one that it hasn't would start a program.
    private static let filters = [
        archive_read_support_filter_gzip, archive_read_support_filter_zstd, archive_read_support_filter_bzip2,
        archive_read_support_filter_xz, archive_read_support_filter_lz4,
    ]

    private static func read(_ packed: [UInt8], _ output: inout Output) {
        guard let archive = archive_read_new() else { return }
        defer { archive_read_free(archive) }
        guard filters.allSatisfy({ $0(archive) == ARCHIVE_OK }),
            archive_read_support_format_raw(archive) == ARCHIVE_OK
        else { return }
        packed.withUnsafeBytes { source in
            var entry: OpaquePointer?
            guard archive_read_open_memory(archive, source.baseAddress, source.count) == ARCHIVE_OK,
                archive_read_next_header(archive, &entry) == ARCHIVE_OK
            else { return }
            var piece = [UInt8](repeating: 0, count: window)
            while true {
                let count = archive_read_data(archive, &piece, window)
                guard count > 0, output.take(piece.prefix(count)) else { return }
            }
        }
    }
}
