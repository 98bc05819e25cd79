internal import DataMap
internal import PostgresAccess
internal import RightsCore
internal import SubjectAccess

/// One transaction's view of one erasure: who is meant, which rows, by which statements.
struct ErasureSession {
    let eraser: Eraser
    let question: ErasureQuestion
    let connection: PostgresConnection
    let blueprint: Blueprint
    let maker: PlanMaker
    /// The person; nil of a record.
    let subject: Subject?
    /// The person's or record's key as it is hashed.
    let key: String
    /// What the hash is of: the kind of person, or the collection.
    let scope: String
    /// When the transaction began, by the server's clock.
    let moment: Instant

    init(
        eraser: Eraser, question: ErasureQuestion, connection: PostgresConnection, catalogue: Catalogue,
        facts: StoreFacts, moment: Instant
    ) async throws {
        self.moment = moment
        self.eraser = eraser
        self.question = question
        self.connection = connection
        var builder = ReachBuilder(map: eraser.map, catalogue: catalogue, holds: question.holds, zone: eraser.zone)
        let reach: Reach
        switch question.target.kind {
        case .person:
            let resolver = SubjectResolver(map: eraser.map, catalogue: catalogue, connection: connection)
            let found: Subject
            do { found = try await resolver.resolve(question.target.reference) } catch let error as SubjectError {
                throw ErasureError(error)
            }
            subject = found
            scope = found.kind.name
            key = SubjectReference(found.kind, key: found.key).value
            reach = try builder.reach(of: found.kind)
            try await connection.name(found.key)
        case .record(let name):
            subject = nil
            scope = name
            let record = RecordLookUp(map: eraser.map, catalogue: catalogue, connection: connection)
            (reach, key) = try await record.find(question.target, by: &builder)
        }
        blueprint = try Blueprint(reach, conflicts: builder.conflicts, generated: facts.generated)
        maker = PlanMaker(
            map: eraser.map, mapDigest: eraser.mapDigest, regime: question.regime, holds: question.holds,
            blueprint: blueprint, facts: facts,
            estimates: try await connection.estimatedRows(of: blueprint.unindexed))
        try await nameHolds()
    }

    /// Keys of held rows may name people, so they are given as settings of the transaction.
    private func nameHolds() async throws(PostgresError) {
        let settings = question.holds.enumerated().filter { !$1.records.isEmpty }.map {
            ("habeas.hold_\($0 + 1)", $1.records.joined(separator: "\u{1F}"))
        }
        if !settings.isEmpty { try await connection.set(settings) }
    }

    // MARK: the plan

    /// The keyed hash of whom it is about.
    var target: Hash256 { eraser.hash(scope, key) }

    func plan() async throws -> ErasurePlan {
        // Files that stay are counted by the days of documents that do.
        let documents = try await documents()
        return plan(try await numbers(try maker.counters()), documents: documents)
    }

    /// A plan of numbers that were counted here.
    func plan(
        _ numbers: [Counter: Int], documents: [RetainedDocuments]
    ) -> ErasurePlan {
        let isPerson = subject != nil
        var plan = maker.plan(
            scope: isPerson ? "person" : scope, kind: subject?.kind.name, target: target.hex,
            at: moment, numbers,
            documents: documents.flatMap(\.lines))
        plan.conflicts += documents.flatMap(\.conflicts)
        plan.warnings += documents.flatMap(\.warnings)
        return plan
    }

    /// Numbers by one statement, so that they are of one moment.
    func numbers(_ counters: [(Counter, String)]) async throws(PostgresError) -> [Counter: Int] {
        guard !counters.isEmpty else { return [:] }
        let sql =
            counters.enumerated().map { "SELECT \($0), q.* FROM (\($1.1)) AS q" }.joined(separator: " UNION ALL ")
            + " ORDER BY 1"
        let rows = try await connection.query(sql)
        var numbers: [Counter: Int] = [:]
        for (counter, row) in zip(counters, rows) { numbers[counter.0] = row[1].flatMap { Int($0) } ?? -1 }
        return numbers
    }

    // MARK: what statutes keep

    /// Documents of one collection, and what the law says of their days.
    struct RetainedDocuments {
        let projection: BillingProjection
        let kept: [RetentionDates.Kept]
        /// Days whose documents nothing keeps any more.
        let expired: [CivilDate]
        /// How many are kept.
        let count: Int
        let lines: [ErasurePlan.RetainedLine]
        /// Why it can't be said what must be kept.
        var conflicts: [String] = []
        var warnings: [String] = []

        /// What the statement that keeps them takes: the statute, the days, and those that are over.
        func parameters() throws -> [String] {
            [
                projection.record.statute, try RetentionDates.json(kept),
                expired.map(\.description).sqlArray,
            ]
        }
    }

    /// What statutes keep of the documents that go.
    func documents() async throws -> [RetainedDocuments] { try await documents(in: blueprint.everything) }

    /// What statutes keep of the documents of a selection that aren't kept yet.
    func documents(in selection: Blueprint.Selection) async throws -> [RetainedDocuments] {
        var found: [RetainedDocuments] = []
        for projection in BillingProjection.all(of: blueprint) {
            let name = projection.document.reached.collection.name
            guard let part = selection.deletions.first(where: { $0.deletion.reached.collection.name == name }) else {
                continue
            }
            let kept = part.isKept.map { " AND (\($0)) IS NOT TRUE" } ?? ""
            let rows = "\(projection.document.reached.table.source) AS t0 WHERE (\(part.condition))\(kept)"
            let documents = documents(of: projection, try await connection.query(projection.days(of: rows)))
            if projection.keepsFiles {
                let days = documents.kept.map { "\($0.day)" }.joined(separator: ",")
                try await connection.set([(projection.setting, "{\(days)}")])
            }
            found.append(documents)
        }
        return found
    }

    /// What the law says of documents, by their days and how many there are of each.
    func documents(of projection: BillingProjection, _ rows: [[String?]]) -> RetainedDocuments {
        let name = projection.document.reached.collection.name
        var conflicts: [String] = []
        var warnings: [String] = []
        var counts: [CivilDate: Int] = [:]
        for row in rows {
            let documents = row[1].flatMap { Int($0) } ?? 0
            guard let text = row[0] else {
                warnings.append(
                    "\(name): \(documents) rows have no \(projection.date): they were never issued, so nothing of them is kept"
                )
                continue
            }
            guard let day = CivilDate(text) else {
                conflicts.append(
                    "\(name): a document has no \(projection.date) in the years 1 to 9999, so until when it must be kept can't "
                        + "be said; give it its date")
                continue
            }
            counts[day] = documents
        }
        let dates = RetentionDates(clock: eraser.retention, regime: question.regime, today: question.today)
        let (kept, conflict) = dates.kept(projection.record, projection.kind, days: counts.keys.sorted())
        if let conflict { conflicts.append("\(name): \(conflict)") }
        let rules = projection.record.anchors.words
        if !rules.isEmpty && !kept.isEmpty {
            warnings.append(
                "\(name): the days that statutes count from are the map's: \(rules.joined(separator: ", "))")
        }
        return RetainedDocuments(
            projection: projection, kept: kept, expired: Set(counts.keys).subtracting(kept.map(\.day)).sorted(),
            count: kept.reduce(0) { $0 + (counts[$1.day] ?? 0) }, lines: lines(projection, kept, counts),
            conflicts: conflicts, warnings: warnings)
    }

    private func lines(
        _ projection: BillingProjection, _ kept: [RetentionDates.Kept], _ counts: [CivilDate: Int]
    ) -> [ErasurePlan.RetainedLine] {
        struct Group: Hashable { let until: CivilDate, citation: String }
        let groups = Dictionary(grouping: kept) { Group(until: $0.retainUntil, citation: $0.citation) }
        return groups.keys.sorted { ($0.until, $0.citation) < ($1.until, $1.citation) }.map { group in
            ErasurePlan.RetainedLine(
                collection: projection.document.reached.collection.name, document: projection.kind,
                statute: projection.record.statute, citation: group.citation, until: group.until,
                documents: (groups[group] ?? []).reduce(0) { $0 + (counts[$1.day] ?? 0) }, fields: projection.fields)
        }
    }
}

extension PostgresConnection {
    /// Tells the statements whose rows are meant, until the transaction ends.
    func name(_ key: [String], as holder: SubjectSetting.Holder = .subject) async throws(PostgresError) {
        try await set(key.enumerated().map { (SubjectSetting.name($0, of: holder), $1) })
    }
}
