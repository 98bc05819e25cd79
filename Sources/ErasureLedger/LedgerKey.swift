package import Crypto
internal import RightsCore

/// The key that authenticates the ledger's lines.
package struct LedgerKey: Sendable {
    /// Its id: the first 16 digits of an HMAC under the key, which says nothing of it.
    package let id: String
    private let secret: SymmetricKey

    /// A key of 32 bytes.
    package init(_ secret: SymmetricKey) {
        self.secret = secret
        let code = HMAC<SHA256>.authenticationCode(for: Array("habeas erasure ledger key".utf8), using: secret)
        id = Array(code.prefix(8)).hex
    }

    /// The code of a line's canonical bytes without the member `mac`.
    func code(of bytes: [UInt8]) -> Hash256 {
        guard let code = Hash256(HMAC<SHA256>.authenticationCode(for: bytes, using: secret)) else {
            preconditionFailure("HMAC-SHA-256 has 32 bytes")
        }
        return code
    }

    /// Whether a line has the code that this key gives it.
    func accepts(_ object: CanonicalObject) -> Bool {
        guard let claimed = object.hash("mac") else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(
            claimed.bytes, authenticating: object.bytes(without: "mac"), using: secret)
    }
}
