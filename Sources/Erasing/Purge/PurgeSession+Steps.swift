internal import DataMap
internal import PostgresAccess
internal import RightsCore

extension PurgeSession {
    // MARK: rows

    /// Removes dead rows, and makes sure that none is left: nobody may hold what died before the run, and VACUUM itself
    /// counts what it couldn't remove.
    func vacuum(_ step: PurgeStep, isRewritten: Bool) async throws -> Attempt {
        for number in 1...max(1, settings.attempts) {
            if let obstacle = try await horizon(step, before: run.horizon) { return .blocked(obstacle) }
            let before = try await vacuums(of: step.object)
            let attempt = try await locking(step, holders: step.object)
            guard case .done = attempt else { return attempt }
            // One that is written anew is judged by its new files.
            if isRewritten { return .done }
            guard try await hasVacuumed(step.object, since: before) else { return .blocked(Self.passedOver) }
            let dead = try await deadRows(of: step.object)
            if dead == 0 { return .done }
            guard number < settings.attempts else {
                return .blocked(
                    PurgeObstacle(
                        .deadRows, "\(dead) rows are dead and couldn't be removed, or died meanwhile",
                        mend: "run it again at a quieter hour, or allow the table to be written anew"))
            }
            try await rest(step, "\(dead) dead rows")
        }
        return .blocked(Self.passedOver)
    }

    /// VACUUM only warns when it passes over a table.
    private static let passedOver = PurgeObstacle(
        .refused, "the server passed over the table, or doesn't count what VACUUM did",
        mend: "does the role own it? is track_counts on?")

    /// Writes a table anew and takes the server's word that nothing older than the run went along: the table's new
    /// `relfrozenxid` is the horizon that VACUUM FULL worked by, and rows that died before it aren't copied.
    func rewrite(_ step: PurgeStep) async throws -> Attempt {
        try await rewrite(step, before: run.horizon)
    }

    private func rewrite(_ step: PurgeStep, before horizon: UInt64) async throws -> Attempt {
        let isCatalogue = step.action == .statistics
        if let obstacle = try await self.horizon(step, before: horizon, isCatalogue: isCatalogue) {
            return .blocked(obstacle)
        }
        let before = try await file(of: step.object)
        let attempt = try await locking(step, holders: step.object)
        guard case .done = attempt else { return attempt }
        guard try await file(of: step.object) != before else { return .blocked(Self.passedOver) }
        guard try await frozen(step.object) >= horizon else {
            let obstacle = try await self.horizon(step, before: horizon, isCatalogue: isCatalogue)
            return .blocked(
                obstacle
                    ?? PurgeObstacle(
                        .horizon, "a transaction from before the purge was open while the table was written anew",
                        mend: "run the purge again"))
        }
        return .done
    }

    /// Has pg_repack write a table anew: it copies the rows it sees, and dead ones it doesn't.
    func repack(_ step: PurgeStep) async throws -> Attempt {
        guard let repack = purger.repack else {
            return .blocked(
                PurgeObstacle(
                    .notAllowed, "pg_repack can't be run from here",
                    mend:
                        "pg_repack --no-order --no-kill-backend --table='\(step.object.written)', then run the purge again"
                ))
        }
        if let obstacle = try await horizon(step, before: run.horizon) { return .blocked(obstacle) }
        let before = try await file(of: step.object)
        do { try await repack(step.object) } catch is CancellationError { throw CancellationError() } catch {
            return .blocked(
                PurgeObstacle(.refused, "pg_repack failed", mend: "run it by hand to see why; it needs a primary key"))
        }
        return try await file(of: step.object) == before ? .blocked(Self.passedOver) : .done
    }

    // MARK: statistics

    /// Forgets what the planner knew, and has it look anew, in one transaction.
    func analyze(_ step: PurgeStep) async throws -> Attempt {
        try await trying(step, holders: step.object) { connection in
            try await connection.withTransaction(.readCommitted) { connection in
                try await connection.run(unsafeSQL: "SELECT habeas_local.forget_statistics(\(step.literal))")
                try await connection.run(unsafeSQL: "ANALYZE \(step.object.quoted)")
            }
        }
    }

    /// Writes a catalogue of statistics anew, once no table's old values are in it.
    func renewCatalogue(_ step: PurgeStep) async throws -> Attempt {
        let old = plan.tables.filter { table in
            !table.steps.contains { $0.action == .statistics }
                && !table.steps.contains { $0.action == .analyze && run.done.contains($0.key) }
        }
        guard old.isEmpty else {
            return .blocked(
                PurgeObstacle(
                    .statistics,
                    "it may still describe old values of \(old.map(\.name.written).joined(separator: ", "))",
                    mend: "these tables come first: see what is said of them"))
        }
        let rows = try await connection.query("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        return try await rewrite(step, before: rows.first?.first.flatMap { $0 }.flatMap { UInt64($0) } ?? .max)
    }

    // MARK: indexes

    /// Drops what a REINDEX CONCURRENTLY that was killed left behind.
    func dropLeftovers(of table: PurgePlan.Table) async throws -> PurgeObstacle? {
        guard table.hasFiles, !table.steps.isEmpty, let id = try await identifier(of: table.name) else { return nil }
        let indexes = try await PurgeFacts.indexes([id], connection)[id] ?? []
        for index in indexes where index.isLeftover {
            let step = PurgeStep(action: .reindex, object: index.name, lock: .shareUpdateExclusive)
            let drop = "DROP INDEX CONCURRENTLY IF EXISTS \(index.name.quoted)"
            let attempt = try await trying(step, holders: table.name) { try await $0.run(unsafeSQL: drop) }
            if case .blocked(let obstacle) = attempt {
                return PurgeObstacle(
                    obstacle.kind,
                    "the broken index \(index.name.written) that an interrupted rebuild left can't be dropped: "
                        + obstacle.message, mend: drop)
            }
        }
        return nil
    }

    // MARK: locks

    /// Runs a step's statements, several times if somebody holds a lock.
    func locking(_ step: PurgeStep, holders table: TableName) async throws -> Attempt {
        try await trying(step, holders: table) { connection in
            for statement in step.statements { try await connection.run(unsafeSQL: statement) }
        }
    }

    private func trying(
        _ step: PurgeStep, holders table: TableName, _ body: (PostgresConnection) async throws -> Void
    ) async throws -> Attempt {
        for number in 1...max(1, settings.attempts) {
            do {
                try await body(connection)
                return .done
            } catch let error as PostgresError {
                guard let failure = try failure(of: error) else {
                    // What it was rebuilding half is dropped when it is its turn again.
                    guard number < settings.attempts else { return .blocked(try await locked(table)) }
                    try await rest(step, "a lock")
                    continue
                }
                return failure
            }
        }
        return .blocked(try await locked(table))
    }

    /// What an error means: nil for a lock that wasn't had in time.
    private func failure(of error: PostgresError) throws -> Attempt? {
        switch (error.code, error.sqlState) {
        case (.timedOut, "55P03"), (.statementFailed, "40P01"): return nil
        case (.timedOut, _) where settings.window != nil: return .closed
        case (.timedOut, _): return .blocked(PurgeObstacle(.refused, "somebody cancelled it", mend: "run it again"))
        case (.statementFailed, _):
            let isRight = error.sqlState == "42501"
            return .blocked(
                PurgeObstacle(
                    isRight ? .rights : .refused, error.description,
                    mend: isRight ? "habeas init, or the plan's SQL" : nil))
        default: throw error
        }
    }

    /// Who has a lock on the table now. What the server waits for may also be a snapshot.
    private func locked(_ table: TableName) async throws -> PurgeObstacle {
        let rows = try await connection.query(
            """
            SELECT l.pid::text, max(a.application_name), max(extract(epoch FROM clock_timestamp() - a.xact_start)::bigint)
              FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_stat_activity a ON a.pid = l.pid
             WHERE l.granted AND n.nspname = $1 AND c.relname = $2 AND l.pid <> pg_backend_pid()
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY 1 ORDER BY 1
            """, [table.schema.text, table.name.text])
        let holders = rows.map { row in
            "session \(row[0] ?? "?") of \(row[1].flatMap { $0.isEmpty ? nil : $0 } ?? "an unnamed program")"
                + (row[2].map { ", since \($0) s" } ?? "")
        }
        let old = try await HorizonHolder.all(before: run.horizon, isCatalogue: false, over: connection).map(\.text)
        let known = Set(holders).union(old).sorted()
        return PurgeObstacle(
            .locked,
            "no lock within \(settings.attempts) times \(settings.lockTimeout.milliseconds) ms; nothing was changed"
                + (known.isEmpty ? "" : "; in the way: " + known.joined(separator: "; ")),
            mend: "run it again when they are done, or in a maintenance window")
    }

    private func rest(_ step: PurgeStep, _ reason: String) async throws {
        try await purger.note(.waiting(step, reason))
        try await Task.sleep(for: settings.retryPause)
    }

    // MARK: horizon

    /// What keeps the server from removing what died before a transaction; nil when nothing does. Two looks: a snapshot
    /// that was taken behind the first one's back is seen by the second.
    func horizon(
        _ step: PurgeStep, before xid: UInt64, isCatalogue: Bool = false
    ) async throws -> PurgeObstacle? {
        let deadline = ContinuousClock.now + settings.patience
        var isTold = false
        while true {
            var holders: [HorizonHolder] = []
            for _ in 1...2 where holders.isEmpty {
                holders = try await HorizonHolder.all(before: xid, isCatalogue: isCatalogue, over: connection)
            }
            guard !holders.isEmpty else { return nil }
            guard ContinuousClock.now < deadline else { return Self.obstacle(holders) }
            if !isTold { try await purger.note(.waiting(step, holders.map(\.text).joined(separator: "; "))) }
            isTold = true
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private static func obstacle(_ holders: [HorizonHolder]) -> PurgeObstacle {
        PurgeObstacle(
            .horizon,
            "the server keeps dead rows for those who began before the purge: "
                + holders.map(\.text).joined(separator: "; "),
            mend: holders.map(\.mend).joined(separator: "; "))
    }
}
