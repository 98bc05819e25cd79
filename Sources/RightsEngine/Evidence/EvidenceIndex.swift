internal import FoundationEssentials

/// `evidence.json` of a pack: what is in it. Its exact bytes are what is signed.
struct EvidenceIndex: Codable, Sendable {
    static let currentFormat = "habeas-evidence-1"
    static let path = "evidence.json"
    static let signaturePath = "evidence.sig"

    struct File: Codable, Sendable, Hashable {
        let path: String
        let bytes: Int
        let sha256: String
    }

    let format: String
    let request: String
    /// RFC 3339.
    let madeAt: String
    /// The id of the key that signs.
    let key: String
    /// The numbers of the chain's entries about the request: all that there were when the pack was made.
    let entries: [Int]
    let files: [File]
}

/// What the pack says, one document a file; nothing in them names a person.
enum EvidenceDocument {
    struct Request: Codable, Sendable {
        let id: String
        let right: String
        let regime: String
        let alsoUnder: [String]
        let state: String
        let outcome: String?
        let channel: String
        let assurance: Int
        let receivedAt: String
        let openedAt: String
        let acknowledgedAt: String?
        let dueEnd: String?
        let answeredAt: String?
        let executedAt: String?
        let closedAt: String?
    }

    /// An entry of the audit chain about the request.
    struct Step: Codable, Sendable, Hashable {
        let seq: Int
        let at: String
        let action: String
        let actor: String
        let facts: [String: String]
    }

    /// A plan, and who approved it.
    struct Approval: Codable, Sendable, Hashable {
        /// SHA-256 of its bytes, which are `plans/DIGEST.json`.
        let plan: String
        let madeAt: String
        let state: String
        let approvedBy: String?
        let approvedAt: String?
    }

    /// The carrying out of a plan; what it did is in `receipts/RUN.json`.
    struct Run: Codable, Sendable, Hashable {
        let run: String
        let plan: String
        let begunAt: String
        let hasReceipt: Bool
        let filesDoneAt: String?
        let huntedAt: String?
    }

    /// A letter: what it was and whether it left, never to which address.
    struct Notice: Codable, Sendable {
        let kind: String
        let recipient: String
        let language: String
        let state: String
        let madeAt: String
        let handedOverAt: String?
        let reply: Int?
    }

    /// Somebody who holds copies, and whether they were told.
    struct Recipient: Codable, Sendable {
        let name: String
        let state: String
        let collections: [String]
        let madeAt: String
        let toldAt: String?
        let endedAt: String?
        let outcome: String?
        /// SHA-256 of the file that proves it.
        let proof: String?
    }

    /// JSON for people and programs: indented, keys sorted, names in snake_case.
    static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }

    /// A document; nil when the bytes are none of that form.
    static func read<Value: Decodable>(_ bytes: [UInt8]?, as type: Value.Type = Value.self) -> Value? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        // Whatever the decoder says, it isn't the document.
        return bytes.flatMap { try? decoder.decode(Value.self, from: Data($0)) }
    }
}
