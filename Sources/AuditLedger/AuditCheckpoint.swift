internal import Crypto
internal import FoundationEssentials
internal import RightsCore

/// A signed statement of how the chain stood: a document and its Ed25519 signature.
package struct AuditCheckpoint: Sendable, Hashable {
    /// What it says.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// The chain up to there stood thus.
        case standing
        /// And what lies up to there was removed at the end of its retention.
        case pruned
    }

    /// Which entry it is about, and in what way.
    package struct Name: Sendable, Hashable {
        /// The entry's number.
        package let seq: Int
        /// In what way.
        package let kind: Kind

        /// A name by its parts.
        package init(seq: Int, kind: Kind) {
            self.seq = seq
            self.kind = kind
        }
    }

    /// What is signed.
    package struct Statement: Sendable, Hashable, Codable {
        /// When it was signed, RFC 3339.
        package let at: String
        /// Always `habeas-audit-checkpoint-1`.
        package let format: String
        /// The hash of the entry.
        package let hash: String
        /// The id of the key that signed.
        package let key: String
        /// What it says.
        package let kind: Kind
        /// The entry's number.
        package let seq: Int

        static let currentFormat = "habeas-audit-checkpoint-1"

        /// One line of JSON, keys sorted, and a line feed: the very bytes that are signed.
        var document: String {
            // No value needs escaping: numbers, hexadecimal digits, instants and codes.
            """
            {"at":"\(at)","format":"\(format)","hash":"\(hash)","key":"\(key)","kind":"\(kind.rawValue)","seq":\(seq)}

            """
        }
    }

    /// Under what it is recorded.
    package var name: Name
    /// The text that is signed.
    package var document: String
    /// 64 raw bytes (RFC 8032).
    package var signature: [UInt8]

    /// A checkpoint by its parts.
    package init(name: Name, document: String, signature: [UInt8]) {
        self.name = name
        self.document = document
        self.signature = signature
    }

    /// Signs that the chain stood thus.
    static func signed(
        _ name: Name, hash: [UInt8], keys: KeyRing, now: Instant
    ) throws(KeyRingError) -> AuditCheckpoint {
        // A ring is a value: the key it names is the one it signs with. Without one, signing says so.
        let document = Statement(
            at: now.rfc3339, format: Statement.currentFormat, hash: hash.hex, key: keys.active?.id ?? "",
            kind: name.kind, seq: name.seq
        ).document
        return AuditCheckpoint(name: name, document: document, signature: try keys.sign(Array(document.utf8)))
    }

    /// What it states, if it is in the form the program writes and under its own name.
    package var statement: Statement? {
        // Whatever the decoder says of another text, it is no statement.
        guard let statement = try? JSONDecoder().decode(Statement.self, from: Data(document.utf8)),
            statement.format == Statement.currentFormat, statement.document == document,
            statement.seq == name.seq, statement.kind == name.kind
        else { return nil }
        return statement
    }
}

/// Published keys, by their ids.
struct PublishedKeys: Sendable {
    private let keys: [String: [UInt8]]

    init(_ raw: [[UInt8]]) {
        keys = Dictionary(raw.map { (KeyFile.id(SHA256.hash(data: $0)), $0) }) { first, _ in first }
    }

    var isEmpty: Bool { keys.isEmpty }

    func has(_ id: String) -> Bool { keys[id] != nil }

    /// Whether the key of that id signed the text.
    func signed(_ text: String, _ signature: [UInt8], by id: String) -> Bool {
        // Bytes that are no key have signed nothing.
        guard let raw = keys[id], let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else {
            return false
        }
        return key.isValidSignature(signature, for: Array(text.utf8))
    }
}
