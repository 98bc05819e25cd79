package import Crypto
internal import Foundation
package import RightsCore

/// The keys of erasures, all outside the database: `ledger.key` authenticates the erasure ledger's lines, `erasure.key`
/// hashes whom they are about, `suppression.key` hashes identifiers that may not come back.
///
/// None is rotated. A ledger's lines can't be given new codes, for it is only ever appended to; and a hash under another
/// key would find neither the person whom a restored backup brings back nor the identifier that an import brings: both
/// are known by their hash alone.
package struct ErasureKeys: Sendable {
    static let ledgerFile = SecretFile(name: "ledger.key")
    private static let subjectFile = SecretFile(name: "erasure.key")
    private static let suppressionFile = SecretFile(name: "suppression.key")
    private static let files = [ledgerFile, subjectFile, suppressionFile]

    /// What is said of a key.
    package struct Entry: Sendable, Hashable {
        /// Its file's name.
        package let name: String
        /// Its id: the first 16 digits of an HMAC under the key, which says nothing of it.
        package let id: String
    }

    /// The key that authenticates the erasure ledger's lines.
    package let ledger: SymmetricKey
    private let subject: SymmetricKey
    private let suppression: SymmetricKey
    /// All three, as `habeas keys show` lists them.
    package let entries: [Entry]

    /// The id of the key of subjects and records: the ledger's `kid`.
    package var subjectKeyID: String { entries[1].id }
    /// The id of the key of suppressed identifiers.
    package var suppressionKeyID: String { entries[2].id }

    /// The keys of a keys' folder.
    ///
    /// - Throws: `KeyRingError` when one isn't there or can't be read.
    package init(folder: String) throws(KeyRingError) {
        ledger = try Self.ledgerFile.read(in: folder)
        subject = try Self.subjectFile.read(in: folder)
        suppression = try Self.suppressionFile.read(in: folder)
        entries = [
            Entry(name: Self.ledgerFile.name, id: Self.id(ledger, "habeas erasure ledger key")),
            Entry(name: Self.subjectFile.name, id: Self.id(subject, "habeas erasure key")),
            Entry(name: Self.suppressionFile.name, id: Self.id(suppression, "habeas suppression key")),
        ]
    }

    private static func id(_ key: SymmetricKey, _ purpose: String) -> String {
        KeyFile.id(HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8), using: key))
    }

    /// Whether a folder has any of them: one of an earlier build has none.
    package static func exist(in folder: String) -> Bool { files.contains { $0.exists(in: folder) } }

    /// Makes those that aren't there.
    static func create(in folder: String) throws(KeyRingError) { for file in files { try file.create(in: folder) } }

    /// Copies those that are there to another folder.
    static func copy(from folder: String, to target: String) throws(KeyRingError) {
        for file in files { try file.copy(from: folder, to: target) }
    }

    // MARK: hashing

    /// The keyed hash of a person by kind and key, the ledger's `h`: the key is the product's own, never an address, for
    /// somebody who comes back has a new one.
    package func subjectHash(kind: String, key: String) -> Hash256 {
        Self.hash("habeas/erasure/v1", kind, key, subject)
    }

    /// The keyed hash of a record by collection and key, the ledger's `record`.
    package func recordHash(collection: String, key: String) -> Hash256 {
        Self.hash("habeas/erasure-record/v1", collection, key, subject)
    }

    /// The keyed hash of an identifier that may not come back, of its ``normalized(_:kind:)`` form.
    package func suppressionHash(kind: String, _ identifier: String) -> Hash256 {
        Self.hash("habeas/suppression/v1", kind, Self.normalized(identifier, kind: kind), suppression)
    }

    /// An identifier as it is hashed: white space at both ends cut, of the kind `email` in lower case, in Unicode's
    /// composed form (NFC).
    package static func normalized(_ identifier: String, kind: String) -> String {
        let trimmed = identifier.trimmingCharacters(in: .whitespacesAndNewlines)
        let cased = kind == "email" ? trimmed.precomposedStringWithCanonicalMapping.lowercased() : trimmed
        return cased.precomposedStringWithCanonicalMapping
    }

    /// What hashes many people of a kind: the same hashes as ``subjectHash(kind:key:)``.
    package func subjectHashing(kind: String) -> KeyedHashing {
        KeyedHashing("habeas/erasure/v1", kind, key: subject)
    }

    /// What hashes many records of a collection: the same hashes as ``recordHash(collection:key:)``.
    package func recordHashing(collection: String) -> KeyedHashing {
        KeyedHashing("habeas/erasure-record/v1", collection, key: subject)
    }

    private static func hash(_ purpose: String, _ kind: String, _ key: String, _ secret: SymmetricKey) -> Hash256 {
        // A zero byte ends each part, so that no two pairs give the same bytes.
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(purpose)\0\(kind)\0\(key)".utf8), using: secret)
        guard let digest = Hash256(code) else { preconditionFailure("HMAC-SHA-256 has 32 bytes") }
        return digest
    }
}
