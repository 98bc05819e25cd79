internal import DataMap
internal import FoundationEssentials
internal import PostgresAccess
internal import RightsCore

extension Eraser {
    /// Carries out an approved plan, or finishes what an earlier attempt of the same run began; a run that is done gives
    /// its receipt again.
    ///
    /// What it answers is what the database holds: when the connection breaks at the commit, it waits until the server is
    /// through and looks.
    /// - Throws: `ErasureError` with nothing erased, but for `.outcomeUnknown`; of an erasure in batches, what is gone is
    ///   gone and the next attempt goes on.
    package func run(_ order: ErasureOrder) async throws -> ErasureReceipt {
        guard order.approved.conflicts.isEmpty else {
            throw ErasureError(
                .conflict, "the plan has conflicts: \(order.approved.conflicts.joined(separator: "; "))",
                hint: "mend them, plan again, and have that plan approved")
        }
        let standing = try await standing(of: order.run)
        if case .done(let receipt) = standing { return receipt }
        do {
            if standing.isBegun || order.approved.goingRows > map.erasurePolicy.rowsInOneTransaction {
                return try await runInBatches(order)
            }
            return try await settling(order.run) { try await self.runAtOnce(order) }
        } catch let error as ErasureError {
            // Another process may have finished the same run while this one waited for the person's row.
            if error.code == .noSuchSubject, let receipt = try await receipt(of: order.run) { return receipt }
            throw error
        }
    }

    /// The receipt of a run; nil when it isn't done.
    package func receipt(of run: String) async throws -> ErasureReceipt? {
        guard case .done(let receipt) = try await standing(of: run) else { return nil }
        return receipt
    }

    /// Whether an erasure in batches has begun and isn't over: it goes on by the same run, and by no other.
    package func isBegun(_ run: String) async throws -> Bool { try await standing(of: run).isBegun }

    /// How far a run is.
    package func standing(of run: String) async throws -> RunStanding {
        let rows = try await companion { connection in
            try await connection.query(
                """
                SELECT EXISTS (SELECT FROM habeas_local.erasure_run WHERE run = $1::uuid), r.seq,
                       encode(r.plan, 'hex'), (extract(epoch FROM r.at) * 1000000)::bigint, r.regime, r.counts
                  FROM (VALUES ($1::uuid)) AS asked(run) LEFT JOIN habeas_local.receipt AS r USING (run)
                """, [run])
        }
        let row = rows.first ?? []
        guard row.count == 6, row[1] != nil else { return row.first == "t" ? .begun : .untouched }
        guard let sequence = row[1].flatMap({ Int64($0) }), let plan = row[2],
            let at = row[3].flatMap({ Int64($0) }), let regime = row[4], let counts = row[5],
            let done = try? JSONDecoder().decode(ErasureReceipt.Done.self, from: Data(counts.utf8))
        else { throw ErasureError(.noCompanion, "the receipt of the run can't be read") }
        return .done(
            ErasureReceipt(
                run: run, sequence: sequence, plan: plan, at: Instant(microseconds: at), regime: regime, done: done))
    }

    /// Where the server's log stands now: read after the commit, and after a crash at the restart, where later is safe.
    package func position() async throws -> ErasurePosition {
        guard let place = try await database.withConnection({ try await $0.logPlace() }) else {
            throw ErasureError(.wrongRole, "the server doesn't say where its log stands")
        }
        return ErasurePosition(systemIdentifier: place.system, timeline: Int(place.timeline), lsn: place.lsn)
    }

    // MARK: attempts

    /// What is true of the database when a transaction doesn't get through.
    enum Standing {
        case untouched, begun

        var hint: String {
            switch self {
            case .untouched: "nothing was erased; it is tried again later"
            case .begun: "what is gone is gone; it is tried again later, and goes on where it stopped"
            }
        }
    }

    /// Runs a transaction again while others get in its way.
    ///
    /// - Parameter hindered: told each time they do.
    func persisting<Value: Sendable>(
        _ standing: Standing, hindered: () -> Void = {}, _ body: () async throws -> Value
    ) async throws -> Value {
        var attempt = 1
        while true {
            let hindrance: any Error
            do { return try await body() } catch let error as PostgresError {
                guard error.isContention else { throw Self.translated(error, standing) }
                hindrance = error
            } catch let error as ErasureError {
                // Others may have deleted some of the rows while the statement waited for them.
                guard error.code == .countMismatch, attempt < budget.attempts else { throw error }
                hindrance = error
            }
            guard attempt < budget.attempts else {
                throw ErasureError(
                    .contended, "others held or changed the same rows, \(attempt) times: \(hindrance)",
                    hint: standing.hint)
            }
            attempt += 1
            hindered()
            try await Task.sleep(for: .milliseconds(50 * attempt))
        }
    }

    /// The same for the transaction that writes the receipt: what the server says at the end is what counts.
    func settling(
        _ run: String, _ standing: Standing = .untouched, _ body: () async throws -> ErasureReceipt
    ) async throws -> ErasureReceipt {
        try await persisting(standing) {
            do { return try await body() } catch let error as PostgresError {
                if let receipt = try await settled(run, after: error) { return receipt }
                throw error
            }
        }
    }

    /// What became of a run whose connection broke: its receipt if the server committed, nil if it didn't.
    private func settled(_ run: String, after error: PostgresError) async throws -> ErasureReceipt? {
        guard error.code == .connectionLost || error.code == .cancelled else { return nil }
        // A cancelled task still has to know; what it asks here isn't cancelled with it.
        return try await Task {
            var pause = 1
            while pause <= 64 {
                do {
                    // A server process that is still at it may commit after we look.
                    let busy = try await self.companion { connection in
                        try await connection.query(
                            "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()",
                            [Self.applicationName(run)])
                    }
                    if busy.first?.first == "0" { return try await self.receipt(of: run) }
                } catch let error as PostgresError where error.code != .statementFailed {
                    // Not there yet: a server that restarts needs a moment.
                }
                try await Task.sleep(for: .milliseconds(100 * pause))
                pause *= 2
            }
            throw ErasureError(
                .outcomeUnknown, "the connection broke at the commit, and the server can't be asked what it did",
                hint: "run it again when the server is back: the run's receipt says whether it was done")
        }.value
    }

    static func applicationName(_ run: String) -> String { "habeas-erase-\(run)" }

    /// An error that says what stands in the way, as one of an erasure.
    private static func translated(_ error: PostgresError, _ standing: Standing) -> any Error {
        guard let state = error.sqlState, state.hasPrefix("23") else { return error }
        return ErasureError(
            .conflict, "the database refused what the map orders: \(error)",
            hint: "let the rows go, or map the column so that it takes a surrogate; \(standing.hint)")
    }

    // MARK: the companion schema

    /// Lends a connection outside the erasure's transaction; a store without its companion schema is said to be one.
    func companion<Value: Sendable>(
        _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        do { return try await database.withConnection { try await body($0) } } catch let error as PostgresError
            // No table, no schema, no column, no function.
            where ["42P01", "3F000", "42703", "42883"].contains(error.sqlState ?? "")
        {
            throw ErasureError(
                .noCompanion, "the store has no companion schema habeas_local, or an older one",
                hint: "run `habeas init`")
        }
    }
}

/// How far a run is in the store.
package enum RunStanding: Sendable {
    /// Nothing was done.
    case untouched
    /// Batches have begun; it goes on by the same run, and by no other.
    case begun
    /// It is done.
    case done(ErasureReceipt)

    /// Whether it is between beginning and end.
    package var isBegun: Bool { if case .begun = self { true } else { false } }
    /// Whether nothing was done.
    package var isUntouched: Bool { if case .untouched = self { true } else { false } }
}

extension PostgresError {
    /// Whether others got in the way, so that another attempt may well succeed: a deadlock, a lock not had in time, a row
    /// changed meanwhile, or a row that came in below one that went.
    var isContention: Bool {
        code == .timedOut || ["40001", "40P01", "55P03", "23503"].contains(sqlState ?? "")
    }
}
