internal import FoundationEssentials

/// What can be said of backups, as the commands print it.
enum StoryStanding: String {
    case canResurrect = "can_resurrect"
    case mayHoldBytes = "may_hold_bytes"
    case purged
}

/// What `habeas backups scan --json` prints, as far as the story reads it.
struct StoryScan: Decodable {
    struct Copy: Decodable { let backups: [String] }

    struct Erasure: Decodable {
        struct Copy: Decodable {
            let resurrecting: [String]
            let holding: Int
        }

        let standing: String
        let copies: [Copy]
    }

    let copies: [Copy]
    let erasures: [Erasure]
}

/// What `habeas purge run --json` prints.
struct StoryPurge: Decodable {
    struct Table: Decodable { let table: String }

    struct Position: Decodable { let lsn: String }

    let tables: [Table]
    let position: Position?
}

/// What `habeas replay --json` prints.
struct StoryReplay: Decodable {
    struct Report: Decodable {
        let erasedAgain: Int
        let rows: Int
    }

    let report: Report
    let fence: String
}

extension JSONDecoder {
    /// Reads what the commands print with `--json`.
    static var ofCommands: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}
