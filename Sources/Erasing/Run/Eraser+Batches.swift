internal import DataMap
internal import FoundationEssentials
internal import PostgresAccess
internal import RightsCore
internal import SubjectAccess

/// An erasure of more rows than one transaction may hold.
///
/// First the person's rows are listed and counted against the plan, and the person is put out of reach: refused by the
/// product, without a way in, without what names them, with their billing record kept; all of it, or nothing. Then the rows
/// go in batches with pauses. The last transaction takes what is left, and the person's own row. Each step is found again
/// after a crash by the run, and none is taken under another map, schema, law or hold than those approved.
extension Eraser {
    func runInBatches(_ order: ErasureOrder) async throws -> ErasureReceipt {
        if try await !isBegun(order.run) { try await persisting(.untouched) { try await self.begin(order) } }
        try await eraseLists(order)
        return try await settling(order.run, .begun) { try await self.finish(order) }
    }

    /// Whether a run has begun, which nobody else takes further until the transaction ends.
    private func isBegun(_ run: String, on connection: PostgresConnection) async throws(PostgresError) -> Bool {
        try await !connection.query(
            "SELECT 1 FROM habeas_local.erasure_run WHERE run = $1::uuid FOR UPDATE", [run]
        ).isEmpty
    }

    // MARK: out of reach

    /// The first transaction: a run that is refused here leaves everything as it was.
    private func begin(_ order: ErasureOrder) async throws {
        progress(ErasureProgress(phase: "listing", done: 0, total: nil))
        try await inSession(of: order) { session in
            try await session.lockTarget()
            try await session.requireAlone(run: order.run)
            // Another process may have begun the same run while this one waited for the person's row.
            guard try await !self.isBegun(order.run, on: session.connection) else { return }
            try await session.lockReferred(session.blueprint.everything)
            let documents = try await session.documents()
            let side = try await session.numbers(try session.maker.sideCounters())
            try session.requireStructure(of: order.approved, session.plan(side, documents: documents))
            let credentials = try await session.endWaysIn()
            let lists = try WorkList.lists(session.blueprint, run: order.run)
            let states = try await session.make(lists)
            let listed = try await session.listed(states, lists, credentials)
            try session.requireCounts(
                of: order.approved, session.plan(side.merging(listed) { $1 }, documents: documents))
            _ = try await order.intent()
            for index in lists.indices {
                try await session.keepDocuments(of: lists[index], after: 0, upTo: states[index].listed, run: order.run)
            }
            // Rows that stay are changed now: later the way to them may be gone.
            _ = try await session.execute(session.blueprint.changesAlone, run: order.run)
            if let hiding = session.hiding() { try await session.connection.query(hiding) }
            try await session.noteRun(order, states, credentials, side)
            try await session.suppress(order.suppressions)
            try await order.check()
        }
    }

    // MARK: batches

    private func eraseLists(_ order: ErasureOrder) async throws {
        var pace = Pace(budget)
        while true {
            let started = ContinuousClock.now
            let step = try await persisting(.begun) {
                pace.slowDown()
            } _: {
                try await self.eraseBatch(order)
            }
            guard let step else { return }
            progress(ErasureProgress(phase: "erasing", done: step.done, total: step.total))
            try await Task.sleep(for: pace.next(after: ContinuousClock.now - started, of: step.list, lag: step.lag))
        }
    }

    private struct BatchStep { let list: Int, done: Int, total: Int, lag: Int }

    /// One batch in a transaction of its own, with how far its list is.
    ///
    /// - Returns: nil when all lists are through.
    private func eraseBatch(_ order: ErasureOrder) async throws -> BatchStep? {
        try await inSession(of: order) { session in
            // What a crash of the server takes of a batch it takes whole, and the next attempt does it again; the last
            // transaction is written out before it is told of, and all that came before with it.
            try await session.connection.set([("synchronous_commit", "off")])
            // Finished by another process: the last transaction will say so.
            guard try await self.isBegun(order.run, on: session.connection) else { return nil }
            try session.requireSame(as: order.approved)
            let lists = try WorkList.lists(session.blueprint, run: order.run)
            var states = try await session.states(of: lists, run: order.run)
            let before = states
            guard try await session.advance(&states, lists, run: order.run) else { return nil }
            try await session.note(states, run: order.run)
            let lag = try await session.connection.query(
                """
                SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)), 0)::bigint
                  FROM pg_stat_replication
                """)
            return BatchStep(
                list: zip(states, before).enumerated().first { $1.0 != $1.1 }?.offset ?? 0,
                done: states.reduce(0) { $0 + $1.gone }, total: states.reduce(0) { $0 + $1.listed },
                lag: lag.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0)
        }
    }

    // MARK: the end

    /// What is left, what came in meanwhile, and the person's own row, as one transaction with the recount and the receipt.
    private func finish(_ order: ErasureOrder) async throws -> ErasureReceipt {
        progress(ErasureProgress(phase: "finishing", done: 0, total: nil))
        return try await inSession(of: order) { session in
            try await session.lockTarget()
            guard try await self.isBegun(order.run, on: session.connection) else {
                throw ErasureError(.noSuchSubject, "the run is over", hint: "another process finished it")
            }
            try session.requireSame(as: order.approved)
            let lists = try WorkList.lists(session.blueprint, run: order.run)
            let states = try await session.states(of: lists, run: order.run)
            let remainder = session.blueprint.remainder(lists)
            try await session.lockReferred(remainder)
            let side = try await self.side(order.run, of: session)
            let documents = try await session.documents(in: remainder)
            let sequence = try await order.intent()
            let executed = try await session.execute(remainder, keeping: documents, run: order.run)
            let went = states.map { ($0.collection, $0.gone, $0.files) }
            var done = session.plan(
                session.sum(side.merging(executed) { $1 }, went, try await session.credentials(order.run)),
                documents: [])
            done.retained = try await session.retainedLines(order)
            let differences = order.approved.differences(from: done, band: self.map.erasurePolicy.band)
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
            try await session.recount()
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
        // Rows of others that came to refer to what goes only now.
        let conflicts = session.plan(now, documents: []).conflicts
        guard conflicts.isEmpty else {
            throw ErasureError(
                .conflict, conflicts.joined(separator: "; "),
                hint: "what is gone is gone; let go of those rows, and run it again: it goes on where it stopped")
        }
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

    /// What statutes keep of this run, as it was written.
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
