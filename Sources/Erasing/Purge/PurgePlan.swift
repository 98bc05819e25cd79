package import DataMap
package import PostgresAccess

/// What a purge would do to each table, what it costs, what is locked meanwhile, and how far it can get.
package struct PurgePlan: Sendable, Encodable {
    /// One table: with rows of its own, above partitions, or a catalogue of statistics.
    package struct Table: Sendable, Encodable {
        /// Its name; a partition's own.
        package let name: TableName
        /// The role that owns it.
        package let owner: String
        /// Bytes of table, TOAST and indexes.
        package let bytes: Int64
        /// Dead rows, as the server last counted.
        package let deadRows: Int64
        /// What is done, in order.
        package let steps: [PurgeStep]
        /// The most that can be reached.
        package let ceiling: PurgeLevel
        /// Why it isn't more.
        package let obstacles: [PurgeObstacle]
        /// Whether the role may do it; if not, the steps are there for the owner's SQL.
        let isAllowed: Bool
        /// Whether it has files of its own.
        let hasFiles: Bool
        /// Whether a superuser owns it.
        let isSuperusers: Bool
        /// Whether it holds the planner's statistics.
        let isCatalogue: Bool

        private enum CodingKeys: String, CodingKey { case table, owner, bytes, deadRows, steps, ceiling, obstacles }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name.written, forKey: .table)
            try container.encode(owner, forKey: .owner)
            try container.encode(bytes, forKey: .bytes)
            try container.encode(deadRows, forKey: .deadRows)
            try container.encode(steps, forKey: .steps)
            try container.encode(ceiling, forKey: .ceiling)
            try container.encode(obstacles, forKey: .obstacles)
        }
    }

    /// What everything together costs.
    package struct Forecast: Sendable, Hashable, Encodable {
        /// Bytes written anew.
        package let bytes: Int64
        /// Bytes of write-ahead log, about.
        package let wal: Int64
        /// The most disk needed at any moment, the log apart.
        package let disk: Int64
        /// Seconds in which some table can't be read, about.
        package let lockedSeconds: Int64
    }

    /// What was asked for.
    package let level: PurgeLevel
    /// What is allowed.
    package let rewriting: PurgeQuestion.Rewriting
    /// As whom the plan was made.
    package let role: String
    /// Tables: small ones first, the statistics last.
    package let tables: [Table]
    /// What it costs.
    package let forecast: Forecast
    /// Whether ``role`` may have the server write a checkpoint.
    package let mayCheckpoint: Bool

    let rights: PurgeFacts.Rights
    let version: Int
    let countsRows: Bool

    private enum CodingKeys: String, CodingKey {
        case level, rewriting, role, reachable, forecast, mayCheckpoint, tables
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(level, forKey: .level)
        try container.encode(rewriting, forKey: .rewriting)
        try container.encode(role, forKey: .role)
        try container.encode(reachable, forKey: .reachable)
        try container.encode(forecast, forKey: .forecast)
        try container.encode(mayCheckpoint, forKey: .mayCheckpoint)
        try container.encode(tables, forKey: .tables)
    }

    /// The level that every table can reach.
    package var reachable: PurgeLevel { tables.map(\.ceiling).min() ?? .logical }

    /// Roles whose member ``role`` has to be, for the window, so that it may do all of this: the database's owner may
    /// VACUUM everything, a table's owner its tables. Superusers aren't among them: hand ``sql`` to one instead.
    package var ownersNeeded: [String] {
        let lacking = tables.filter { $0.obstacles.contains { $0.kind == .rights } }
        guard !lacking.isEmpty else { return [] }
        let owners = lacking.filter { !$0.isSuperusers && !$0.isCatalogue }.map(\.owner)
        return Set(owners).union(rights.isDatabaseSuperusers ? [] : [rights.databaseOwner]).sorted()
    }

    /// Reads the catalogue and makes the plan.
    ///
    /// - Throws: `PurgeError` when a table isn't there, or on a standby; `PostgresError`.
    package static func make(
        _ question: PurgeQuestion, over connection: PostgresConnection
    ) async throws -> PurgePlan {
        let facts = try await PurgeFacts.read(question.tables, over: connection)
        guard !facts.isStandby else {
            throw PurgeError(
                .standby, "the server is a standby, which repeats what its primary does",
                hint: "purge the primary")
        }
        guard let missing = facts.missing.first else { return PurgePlan(question, facts) }
        throw PurgeError(
            .noSuchTable, "there is no table \(missing.written)", hint: "`habeas map check` compares map and database")
    }
}
