/// Where Tink's `AES256_GCM_HKDF_1MB` puts what: a header, then segments of 1 MiB, of which the first is shorter by the
/// header and the last may be. Each holds its ciphertext and a tag of 16 bytes.
struct SegmentLayout: Sendable {
    static let headerBytes = 40
    static let segmentBytes = 1 << 20
    static let tagBytes = 16
    /// Segments are numbered in 32 bits.
    static let mostSegments: UInt64 = 1 << 32

    /// Bytes at rest.
    let sealedBytes: UInt64
    /// Number of segments, at least one.
    let segments: UInt64

    /// The layout of an object of so many bytes at rest; nil when none has that size.
    init?(sealedBytes: UInt64) {
        self.sealedBytes = sealedBytes
        let size = UInt64(Self.segmentBytes)
        segments = sealedBytes / size + (sealedBytes % size == 0 ? 0 : 1)
        guard sealedBytes >= UInt64(Self.headerBytes + Self.tagBytes), segments <= Self.mostSegments else { return nil }
        // A further segment is only begun for a byte that must go into it.
        let last = sealedBytes - (segments - 1) * size
        if segments > 1 && last <= UInt64(Self.tagBytes) { return nil }
    }

    /// Bytes of content.
    var plainBytes: UInt64 { sealedBytes - UInt64(Self.headerBytes) - segments * UInt64(Self.tagBytes) }

    /// Most bytes of content in a segment.
    static func capacity(_ segment: UInt64) -> Int {
        segmentBytes - tagBytes - (segment == 0 ? headerBytes : 0)
    }

    /// Where a segment's content begins in the whole content.
    static func plainStart(_ segment: UInt64) -> UInt64 {
        segment == 0 ? 0 : segment * UInt64(segmentBytes - tagBytes) - UInt64(headerBytes)
    }

    /// The segment that holds a byte of the content.
    static func segment(holding offset: UInt64) -> UInt64 {
        (offset + UInt64(headerBytes)) / UInt64(segmentBytes - tagBytes)
    }

    /// Where a segment's ciphertext and tag lie, the header left out.
    func sealedRange(_ segment: UInt64) -> Range<UInt64> {
        let size = UInt64(Self.segmentBytes)
        let start = segment == 0 ? UInt64(Self.headerBytes) : segment * size
        return start..<min((segment + 1) * size, sealedBytes)
    }
}
