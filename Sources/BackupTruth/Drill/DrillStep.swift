internal import DataMap
internal import ErasureLedger
internal import FoundationEssentials
internal import PostgresAccess

/// One backup, restored, tried and removed.
struct DrillStep {
    private let drill: Drill
    private let order: Drill.Order
    private let keeper: ScratchKeeper
    private var report: DrillReport.Backup

    init(_ drill: Drill, _ order: Drill.Order, _ keeper: ScratchKeeper) {
        self.drill = drill
        self.order = order
        self.keeper = keeper
        report = DrillReport.Backup(label: order.backup.label, roles: order.roles)
    }

    /// How large a backup will be.
    static func bytes(_ order: Drill.Order, _ drill: Drill) async throws -> UInt64 {
        try await BackupSize(copy: order.copy, runner: drill.runner).bytes(order.backup.label)
    }

    /// Runs it. What goes wrong with this backup is in the report.
    ///
    /// - Throws: `BackupError` when there is no room or no folder; `CancellationError`.
    consuming func run() async throws -> DrillReport.Backup {
        drill.parts.say("\(order.copy.name), \(order.backup.label) (\(order.roles.joined(separator: ", "))): restoring")
        describe()
        let folder = try ScratchFolder(in: drill.settings.scratch)
        var failure: (any Error)?
        do { try await run(in: folder) } catch { failure = error }
        let isGone = await keeper.remove(folder.path)
        folder.release()
        if !isGone { note(.leftBehind, "\(folder.path) can't be removed: it holds what was restored") }
        try Task.checkCancellation()
        switch failure {
        case nil: break
        case let stop as DrillStop: report.findings.append(stop.finding)
        case let error as RestoreError: note(Self.code(error.code), "\(error.code.rawValue): \(error.description)")
        case let error as PostgresError: note(.replay, "\(error.code.rawValue): \(error.description)")
        case let error as ErasureLedgerError: note(.ledger, "\(error.code.rawValue): \(error.description)")
        case let error as BackupError: throw error
        case let error as CancellationError: throw error
        case let error?: note(.failed, "\(error)")
        }
        return report
    }

    private static func code(_ code: RestoreError.Code) -> DrillReport.Code {
        switch code {
        case .ledgerMissing, .ledgerTruncated, .ledgerEdited, .ledgerReordered, .ledgerIncomplete, .ledgerBehind,
            .ledgerForked, .otherKey, .beyondLedger:
            .ledger
        case .fenceRefused: .notLifted
        case .mapChanged, .mapDoesNotFit, .notGone, .inRecovery, .busy, .otherCommand, .badFence, .rewound, .unchecked:
            .replay
        }
    }

    private mutating func note(_ code: DrillReport.Code, _ words: String) {
        report.findings.append(DrillReport.Finding(code, words))
    }

    private mutating func describe() {
        report.mayHoldBytes = drill.erasures.mayHoldBytes(
            order.backup.label, of: order.copy, drill.readings, now: drill.now)
        if case .log(let system, let timeline, let start, let stop) = order.backup.age {
            report.system = "\(system)"
            report.timeline = timeline
            report.start = "\(start)"
            report.stop = stop.map { "\($0)" }
        }
    }

    // MARK: the steps

    private mutating func run(in folder: ScratchFolder) async throws {
        let account = try ServerAccount(drill.runner)
        let restorer = BackupRestorer(copy: order.copy, folder: folder, runner: drill.runner, account: account)
        let began = ContinuousClock.now
        try await restorer.restore(order.backup.label, order.extent)
        report.restoreMilliseconds = Self.milliseconds(since: began)
        report.bytes = try FolderWalk.bytes(in: folder.data)
        let server = try await ScratchServer(
            folder, account, patience: drill.settings.patience, users: drill.settings.users)
        drill.parts.say("\(order.copy.name), \(order.backup.label): recovering")
        let started = ContinuousClock.now
        try await server.start()
        report.recoveryMilliseconds = Self.milliseconds(since: started)
        let user = try await comeIn(server)
        let target = server.target(user, database: drill.settings.database)
        let before = try await look(target, folder)
        try await replay(server, user: user)
        let after = try await look(target, folder)
        judge(before, after)
    }

    private static func milliseconds(since start: ContinuousClock.Instant) -> Int {
        let duration = ContinuousClock.now - start
        return Int(duration.components.seconds) * 1000 + Int(duration.components.attoseconds / 1_000_000_000_000_000)
    }

    // MARK: the gate

    /// Looks whether the server is shut, and finds a superuser to work as.
    private mutating func comeIn(_ server: ScratchServer) async throws -> String {
        let isClosed = server.isClosed
        try await server.openForUs()
        let user = try await ourUser(server)
        let target = server.target(user, database: drill.settings.database)
        let (roles, wanted) = (drill.settings.roles, drill.settings.roles.isEmpty)
        let found = try await PostgresConnection.withConnection(to: target) { connection in
            try await server.requireItself(connection)
            let place = try await StoreStanding.read(on: connection).place
            let version = try await connection.query("SHOW server_version").first?.first.flatMap { $0 }
            let roles = try await connection.query(
                """
                SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname <> current_user
                   AND ($1 OR rolname = ANY ($2::text[])) ORDER BY rolsuper, rolname LIMIT 50
                """, [wanted ? "t" : "f", roles.sqlArray])
            return (place: place, version: version, roles: roles.compactMap { $0[0] })
        }
        report.server = found.version
        report.endTimeline = found.place.timeline
        report.endPosition = found.place.position.map { "\($0)" }
        try await judgeGate(server, isClosed: isClosed, found.roles)
        return user
    }

    private mutating func judgeGate(_ server: ScratchServer, isClosed: Bool, _ roles: [String]) async throws {
        var refused = 0
        for role in roles {
            if try await !server.letsIn(role, database: drill.settings.database) { refused += 1 }
        }
        report.gate = DrillReport.Gate(state: isClosed ? "closed" : "open", tried: roles.count, refused: refused)
        if !isClosed {
            note(.notGated, server.isFenced ? "the fence didn't close the server" : server.whyNotFenced)
        } else if refused < roles.count {
            note(.gateLeaks, "\(roles.count - refused) of \(roles.count) roles came in though the fence is closed")
        }
    }

    /// The role of the fence, or the first superuser that is let in.
    private func ourUser(_ server: ScratchServer) async throws -> String {
        let database = drill.settings.database
        for _ in 0..<20 {
            for user in [server.user] + drill.settings.users + ["postgres"] {
                if try await server.letsIn(user, database: database) { return user }
            }
            // The server reads its rules a moment after it is told to.
            try await Task.sleep(for: .milliseconds(100))
        }
        throw DrillStop(
            .noStart, "nobody is let into the database \(database) of the restored server: is it in the backup?")
    }

    // MARK: looking

    private struct Look: Sendable {
        let tables: [String: Int]
        let bytes: ByteHunt.Finds
        let rows: Drill.RowHunt?
    }

    private func look(_ target: ConnectionTarget, _ folder: ScratchFolder) async throws -> Look {
        let (map, canaries, parts) = (drill.map, drill.settings.canaries, drill.parts)
        return try await within("looking for canaries and counting rows") {
            let tables = try await PostgresConnection.withConnection(to: target) { connection in
                // What only lies in the server's memory is in no file yet.
                try await connection.run(unsafeSQL: "CHECKPOINT")
                return try await Self.counts(map, connection)
            }
            let bytes = try await ByteHunt(canaries).search(folder.data)
            let rows = canaries.texts.isEmpty ? nil : try await parts.hunt(target)
            return Look(tables: tables, bytes: bytes, rows: rows)
        }
    }

    private static func counts(_ map: DataMap, _ connection: PostgresConnection) async throws -> [String: Int] {
        let catalogue = try await connection.readCatalogue()
        var counts: [String: Int] = [:]
        for name in Set(map.collections.map(\.table)) {
            guard let table = catalogue[name] else { continue }
            let rows = try await connection.query("SELECT count(*) FROM \(table.source)")
            counts[name.written] = rows.first?.first.flatMap { $0 }.flatMap { Int($0) }
        }
        return counts
    }

    /// Ends a step that takes too long.
    private func within<Value: Sendable>(
        _ what: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let patience = drill.settings.patience
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: patience)
                throw DrillStop(.timedOut, "\(what): no end after \(patience)")
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    // MARK: the replay

    private mutating func replay(_ server: ScratchServer, user: String) async throws {
        drill.parts.say("\(order.copy.name), \(order.backup.label): replaying")
        let stage = Drill.Stage(
            url: server.url(user, database: drill.settings.database), folder: server.folder.replay)
        let parts = drill.parts
        let rehearsal = try await within("the replay") { try await parts.rehearse(stage) }
        let done = rehearsal.report
        report.replay = DrillReport.Replay(
            missingRuns: done.missingRuns, found: done.looked.reduce(0) { $0 + $1.found },
            erasedAgain: done.erasedAgain, rows: done.rows, keptOnPurpose: done.keptOnPurpose,
            unresolved: done.unresolved.count, isVerified: done.verified == true)
        for one in done.unresolved {
            note(.replay, "\(one.scope), entry \(one.entry): \(one.reasons.joined(separator: "; "))")
        }
        if done.isComplete, report.gate?.state == "closed" {
            report.gate?.isLifted = rehearsal.isLifted && !server.isClosed
            if report.gate?.isLifted != true { note(.notLifted, "the server stays shut after the replay") }
        }
    }

    // MARK: judging

    private mutating func judge(_ before: Look, _ after: Look) {
        report.tables = before.tables.keys.sorted().map {
            DrillReport.Table(name: $0, before: before.tables[$0] ?? 0, after: after.tables[$0] ?? 0)
        }
        let lost = report.tables.reduce(0) { $0 + $1.before - $1.after }
        let erased = report.replay?.rows ?? 0
        if lost != erased {
            note(.rowsDiffer, "the tables of the map lost \(lost) rows, and the replay says that it erased \(erased)")
        }
        guard let rowsBefore = before.rows, let rowsAfter = after.rows else { return }
        let canaries = DrillReport.Canaries(
            filesBefore: before.bytes.files, filesAfter: after.bytes.files, logBefore: before.bytes.log,
            logAfter: after.bytes.log, rowsBefore: rowsBefore.rows, rowsAfter: rowsAfter.rows)
        report.canaries = canaries
        if !rowsAfter.isComplete { note(.notSearched, "not every table could be searched for canaries") }
        if canaries.rowsAfter > 0 {
            note(
                .canaryInRows,
                "canaries are in \(canaries.rowsAfter) rows after the replay: is the person in the ledger?")
        }
        if report.mayHoldBytes == false, canaries.filesBefore + canaries.logBefore + canaries.rowsBefore > 0 {
            note(
                .verdictContradicted,
                "the verdict calls this backup clean of everybody who was erased, and canaries are in it")
        }
    }
}
