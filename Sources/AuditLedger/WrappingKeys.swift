internal import Crypto
internal import FoundationEssentials
package import ObjectStore
internal import RightsCore

/// The AES-256 keys that wrap sealed archives' keys: one a file, in base64, and a list of their ids (`wrapping.json`).
///
/// The list stands apart from `keys.json`, which is published.
package struct WrappingKeys: Sendable {
    /// What is said of a key.
    package struct Entry: Codable, Sendable {
        /// Its id: the first 16 digits of an HMAC under the key, which says nothing of it.
        package let id: String
        /// Always `AES-256-GCM`.
        package let algorithm: String
        /// RFC 3339.
        package let createdAt: String
        /// `active` wraps; `retired` only unwraps what it wrapped before.
        package var status: String
    }

    private struct Index: Codable { var wrappingKeys: [Entry] }

    private let folder: String
    /// All keys, newest first.
    package private(set) var entries: [Entry]
    private var indexPath: String { Self.indexPath(folder) }

    // MARK: opening

    /// The keys in a folder; none when nothing was sealed under it yet.
    init(folder: String) throws(KeyRingError) {
        self.folder = folder
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(Self.indexPath(folder)) } catch {
            guard error.isMissing else { throw KeyRingError(.unreadable, "\(error)") }
            entries = []
            return
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        // Whatever the decoder says of other bytes, they aren't a list of keys.
        guard let index = try? decoder.decode(Index.self, from: Data(bytes)) else {
            throw KeyRingError(
                .unreadable, "\(Self.indexPath(folder)) can't be read; restore it from the keys' backup")
        }
        entries = index.wrappingKeys
    }

    private static func indexPath(_ folder: String) -> String { "\(folder)/wrapping.json" }
    private static func path(_ id: String, in folder: String) -> String { "\(folder)/\(id).wrapping" }

    // MARK: changing

    /// Makes the key that wraps from now on.
    mutating func add(now: Instant) throws(KeyRingError) {
        let key = SymmetricKey(size: .bits256)
        let id = Self.id(of: key)
        let text = unsafe key.withUnsafeBytes { unsafe Data($0).base64EncodedString() }
        try KeyFile.write(Array("\(text)\n".utf8), to: Self.path(id, in: folder), mode: 0o600)
        for index in entries.indices { entries[index].status = "retired" }
        entries.insert(Entry(id: id, algorithm: "AES-256-GCM", createdAt: now.rfc3339, status: "active"), at: 0)
        try KeyFile.write(published(), to: indexPath, mode: 0o600)
    }

    /// Copies all keys to another folder and reads them back from there.
    func copy(to target: String) throws(KeyRingError) {
        for entry in entries {
            let bytes = try KeyFile.readSecret(Self.path(entry.id, in: folder), id: entry.id)
            try KeyFile.write(bytes, to: Self.path(entry.id, in: target), mode: 0o600)
        }
        if !entries.isEmpty { try KeyFile.write(published(), to: Self.indexPath(target), mode: 0o600) }
        let copy = try WrappingKeys(folder: target)
        // Each is read from its file and held against its id.
        for entry in entries { _ = try copy.key(entry.id) }
    }

    /// The list as `habeas keys show --wrapping --json` prints it: no secrets.
    package func published() throws(KeyRingError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(Index(wrappingKeys: entries))) } catch {
            throw KeyRingError(.cannotWrite, "the list of wrapping keys can't be written")
        }
    }

    // MARK: using

    /// The key that wraps now.
    package func active() throws(KeyRingError) -> WrappingKey {
        guard let entry = entries.first(where: { $0.status == "active" }) else {
            throw KeyRingError(.missing, "there is no wrapping key in \(folder); make one with `habeas keys rotate`")
        }
        return try key(entry.id)
    }

    /// The key of an id.
    package func key(_ id: String) throws(KeyRingError) -> WrappingKey {
        guard entries.contains(where: { $0.id == id }) else {
            throw KeyRingError(
                .unknownWrappingKey,
                "the wrapping key \(id) isn't in \(folder); name the folder that holds it (HABEAS_KEYS), or restore it from the "
                    + "keys' backup")
        }
        let bytes = try KeyFile.readSecret(Self.path(id, in: folder), id: id)
        guard let raw = Data(base64Encoded: Data(bytes), options: .ignoreUnknownCharacters), raw.count == 32,
            Self.id(of: SymmetricKey(data: raw)) == id
        else { throw KeyRingError(.unreadable, "the key \(id) can't be used; restore it from the keys' backup") }
        return WrappingKey(id: id, key: SymmetricKey(data: raw))
    }

    private static func id(of key: SymmetricKey) -> String {
        KeyFile.id(HMAC<SHA256>.authenticationCode(for: Array("habeas wrapping key".utf8), using: key))
    }
}
