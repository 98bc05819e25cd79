internal import DataMap
internal import RightsCore
internal import SubjectAccess

/// Numbers a plan is made of.
enum Counter: Hashable {
    /// Rows of the reached collection of that index to which its outcome happens.
    case rows(Int)
    /// Shared rows of it that stay because others refer to them.
    case staying(Int)
    /// Rows of it that a hold keeps.
    case held(Int)
    /// Rows of it that stay without what identifies, because a held row refers to them.
    case hollow(Int)
    /// Files that go with its rows.
    case files(Int)
    /// Rows outside that refer by a foreign key, by its index in the blueprint.
    case reference(Int)
}

/// Makes a plan of a blueprint and numbers: a pure function.
struct PlanMaker {
    let map: DataMap
    let mapDigest: String
    let regime: RegimeID
    let holds: [RowHold]
    let blueprint: Blueprint
    let facts: StoreFacts
    /// How many rows the tables hold that have a foreign key without an index.
    let estimates: [TableName: Double]

    private var collections: [ReachedCollection] { blueprint.reach.collections }

    // MARK: counting

    /// What counts everything.
    func counters() throws(ErasureError) -> [(Counter, String)] {
        var counters: [(Counter, String)] = []
        for (index, reached) in collections.enumerated() {
            let source = "SELECT count(*) FROM \(reached.table.source) AS t0 WHERE "
            if let deletion = deletion(of: reached) {
                counters.append((.rows(index), source + deletion.condition))
                if !deletion.files.isEmpty {
                    let keys = deletion.files.map { fileCount($0, of: deletion) }.joined(separator: " + ")
                    counters.append(
                        (
                            .files(index),
                            "SELECT \(keys) FROM \(reached.table.source) AS t0 WHERE \(deletion.condition)"
                        ))
                }
            }
        }
        return counters + (try sideCounters())
    }

    /// Files that go; those of documents that are kept stay with them.
    private func fileCount(_ file: FileReference, of deletion: Blueprint.Deletion) -> String {
        let count = "count(DISTINCT t0.\(file.key.quoted))"
        let kept = BillingProjection.all(of: blueprint).filter(\.keepsFiles).map { $0.keptKeys(in: file.store) }
        guard deletion.mayKeep(file), !kept.isEmpty else { return count }
        let list = kept.joined(separator: " UNION ALL ")
        return "\(count) FILTER (WHERE (t0.\(file.key.quoted)::text = ANY (ARRAY(\(list)))) IS NOT TRUE)"
    }

    /// What counts everything but the rows that go: those the deletion itself counts.
    func sideCounters() throws(ErasureError) -> [(Counter, String)] {
        var counters: [(Counter, String)] = []
        for (index, reached) in collections.enumerated() {
            let source = "SELECT count(*) FROM \(reached.table.source) AS t0 WHERE "
            let table = reached.table.name
            if !reached.removesRows { counters.append((.rows(index), source + (try staying(reached)))) }
            if reached.ownership == .shared && reached.removesRows {
                let member = try blueprint.reach.membership(of: reached, "t0")
                let goes = try blueprint.reach.rows(of: reached, "t0")
                counters.append((.staying(index), source + "(\(member)) AND (\(goes)) IS NOT TRUE"))
            }
            let rows = try blueprint.reach.rows(of: reached, "t0")
            let held = try blueprint.reach.isHeld(table, "t0")
            if let held { counters.append((.held(index), source + "(\(rows)) AND (\(held))")) }
            if reached.removesRows, let stays = try blueprint.reach.staysForHolds(table, "t0") {
                let notHeld = held.map { " AND (\($0)) IS NOT TRUE" } ?? ""
                counters.append((.hollow(index), source + "(\(rows)) AND (\(stays))" + notHeld))
            }
        }
        for (index, reference) in blueprint.references.enumerated() {
            counters.append(
                (
                    .reference(index),
                    "SELECT count(*) FROM \(reference.holder.source) AS t0 WHERE \(reference.condition)"
                ))
        }
        return counters
    }

    /// Rows that stay, of a collection whose rows do: those changed, or kept as they are.
    private func staying(_ reached: ReachedCollection) throws(ErasureError) -> String {
        var condition = "(\(try blueprint.reach.rows(of: reached, "t0")))"
        if let goes = try blueprint.reach.goes(from: reached.table.name, "t0") {
            condition += " AND (\(goes)) IS NOT TRUE"
        }
        if !reached.changes.isEmpty, let held = try blueprint.reach.isHeld(reached.table.name, "t0") {
            condition += " AND (\(held)) IS NOT TRUE"
        }
        return condition
    }

    private func deletion(of reached: ReachedCollection) -> Blueprint.Deletion? {
        guard reached.removesRows else { return nil }
        return blueprint.deletions.first { $0.reached.collection.name == reached.collection.name }
    }

    // MARK: the plan

    /// The plan.
    ///
    /// - Parameters:
    ///   - numbers: what the counters gave.
    ///   - documents: what statutes keep.
    func plan(
        scope: String, kind: String?, target: String, at moment: Instant, _ numbers: [Counter: Int],
        documents: [ErasurePlan.RetainedLine]
    ) -> ErasurePlan {
        let lines = collections.enumerated().map { line($1, at: $0, numbers) }
        let (effects, refused) = references(numbers)
        var rows: [TableName: Int] = [:]
        for (index, reached) in collections.enumerated() where reached.removesRows {
            rows[reached.table.name, default: 0] += numbers[.rows(index)] ?? 0
        }
        let going = rows.values.reduce(0, +)
        let preflight = ErasurePreflight(map: map, facts: facts, blueprint: blueprint, estimates: estimates).findings(
            ErasurePreflight.Forecast(
                rows: rows, nulled: nulled(numbers), isInBatches: going > map.erasurePolicy.rowsInOneTransaction))
        return ErasurePlan(
            service: map.service, map: mapDigest, regime: regime.text, scope: scope, kind: kind, target: target,
            countedAt: moment, collections: lines, order: blueprint.order.map { $0.map(\.description) },
            sideEffects: effects, retained: documents,
            holds: holds.filter { hold in
                blueprint.reach.holds.values.contains { $0.contains { $0.hold == hold } }
            }.map { ErasurePlan.HoldLine(id: $0.id, matter: $0.matter, collections: $0.collections) },
            recipients: recipients(),
            conflicts: preflight.filter(\.isFatal).map(Self.words) + refused + unstatedStatutes(),
            warnings: preflight.filter { !$0.isFatal }.map(Self.words) + idleHolds(lines),
            execution: execution(going, lines, rows), backups: nil)
    }

    /// Holds that keep nothing of what goes: a key or a day may be mistyped.
    private func idleHolds(_ lines: [ErasurePlan.CollectionLine]) -> [String] {
        holds.filter { hold in
            lines.allSatisfy { $0.held == 0 || !(hold.collections.isEmpty || hold.collections.contains($0.name)) }
        }.map {
            "the hold on \($0.matter) keeps no row of this erasure; are its records, column and days as they are meant?"
        }
    }

    private static func words(_ finding: PreflightFinding) -> String {
        "\(finding.object): \(finding.message); \(finding.mend)"
    }

    private func line(
        _ reached: ReachedCollection, at index: Int, _ numbers: [Counter: Int]
    ) -> ErasurePlan.CollectionLine {
        var reason: String?
        switch reached.outcome {
        case .keep(let words): reason = words
        case .retain(let record): reason = record.statute
        case .delete, .unlink, .anonymize: break
        }
        return ErasurePlan.CollectionLine(
            name: reached.collection.name, title: reached.collection.title, table: reached.table.name.description,
            outcome: reached.outcome.word, ownership: reached.ownership.rawValue, reason: reason,
            rows: numbers[.rows(index)] ?? 0, staying: numbers[.staying(index)] ?? 0, held: numbers[.held(index)] ?? 0,
            hollow: numbers[.hollow(index)] ?? 0, files: numbers[.files(index)] ?? 0,
            replaced: Set(reached.changes.flatMap(\.columns).map(\.text)).sorted())
    }

    /// Tables with rows that stay and lose a reference to one that goes.
    private func nulled(_ numbers: [Counter: Int]) -> Set<TableName> {
        let indices = blueprint.references.indices.filter {
            [.setNull, .setDefault].contains(blueprint.references[$0].key.onDelete) && numbers[.reference($0)] ?? 0 > 0
        }
        return Set(indices.map { blueprint.references[$0].holder.name })
    }

    /// What foreign keys do to rows that stay, and which forbid the deletion.
    private func references(_ numbers: [Counter: Int]) -> ([ErasurePlan.SideEffect], [String]) {
        var effects: [ErasurePlan.SideEffect] = []
        var conflicts: [String] = []
        for (index, reference) in blueprint.references.enumerated() {
            guard let rows = numbers[.reference(index)], rows > 0 else { continue }
            if reference.key.onDelete == .setNull {
                effects.append(
                    ErasurePlan.SideEffect(
                        table: reference.holder.name.description, columns: reference.key.from.map(\.text),
                        constraint: reference.key.name, rows: rows))
                continue
            }
            let verb = reference.key.onDelete == .cascade ? "would be deleted with it, unplanned" : "forbid it"
            conflicts.append(
                "\(reference.holder.name): \(rows) rows that stay refer by \(reference.key.name) to rows of "
                    + "\(reference.collection) that go, and \(verb); give them a path, an outcome that lets them go or "
                    + "unlinks them, or hand what they refer to to somebody else first")
        }
        return (effects, conflicts)
    }

    /// Statutes of which the map doesn't say what they keep.
    private func unstatedStatutes() -> [String] {
        collections.compactMap { reached in
            guard case .retain(let record) = reached.outcome, record.role == .unstated, reached.removesRows else {
                return nil
            }
            return
                "\(reached.collection.name): the map names \(record.statute), but neither the document and its date nor "
                + "the documents it belongs to; add `document` and `date`, or `of`"
        }
    }

    private func recipients() -> [ErasurePlan.RecipientLine] {
        let going = Set(collections.filter { $0.removesRows || !$0.changes.isEmpty }.map(\.collection.name))
        return map.recipients.compactMap { recipient in
            let held =
                recipient.collections.isEmpty
                ? going.sorted() : recipient.collections.filter(going.contains)
            guard !held.isEmpty else { return nil }
            return ErasurePlan.RecipientLine(name: recipient.name, role: recipient.role, collections: held)
        }
    }

    private func execution(
        _ going: Int, _ lines: [ErasurePlan.CollectionLine], _ rows: [TableName: Int]
    ) -> ErasurePlan.Execution {
        let isSmall = going <= map.erasurePolicy.rowsInOneTransaction
        let locks = Set(blueprint.deletions.map(\.reached.table.name) + blueprint.updates.map(\.table.name))
        // 4 µs a row in one transaction, 10 in paced batches, and 46 ns a row read where an index is missing (measured on
        // two cores; see docs/erasure.md).
        let unindexed = rows.reduce(0.0) { sum, entry in
            blueprint.reach.catalogue.references(to: entry.key).reduce(sum) {
                $1.table.hasIndex(on: $1.key.from)
                    ? $0 : $0 + Double(entry.value) * (estimates[$1.table.name] ?? 0) * 0.000_046
            }
        }
        return ErasurePlan.Execution(
            regime: isSmall ? "one_transaction" : "batches",
            rows: lines.filter { $0.outcome != "keep" }.reduce(0) { $0 + $1.rows },
            locks: locks.sorted().map(\.description),
            estimatedMilliseconds: 5 + Int(Double(going) * (isSmall ? 0.004 : 0.010) + unindexed))
    }
}
