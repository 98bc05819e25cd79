package import DataMap
internal import FoundationEssentials
package import PostgresAccess
package import RightsCore

/// Restores the newest and the oldest backup of each copy into scratch servers, and tries there what a restore relies on: the
/// gate, the replay, the absence of canaries. The real server, its archive and the real ledger are only read.
package struct Drill: Sendable {
    /// A restored database, as it is handed to whoever replays.
    package struct Stage: Sendable {
        /// Its connection string.
        package let url: String
        /// A folder for what the replay writes beside the database.
        package let folder: String
    }

    /// What a replay on a stage came to.
    package struct Rehearsal: Sendable {
        let report: ReplayReport
        let isLifted: Bool

        /// - Parameter isLifted: whether the fence was lifted.
        package init(report: ReplayReport, isLifted: Bool) {
            self.report = report
            self.isLifted = isLifted
        }
    }

    /// What a search of rows for canaries came to.
    package struct RowHunt: Sendable {
        let rows: Int
        let isComplete: Bool

        /// - Parameter rows: rows with a canary.
        package init(rows: Int, isComplete: Bool) {
            self.rows = rows
            self.isComplete = isComplete
        }
    }

    /// Work that only floors above can do.
    package struct Parts: Sendable {
        let rehearse: @Sendable (Stage) async throws -> Rehearsal
        let hunt: @Sendable (ConnectionTarget) async throws -> RowHunt
        let say: @Sendable (String) -> Void

        /// - Parameters:
        ///   - rehearse: replays on a stage, writing to nothing but the stage.
        ///   - hunt: searches the rows of a database for the canaries.
        ///   - say: tells how far the drill is.
        package init(
            rehearse: @escaping @Sendable (Stage) async throws -> Rehearsal,
            hunt: @escaping @Sendable (ConnectionTarget) async throws -> RowHunt,
            say: @escaping @Sendable (String) -> Void
        ) {
            self.rehearse = rehearse
            self.hunt = hunt
            self.say = say
        }
    }

    let map: DataMap
    let copies: [DeclaredCopy]
    let readings: [CopyReading]
    let erasures: DrillErasures
    let settings: DrillSettings
    let parts: Parts
    let now: Instant

    /// A drill of declared copies, as they were read.
    package init(
        map: DataMap, copies: [DeclaredCopy], readings: [CopyReading], erasures: DrillErasures, settings: DrillSettings,
        parts: Parts, now: Instant
    ) {
        self.map = map
        self.copies = copies
        self.readings = readings
        self.erasures = erasures
        self.settings = settings
        self.parts = parts
        self.now = now
    }

    var runner: ToolRunner { ToolRunner(patience: settings.patience) }

    /// One backup that is to be restored.
    struct Order: Sendable {
        let copy: DeclaredCopy
        let backup: KeptBackup
        let roles: [String]
        let extent: BackupRestorer.Extent
    }

    // MARK: the whole

    /// Drills all copies.
    ///
    /// - Throws: `BackupError` before anything is written; `CancellationError`.
    package func run() async throws -> [DrillReport.Copy] {
        let keeper = ScratchKeeper()
        for folder in ScratchFolder.leftovers(in: settings.scratch, of: try await owners()) {
            parts.say("removing what a killed drill left: \(folder)")
            _ = await keeper.remove(folder)
        }
        var reports: [DrillReport.Copy] = []
        for copy in copies { reports.append(report(on: copy)) }
        let orders = copies.flatMap(orders)
        try await requireRoom(orders)
        for order in orders {
            try Task.checkCancellation()
            guard let place = reports.firstIndex(where: { $0.name == order.copy.name }) else { continue }
            reports[place].backups.append(try await DrillStep(self, order, keeper).run())
        }
        return reports
    }

    /// Whose a drill's folders may be: ours, the server's user's, or that of Barman's files while it restores.
    private func owners() async throws -> Set<UInt32> {
        var owners = try ServerAccount(runner).users
        for copy in copies {
            guard case .barman(let source) = copy.source,
                let server = try? await BackupSize(copy: copy, runner: runner).barmanServer(source),
                let owner = ScratchFolder.owner(of: server.base)
            else { continue }
            owners.insert(owner)
        }
        return owners
    }

    /// Lends a scratch folder for what a drill reads before it restores anything; it is removed like all others.
    package static func withFolder<Value>(
        in base: String, _ body: (String) async throws -> Value
    ) async throws -> Value {
        let folder = try ScratchFolder(in: base)
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(folder.path)) } catch { outcome = .failure(error) }
        _ = await ScratchKeeper().remove(folder.path)
        folder.release()
        return try outcome.get()
    }

    /// Versions of the tools.
    package func versions() async -> [String: String] {
        var versions: [String: String] = [:]
        for copy in copies {
            let (name, command, word): (String, [String], String)
            switch copy.source {
            case .pgBackRest(let source): (name, command, word) = ("pgbackrest", source.command, "version")
            case .barman(let source): (name, command, word) = ("barman", source.command, "--version")
            case .baseBackup, .dump, .attestation: continue
            }
            guard case .success(let output) = await runner.run(command, [word]), output.status == 0 else { continue }
            let said = String(decoding: output.output, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
            versions[name] = said.split(separator: " ").first { $0.first?.isNumber == true }.map(String.init)
        }
        return versions
    }

    private func report(on copy: DeclaredCopy) -> DrillReport.Copy {
        let standings = erasures.standings(of: copy, readings, now: now)
        var report = DrillReport.Copy(
            name: copy.name, kind: copy.source.kind, isDrilled: copy.source.isDrilled,
            verdicts: Dictionary(standings.map { ($0.key.rawValue, $0.value) }) { $0 + $1 })
        guard copy.source.isDrilled, let reading = readings.first(where: { $0.copy == copy.name }) else {
            return report
        }
        report.findings = reading.obstacles.map {
            DrillReport.Finding(.catalogue, "\($0.kind.rawValue): \($0.description)")
        }
        if reading.backups.isEmpty { report.findings.append(DrillReport.Finding(.noBackup, "there is no backup")) }
        return report
    }

    /// The newest, with all log there is, and the oldest, with as little as it needs.
    private func orders(_ copy: DeclaredCopy) -> [Order] {
        let reading = readings.first { $0.copy == copy.name }
        let backups = (reading?.backups ?? []).sorted(by: Self.isOlder)
        guard copy.source.isDrilled, let oldest = backups.first, let newest = backups.last else { return [] }
        guard oldest.label != newest.label else {
            return [Order(copy: copy, backup: newest, roles: ["newest", "oldest"], extent: .latest)]
        }
        return [
            Order(copy: copy, backup: newest, roles: ["newest"], extent: .latest),
            Order(copy: copy, backup: oldest, roles: ["oldest"], extent: .consistent),
        ]
    }

    private static func isOlder(_ left: KeptBackup, _ right: KeptBackup) -> Bool {
        if let first = left.started, let second = right.started { return (first, left.label) < (second, right.label) }
        guard case .log(_, let one, let start, _) = left.age, case .log(_, let other, let second, _) = right.age else {
            return left.label < right.label
        }
        return (one, start, left.label) < (other, second, right.label)
    }

    /// Before anything is written: the largest has to fit, since they are restored one after the other. One that can't be
    /// measured is told when its turn comes.
    private func requireRoom(_ orders: [Order]) async throws {
        var largest: UInt64 = 0
        for order in orders {
            let size = try? await DrillStep.bytes(order, self)
            largest = max(largest, size ?? 0)
        }
        guard !orders.isEmpty else { return }
        try ScratchFolder.requireRoom(
            for: largest, free: try ScratchFolder.freeBytes(settings.scratch), in: settings.scratch)
    }
}

extension DeclaredCopy.Source {
    /// As it is written in the settings.
    var kind: String {
        switch self {
        case .pgBackRest: "pgbackrest"
        case .barman: "barman"
        case .baseBackup: "basebackup"
        case .dump: "dump"
        case .attestation: "attestation"
        }
    }

    /// Whether drills restore it.
    var isDrilled: Bool {
        switch self {
        case .pgBackRest, .barman, .baseBackup: true
        case .dump, .attestation: false
        }
    }
}
