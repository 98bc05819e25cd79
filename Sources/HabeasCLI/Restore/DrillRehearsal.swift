internal import AuditLedger
internal import BackupTruth
internal import DataMap
internal import Erasing
internal import ErasureLedger
internal import FoundationEssentials
internal import ObjectStore
internal import PostgresAccess
internal import RightsCore
internal import RightsEngine

/// The real ledger as drills use it: judged where it lies, and then copied for each replay.
struct DrillLedger: Sendable {
    private let folder: String
    private let key: LedgerKey
    private let known: LedgerHead

    /// Judges the real ledger.
    ///
    /// - Throws: `RestoreError` when it isn't sound.
    init(_ settings: Settings) async throws {
        folder = settings.erasureLedgerPath
        key = LedgerKey(try ErasureKeys(folder: settings.keysPath).ledger)
        do { known = try await KnownLedger.head(settings) } catch {
            // Whoever drills without a control database is told what isn't known then.
            Terminal.note("habeas: warning: the control database wasn't asked how far the ledger went")
            known = .none
        }
        _ = try LedgerTrial.judge(folder: folder, key: key, known: known)
    }

    /// Opens a copy of it in a folder that isn't there yet.
    func open(in copy: String) async throws -> ErasureLedger {
        try copyFiles(to: copy)
        return try await ErasureLedger.open(folder: copy, key: key, known: known)
    }

    /// Nobody appends while it is copied.
    private func copyFiles(to copy: String) throws {
        let hold = try FolderHold(folder)
        defer { hold.release() }
        try FileManager.default.copyItem(atPath: folder, toPath: copy)
    }

    /// Lends a copy of it.
    func withCopy<Value>(in scratch: String, _ body: (ErasureLedger) async throws -> Value) async throws -> Value {
        try await Drill.withFolder(in: scratch) { folder in try await body(try await open(in: "\(folder)/ledger")) }
    }
}

/// What of the live side a drill reads.
struct LiveSide: Sendable {
    let readings: [CopyReading]
    let purges: [CoveringPurge]

    /// - Parameter ledger: asked for what backups are bound to.
    static func read(
        _ settings: Settings, _ copies: [DeclaredCopy], _ ledger: ErasureLedger, now: Instant
    ) async throws -> LiveSide {
        let live = try await PostgresConnection.withConnection(to: try settings.operatorTarget()) {
            try await LiveCluster.read(over: $0)
        }
        let purges = try await ServiceErasures.with(settings) { try await $0.eraser.purges() }
        return LiveSide(
            readings: try await CopyReader().read(copies, live: live, at: now).witnessing(ledger),
            purges: purges.compactMap { CoveringPurge($0) })
    }
}

/// Which database is the product's, and who is superuser, as the live connection string says.
struct DrillPlace {
    let database: String
    let user: String

    init(_ settings: Settings) throws {
        let words = try settings.operatorTarget().environment()
        let name = words["PGUSER"] ?? ProcessInfo.processInfo.environment["PGUSER"] ?? "postgres"
        user = name
        database = words["PGDATABASE"] ?? ProcessInfo.processInfo.environment["PGDATABASE"] ?? name
    }
}

/// The replay on a restored database of a drill: the path of `habeas replay`, with a copy of the ledger, without the real
/// object stores, and without a word to the real control database.
struct DrillRehearsal: Sendable {
    let config: String?
    let map: String?
    let acceptsMapChange: Bool
    let ledger: DrillLedger

    func run(on stage: Drill.Stage) async throws -> Drill.Rehearsal {
        let settings = try await settings(of: stage)
        return try await RestoredDatabase.with(settings) { restored in
            let copy = try await ledger.open(in: settings.erasureLedgerPath)
            try await restored.makeCompanion(dryRun: false)
            let report = try await restored.replayer(copy, remembering: .untold) { _ in }
                .run(dryRun: false, Replayer.Permissions(acceptsMapChange: acceptsMapChange))
            return Drill.Rehearsal(
                report: report, isLifted: report.isComplete ? try await restored.liftFence() : false)
        }
    }

    /// The settings with everything that is written to put into the stage.
    private func settings(of stage: Drill.Stage) async throws -> Settings {
        var flags = ["database.url": stage.url, "erasure.ledger": "\(stage.folder)/ledger"]
        flags["map"] = map
        let plain = try await Settings(file: config, flags: flags)
        // An erasure removes files: it is given stores that hold none.
        for name in Set(try plain.map().collections.flatMap(\.files).map(\.store)) {
            let folder = "\(stage.folder)/store-\(name)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            flags["stores.\(name)"] = folder
        }
        return try await Settings(file: config, flags: flags)
    }
}
