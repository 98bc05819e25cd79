internal import Crypto

/// Signatures of the service, judged by its published keys.
package enum PublishedSignature {
    /// Whether any of the keys signed the bytes.
    ///
    /// - Parameter keys: raw bytes; such as are no keys have signed nothing.
    package static func isGood(_ signature: [UInt8], of bytes: [UInt8], by keys: [[UInt8]]) -> Bool {
        keys.contains { raw in
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else { return false }
            return key.isValidSignature(signature, for: bytes)
        }
    }
}
