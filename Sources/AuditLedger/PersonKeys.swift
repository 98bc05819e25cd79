internal import Crypto
internal import FoundationEssentials
package import RightsCore

/// The keys that keep people out of the control database: one hashes who they are, one seals what names them, one
/// hashes codes and tokens. All derive from one secret, `person.key`, which is never rotated: another one would know
/// nobody any more.
package struct PersonKeys: Sendable {
    private static let file = SecretFile(name: "person.key")
    private let secret: SymmetricKey

    /// The secret of a keys' folder.
    ///
    /// - Throws: `KeyRingError` when it isn't there or can't be read.
    package init(folder: String) throws(KeyRingError) {
        secret = try Self.file.read(in: folder)
    }

    /// Makes the secret unless it is there.
    static func create(in folder: String) throws(KeyRingError) { try file.create(in: folder) }

    /// Copies the secret to another folder, if it is there.
    static func copy(from folder: String, to target: String) throws(KeyRingError) {
        try file.copy(from: folder, to: target)
    }

    private func key(_ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, info: Data("habeas \(purpose)".utf8), outputByteCount: 32)
    }

    // MARK: hashing

    /// The keyed hash of a person, by kind and key, or of an address.
    package func hash(_ purpose: String, _ text: String) -> Hash256 { hash(purpose, Array(text.utf8)) }

    /// The keyed hash of bytes, for a purpose of its own.
    package func hash(_ purpose: String, _ bytes: [UInt8]) -> Hash256 {
        let code = HMAC<SHA256>.authenticationCode(for: bytes, using: key("hash \(purpose)"))
        guard let digest = Hash256(code) else { preconditionFailure("HMAC-SHA-256 has 32 bytes") }
        return digest
    }

    // MARK: sealing

    /// Seals text, bound to the purpose and row it is for: nonce, ciphertext, tag (AES-256-GCM).
    package func seal(_ text: String, for purpose: String) throws(KeyRingError) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(
                Array(text.utf8), using: key("seal"), authenticating: Array(purpose.utf8))
            guard let combined = box.combined else { throw KeyRingError(.unreadable, "a text can't be sealed") }
            return Array(combined)
        } catch { throw KeyRingError(.unreadable, "a text can't be sealed") }
    }

    /// Opens sealed text.
    ///
    /// - Throws: `KeyRingError` when it was sealed for something else, under another key, or changed.
    package func open(_ box: [UInt8], for purpose: String) throws(KeyRingError) -> String {
        do {
            let opened = try AES.GCM.open(
                try AES.GCM.SealedBox(combined: box), using: key("seal"), authenticating: Array(purpose.utf8))
            return String(decoding: opened, as: UTF8.self)
        } catch {
            throw KeyRingError(
                .unreadable, "a sealed text of the control database doesn't open with person.key; restore the key")
        }
    }
}
