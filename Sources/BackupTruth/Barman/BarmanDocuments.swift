internal import FoundationEssentials

/// What `barman -f json` prints: by the name of the server, beside messages whose names begin with `_`.
struct BarmanDocument<Content: Decodable> {
    let content: Content

    private struct Envelope: Decodable {
        let content: Content?
        let hasErrors: Bool

        private struct Name: CodingKey {
            let stringValue: String
            let intValue: Int? = nil
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Name.self)
            hasErrors = members.allKeys.contains { ["_ERROR", "_EXCEPTION", "_WARNING"].contains($0.stringValue) }
            let server = members.allKeys.filter { !$0.stringValue.hasPrefix("_") }
            content = server.count == 1 ? try members.decode(Content.self, forKey: server[0]) : nil
        }
    }

    /// Reads what was printed; nil when it is no such JSON, or says that something is wrong.
    init?(_ bytes: [UInt8]) {
        guard let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(bytes)), !envelope.hasErrors,
            let content = envelope.content
        else { return nil }
        self.content = content
    }
}

/// An entry of `list-backups`.
struct BarmanListed: Decodable {
    let id: String
    let status: String
    let retention: String?

    enum CodingKeys: String, CodingKey {
        case id = "backup_id"
        case status
        case retention = "retention_status"
    }
}

/// What `show-backup` prints.
struct BarmanShown: Decodable {
    struct Base: Decodable {
        let begin: String?
        let end: String?
        let timeline: UInt32?

        enum CodingKeys: String, CodingKey {
            case begin = "begin_lsn"
            case end = "end_lsn"
            case timeline
        }
    }

    let id: String
    let status: String
    let base: Base?

    enum CodingKeys: String, CodingKey {
        case id = "backup_id"
        case status
        case base = "base_backup_information"
    }
}

/// Where a server's files lie, as `show-server` prints it.
struct BarmanServer: Decodable {
    let base: String
    let wals: String
    let incoming: String
    let streaming: String
    let errors: String

    enum CodingKeys: String, CodingKey {
        case base = "basebackups_directory"
        case wals = "wals_directory"
        case incoming = "incoming_wals_directory"
        case streaming = "streaming_wals_directory"
        case errors = "errors_directory"
    }
}
