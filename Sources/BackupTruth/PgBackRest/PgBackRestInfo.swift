internal import FoundationEssentials

/// What `pgbackrest info --output=json` prints, as far as it is needed. Fields that verdicts rest on aren't optional.
struct PgBackRestInfo: Decodable {
    struct Stanza: Decodable {
        let name: String
        let status: Status
        let archive: [Archive]
        let backup: [Backup]
        let db: [Database]
        let repo: [Repository]
    }

    struct Status: Decodable {
        let code: Int
        let lock: Lock
    }

    struct Lock: Decodable {
        let backup: Held
    }

    struct Held: Decodable {
        let held: Bool
    }

    struct Key: Decodable, Hashable {
        let id: Int
        let repository: Int

        enum CodingKeys: String, CodingKey {
            case id
            case repository = "repo-key"
        }
    }

    struct Archive: Decodable {
        let id: String
        let database: Key
    }

    struct Database: Decodable {
        let id: Int
        let repository: Int
        let system: UInt64

        enum CodingKeys: String, CodingKey {
            case id
            case repository = "repo-key"
            case system = "system-id"
        }
    }

    struct Repository: Decodable {
        let key: Int
        let status: RepositoryStatus
    }

    struct RepositoryStatus: Decodable {
        let code: Int
    }

    struct Range: Decodable {
        let start: String
        let stop: String
    }

    struct Times: Decodable {
        let start: Int64
        let stop: Int64
    }

    struct Backup: Decodable {
        let label: String
        let error: Bool?
        let archive: Range
        let lsn: Range
        let database: Key
        let prior: String?
        let reference: [String]?
        let timestamp: Times
        let annotation: [String: String]?
    }

    let stanzas: [Stanza]

    init(from decoder: any Decoder) throws { stanzas = try [Stanza](from: decoder) }

    /// Reads what was printed; nil when it is no such JSON, as with a wrong passphrase.
    init?(_ bytes: [UInt8]) {
        guard String(validating: bytes, as: UTF8.self) != nil,
            let info = try? JSONDecoder().decode(PgBackRestInfo.self, from: Data(bytes))
        else { return nil }
        self = info
    }
}

/// What `pgbackrest repo-ls --output=json` prints.
struct PgBackRestListing {
    /// What an entry is.
    enum Kind: String, Decodable {
        case path
        case file
        case link
        case special
    }

    private struct Entry: Decodable {
        let type: Kind
    }

    /// Every entry but the folder itself.
    let entries: [String: Kind]

    /// Reads what was printed; nil when it is no such JSON.
    init?(_ bytes: [UInt8]) {
        guard String(validating: bytes, as: UTF8.self) != nil,
            let entries = try? JSONDecoder().decode([String: Entry].self, from: Data(bytes))
        else { return nil }
        self.entries = entries.filter { $0.key != "." }.mapValues(\.type)
    }
}
