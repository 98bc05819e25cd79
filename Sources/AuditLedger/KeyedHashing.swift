package import Crypto

/// HMAC-SHA-256 of many short texts under one key and one prefix: what is the same for all is computed once (RFC 2104).
///
/// It is a value: each copy may hash on another thread.
package struct KeyedHashing: Sendable {
    private static let blockSize = 64
    /// After the key's inner block and the prefix.
    private let inner: SHA256
    /// After the key's outer block.
    private let outer: SHA256

    /// - Parameters:
    ///   - purpose: what the hash is for.
    ///   - scope: the kind of person, or the collection.
    init(_ purpose: String, _ scope: String, key: SymmetricKey) {
        let bytes = unsafe key.withUnsafeBytes { unsafe Array($0) }
        precondition(bytes.count <= Self.blockSize, "a key of 32 bytes")
        let padded = bytes + [UInt8](repeating: 0, count: Self.blockSize - bytes.count)
        var inner = SHA256()
        inner.update(data: padded.map { $0 ^ 0x36 })
        inner.update(data: Array("\(purpose)\0\(scope)\0".utf8))
        var outer = SHA256()
        outer.update(data: padded.map { $0 ^ 0x5c })
        self.inner = inner
        self.outer = outer
    }

    /// The hash of a key's text.
    package func digest(of key: RawSpan) -> SHA256Digest {
        var inner = inner
        unsafe key.withUnsafeBytes { unsafe inner.update(bufferPointer: $0) }
        var outer = outer
        unsafe inner.finalize().withUnsafeBytes { unsafe outer.update(bufferPointer: $0) }
        return outer.finalize()
    }
}
