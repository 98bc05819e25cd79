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
                try await session.lockReferred(session.blueprint.everything)
                let documents = try await session.documents()
                let side = try await session.numbers(try session.maker.sideCounters())
                try session.requireStructure(of: order.approved, session.plan(side, documents: documents))
                try await order.check()
                let sequence = try await order.intent()
                let executed = try await session.execute(
                    session.blueprint.everything, keeping: documents, run: order.run)
                var done = session.plan(side.merging(executed) { $1 }, documents: documents)
                try session.requireCounts(of: order.approved, done)
                if !documents.isEmpty { done.retained = try await session.retainedLines(order) }
                try await session.suppress(order.suppressions)
                let receipt = try await session.writeReceipt(
                    order, sequence: sequence, done: done, regime: "one_transaction")
                try await session.recount()
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

    /// Locks rows of a selection that others may come to refer to while it is carried out, so that what is counted is what
    /// goes: rows that are shared, of which two erasures at once would each leave what the other refers to; and, where a
    /// foreign key deletes or unlinks what refers, every row that is referred to, from the person down.
    func lockReferred(_ selection: Blueprint.Selection) async throws {
        let catalogue = blueprint.reach.catalogue
        func referring(_ table: CatalogueTable) -> [CatalogueForeignKey] {
            catalogue.references(to: table.name).filter { !$0.table.isPartition }.map(\.key)
        }
        let target = subject?.kind.table ?? blueprint.reach.reached(scope)?.table.name
        let isSilent = selection.deletions.map(\.deletion.reached.table).contains { table in
            table.name != target && referring(table).contains { !$0.onDelete.forbids }
        }
        for part in selection.deletions.reversed() {
            let reached = part.deletion.reached
            var condition = part.condition
            if reached.ownership == .shared {
                condition = "(\(condition)) OR (\(try blueprint.reach.membership(of: reached, "t0")))"
            } else if !isSilent || referring(reached.table).isEmpty {
                continue
            }
            let order = reached.table.identity.map { "t0.\($0.quoted)" }.joined(separator: ", ")
            try await connection.query(
                "SELECT count(*) FROM (SELECT 1 FROM \(reached.table.source) AS t0 WHERE \(condition)"
                    + (order.isEmpty ? "" : " ORDER BY \(order)") + " FOR UPDATE) AS q")
        }
    }

    // MARK: comparing

    /// Stops when what would be done now isn't what was approved.
    func requireStructure(of approved: ErasurePlan, _ fresh: ErasurePlan) throws(ErasureError) {
        try require(approved.structureDifferences(from: fresh), Self.nothingErased)
    }

    /// Stops a run that has begun when the map, the schema, the law or the holds aren't those that were approved; what
    /// statutes keep and which references become null was counted before.
    func requireSame(as approved: ErasurePlan) throws(ErasureError) {
        var fresh = plan([:], documents: [])
        (fresh.retained, fresh.sideEffects) = (approved.retained, approved.sideEffects)
        try require(
            approved.structureDifferences(from: fresh),
            "what is gone is gone; put back what was approved, and run it again: it goes on where it stopped")
    }

    /// Stops when other numbers of rows went than were approved; none at all is an alarm of its own.
    func requireCounts(of approved: ErasurePlan, _ done: ErasurePlan) throws(ErasureError) {
        if approved.goingRows > 0 && done.goingRows == 0 {
            throw ErasureError(
                .nothingFound, "\(approved.goingRows) rows were forecast, and there is none",
                hint:
                    "nothing was changed; look whether the person was erased otherwise, or the map's paths lead astray")
        }
        try require(approved.differences(from: done, band: eraser.map.erasurePolicy.band), Self.nothingErased)
    }

    private static let nothingErased = "nothing was erased; plan again, and have that plan approved"

    private func require(_ differences: [String], _ hint: String) throws(ErasureError) {
        guard !differences.isEmpty else { return }
        throw ErasureError(
            .planChanged, "what would be done now isn't what was approved: \(differences.joined(separator: "; "))",
            hint: hint)
    }

    // MARK: doing

    /// Remembers by keyed hashes who must not be created again.
    func suppress(_ hashes: [Hash256]) async throws(PostgresError) {
        guard !hashes.isEmpty else { return }
        try await connection.query(Eraser.suppressing, [hashes.map(\.hex).sqlArray])
    }

    /// Deletes and changes what is selected, keeps what statutes say of it, and gives the rows and files that went, by
    /// collection.
    ///
    /// - Throws: `ErasureError.Code.countMismatch` when a trigger or rule kept rows that should have gone, or a document was
    ///   written of whose day nobody asked what the law says.
    func execute(
        _ selection: Blueprint.Selection, keeping documents: [RetainedDocuments] = [], run: String
    ) async throws -> [Counter: Int] {
        try requireNoConflict(documents)
        let statement = blueprint.statement(selection, keeping: documents.map(\.projection))
        let rows = try await connection.query(statement, [run] + (try documents.flatMap { try $0.parameters() }))
        var numbers = (rows.first ?? []).map { $0.flatMap { Int($0) } ?? -1 }[...]
        var counts: [Counter: Int] = [:]
        for part in selection.deletions {
            let reached = part.deletion.reached
            let (gone, there, files) = (numbers.removeFirst(), numbers.removeFirst(), numbers.removeFirst())
            try requireEqual(gone, there, reached.table, "went")
            if documents.contains(where: { $0.projection.document.reached.collection.name == reached.collection.name })
            {
                try requireKept(numbers.removeFirst(), of: numbers.removeFirst(), reached.collection.name)
            }
            guard let number = self.index(of: part.deletion) else { continue }
            counts[.rows(number)] = gone
            counts[.files(number)] = files
        }
        for (update, _) in selection.updates {
            try requireEqual(numbers.removeFirst(), numbers.removeFirst(), update.table, "were changed")
        }
        let hasRestrictions = numbers.removeFirst() > 0 || !blueprint.reach.holds.isEmpty
        if hasRestrictions { try await liftRestrictions() }
        return counts
    }

    /// Stops when it can't be said until when documents must be kept.
    func requireNoConflict(_ documents: [RetainedDocuments]) throws(ErasureError) {
        guard let conflict = documents.flatMap(\.conflicts).first else { return }
        throw ErasureError(.conflict, conflict, hint: "none of them went; run it again when that is mended")
    }

    /// Stops when a document would go that a statute keeps.
    func requireKept(_ kept: Int, of documents: Int, _ collection: String) throws(ErasureError) {
        guard kept != documents else { return }
        throw ErasureError(
            .countMismatch,
            "\(collection): \(documents) documents must be kept, and \(kept) are; others wrote some meanwhile",
            hint: "none of them went; run it again")
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

    /// Counts again what should be gone, as the role that only reads: it stays that role until the transaction ends, so
    /// nothing is written after the count.
    ///
    /// - Throws: `ErasureError.Code.rowsRemain`.
    func recount() async throws {
        let remaining = blueprint.remaining()
        try await connection.query("SET LOCAL ROLE \(Identifier(eraser.verifier).quoted)")
        let rows = try await connection.query(
            remaining.enumerated().map { "SELECT \($0), q.* FROM (\($1.sql)) AS q" }.joined(separator: " UNION ALL ")
                + (remaining.isEmpty ? "SELECT 0, 0" : " ORDER BY 1"))
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
        let text = try CanonicalJSON.text(counts)
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
