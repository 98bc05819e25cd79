package import DataMap

/// One statement of a purge. Doing it twice does no harm.
package struct PurgeStep: Sendable, Hashable, Encodable {
    /// What is done.
    package enum Action: String, Sendable, Hashable, Encodable {
        /// Removes dead rows and their index entries.
        case vacuum
        /// Writes table, TOAST and indexes anew.
        case rewrite
        /// The same by pg_repack.
        case repack
        /// Looks once more for dead rows, and lets index-only scans be fast again.
        case settle
        /// Builds an index anew beside the old one.
        case reindex
        /// Builds an index anew in its place, since the server can't beside it.
        case reindexLocked = "reindex-locked"
        /// Computes a block-range index anew.
        case resummarize
        /// Replaces the planner's statistics.
        case analyze
        /// Writes a catalogue of the planner's statistics anew.
        case statistics
    }

    /// What others may do meanwhile.
    package enum Lock: String, Sendable, Hashable, Encodable {
        /// Reads and writes go on; only changes to the table's definition wait.
        case shareUpdateExclusive = "SHARE UPDATE EXCLUSIVE"
        /// Reads by this index and all writes wait.
        case share = "SHARE"
        /// Nobody reads or writes.
        case accessExclusive = "ACCESS EXCLUSIVE"

        /// For people.
        var words: String {
            switch self {
            case .shareUpdateExclusive: "reads and writes go on"
            case .share: "writes wait, and reads by this index"
            case .accessExclusive: "nobody reads or writes it"
            }
        }
    }

    /// What is done.
    package let action: Action
    /// The table or index it is done to.
    package let object: TableName
    /// The strongest lock it takes, and holds until it is done; pg_repack holds its own at the beginning and the end only.
    package let lock: Lock
    /// Bytes written anew.
    package var bytes: Int64 = 0
    /// Bytes of write-ahead log, about.
    package var wal: Int64 = 0
    /// Bytes of disk needed meanwhile, the log apart.
    package var disk: Int64 = 0

    /// Under what name its end is remembered.
    var key: String { "\(action.rawValue) \(object.written)" }

    private enum CodingKeys: String, CodingKey { case action, object, lock, bytes, wal, disk }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(action, forKey: .action)
        try container.encode(object.written, forKey: .object)
        try container.encode(lock, forKey: .lock)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(wal, forKey: .wal)
        try container.encode(disk, forKey: .disk)
    }
}
