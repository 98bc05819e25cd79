internal import Crypto
internal import FoundationEssentials
internal import ObjectStore
package import RightsCore

/// The keys that keep people out of the control database: one hashes who they are, one seals what names them, one
/// hashes codes and tokens. All derive from one secret, `person.key`, which is never rotated: another one would know
/// nobody any more.
package struct PersonKeys: Sendable {
    private let secret: SymmetricKey

    /// The secret of a keys' folder.
    ///
    /// - Throws: `KeyRingError` when it isn't there or can't be read.
    package init(folder: String) throws(KeyRingError) {
        let path = Self.path(folder)
        guard FileManager.default.fileExists(atPath: path) else {
            throw KeyRingError(
                .missing,
                "there is no \(path); restore it from the keys' backup, or, if there never was one, make it with "
                    + "`habeas keys rotate`")
        }
        let bytes = try KeyFile.readSecret(path, id: "person.key")
        guard let raw = Data(base64Encoded: Data(bytes), options: .ignoreUnknownCharacters), raw.count == 32 else {
            throw KeyRingError(.unreadable, "\(path) can't be used; restore it from the keys' backup")
        }
        secret = SymmetricKey(data: raw)
    }

    private static func path(_ folder: String) -> String { "\(folder)/person.key" }

    /// Makes the secret unless it is there.
    static func create(in folder: String) throws(KeyRingError) {
        guard !FileManager.default.fileExists(atPath: path(folder)) else { return }
        let text = unsafe SymmetricKey(size: .bits256).withUnsafeBytes { unsafe Data($0).base64EncodedString() }
        try KeyFile.write(Array("\(text)\n".utf8), to: path(folder), mode: 0o600)
    }

    /// Copies the secret to another folder, if it is there.
    static func copy(from folder: String, to target: String) throws(KeyRingError) {
        guard FileManager.default.fileExists(atPath: path(folder)) else { return }
        try KeyFile.write(try KeyFile.readSecret(path(folder), id: "person.key"), to: path(target), mode: 0o600)
        _ = try PersonKeys(folder: target)
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
