internal import AuditLedger
internal import BackupTruth
internal import DataMap
internal import Erasing
internal import ErasureLedger
internal import LegalRules
internal import Logging
internal import ObjectStore
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// What erasures need, put together from the settings.
struct ServiceErasures: Sendable {
    let map: DataMap
    let settings: Settings
    let eraser: Eraser
    let keys: ErasureKeys
    private let pool: PostgresPool
    private let hunter: ConnectionTarget
    private let control: ConnectionTarget
    private let stores: [String: FolderStore]
    private let budget: Duration
    /// The declared copies; nil where there are none.
    let backups: BackupTools?
    private let ledger: OpenLedger
    private let memory: ControlDatabase

    /// Opens keys and the pool; nothing is asked of the database yet.
    init(_ settings: Settings, map: DataMap, connections: Int) throws {
        self.map = map
        self.settings = settings
        let keys = try ErasureKeys(folder: settings.keysPath)
        self.keys = keys
        stores = settings.stores(for: map)
        pool = PostgresPool(to: try settings.eraserTarget(), limit: max(2, connections))
        eraser = Eraser(
            map: map, mapDigest: try settings.mapDigest(), database: pool, verifier: settings.verifierUser,
            stores: stores, retention: try settings.ruleBook().retentionClock(),
            zone: settings.found("clock.zone")?.value ?? "UTC",
            hash: { scope, key in
                map.subject(scope) != nil
                    ? keys.subjectHash(kind: scope, key: key) : keys.recordHash(collection: scope, key: key)
            })
        hunter = try settings.hunterTarget()
        control = try settings.controlTarget()
        budget = try settings.huntBudget()
        backups = try settings.backupTools(over: pool)
        memory = ControlDatabase(pool: PostgresPool(to: control, limit: 2))
        ledger = OpenLedger(
            folder: settings.erasureLedgerPath, key: LedgerKey(keys.ledger), memory: LedgerMemory(memory))
    }

    /// What the queue is given.
    var tools: ErasureTools {
        let keysFolder = settings.keysPath
        let ledger = ledger
        return ErasureTools(
            eraser: eraser, keys: keys, service: map.service, controller: map.controller.name,
            ledger: { try await ledger.opened() }, hunt: { try await hunt($0) },
            sign: { try KeyRing(folder: keysFolder).sign($0) }, backups: backups, memory: LedgerMemory(memory))
    }

    /// Says at the start what would keep every erasure from being carried out: a ledger that is lost, damaged or was put
    /// back.
    func examineLedger(_ logger: Logger) async {
        do { _ = try await ledger.opened() } catch let error as ErasureLedgerError {
            logger.critical(
                "nothing is erased: the erasure ledger can't be used",
                metadata: ["code": "\(error.code.rawValue)", "error": "\(error.description)"])
        } catch {
            // The database doesn't answer yet; each erasure asks again.
            logger.warning("the erasure ledger wasn't looked at yet")
        }
    }

    // MARK: watching

    /// The ledger; the one that erasures are written to.
    func openedLedger() async throws -> ErasureLedger { try await ledger.opened() }

    /// Has the ledger opened anew when it is needed next.
    func forgetLedger() async { await ledger.forget() }

    /// What is wrong with a ledger that can't be used, by its name.
    func fault(_ error: ErasureLedgerError) async -> RestoreError {
        do {
            // A database that doesn't answer knows of no entry; the lines are judged all the same.
            let known = (try? await LedgerMemory(memory).known()) ?? .none
            _ = try LedgerTrial.judge(folder: settings.erasureLedgerPath, key: LedgerKey(keys.ledger), known: known)
        } catch let named as RestoreError { return named } catch {}
        return RestoreError(.ledgerEdited, error.description, hint: error.hint)
    }

    /// What the product's database says of erasures.
    func standing() async throws -> StoreStanding {
        try await pool.withConnection { try await StoreStanding.read(on: $0) }
    }

    /// Keeps the product's roles out; throws when the operator's role may not.
    func shutOut(_ roles: [String]) async throws -> [String] {
        try await PostgresConnection.withConnection(to: try settings.operatorTarget()) {
            try await ShutRoles(on: $0).shutOut(roles)
        }
    }

    func close() async {
        await pool.close()
        await memory.close()
    }

    /// Lends what an operator needs for one command.
    static func with<Value>(_ settings: Settings, _ body: (ServiceErasures) async throws -> Value) async throws -> Value
    {
        let erasures = try ServiceErasures(settings, map: try settings.map(), connections: 2)
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(erasures)) } catch { outcome = .failure(error) }
        await erasures.close()
        return try outcome.get()
    }

    // MARK: leftovers

    /// One pass over the store, the object stores' names and our own tables, for everybody who waits.
    private func hunt(_ orders: [HuntOrder]) async throws -> [HuntOutcome] {
        let people = orders.map {
            HuntedPerson(
                reference: $0.person.reference, needles: $0.person.needles,
                kept: HuntPlace.kept(by: map, after: $0.receipt))
        }
        let hunt = LeftoverHunt(people, limits: HuntLimits(budget: budget))
        let own: Set<Identifier> = [Identifier("habeas")]
        let mapped = Set(map.collections.map(\.table))
        let store = try await hunt.search(hunter, in: .all(except: own), mapped: mapped)
        let control = try await hunt.search(control, in: .only(own), mapped: [])
        var objects: [ObjectHuntReport] = []
        for name in stores.keys.sorted() {
            if let folder = stores[name] { objects.append(await hunt.search(folder, named: name)) }
        }
        return people.map { person in
            let finds = (store.leftovers + control.leftovers).filter { $0.person == person.reference }
            let names = objects.filter { $0.hasLeftovers(of: person.reference) }.map { "object store \($0.store)" }
            return HuntOutcome(
                tables: store.tables.count + control.tables.count,
                obstacles: Set(
                    store.obstacles(for: person.reference) + control.obstacles(for: person.reference)
                        + objects.filter { !$0.isComplete }.map { "object store \($0.store): not to the end" }
                ).sorted(),
                leftovers: Set(finds.map { "\($0.table).\($0.column)" } + names).sorted())
        }
    }
}

/// The ledger, opened once.
private actor OpenLedger {
    private let folder: String
    private let key: LedgerKey
    private let memory: LedgerMemory
    private var ledger: ErasureLedger?

    init(folder: String, key: LedgerKey, memory: LedgerMemory) {
        self.folder = folder
        self.key = key
        self.memory = memory
    }

    func forget() { ledger = nil }

    func opened() async throws -> ErasureLedger {
        if let ledger { return ledger }
        let opened = try await ErasureLedger.open(folder: folder, key: key, known: try await memory.known())
        ledger = opened
        return opened
    }
}
