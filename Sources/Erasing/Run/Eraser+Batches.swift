internal import DataMap
internal import FoundationEssentials
internal import PostgresAccess
internal import RightsCore
internal import SubjectAccess

/// An erasure of more rows than one transaction may hold.
///
/// First the person is put out of reach: refused by the product, without a way in, without what names them, with their
/// billing record kept. Then their rows are listed, counted against the plan, and go in batches with pauses. The last
/// transaction takes what is left, and the person's own row. Each step is found again after a crash by the run.
extension Eraser {
    /// Whether an erasure in batches has begun and isn't over: it goes on by the same run, and by no other.
    package func isBegun(_ run: String) async throws -> Bool { try await stage(of: run) != nil }

    func runInBatches(_ order: ErasureOrder) async throws -> ErasureReceipt {
        if try await stage(of: order.run) == nil {
            try await retrying { try await self.putOutOfReach(order) }
        }
        if try await stage(of: order.run) == .listing {
            try await retrying { try await self.list(order) }
        }
        try await eraseLists(order)
        return try await attempting(order) { try await self.finish(order) }
    }

    // MARK: stages

    private enum Stage: String { case listing, erasing }

    private func stage(of run: String) async throws -> Stage? {
        let rows = try await companion { connection in
            try await connection.query("SELECT stage FROM habeas_local.erasure_run WHERE run = $1::uuid", [run])
        }
        return rows.first?.first.flatMap { $0 }.flatMap(Stage.init)
    }

    /// The stage of a run that nobody else takes further until the transaction ends.
    private func lockedStage(_ run: String, on connection: PostgresConnection) async throws(PostgresError) -> Stage? {
        let rows = try await connection.query(
            "SELECT stage FROM habeas_local.erasure_run WHERE run = $1::uuid FOR UPDATE", [run])
        return rows.first?.first.flatMap { $0 }.flatMap(Stage.init)
    }

    /// How far a list is: rows and files gone, of how many, up to which number.
    private struct ListState: Codable {
        var collection: String
        var listed: Int
        /// Up to which number circles are opened, and up to which rows are gone.
        var opened: Int
        var upTo: Int
        var gone: Int
        var files: Int
    }

    private func retrying(_ body: @Sendable () async throws -> Void) async throws {
        var attempt = 1
        while true {
            do { return try await body() } catch let error as PostgresError where error.isContention {
                guard attempt < budget.attempts else {
                    throw ErasureError(
                        .contended, "others held or changed the same rows, \(attempt) times: \(error)",
                        hint: "it is tried again later, and goes on where it stopped")
                }
                attempt += 1
                try await Task.sleep(for: .milliseconds(50 * attempt))
            }
        }
    }

    // MARK: out of reach

    /// One short transaction.
    private func putOutOfReach(_ order: ErasureOrder) async throws {
        try await inSession(of: order) { session in
            try await session.lockTarget()
            try await session.requireAlone(run: order.run)
            // Another process may have begun the same run while this one waited for the person's row.
            guard try await self.lockedStage(order.run, on: session.connection) == nil else { return }
            let documents = try await session.documents()
            let numbers = try await session.numbers(try session.maker.counters())
            let fresh = session.plan(numbers, documents: documents)
            try session.requireStructure(of: order.approved, fresh)
            try session.requireCounts(of: order.approved, fresh)
            _ = try await order.intent()
            try await session.connection.query(
                "INSERT INTO habeas_local.erasure_run (run, stage, plan) VALUES ($1::uuid, 'listing', decode($2, 'hex'))",
                [order.run, try order.approved.digest().hex])
            if session.subject != nil {
                try await session.connection.query(
                    """
                    INSERT INTO habeas_local.tombstone (kind, key, run) VALUES ($1, $2, $3::uuid)
                    ON CONFLICT (kind, key) DO UPDATE SET run = excluded.run
                    """, [session.scope, session.key, order.run])
            }
            try await session.retain(documents, run: order.run)
            var gone: [String: Int] = [:]
            for (collection, statement) in session.blueprint.credentials() {
                let rows = try await session.connection.query(statement)
                gone[collection] = rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
            }
            if let hiding = session.hiding() { try await session.connection.query(hiding) }
            try await session.connection.query(
                "UPDATE habeas_local.erasure_run SET credentials = $2::jsonb WHERE run = $1::uuid",
                [order.run, String(decoding: try JSONEncoder().encode(gone), as: UTF8.self)])
            try await session.suppress(order.suppressions)
            try await order.check()
        }
    }

    // MARK: lists

    private func list(_ order: ErasureOrder) async throws {
        progress(ErasureProgress(phase: "listing", done: 0, total: nil))
        try await inSession(of: order) { session in
            guard try await self.lockedStage(order.run, on: session.connection) == .listing else { return }
            var states: [ListState] = []
            for list in WorkList.lists(session.blueprint, run: order.run) {
                try await session.connection.run(unsafeSQL: "DROP TABLE IF EXISTS \(list.name)")
                try await session.connection.run(unsafeSQL: list.creation)
                try await session.connection.run(unsafeSQL: list.index)
                let rows = try await session.connection.query("SELECT count(*) FROM \(list.name)")
                let name = list.deletion.reached.collection.name
                states.append(
                    ListState(
                        collection: name, listed: rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0, opened: 0,
                        upTo: 0, gone: 0, files: 0))
            }
            // Rows that stay are changed now: later the way to them may be gone.
            let counters = try session.maker.sideCounters()
            let numbers = try await session.numbers(counters)
            let side = counters.map { numbers[$0.0] ?? 0 }
            _ = try await session.execute(session.blueprint.changesAlone, run: order.run)
            try await session.connection.query(
                """
                UPDATE habeas_local.erasure_run SET stage = 'erasing', lists = $2::jsonb, side = $3::jsonb
                 WHERE run = $1::uuid
                """,
                [order.run, try Self.json(states), String(decoding: try JSONEncoder().encode(side), as: UTF8.self)])
        }
    }

    private static func json(_ states: [ListState]) throws -> String {
        String(decoding: try JSONEncoder().encode(states), as: UTF8.self)
    }

    private func states(_ run: String, on connection: PostgresConnection) async throws -> [ListState] {
        let rows = try await connection.query(
            "SELECT lists FROM habeas_local.erasure_run WHERE run = $1::uuid FOR UPDATE", [run])
        guard let text = rows.first?.first.flatMap({ $0 }),
            let states = try? JSONDecoder().decode([ListState].self, from: Data(text.utf8))
        else { throw ErasureError(.noCompanion, "the lists of the run can't be read") }
        return states
    }

    private func credentials(_ run: String, on connection: PostgresConnection) async throws -> [String: Int] {
        let rows = try await connection.query(
            "SELECT credentials FROM habeas_local.erasure_run WHERE run = $1::uuid", [run])
        let text = rows.first?.first.flatMap { $0 } ?? "{}"
        return (try? JSONDecoder().decode([String: Int].self, from: Data(text.utf8))) ?? [:]
    }

    // MARK: batches

    private func eraseLists(_ order: ErasureOrder) async throws {
        var pace = Pace(budget)
        var failures = 0
        while true {
            let started = ContinuousClock.now
            var step: BatchStep?
            do { step = try await eraseBatch(order) } catch let error as PostgresError where error.isContention {
                failures += 1
                guard failures < budget.attempts else {
                    throw ErasureError(
                        .contended, "others held or changed the same rows, \(failures) times: \(error)",
                        hint: "what is gone is gone; it is tried again later, and goes on where it stopped")
                }
                pace.slowDown()
                try await Task.sleep(for: pace.pause)
                // Something came in below a row that was to go: it goes first.
                if error.sqlState == "23503" { try await retrying { try await self.sweep(order) } }
                continue
            }
            failures = 0
            guard let step else { return }
            progress(ErasureProgress(phase: "erasing", done: step.done, total: step.total))
            try await Task.sleep(for: pace.next(after: ContinuousClock.now - started, lag: step.lag))
        }
    }

    private struct BatchStep { let done: Int, total: Int, lag: Int }

    /// One batch in a transaction of its own, with how far its list is.
    ///
    /// - Returns: nil when all lists are through.
    private func eraseBatch(_ order: ErasureOrder) async throws -> BatchStep? {
        try await inSession(of: order) { session in
            // Finished by another process: the last transaction will say so.
            guard try await self.lockedStage(order.run, on: session.connection) != nil else { return nil }
            var states = try await self.states(order.run, on: session.connection)
            let lists = WorkList.lists(session.blueprint, run: order.run)
            guard states.map(\.collection) == lists.map(\.deletion.reached.collection.name) else {
                throw ErasureError(
                    .planChanged, "the map or the schema changed while the person was being erased",
                    hint: "put back the map that was approved, and run it again: it goes on where it stopped")
            }
            guard try await self.advance(&states, lists, order.run, on: session.connection) else { return nil }
            try await session.connection.query(
                "UPDATE habeas_local.erasure_run SET lists = $2::jsonb WHERE run = $1::uuid",
                [order.run, try Self.json(states)])
            let lag = try await session.connection.query(
                """
                SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)), 0)::bigint
                  FROM pg_stat_replication
                """)
            return BatchStep(
                done: states.reduce(0) { $0 + $1.gone }, total: states.reduce(0) { $0 + $1.listed },
                lag: lag.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0)
        }
    }

    /// Takes rows that came in since the lists were made.
    private func sweep(_ order: ErasureOrder) async throws {
        try await inSession(of: order) { session in
            var states = try await self.states(order.run, on: session.connection)
            let lists = WorkList.lists(session.blueprint, run: order.run)
            let numbers = try await session.execute(session.blueprint.arrivals(lists), run: order.run)
            for (index, reached) in session.blueprint.reach.collections.enumerated() {
                guard let number = states.firstIndex(where: { $0.collection == reached.collection.name }) else {
                    continue
                }
                states[number].gone += numbers[.rows(index)] ?? 0
                states[number].files += numbers[.files(index)] ?? 0
            }
            try await session.connection.query(
                "UPDATE habeas_local.erasure_run SET lists = $2::jsonb WHERE run = $1::uuid",
                [order.run, try Self.json(states)])
        }
    }

    /// Opens circles first, all of them: a row of a later batch may refer to one of an earlier. Then deletes.
    ///
    /// - Returns: whether there was anything to do.
    private func advance(
        _ states: inout [ListState], _ lists: [WorkList], _ run: String, on connection: PostgresConnection
    ) async throws -> Bool {
        if let index = states.indices.first(where: {
            lists[$0].opening != nil && states[$0].opened < states[$0].listed
        }), let opening = lists[index].opening {
            let upTo = min(states[index].opened + budget.batch, states[index].listed)
            try await connection.query(opening, [String(states[index].opened), String(upTo)])
            states[index].opened = upTo
            return true
        }
        guard let index = states.indices.first(where: { !lists[$0].isLate && states[$0].upTo < states[$0].listed })
        else { return false }
        let upTo = min(states[index].upTo + budget.batch, states[index].listed)
        let rows = try await connection.query(lists[index].batch, [String(states[index].upTo), String(upTo), run])
        states[index].upTo = upTo
        states[index].gone += rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
        states[index].files += rows.first.flatMap { $0[1] }.flatMap { Int($0) } ?? 0
        return true
    }

    // MARK: the end

    /// What is left, what came in meanwhile, and the person's own row, as one transaction with the recount and the receipt.
    private func finish(_ order: ErasureOrder) async throws -> ErasureReceipt {
        progress(ErasureProgress(phase: "finishing", done: 0, total: nil))
        return try await inSession(of: order) { session in
            try await session.lockTarget()
            let states = try await self.states(order.run, on: session.connection)
            let credentials = try await self.credentials(order.run, on: session.connection)
            let lists = WorkList.lists(session.blueprint, run: order.run)
            let side = try await self.side(order.run, of: session)
            let sequence = try await order.intent()
            let executed = try await session.execute(session.blueprint.remainder(lists), run: order.run)
            var numbers = side.merging(executed) { $1 }
            for (index, reached) in session.blueprint.reach.collections.enumerated() where reached.removesRows {
                for state in states where state.collection == reached.collection.name {
                    numbers[.rows(index), default: 0] += state.gone
                    numbers[.files(index), default: 0] += state.files
                }
                numbers[.rows(index), default: 0] += credentials[reached.collection.name] ?? 0
            }
            var done = session.plan(numbers, documents: [])
            done.retained = try await session.retainedLines(order)
            let differences = order.approved.differences(from: done, band: self.map.erasurePolicy.band)
            try await session.recount()
            for list in lists {
                try await session.requireNone(of: list)
                try await session.connection.run(unsafeSQL: "DROP TABLE IF EXISTS \(list.name)")
            }
            try await session.connection.query(
                "DELETE FROM habeas_local.erasure_run WHERE run = $1::uuid", [order.run])
            try await session.connection.query(
                "DELETE FROM habeas_local.tombstone WHERE run = $1::uuid", [order.run])
            let receipt = try await session.writeReceipt(
                order, sequence: sequence, done: done, regime: "batches", deviations: differences)
            try await order.check()
            return receipt
        }
    }

    /// What was counted beside the rows that go when the lists were made, with what came in since.
    private func side(_ run: String, of session: ErasureSession) async throws -> [Counter: Int] {
        let counters = try session.maker.sideCounters()
        let rows = try await session.connection.query(
            "SELECT side FROM habeas_local.erasure_run WHERE run = $1::uuid", [run])
        let text = rows.first?.first.flatMap { $0 } ?? "[]"
        guard let counted = try? JSONDecoder().decode([Int].self, from: Data(text.utf8)),
            counted.count == counters.count
        else { throw ErasureError(.noCompanion, "what the run counted can't be read") }
        let now = try await session.numbers(counters)
        var numbers: [Counter: Int] = [:]
        for (counter, count) in zip(counters.map(\.0), counted) {
            numbers[counter] = count
            // Whoever lost the reference then isn't found now.
            guard case .rows(let index) = counter, session.blueprint.reach.collections[index].changesItsWay else {
                continue
            }
            numbers[counter] = count + (now[counter] ?? 0)
        }
        return numbers
    }

    private func inSession<Value: Sendable>(
        of order: ErasureOrder, _ body: (ErasureSession) async throws -> Value
    ) async throws -> Value {
        try await database.withConnection { connection in
            try await connection.withTransaction(.readCommitted) { connection in
                let session = try await open(order.question, run: order.run, on: connection)
                try await order.check()
                return try await body(session)
            }
        }
    }
}

extension ErasureSession {
    /// Makes sure that nothing of a list is left whose rows can't be found any more but by the list.
    ///
    /// - Throws: `ErasureError.Code.rowsRemain`.
    func requireNone(of list: WorkList) async throws {
        guard !list.isRechecked || list.isLate else { return }
        let left = try await connection.query(list.left).first?.first.flatMap { $0 } ?? "?"
        guard left != "0" else { return }
        throw ErasureError(
            .rowsRemain, "\(list.deletion.reached.collection.name): \(left) rows are there after the deletion",
            hint: "what is gone is gone; look for a trigger that keeps rows, then run it again")
    }

    /// What statutes keep of this run, as it was written before the documents went.
    func retainedLines(_ order: ErasureOrder) async throws -> [ErasurePlan.RetainedLine] {
        let rows = try await connection.query(
            """
            SELECT collection, document, statute, citation, retain_until::text, documents
              FROM habeas_local.count_retained($1::uuid)
            """, [order.run])
        let fields = Dictionary(
            BillingProjection.all(of: blueprint).map { ($0.document.reached.collection.name, $0.fields) }
        ) { first, _ in first }
        return rows.compactMap { row in
            guard let until = row[4].flatMap({ CivilDate($0) }) else { return nil }
            return ErasurePlan.RetainedLine(
                collection: row[0] ?? "", document: row[1] ?? "", statute: row[2] ?? "", citation: row[3] ?? "",
                until: until, documents: row[5].flatMap { Int($0) } ?? 0, fields: fields[row[0] ?? ""] ?? [])
        }
    }

    /// Replaces what names the person in their own row, until the row goes; nil of a record, and where nothing does.
    /// Columns by which their other rows are found stay as long as those.
    func hiding() -> String? {
        guard let kind = subject?.kind, let table = blueprint.reach.catalogue[kind.table],
            let deletion = blueprint.deletions.first(where: { $0.reached.table.name == kind.table })
        else { return nil }
        let hops = eraser.map.collections.flatMap(\.steps).joined().filter { $0.to == kind.table }
        let found = Set(hops.flatMap(\.key) + kind.key + [kind.scopeColumn]).union(table.keyColumns)
            .union(blueprint.reach.catalogue.references(to: kind.table).flatMap(\.key.key))
        let names = Set(kind.identifiers.map(\.column))
        let fields = eraser.map.collections.filter { $0.table == kind.table }.flatMap(\.fields)
        let replaced = table.columns.filter { column in
            guard !found.contains(column.name),
                !maker.facts.generated.contains(GeneratedColumn(table: table.name, column: column.name))
            else { return false }
            return names.contains(column.name) || fields.contains { $0.column == column.name && $0.namesSomebody }
        }
        let assignments = replaced.compactMap { column in
            Surrogate.expression(for: column, isAddress: names.contains(column.name)).map {
                "\(column.name.quoted) = \($0)"
            }
        }
        guard !assignments.isEmpty else { return nil }
        return "UPDATE \(table.source) AS t0 SET \(assignments.joined(separator: ", ")) WHERE \(deletion.condition)"
    }
}

extension ReachedCollection {
    /// Whether its rows aren't found any more once they are changed.
    fileprivate var changesItsWay: Bool {
        let way = Set(collection.paths.compactMap(\.hops.first).flatMap(\.from))
        return changes.contains { $0.isReference || !way.isDisjoint(with: $0.columns) }
    }
}

extension Field {
    /// Whether its value says who somebody is, or lets them in.
    fileprivate var namesSomebody: Bool {
        neverExport != nil || ["name", "contact data", "online identifiers"].contains(category)
    }
}

extension Blueprint {
    /// What ends every way in, with the collection's name: sign-ins and keys to which nothing refers.
    func credentials() -> [(String, String)] {
        deletions.filter {
            $0.reached.collection.areCredentials && $0.files.isEmpty
                && reach.catalogue.references(to: $0.reached.table.name).isEmpty
        }.map {
            (
                $0.reached.collection.name,
                "WITH d AS (DELETE FROM \($0.reached.table.source) AS t0 WHERE \($0.condition) RETURNING 1) "
                    + "SELECT count(*) FROM d"
            )
        }
    }
}
