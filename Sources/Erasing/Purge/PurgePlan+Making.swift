internal import DataMap

extension PurgePlan {
    /// The plan for a question, by what the catalogue says.
    init(_ question: PurgeQuestion, _ facts: PurgeFacts) {
        let maker = PurgeMaker(question: question, facts: facts)
        let ordinary = facts.tables.sorted { ($0.whole, $0.name) < ($1.whole, $1.name) }.map(maker.table)
        let tables = ordinary + facts.parents.map(maker.parent) + facts.catalogues.map(maker.catalogue)
        let steps = tables.flatMap(\.steps)
        let exclusive = steps.filter { $0.lock == .accessExclusive && $0.action != .repack }
        level = question.level
        rewriting = question.rewriting
        role = facts.rights.role
        self.tables = tables
        forecast = Forecast(
            bytes: steps.reduce(0) { $0 + $1.bytes }, wal: steps.reduce(0) { $0 + $1.wal },
            disk: steps.map(\.disk).max() ?? 0,
            lockedSeconds: exclusive.reduce(0) { $0 + max(1, $1.bytes / max(1, question.pace)) })
        mayCheckpoint = facts.rights.mayCheckpoint
        rights = facts.rights
        version = facts.version
        countsRows = facts.countsRows
    }
}

extension PurgeFacts.Table {
    /// Bytes of table, TOAST and indexes.
    var whole: Int64 { heap + toast + indexes.reduce(0) { $0 + $1.bytes } }
}

/// Chooses the steps of each table.
private struct PurgeMaker {
    let question: PurgeQuestion
    let facts: PurgeFacts

    func table(_ table: PurgeFacts.Table) -> PurgePlan.Table {
        if table.kind == .foreign {
            return made(
                table, [], .logical,
                [
                    PurgeObstacle(
                        .foreign, "its rows lie in another server", mend: "purge it there, as a store of its own")
                ])
        }
        let planned = allowed(table)
        guard !table.mayVacuum else { return planned }
        return made(table, planned.steps, .logical, [noRights(to: "VACUUM", of: table)], isAllowed: false)
    }

    /// A table that the role may treat.
    private func allowed(_ table: PurgeFacts.Table) -> PurgePlan.Table {
        let vacuum = vacuum(table)
        let analyze = PurgeStep(action: .analyze, object: table.name, lock: .shareUpdateExclusive)
        if let rewrite = rewrite(table) {
            let settle = rewrite.action == .repack ? [] : [settle(table)]
            return made(table, [vacuum, rewrite] + settle + [analyze], .physical, [])
        }
        let (steps, missed) = reindexing(table)
        var obstacles = missed
        if !facts.countsRows {
            obstacles.append(
                PurgeObstacle(
                    .deadRows, "the server doesn't count dead rows (track_counts is off)",
                    mend: "ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf()"))
        }
        let ceiling: PurgeLevel = obstacles.isEmpty ? .unreferenced : .logical
        if question.level == .physical { obstacles.append(cannotRewrite()) }
        return made(table, [vacuum] + steps + [analyze], ceiling, obstacles)
    }

    /// A table above others: its statistics tell of their rows.
    func parent(_ name: TableName) -> PurgePlan.Table {
        let step = PurgeStep(action: .analyze, object: name, lock: .shareUpdateExclusive)
        return PurgePlan.Table(
            name: name, owner: "", bytes: 0, deadRows: 0, steps: [step], ceiling: .physical, obstacles: [],
            isAllowed: true, hasFiles: false, isSuperusers: false, isCatalogue: false)
    }

    /// `pg_statistic` and its like. Its lock stops the planning of every statement, for moments.
    func catalogue(_ table: PurgeFacts.Table) -> PurgePlan.Table {
        let step = PurgeStep(
            action: .statistics, object: table.name, lock: .accessExclusive, bytes: table.whole, wal: table.whole,
            disk: table.whole)
        guard !table.mayVacuum else { return made(table, [step], .physical, []) }
        let obstacle = PurgeObstacle(
            .rights, "only a superuser or the database's owner (\(facts.rights.databaseOwner)) may write it anew",
            mend: "have one of them run: VACUUM (FULL) \(table.name.quoted)")
        return made(table, [step], .logical, [obstacle], isAllowed: false)
    }

    // MARK: steps

    /// Each dead row costs at most the image of a page, of the table and of every index.
    private func vacuum(_ table: PurgeFacts.Table) -> PurgeStep {
        let touched = [table.heap, table.toast] + table.indexes.map(\.bytes)
        let wal = touched.reduce(0) { $0 + min($1, table.deadRows * facts.block) }
        return PurgeStep(action: .vacuum, object: table.name, lock: .shareUpdateExclusive, wal: wal)
    }

    private func settle(_ table: PurgeFacts.Table) -> PurgeStep {
        // A record of some 60 bytes makes a page all-visible.
        PurgeStep(
            action: .settle, object: table.name, lock: .shareUpdateExclusive, wal: table.heap / facts.block * 60)
    }

    private func rewrite(_ table: PurgeFacts.Table) -> PurgeStep? {
        guard question.level == .physical else { return nil }
        switch question.rewriting {
        case .none: return nil
        case .vacuumFull: return full(table)
        case .repack:
            // Habeas' own tables are small, and not all have a key.
            if PurgeQuestion.companions.contains(table.name) { return full(table) }
            guard facts.hasRepack, table.kind == .ordinary else { return nil }
            return PurgeStep(
                action: .repack, object: table.name, lock: .accessExclusive, bytes: table.whole, wal: table.whole,
                disk: table.whole * 2)
        }
    }

    private func full(_ table: PurgeFacts.Table) -> PurgeStep {
        PurgeStep(
            action: .rewrite, object: table.name, lock: .accessExclusive, bytes: table.whole, wal: table.whole,
            disk: table.whole)
    }

    /// Indexes whose keys outlive the rows. Hash indexes hold hashes only, and an invalid index that a killed REINDEX
    /// left is dropped.
    private func reindexing(_ table: PurgeFacts.Table) -> (steps: [PurgeStep], obstacles: [PurgeObstacle]) {
        let indexes = table.indexes.filter { $0.method != "hash" && !$0.isLeftover }
        guard !indexes.isEmpty else { return ([], []) }
        var steps: [PurgeStep] = []
        // The steps are there for the owner's SQL.
        var obstacles = table.mayReindex || !table.mayVacuum ? [] : [noRights(to: "REINDEX", of: table)]
        for index in indexes {
            switch (index.method, index.isExclusion) {
            case ("brin", false):
                steps.append(
                    PurgeStep(
                        action: .resummarize, object: index.name, lock: .shareUpdateExclusive, wal: index.bytes * 2))
            case (_, false):
                steps.append(written(.reindex, index, .shareUpdateExclusive))
            case (_, true) where question.rewriting == .vacuumFull:
                steps.append(written(.reindexLocked, index, .share))
            case (_, true):
                obstacles.append(
                    PurgeObstacle(
                        .notAllowed,
                        "the index \(index.name.written) of an exclusion constraint can't be rebuilt beside the old one",
                        mend: "allow tables to be locked, or run: REINDEX INDEX \(index.name.quoted)"))
            }
        }
        return (steps, obstacles)
    }

    private func written(
        _ action: PurgeStep.Action, _ index: PurgeFacts.Index, _ lock: PurgeStep.Lock
    ) -> PurgeStep {
        PurgeStep(
            action: action, object: index.name, lock: lock, bytes: index.bytes, wal: index.bytes, disk: index.bytes)
    }

    // MARK: words

    private func made(
        _ table: PurgeFacts.Table, _ steps: [PurgeStep], _ ceiling: PurgeLevel, _ obstacles: [PurgeObstacle],
        isAllowed: Bool = true
    ) -> PurgePlan.Table {
        PurgePlan.Table(
            name: table.name, owner: table.owner, bytes: table.whole, deadRows: table.deadRows, steps: steps,
            ceiling: ceiling, obstacles: obstacles, isAllowed: isAllowed, hasFiles: table.kind != .foreign,
            isSuperusers: table.isSuperusers, isCatalogue: table.kind == .catalogue)
    }

    private func noRights(to verb: String, of table: PurgeFacts.Table) -> PurgeObstacle {
        PurgeObstacle(
            .rights,
            "\(facts.rights.role) may not \(verb) it: it belongs to \(table.owner), or the schema is closed to the role",
            mend: table.isSuperusers
                ? "hand the plan's SQL to a superuser, or give the database an owner that is none for the window"
                : "make \(facts.rights.role) a member of \(table.owner) for the window, or hand the plan's SQL to the owner"
        )
    }

    private func cannotRewrite() -> PurgeObstacle {
        switch question.rewriting {
        case .none, .vacuumFull:
            PurgeObstacle(
                .notAllowed, "writing the table anew isn't allowed, and what lies between its rows stays",
                mend: "allow VACUUM FULL in a maintenance window, or pg_repack")
        case .repack:
            PurgeObstacle(
                .notAllowed, "pg_repack isn't installed in this database, or can't treat such a table",
                mend: "CREATE EXTENSION pg_repack, or allow VACUUM FULL")
        }
    }
}
