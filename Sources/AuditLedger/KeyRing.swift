// AuditLedger: signing and wrapping keys (the audit chain follows with the service). It must never hold personal data.

internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials
internal import ObjectStore
package import RightsCore

/// Why keys can't be used.
package struct KeyRingError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        case missing = "keys.missing"
        case unknownWrappingKey = "keys.unknown-wrapping-key"
        case exists = "keys.exists"
        case unreadable = "keys.unreadable"
        case exposed = "keys.exposed"
        case cannotWrite = "keys.cannot-write"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people.
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}

/// A published key.
package struct PublicKey: Codable, Sendable {
    /// Its id: the first 16 digits of the SHA-256 of its raw bytes.
    package let id: String
    /// Always `Ed25519`.
    package let algorithm: String
    /// SubjectPublicKeyInfo in PEM (RFC 8410), as `openssl` reads it.
    package let pem: String
    /// RFC 3339.
    package let createdAt: String
    /// `active` signs; `retired` only verifies what it signed before.
    package var status: String
}

/// The keys of the service, in a folder of mode 700: the Ed25519 keys that sign archives, one private key a file and the
/// list of public ones; and beside them the keys that wrap sealed archives' keys, and the secrets that hash and authenticate
/// (``PersonKeys``, ``ErasureKeys``).
package struct KeyRing: Sendable {
    private let folder: String
    /// What is published, newest first.
    package private(set) var publicKeys: [PublicKey]
    /// When a backup of the keys was last written, RFC 3339.
    package private(set) var backedUpAt: String?
    /// The keys that wrap sealed archives' keys.
    package private(set) var wrapping: WrappingKeys

    private struct Index: Codable {
        var keys: [PublicKey]
        var backedUpAt: String?
    }

    // MARK: opening

    /// Opens the keys in a folder.
    ///
    /// - Throws: `KeyRingError` when there are none or they can't be read.
    package init(folder: String) throws(KeyRingError) {
        self.folder = folder
        let bytes: [UInt8]
        do { bytes = try WholeFile.read("\(folder)/keys.json") } catch {
            guard error.isMissing else { throw KeyRingError(.unreadable, "\(error)") }
            throw KeyRingError(.missing, "there are no keys in \(folder); make them with `habeas keys init`")
        }
        guard let index = Self.index(bytes) else {
            throw KeyRingError(.unreadable, "\(folder)/keys.json can't be read; restore it from the keys' backup")
        }
        publicKeys = index.keys
        backedUpAt = index.backedUpAt
        wrapping = try WrappingKeys(folder: folder)
    }

    private static func index(_ bytes: [UInt8]) -> Index? {
        // Whatever the decoder says of other bytes, they aren't a list of keys.
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try? decoder.decode(Index.self, from: Data(bytes))
    }

    /// Makes the first signing key and the first wrapping key.
    ///
    /// - Throws: `KeyRingError.exists` when there are keys already.
    package static func create(folder: String, now: Instant) throws(KeyRingError) -> KeyRing {
        guard !FileManager.default.fileExists(atPath: "\(folder)/keys.json") else {
            throw KeyRingError(.exists, "\(folder) holds keys already; a further one is made with `habeas keys rotate`")
        }
        try makeFolder(folder)
        return try locked(folder) { () throws(KeyRingError) in
            guard !FileManager.default.fileExists(atPath: "\(folder)/keys.json") else {
                throw KeyRingError(.exists, "somebody else made keys in \(folder) just now")
            }
            var ring = try KeyRing(empty: folder)
            try ring.addKeys(now: now)
            return ring
        }
    }

    private init(empty folder: String) throws(KeyRingError) {
        self.folder = folder
        publicKeys = []
        wrapping = try WrappingKeys(folder: folder)
    }

    // MARK: changing

    /// Retires the active keys and makes new ones. The old ones stay: they verify what they signed, and open what they
    /// wrapped.
    package mutating func rotate(now: Instant) throws(KeyRingError) {
        self = try Self.locked(folder) { () throws(KeyRingError) in
            var ring = try KeyRing(folder: folder)
            for index in ring.publicKeys.indices { ring.publicKeys[index].status = "retired" }
            try ring.addKeys(now: now)
            return ring
        }
    }

    private mutating func addKeys(now: Instant) throws(KeyRingError) {
        try PersonKeys.create(in: folder)
        try ErasureKeys.create(in: folder)
        try wrapping.add(now: now)
        let key = Curve25519.Signing.PrivateKey()
        let id = Self.id(of: key.publicKey)
        try KeyFile.write(Array(key.pemRepresentation.utf8), to: privatePath(id), mode: 0o600)
        let published = PublicKey(
            id: id, algorithm: "Ed25519", pem: key.publicKey.pemRepresentation, createdAt: now.rfc3339, status: "active"
        )
        publicKeys.insert(published, at: 0)
        backedUpAt = nil
        try save()
    }

    /// Copies all keys to another folder and reads them back from there.
    package mutating func backUp(to target: String, now: Instant) throws(KeyRingError) {
        try Self.makeFolder(target)
        self = try Self.locked(folder) { () throws(KeyRingError) in
            var ring = try KeyRing(folder: folder)
            for key in ring.publicKeys {
                try KeyFile.write(try ring.readPrivate(key.id), to: "\(target)/\(key.id).pem", mode: 0o600)
            }
            try KeyFile.write(ring.indexData(), to: "\(target)/keys.json", mode: 0o600)
            try ring.wrapping.copy(to: target)
            try PersonKeys.copy(from: folder, to: target)
            try ErasureKeys.copy(from: folder, to: target)
            let copy = try KeyRing(folder: target)
            for key in ring.publicKeys {
                guard try copy.readPrivate(key.id) == ring.readPrivate(key.id) else {
                    throw KeyRingError(.cannotWrite, "the backup in \(target) isn't what was written")
                }
            }
            ring.backedUpAt = now.rfc3339
            try ring.save()
            return ring
        }
    }

    /// One change at a time: a key that another process's list forgets would verify nothing.
    private static func locked<Value>(
        _ folder: String, _ body: () throws(KeyRingError) -> Value
    ) throws(KeyRingError) -> Value {
        let lock: FolderHold
        do { lock = try FolderHold(folder) } catch { throw KeyRingError(.cannotWrite, "can't lock \(error)") }
        defer { lock.release() }
        return try body()
    }

    private func save() throws(KeyRingError) { try KeyFile.write(indexData(), to: "\(folder)/keys.json", mode: 0o644) }

    private func indexData() throws(KeyRingError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(Index(keys: publicKeys, backedUpAt: backedUpAt))) } catch {
            throw KeyRingError(.cannotWrite, "the list of keys can't be written")
        }
    }

    // MARK: using

    /// The key that signs now.
    package var active: PublicKey? { publicKeys.first { $0.status == "active" } }

    /// Signs bytes with the active key: 64 raw bytes (RFC 8032).
    package func sign(_ bytes: [UInt8]) throws(KeyRingError) -> [UInt8] {
        guard let active else { throw KeyRingError(.missing, "no key is active; make one with `habeas keys rotate`") }
        let pem = try readPrivate(active.id)
        do {
            let key = try Curve25519.Signing.PrivateKey(pemRepresentation: String(decoding: pem, as: UTF8.self))
            return Array(try key.signature(for: bytes))
        } catch {
            throw KeyRingError(.unreadable, "the key \(active.id) can't be used; restore it from the keys' backup")
        }
    }

    /// The raw bytes of every published key.
    package func rawKeys() throws(KeyRingError) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        for key in publicKeys { keys += try Self.rawKeys(published: key.pem) }
        return keys
    }

    /// The raw bytes of the keys in a file: PEM, or what `habeas keys show --json` prints.
    package static func rawKeys(published text: String) throws(KeyRingError) -> [[UInt8]] {
        if let index = index(Array(text.utf8)) {
            var keys: [[UInt8]] = []
            for key in index.keys { keys += try rawKeys(published: key.pem) }
            return keys
        }
        // Whatever the decoder says, the text isn't a key.
        guard let key = try? Curve25519.Signing.PublicKey(pemRepresentation: text) else {
            throw KeyRingError(.unreadable, "the published key is neither PEM nor the list of keys")
        }
        return [Array(key.rawRepresentation)]
    }

    /// The list as it is published (`/.well-known/habeas.json`).
    package func published() throws(KeyRingError) -> [UInt8] { try indexData() }

    private func readPrivate(_ id: String) throws(KeyRingError) -> [UInt8] {
        try KeyFile.readSecret(privatePath(id), id: id)
    }

    private func privatePath(_ id: String) -> String { "\(folder)/\(id).pem" }

    private static func id(of key: Curve25519.Signing.PublicKey) -> String {
        KeyFile.id(SHA256.hash(data: key.rawRepresentation))
    }

    private static func makeFolder(_ path: String) throws(KeyRingError) {
        do { try WholeFile.makeFolder(path) } catch {
            throw KeyRingError(.cannotWrite, "can't make \(error)")
        }
    }
}
