internal import DataMap

/// What a server's catalogue says of the tables of a purge, read at one moment.
struct PurgeFacts: Sendable {
    /// A table with rows of its own: a partition, not the partitioned table.
    struct Table: Sendable {
        let id: UInt32
        let name: TableName
        let kind: Kind
        let owner: String
        let isSuperusers: Bool
        /// Bytes of the rows, TOAST apart.
        let heap: Int64
        let toast: Int64
        /// As the statistics collector counts them.
        let deadRows: Int64
        let mayVacuum: Bool
        let mayReindex: Bool
        var indexes: [Index] = []
    }

    enum Kind: Sendable { case ordinary, materialized, foreign, catalogue }

    struct Index: Sendable {
        let id: UInt32
        let name: TableName
        /// `btree`, `gin`, …
        let method: String
        let bytes: Int64
        let isValid: Bool
        /// Whether it isn't being dropped.
        let isLive: Bool
        /// Such an index can't be built beside the old one.
        let isExclusion: Bool

        /// Whether a REINDEX CONCURRENTLY or DROP INDEX CONCURRENTLY that was killed left it (PostgreSQL manual, REINDEX).
        /// VACUUM FULL doesn't touch an index that isn't live.
        var isLeftover: Bool {
            guard isLive else { return true }
            guard !isValid else { return false }
            let stem = name.name.text.reversed().drop(while: \.isNumber)
            return stem.starts(with: "_ccnew".reversed()) || stem.starts(with: "_ccold".reversed())
        }
    }

    /// The role that asks.
    struct Rights: Sendable {
        let role: String
        let isSuperuser: Bool
        let mayCheckpoint: Bool
        let mayReadFiles: Bool
        /// Where pageinspect is, if the role may use it.
        let pageSchema: Identifier?
        let databaseOwner: String
        let isDatabaseSuperusers: Bool
    }

    let rights: Rights
    /// Such as 150020.
    let version: Int
    let isStandby: Bool
    let countsRows: Bool
    let block: Int64
    let hasRepack: Bool
    let tables: [Table]
    /// Tables above partitions and heirs: they have no rows in question, but statistics.
    let parents: [TableName]
    let catalogues: [Table]
    let missing: [TableName]
}
