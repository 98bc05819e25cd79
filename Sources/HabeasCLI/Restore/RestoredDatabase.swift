internal import AuditLedger
internal import BackupTruth
internal import DataMap
internal import Erasing
internal import ErasureLedger
internal import LegalRules
internal import ObjectStore
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// A restored database as an operator's commands reach it: everything over the one role that the fence lets in, which takes
/// the part of the others.
struct RestoredDatabase {
    let settings: Settings
    let map: DataMap
    let keys: ErasureKeys
    let operatorTarget: ConnectionTarget
    private let pool: PostgresPool
    private let control: ControlDatabase
    /// Whether the control database answers.
    private let hasControl: Bool

    /// Lends it.
    static func with<Value>(
        _ settings: Settings, _ body: (RestoredDatabase) async throws -> Value
    ) async throws -> Value {
        let restored = try await RestoredDatabase(settings)
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(restored)) } catch { outcome = .failure(error) }
        await restored.pool.close()
        await restored.control.close()
        return try outcome.get()
    }

    private init(_ settings: Settings) async throws {
        self.settings = settings
        map = try settings.map()
        keys = try ErasureKeys(folder: settings.keysPath)
        operatorTarget = try settings.operatorTarget()
        pool = PostgresPool(to: try settings.operatorTarget().taking(role: settings.eraserUser), limit: 4)
        // A control database of its own wasn't restored, and is reached as always.
        let isApart = settings.found("control.url", isSecret: true) != nil
        let target =
            isApart ? try settings.controlTarget() : try settings.operatorTarget().taking(role: settings.controlUser)
        control = ControlDatabase(pool: PostgresPool(to: target, limit: 3))
        do {
            try await control.connection { try await Migrator.check($0.connection) }
            hasControl = true
        } catch is PostgresError { hasControl = false } catch is LedgerError { hasControl = false }
    }

    // MARK: replaying

    /// What has to be said before anything is done.
    var warnings: [String] {
        hasControl
            ? []
            : ["the control database doesn't answer: it isn't asked how far the ledger went, nor which rows holds keep"]
    }

    /// Judges the ledger whole, and opens it.
    func openLedger() async throws -> ErasureLedger {
        let known = hasControl ? try await LedgerMemory(control).known() : .none
        let key = LedgerKey(keys.ledger)
        let folder = settings.erasureLedgerPath
        _ = try LedgerTrial.judge(folder: folder, key: key, known: known)
        return try await ErasureLedger.open(folder: folder, key: key, known: known)
    }

    /// Brings the companion schema of an older backup to this version.
    func makeCompanion(dryRun: Bool) async throws {
        let isWhole = try await PostgresConnection.withConnection(to: operatorTarget) {
            try await Companion.isWhole(on: $0)
        }
        guard !isWhole else { return }
        guard !dryRun else {
            throw ErasureError(
                .noCompanion, "the restored database has no companion schema habeas_local, or an older one",
                hint: "run it without --dry-run, which makes it; or `habeas init`")
        }
        try await DatabaseRoles(settings).make(for: map)
    }

    /// Whether the control database is told how far the ledger goes: never of a ledger that is a copy.
    enum Remembering { case told, untold }

    func replayer(
        _ ledger: ErasureLedger, remembering: Remembering = .told,
        progress: @escaping @Sendable (ReplayProgress) -> Void
    ) throws -> Replayer {
        let digest = try settings.mapDigest()
        guard let mapDigest = Hash256(hex: digest) else { preconditionFailure("a digest has 64 digits") }
        let kept = KeptLedger(ledger, memory: hasControl && remembering == .told ? LedgerMemory(control) : nil)
        return Replayer(
            map: map, mapDigest: mapDigest, keys: keys, ledger: ledger, database: pool,
            eraser: ReplayEraser(try eraser(digest), try facts(), keys: keys, store: map.service),
            append: { try await kept.append($0, at: Clock.now).entry }, progress: progress)
    }

    private func eraser(_ digest: String) throws -> Eraser {
        let (map, keys) = (map, keys)
        return Eraser(
            map: map, mapDigest: digest, database: pool, verifier: settings.verifierUser,
            stores: settings.stores(for: map), retention: try settings.ruleBook().retentionClock(),
            zone: settings.found("clock.zone")?.value ?? "UTC",
            hash: { scope, key in
                map.subject(scope) != nil
                    ? keys.subjectHash(kind: scope, key: key) : keys.recordHash(collection: scope, key: key)
            })
    }

    private func facts() throws -> ReplayFacts {
        let zone = try settings.found("clock.zone").map { try TimeZones().zone($0.value) }
        let (control, hasControl) = (control, hasControl)
        let people = try PersonKeys(folder: settings.keysPath)
        return ReplayFacts(
            law: map.defaultRegime, today: try settings.today(), day: { zone?.day(of: $0) ?? $0.utcDate },
            holds: { ids in
                guard hasControl else { return [] }
                return try await control.transaction { transaction in
                    var holds: [RowHold] = []
                    for id in ids.compactMap({ HoldID($0.text) }) {
                        guard let record = try await transaction.hold(id) else { continue }
                        holds.append(RowHold(try LegalHold(record, people: people)))
                    }
                    return holds
                }
            })
    }

    // MARK: telling

    /// Has the audit chain remember it, where there is one.
    func note(_ report: ReplayReport) async throws {
        guard hasControl else { return }
        let actor = try settings.operatorActor()
        _ = try await control.transaction { transaction in
            try await transaction.connection.append(
                AuditEntry(
                    .databaseReplayed, by: actor,
                    [
                        "entry": .number(report.ledgerEntry), "erased": .number(report.erasedAgain),
                        "rows": .number(report.rows), "unresolved": .number(report.unresolved.count),
                    ]))
        }
    }

    /// Opens the server; gives whether it was shut.
    func liftFence() async throws -> Bool {
        try await PostgresConnection.withConnection(to: operatorTarget) { try await Fence(on: $0).lift() }
    }
}

extension ConnectionTarget {
    /// The same login in another role's part.
    fileprivate func taking(role: String) -> ConnectionTarget {
        var target = self
        target.settings.append(("role", role))
        return target
    }
}
