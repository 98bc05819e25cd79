internal import DataMap
internal import FoundationEssentials
internal import PostgresAccess
internal import RightsCore
internal import SubjectAccess

extension Eraser {
    /// The whole erasure as one transaction: it matches what was approved, or nothing happens.
    func runAtOnce(_ order: ErasureOrder) async throws -> ErasureReceipt {
        try await database.withConnection { connection in
            try await connection.withTransaction(.readCommitted) { connection in
                let session = try await open(order.question, run: order.run, on: connection)
                try await session.lockTarget()
                try await session.requireAlone(run: order.run)
                let documents = try await session.documents()
                let side = try await session.numbers(try session.maker.sideCounters())
                let empty = session.plan(side, documents: documents)
                try session.requireStructure(of: order.approved, empty)
                try await order.check()
                let sequence = try await order.intent()
                try await session.retain(documents, run: order.run)
                let executed = try await session.execute(session.blueprint.everything, run: order.run)
                let done = session.plan(side.merging(executed) { $1 }, documents: documents)
                try session.requireCounts(of: order.approved, done)
                try await session.recount()
                try await session.suppress(order.suppressions)
                let receipt = try await session.writeReceipt(
                    order, sequence: sequence, done: done, regime: "one_transaction")
                try await order.check()
                return receipt
            }
        }
    }
}

extension ErasureSession {
    /// Locks the person's rows (or the record), so that nobody writes for them until the transaction ends: what refers to
    /// them waits, readers don't.
    func lockTarget() async throws {
        let table: CatalogueTable
        let condition: String
        if let subject {
            guard let own = blueprint.reach.catalogue[subject.kind.table] else {
                throw ErasureError(.mapDoesNotFit, "the table \(subject.kind.table) doesn't exist")
            }
            table = own
            condition = try ErasureError.translating { () throws(SubjectError) in
                try blueprint.reach.paths.isSubject("t0", subject.kind.key, own, asText: false)
            }
        } else {
            guard let reached = blueprint.reach.reached(scope) else { return }
            table = reached.table
            condition = try blueprint.reach.membership(of: reached, "t0")
        }
        let rows = try await connection.query("SELECT 1 FROM \(table.source) AS t0 WHERE \(condition) FOR UPDATE")
        guard !rows.isEmpty else {
            throw ErasureError(
                .noSuchSubject, "no row of \(table.name) has that key any more", hint: "nothing was erased")
        }
    }

    /// Stops when another run is erasing the same person in batches.
    func requireAlone(run: String) async throws {
        let rows = try await connection.query(
            "SELECT 1 FROM habeas_local.tombstone WHERE kind = $1 AND key = $2 AND run <> $3::uuid", [scope, key, run])
        guard rows.isEmpty else {
            throw ErasureError(
                .contended, "another erasure of the same person is under way",
                hint: "wait until it is done; it goes on by its own request")
        }
    }

    // MARK: comparing

    /// Stops when what would be done now isn't what was approved.
    func requireStructure(of approved: ErasurePlan, _ fresh: ErasurePlan) throws(ErasureError) {
        try require(approved.structureDifferences(from: fresh))
    }

    /// Stops when other numbers of rows went than were approved; none at all is an alarm of its own.
    func requireCounts(of approved: ErasurePlan, _ done: ErasurePlan) throws(ErasureError) {
        if approved.goingRows > 0 && done.goingRows == 0 {
            throw ErasureError(
                .nothingFound, "\(approved.goingRows) rows were forecast, and there is none",
                hint:
                    "nothing was changed; look whether the person was erased otherwise, or the map's paths lead astray")
        }
        try require(approved.differences(from: done, band: eraser.map.erasurePolicy.band))
    }

    private func require(_ differences: [String]) throws(ErasureError) {
        guard !differences.isEmpty else { return }
        throw ErasureError(
            .planChanged, "what would be done now isn't what was approved: \(differences.joined(separator: "; "))",
            hint: "nothing was erased; plan again, and have that plan approved")
    }

    // MARK: doing

    /// Remembers by keyed hashes who must not be created again.
    func suppress(_ hashes: [Hash256]) async throws(PostgresError) {
        guard !hashes.isEmpty else { return }
        try await connection.query(Eraser.suppressing, [Eraser.array(hashes.map(\.hex))])
    }

    /// Keeps what statutes say, before its rows go.
    func retain(_ documents: [RetainedDocuments], run: String) async throws {
        for document in documents where !document.kept.isEmpty {
            try await connection.query(
                document.projection.statement,
                [run, document.projection.record.statute, try RetentionDates.json(document.kept)])
        }
    }

    /// Deletes and changes what is selected, and gives the rows and files that went, by collection.
    ///
    /// - Throws: `ErasureError.Code.countMismatch` when a trigger or rule kept rows that should have gone.
    func execute(_ selection: Blueprint.Selection, run: String) async throws -> [Counter: Int] {
        let rows = try await connection.query(blueprint.statement(selection), [run])
        let numbers = (rows.first ?? []).map { $0.flatMap { Int($0) } ?? -1 }
        var counts: [Counter: Int] = [:]
        for (index, (deletion, _)) in selection.deletions.enumerated() {
            let (gone, there, files) = (numbers[3 * index], numbers[3 * index + 1], numbers[3 * index + 2])
            try requireEqual(gone, there, deletion.reached.table, "went")
            guard let number = self.index(of: deletion) else { continue }
            counts[.rows(number)] = gone
            counts[.files(number)] = files
        }
        let start = 3 * selection.deletions.count
        for (index, (update, _)) in selection.updates.enumerated() {
            try requireEqual(numbers[start + 2 * index], numbers[start + 2 * index + 1], update.table, "were changed")
        }
        try await liftRestrictions()
        return counts
    }

    /// What held a row that is gone holds nothing any more.
    private func liftRestrictions() async throws {
        let restricted = try await connection.query("SELECT DISTINCT table_name FROM habeas_local.restriction")
        let names = Set(restricted.compactMap { $0[0] })
        guard !names.isEmpty else { return }
        for table in Set(blueprint.deletions.map(\.reached.table.name)).sorted() where names.contains(table.written) {
            guard let described = blueprint.reach.catalogue[table] else { continue }
            let same = described.identity.enumerated().map { number, name in
                let type = described.column(name)?.sqlType ?? "text"
                return "t0.\(name.quoted) = (r.row_key->>\(number))::\(type)"
            }
            try await connection.query(
                "DELETE FROM habeas_local.restriction AS r WHERE r.table_name = $1 AND NOT EXISTS "
                    + "(SELECT FROM \(described.source) AS t0 WHERE \(same.joined(separator: " AND ")))",
                [table.written])
        }
    }

    private func index(of deletion: Blueprint.Deletion) -> Int? {
        blueprint.reach.collections.firstIndex {
            $0.collection.name == deletion.reached.collection.name && $0.removesRows
        }
    }

    private func requireEqual(
        _ done: Int, _ there: Int, _ table: CatalogueTable, _ verb: String
    ) throws(ErasureError) {
        guard done != there else { return }
        throw ErasureError(
            .countMismatch,
            "\(table.name): \(done) rows \(verb), \(there) should have; a trigger or rule keeps the others",
            hint: "nothing was erased; `habeas map check` names triggers and rules")
    }

    // MARK: proving

    /// Counts again what should be gone, as the role that only reads.
    ///
    /// - Throws: `ErasureError.Code.rowsRemain`.
    func recount() async throws {
        let remaining = blueprint.remaining()
        try await connection.query("SET LOCAL ROLE \(Identifier(eraser.verifier).quoted)")
        let rows = try await connection.query(
            remaining.enumerated().map { "SELECT \($0), q.* FROM (\($1.sql)) AS q" }.joined(separator: " UNION ALL ")
                + (remaining.isEmpty ? "SELECT 0, 0" : " ORDER BY 1"))
        try await connection.query("SET LOCAL ROLE NONE")
        for (collection, row) in zip(remaining.map(\.collection), rows) where row[1] != "0" {
            throw ErasureError(
                .rowsRemain, "\(collection): \(row[1] ?? "?") rows are there after the deletion",
                hint: "nothing was erased; look for a trigger that puts rows back")
        }
    }

    func writeReceipt(
        _ order: ErasureOrder, sequence: Int64, done: ErasurePlan, regime: String, deviations: [String] = []
    ) async throws -> ErasureReceipt {
        let counts = ErasureReceipt.Done(
            collections: done.collections, retained: done.retained, sideEffects: done.sideEffects, holds: done.holds,
            deviations: deviations)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(counts), as: UTF8.self)
        let plan = try order.approved.digest().hex
        let rows = try await connection.query(
            """
            INSERT INTO habeas_local.receipt (run, seq, plan, regime, counts)
            VALUES ($1::uuid, $2::bigint, decode($3, 'hex'), $4, $5::jsonb)
            RETURNING (extract(epoch FROM at) * 1000000)::bigint
            """, [order.run, String(sequence), plan, regime, text])
        let at = rows.first?.first.flatMap { $0 }.flatMap { Int64($0) } ?? 0
        return ErasureReceipt(
            run: order.run, sequence: sequence, plan: plan, at: Instant(microseconds: at), regime: regime, done: counts)
    }
}
