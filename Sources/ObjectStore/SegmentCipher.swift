internal import Crypto
internal import FoundationEssentials

/// Seals and opens the segments of one object: AES-256-GCM under a key derived from the object's by HKDF-SHA256.
///
/// The derived key depends on a random salt, the nonces on a random prefix, so that no two objects share a nonce even
/// under one key; a segment's number and whether it is the last are in its nonce, so that none can be moved, dropped
/// or added.
struct SegmentCipher: Sendable {
    /// The length byte, 32 bytes of salt, 7 bytes of nonce prefix.
    let header: [UInt8]
    private let key: SymmetricKey
    private static let saltBytes = 32

    /// A cipher for a new object.
    init(_ key: SymmetricKey, associatedData: [UInt8]) {
        var random = SystemRandomNumberGenerator()
        let rest = (1..<SegmentLayout.headerBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        self.init(key, associatedData: associatedData, checked: [UInt8(SegmentLayout.headerBytes)] + rest)
    }

    /// The cipher of an object that begins with `header`; nil when no object does.
    init?(_ key: SymmetricKey, associatedData: [UInt8], header: [UInt8]) {
        guard header.count == SegmentLayout.headerBytes, header[0] == SegmentLayout.headerBytes else { return nil }
        self.init(key, associatedData: associatedData, checked: header)
    }

    private init(_ key: SymmetricKey, associatedData: [UInt8], checked header: [UInt8]) {
        self.header = header
        self.key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, salt: header[1...Self.saltBytes], info: associatedData, outputByteCount: 32)
    }

    /// The nonce of a segment: the prefix, the number in four bytes, the mark of the last.
    ///
    /// - Throws: `SealError.tooLarge` when the number doesn't fit, since a nonce would come a second time.
    func nonce(_ segment: UInt64, isLast: Bool) throws(SealError) -> [UInt8] {
        guard let number = UInt32(exactly: segment) else {
            throw SealError(.tooLarge, "the object is too large to be sealed: at most 4 PiB")
        }
        let digits = (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
        return header[(1 + Self.saltBytes)...] + digits + [isLast ? 1 : 0]
    }

    /// Lends a segment's ciphertext and tag, in one piece.
    func seal(
        _ content: UnsafeRawBufferPointer, segment: UInt64, isLast: Bool,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let nonce = try AES.GCM.Nonce(data: nonce(segment, isLast: isLast))
        let box = try AES.GCM.seal(content, using: key, nonce: nonce)
        guard let sealed = box.combined?.dropFirst(box.nonce.withUnsafeBytes(\.count)) else {
            preconditionFailure("a nonce of 12 bytes is stored with its ciphertext")
        }
        try sealed.withUnsafeBytes { try sink($0) }
    }

    /// The content of a segment; nil when it isn't what was sealed.
    ///
    /// - Parameter sealed: 12 bytes of room, then ciphertext and tag.
    func open(_ sealed: inout Data, segment: UInt64, isLast: Bool) -> Data? {
        // A number that doesn't fit has no nonce and so no segment; a box that is too short holds none.
        guard let nonce = try? nonce(segment, isLast: isLast) else { return nil }
        sealed.replaceSubrange(0..<Self.room, with: nonce)
        guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
        // Every reason for refusing means the same: these aren't the bytes.
        return try? AES.GCM.open(box, using: key)
    }

    /// Bytes in front of the ciphertext, for the nonce.
    static let room = 12
}
