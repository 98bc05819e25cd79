internal import DataMap
internal import PostgresAccess
internal import RightsCore

/// One run of a plan over one connection.
struct PurgeSession {
    let purger: Purger
    let plan: PurgePlan
    let connection: PostgresConnection
    private(set) var run: PurgeRun
    private(set) var result: PurgeResult
    /// Whether the maintenance window closed.
    private var isClosed = false
    /// Tables with an index that is broken, and still there.
    private var broken: Set<Int> = []

    /// How an attempt at a step ended.
    enum Attempt {
        case done
        case blocked(PurgeObstacle)
        /// The window closed meanwhile.
        case closed
    }

    init(_ purger: Purger, _ plan: PurgePlan, _ connection: PostgresConnection, _ run: PurgeRun) {
        self.purger = purger
        self.plan = plan
        self.connection = connection
        self.run = run
        result = PurgeResult(
            run: run.id, ending: .incomplete, level: plan.level, covers: run.covers,
            tables: plan.tables.map {
                PurgeResult.Table(
                    table: $0.name.written, level: .logical, obstacles: $0.obstacles, deadRows: nil, search: .none)
            })
    }

    var settings: PurgeSettings { purger.settings }

    /// Does what is left to do, and says how far everything got.
    mutating func run() async throws {
        for index in plan.tables.indices where !isClosed {
            try await purge(index)
        }
        for index in plan.tables.indices { judge(index) }
        if !isClosed && result.reached >= plan.level, try await search(), result.reached >= plan.level {
            try await finish()
        }
        if isClosed { result.ending = .windowClosed }
        // Going on with it would do nothing any more, and cover nothing that was erased since.
        if result.ending == .incomplete && plan.tables.allSatisfy({ !$0.isAllowed || isThrough($0) }) {
            try await run.end(at: nil, over: connection)
        }
    }

    // MARK: tables

    private mutating func purge(_ index: Int) async throws {
        let table = plan.tables[index]
        guard table.isAllowed else { return }
        if let obstacle = try await dropLeftovers(of: table) {
            result.tables[index].obstacles.append(obstacle)
            broken.insert(index)
        }
        for step in table.steps where !run.done.contains(step.key) {
            guard try await isOpen() else { return }
            try await purger.note(.began(step))
            let started = ContinuousClock.now
            switch try await attempt(step, of: table) {
            case .done:
                try await run.finish(step, over: connection)
                try await purger.note(.done(step))
            case .blocked(let obstacle):
                result.tables[index].obstacles.append(obstacle)
                return
            case .closed:
                isClosed = true
                return
            }
            let rest = (ContinuousClock.now - started) * settings.rest
            try await Task.sleep(for: min(rest, settings.longestRest))
        }
        if table.hasFiles { result.tables[index].deadRows = try await deadRows(of: table.name) }
    }

    private func attempt(_ step: PurgeStep, of table: PurgePlan.Table) async throws -> Attempt {
        switch step.action {
        case .vacuum: try await vacuum(step, isRewritten: table.isRewritten)
        case .rewrite: try await rewrite(step)
        case .repack: try await repack(step)
        case .settle: try await locking(step, holders: step.object)
        case .reindex, .reindexLocked, .resummarize: try await locking(step, holders: table.name)
        case .analyze: try await analyze(step)
        case .statistics: try await renewCatalogue(step)
        }
    }

    private func isThrough(_ table: PurgePlan.Table) -> Bool { table.steps.allSatisfy { run.done.contains($0.key) } }

    /// The level a table reached, by the steps that are done.
    private mutating func judge(_ index: Int) {
        let table = plan.tables[index]
        if broken.contains(index) || !table.isAllowed {
            result.tables[index].level = .logical
        } else if isThrough(table) {
            result.tables[index].level = table.ceiling
        } else {
            // Statistics are a table of their own: what they lack is no flaw of this one.
            let own = table.steps.filter { $0.action != .analyze && $0.action != .settle }
            let isWhole = !own.isEmpty && own.allSatisfy { run.done.contains($0.key) }
            result.tables[index].level = isWhole ? table.ceiling : .logical
            if result.tables[index].obstacles.isEmpty {
                result.tables[index].obstacles.append(
                    PurgeObstacle(.waiting, "it wasn't its turn yet", mend: "run the purge again"))
            }
        }
    }

    // MARK: the end

    /// Searches the files for people, when there are any to look for. What is found in a table that was written anew lives
    /// in a row, or is part of somebody else's: either way it isn't gone. Between the rows of others it may well be.
    ///
    /// - Returns: whether everything was searched before the window closed.
    private mutating func search() async throws -> Bool {
        guard !purger.people.isEmpty else { return true }
        let scan = FileScan(purger.people, plan, connection)
        try await scan.prepare()
        for index in plan.tables.indices where plan.tables[index].hasFiles {
            guard try await isOpen() else { return false }
            let (extent, finds) = try await scan.search(plan.tables[index].name)
            result.tables[index].search = extent
            guard finds > 0 else { continue }
            result.tables[index].obstacles.append(
                PurgeObstacle(
                    .found, "what tells who somebody is was found \(finds) times in its files",
                    mend: "the leftovers hunt says in which columns; a longer identifier of somebody else's counts, too"
                ))
            result.tables[index].level = min(result.tables[index].level, .unreferenced)
        }
        return true
    }

    /// The position is read when everything is written, and before the checkpoint, which is no part of it.
    private mutating func finish() async throws {
        var position = try await PurgeRun.position(over: connection)
        if plan.mayCheckpoint {
            try await connection.run(unsafeSQL: "CHECKPOINT")
            position.isCheckpointed = true
        }
        try await run.end(at: position.place.lsn, over: connection)
        result.position = position
        result.ending = .purged
    }

    // MARK: window

    /// Whether there is time left; the statements to come end with it.
    private mutating func isOpen() async throws -> Bool {
        guard let window = settings.window else { return true }
        guard let left = window.remaining(at: purger.now()), left >= .seconds(1) else {
            isClosed = true
            return false
        }
        try await connection.query(
            "SELECT pg_catalog.set_config('statement_timeout', $1, false)", ["\(left.milliseconds)ms"])
        return true
    }
}

extension PurgePlan.Table {
    /// Whether it is written anew.
    var isRewritten: Bool { steps.contains { $0.action == .rewrite || $0.action == .repack } }
}
