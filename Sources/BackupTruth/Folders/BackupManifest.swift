internal import ErasureLedger
internal import FoundationEssentials

/// What PostgreSQL writes into `backup_manifest`, as far as the log is concerned.
struct BackupManifest: Hashable {
    struct Range: Hashable {
        let timeline: UInt32
        let start: LogPosition
        let end: LogPosition
    }

    let ranges: [Range]
    /// The server's system identifier; manifests have it from PostgreSQL 17 on.
    let system: UInt64?

    private struct File: Decodable {
        struct Range: Decodable {
            let timeline: UInt32
            let start: String
            let end: String

            enum CodingKeys: String, CodingKey {
                case timeline = "Timeline"
                case start = "Start-LSN"
                case end = "End-LSN"
            }
        }

        let version: Int
        let ranges: [Range]
        let system: UInt64?

        enum CodingKeys: String, CodingKey {
            case version = "PostgreSQL-Backup-Manifest-Version"
            case ranges = "WAL-Ranges"
            case system = "System-Identifier"
        }
    }

    /// Reads the file; nil when it isn't one.
    init?(_ bytes: [UInt8]) {
        guard let file = try? JSONDecoder().decode(File.self, from: Data(bytes)), (1...2).contains(file.version) else {
            return nil
        }
        var ranges: [Range] = []
        for range in file.ranges {
            guard let start = LogPosition(range.start), let end = LogPosition(range.end), start <= end else {
                return nil
            }
            ranges.append(Range(timeline: range.timeline, start: start, end: end))
        }
        self.ranges = ranges
        system = file.system
    }
}

/// The beginning of `global/pg_control`, which is the same in every version of PostgreSQL.
struct ControlFile: Hashable {
    let system: UInt64

    /// Reads the file; nil when it isn't one of a server of our byte order.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 512 else { return nil }
        let system = Self.number(bytes[0..<8])
        let version = Self.number(bytes[8..<12])
        // 1300 is that of PostgreSQL 13 to 16; the wrong byte order gives something huge.
        guard system > 0, (900...9_999).contains(version) else { return nil }
        self.system = system
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
