package import DataMap
internal import SubjectAccess
internal import PostgresAccess
internal import RightsCore
internal import Synchronization

/// One moment of the database, seen by several connections: lanes under row security, and the verifier past it.
package struct HeldSnapshot: Sendable {
    /// Connections that read a person's rows.
    let lanes: [PostgresConnection]
    /// A connection that counts what row security shows, while the lanes are busy.
    var watcher: PostgresConnection { lanes[lanes.count - 1] }
    /// The connection that counts past row security.
    let verifier: PostgresConnection
    /// The database as its catalogue has it at this moment.
    let catalogue: Catalogue
    /// When the snapshot was taken, by the server's clock.
    let at: Instant
    /// The server's position in its log, read once.
    let lsn: String
    let budget: SnapshotBudget
    /// Settings given to lanes so far: the next person may be of a kind that doesn't set them.
    private let given = GivenSettings()
    /// Plans made over this catalogue.
    let plans = PlanCache()

    /// How many connections under row security it takes: one for each collection of the map's largest tree, and one that
    /// counts.
    package static func lanes(_ map: DataMap) -> Int { ExportPlan.lanes(map) + 1 }

    /// Holds a snapshot while `body` runs.
    ///
    /// - Throws: `PostgresError`, or what `body` throws.
    package static func withSnapshot<Value>(
        of database: ExportDatabase, lanes: Int, budget: SnapshotBudget,
        _ body: (HeldSnapshot) async throws -> sending Value
    ) async throws -> sending Value {
        try await database.verifier.withConnection { verifier in
            try await verifier.withTransaction(.snapshot) { verifier in
                let facts = try await verifier.query(Self.facts)
                try await verifier.bound(to: budget.limit)
                try await verifier.set([("row_security", "off")])
                guard let row = facts.first, let id = row[0].flatMap(SnapshotID.init(_:)),
                    let microseconds = row[1].flatMap({ Int64($0) }), let lsn = row[2]
                else { throw ExportError(.wrongRole, "the server exported no snapshot") }
                let catalogue = try await verifier.readCatalogue()
                return try await Self.withLanes(database.exporter, count: lanes, id, budget, []) { lanes in
                    try await body(
                        HeldSnapshot(
                            lanes: lanes, verifier: verifier, catalogue: catalogue,
                            at: Instant(microseconds: microseconds), lsn: lsn, budget: budget))
                }
            }
        }
    }

    /// The first query of the transaction takes the snapshot, so the instant is the snapshot's.
    private static let facts = """
        SELECT pg_export_snapshot(), (extract(epoch FROM statement_timestamp()) * 1000000)::bigint,
               CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END
        """

    private static func withLanes<Value>(
        _ pool: PostgresPool, count: Int, _ id: SnapshotID, _ budget: SnapshotBudget, _ opened: [PostgresConnection],
        _ body: ([PostgresConnection]) async throws -> sending Value
    ) async throws -> sending Value {
        guard opened.count < count else { return try await body(opened) }
        return try await pool.withConnection { connection in
            try await connection.withTransaction(.snapshot) { connection in
                try await connection.importSnapshot(id)
                try await connection.bound(to: budget.limit)
                return try await withLanes(pool, count: count, id, budget, opened + [connection], body)
            }
        }
    }

    /// Tells every connection whose rows are meant: the queries, and row security in the way the map says.
    func scope(to subject: Subject) async throws(PostgresError) {
        try await verifier.name(subject)
        let stale = given.replace(with: subject.kind.scope.setting).map { ($0, "") }
        for lane in lanes where !stale.isEmpty { try await lane.set(stale) }
        for lane in lanes { try await lane.scope(to: subject) }
    }
}

extension PostgresConnection {
    /// Tells the queries whose rows are meant.
    func name(_ subject: Subject) async throws(PostgresError) {
        try await set(subject.key.enumerated().map { (SubjectSetting.name($0), $1) })
    }

    /// Tells the queries whose rows are meant, and row security in the way the map says.
    func scope(to subject: Subject) async throws(PostgresError) {
        try await name(subject)
        switch subject.kind.scope {
        case .none: return
        case .setting(let name): try await set([(name, subject.scopeValue)])
        case .claims(let setting, let claim):
            try await query(
                "SELECT pg_catalog.set_config($1, pg_catalog.json_build_object($2::text, $3::text)::text, true)",
                [setting, claim, subject.scopeValue])
        }
    }

    /// The server ends what outlives the budget, even if we can't any more; and it may sort and look up a large person's
    /// rows in memory, where the default of 4 MB makes bitmaps lossy and row security's checks run again for each row.
    func bound(to limit: Duration) async throws(PostgresError) {
        let milliseconds = "\(limit.components.seconds * 1000 + 60_000)"
        try await set([
            ("work_mem", "64MB"), ("statement_timeout", milliseconds),
            ("idle_in_transaction_session_timeout", milliseconds),
        ])
    }
}

/// The setting of row security that holds a person's value, if one does.
private final class GivenSettings: Sendable {
    private let name = Mutex<String?>(nil)

    /// Notes the setting that is given next.
    ///
    /// - Returns: the one before, when it is another.
    func replace(with next: String?) -> [String] {
        name.withLock { name in
            defer { name = next }
            return name == next ? [] : [name].compactMap { $0 }
        }
    }
}

extension RowSecurityScope {
    /// The setting that policies read.
    fileprivate var setting: String? {
        switch self {
        case .none: nil
        case .setting(let name), .claims(let name, _): name
        }
    }
}
