internal import DataMap
internal import PostgresAccess
internal import RightsCore

/// A run as the companion schema remembers it.
struct PurgeRun: Sendable {
    let id: String
    /// Erasures committed before it are covered…
    let covers: ErasurePosition
    /// …whose transactions are all below this one.
    let horizon: UInt64
    /// Steps that are done.
    var done: Set<String>

    /// The advisory lock that one purge of a database holds: `habeas` in ASCII.
    private static let lock = "114767471927667"

    /// Takes the lock until the connection ends. The server may need a moment to notice that the holder before is gone.
    ///
    /// - Throws: `PurgeError` when another purge has it.
    static func lockOut(over connection: PostgresConnection) async throws {
        var holder = "?"
        for _ in 1...10 {
            let rows = try await connection.query(
                """
                SELECT pg_try_advisory_lock($1::bigint), (SELECT pid::text FROM pg_locks WHERE locktype = 'advisory'
                    AND classid = ($1::bigint >> 32)::oid AND objid = ($1::bigint & 4294967295)::oid AND objsubid = 1
                    AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1)
                """, [lock])
            if rows.first?.first == "t" { return }
            holder = rows.first.flatMap { $0[1] } ?? holder
            try await Task.sleep(for: .milliseconds(100))
        }
        throw PurgeError(
            .alreadyRunning, "another purge of this database is at work (process \(holder))",
            hint: "let it finish; it may be stopped at any time, and goes on when it is run again")
    }

    /// Goes on with the open run when it is about the same, else begins one. A run that has done nothing yet is begun
    /// again, so that it covers more.
    static func open(_ plan: PurgePlan, over connection: PostgresConnection) async throws -> PurgeRun {
        let tables = plan.tables.map(\.name.written).sorted().sqlArray
        let here = try await position(over: connection)
        let known = try await connection.query(
            """
            SELECT run, system_identifier, timeline, covers, horizon FROM habeas_local.purge_run AS r
             WHERE ended_at IS NULL AND level = $1 AND rewriting = $2 AND tables = $3::text[] AND system_identifier = $4
               AND timeline = $5::int AND EXISTS (SELECT FROM habeas_local.purge_step s WHERE s.run = r.run)
             ORDER BY begun_at DESC LIMIT 1
            """,
            [
                plan.level.rawValue, plan.rewriting.rawValue, tables, here.place.systemIdentifier,
                "\(here.place.timeline)",
            ])
        if let row = known.first, let id = row[0], let run = run(id, row) {
            let steps = try await connection.query(
                "SELECT step FROM habeas_local.purge_step WHERE run = $1::uuid", [id])
            return PurgeRun(
                id: run.id, covers: run.covers, horizon: run.horizon, done: Set(steps.compactMap { $0[0] }))
        }
        return try await begin(plan, tables, at: here.place, over: connection)
    }

    /// The number is read after the position: whatever was committed before the position is below it.
    private static func begin(
        _ plan: PurgePlan, _ tables: String, at place: ErasurePosition, over connection: PostgresConnection
    ) async throws -> PurgeRun {
        try await connection.withTransaction(.readCommitted) { connection in
            try await connection.query(
                "UPDATE habeas_local.purge_run SET ended_at = clock_timestamp() WHERE ended_at IS NULL")
            let rows = try await connection.query(
                """
                INSERT INTO habeas_local.purge_run
                    (level, rewriting, tables, system_identifier, timeline, covers, horizon)
                VALUES ($1, $2, $3::text[], $4, $5::int, $6::pg_lsn, pg_snapshot_xmax(pg_current_snapshot()))
                RETURNING run, system_identifier, timeline, covers, horizon
                """,
                [
                    plan.level.rawValue, plan.rewriting.rawValue, tables, place.systemIdentifier,
                    "\(place.timeline)", place.lsn,
                ])
            guard let row = rows.first, let id = row[0], let run = run(id, row) else {
                throw PurgeError(.noCompanion, "the purge's progress can't be written", hint: "habeas init")
            }
            return run
        }
    }

    private static func run(_ id: String, _ row: [String?]) -> PurgeRun? {
        guard let system = row[1], let timeline = row[2].flatMap({ Int($0) }), let covers = row[3],
            let horizon = row[4].flatMap({ UInt64($0) })
        else { return nil }
        return PurgeRun(
            id: id, covers: ErasurePosition(systemIdentifier: system, timeline: timeline, lsn: covers),
            horizon: horizon, done: [])
    }

    /// Where the log stands, on which timeline, and when. The timeline is read off the name of the file being written:
    /// what `pg_control_checkpoint()` says is old until the first checkpoint after a promotion.
    static func position(over connection: PostgresConnection) async throws -> PurgePosition {
        let rows = try await connection.query(
            """
            SELECT (SELECT system_identifier FROM pg_control_system()), pg_walfile_name(l.lsn), l.lsn,
                   (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
              FROM (SELECT pg_current_wal_insert_lsn() AS lsn) AS l
            """)
        guard let row = rows.first, let system = row[0],
            let timeline = row[1].flatMap({ Int($0.prefix(8), radix: 16) }),
            let lsn = row[2], let moment = row[3].flatMap({ Int64($0) })
        else { throw ErasureError(.wrongRole, "the server doesn't say where its log stands") }
        return PurgePosition(
            place: ErasurePosition(systemIdentifier: system, timeline: timeline, lsn: lsn),
            at: Instant(microseconds: moment), isCheckpointed: false)
    }

    /// Remembers that a step is done.
    mutating func finish(_ step: PurgeStep, over connection: PostgresConnection) async throws(PostgresError) {
        try await connection.query(
            "INSERT INTO habeas_local.purge_step (run, step) VALUES ($1::uuid, $2) ON CONFLICT DO NOTHING",
            [id, step.key])
        done.insert(step.key)
    }

    /// Remembers that all is done: with a position, or without having got there.
    func end(at lsn: String?, over connection: PostgresConnection) async throws(PostgresError) {
        try await connection.query(
            """
            UPDATE habeas_local.purge_run SET ended_at = clock_timestamp(), purged_at = $2::pg_lsn
             WHERE run = $1::uuid
            """, [id, lsn])
    }
}
