internal import CLibcrypto
internal import Crypto
package import RightsCore

/// HMAC-SHA-256 of many short texts under one key and one prefix: what is the same for all is computed once (RFC 2104), and
/// nothing is allocated for a text (docs/decisions/0028).
///
/// It is a value: each copy may hash on another thread.
package struct KeyedHashing: Sendable {
    private static let blockSize = 64
    /// After the key's inner block and the prefix.
    private let inner: SHA256_CTX
    /// After the key's outer block.
    private let outer: SHA256_CTX

    /// - Parameters:
    ///   - purpose: what the hash is for.
    ///   - scope: the kind of person, or the collection.
    init(_ purpose: String, _ scope: String, key: SymmetricKey) {
        let bytes = unsafe key.withUnsafeBytes { unsafe Array($0) }
        precondition(bytes.count <= Self.blockSize, "a key of 32 bytes")
        let padded = bytes + [UInt8](repeating: 0, count: Self.blockSize - bytes.count)
        inner = Self.state(after: padded.map { $0 ^ 0x36 } + Array("\(purpose)\0\(scope)\0".utf8))
        outer = Self.state(after: padded.map { $0 ^ 0x5c })
    }

    private static func state(after bytes: [UInt8]) -> SHA256_CTX {
        var state = SHA256_CTX()
        unsafe SHA256_Init(&state)
        unsafe SHA256_Update(&state, bytes, bytes.count)
        return state
    }

    /// The hash of a key's text.
    package func digest(of key: RawSpan) -> KeyedDigest {
        var (inner, outer) = (inner, outer)
        unsafe key.withUnsafeBytes { bytes in _ = unsafe SHA256_Update(&inner, bytes.baseAddress, bytes.count) }
        var words = SIMD4<UInt64>()
        unsafe withUnsafeMutableBytes(of: &words) { bytes in
            guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            unsafe SHA256_Final(start, &inner)
            unsafe SHA256_Update(&outer, start, bytes.count)
            unsafe SHA256_Final(start, &outer)
        }
        return KeyedDigest(words: words)
    }
}

/// A keyed hash in its 32 bytes.
package struct KeyedDigest: Sendable, Hashable {
    /// As they lie in memory.
    let words: SIMD4<UInt64>

    /// The first eight bytes, the first the least.
    package var start: UInt64 { UInt64(littleEndian: words[0]) }

    /// The same in the form that is kept.
    package var hash: Hash256 {
        guard let hash = unsafe withUnsafeBytes(of: words, { unsafe Hash256(Array($0)) }) else {
            preconditionFailure("32 bytes")
        }
        return hash
    }
}
