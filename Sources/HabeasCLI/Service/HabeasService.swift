internal import AuditLedger
internal import BackupTruth
internal import Crypto
internal import Crypto
internal import DataMap
internal import Exporting
internal import FoundationEssentials
internal import Glibc
internal import HabeasHTTP
internal import Logging
internal import Notifying
internal import ObjectStore
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore
internal import RightsEngine
internal import ServiceLifecycle

/// The service, put together: what `serve` and `worker` run.
struct HabeasService: Sendable {
    let settings: ServiceSettings
    let engine: Engine
    private let map: DataMap
    private let keysFolder: String
    private let database: ExportDatabase
    private let postman: Postman
    private let archives: ServiceArchives
    private let webhooks: WebhookSender
    private let erasures: ServiceErasures
    private let fence: FenceSettings
    /// Closed until the database was compared with the erasure ledger.
    private let door = ServiceDoor(
        ServiceDoor.Closure(
            code: RestoreError.Code.unchecked.rawValue,
            words: "the service is closed until the database was compared with the erasure ledger",
            hint: "try again in a moment"))
    private let logger: Logger

    /// Opens keys and pools and checks that the control database fits; nothing is changed.
    init(_ settings: Settings, logger: Logger) async throws {
        let now: @Sendable () -> Instant = { Clock.now }
        map = try settings.map()
        self.logger = logger
        let service = try ServiceSettings(settings, map: map, processName: Self.processName)
        self.settings = service
        keysFolder = settings.keysPath
        let people = try PersonKeys(folder: keysFolder)
        _ = try KeyRing(folder: keysFolder).wrapping.active()
        try Self.checkFolder(service.engine.archives)
        let controlPool = PostgresPool(to: try settings.controlTarget(), limit: service.worker.connections + 12)
        let control = ControlDatabase(pool: controlPool)
        try await control.connection { try await Migrator.check($0.connection) }
        database = ExportDatabase(
            exporter: PostgresPool(
                to: try settings.exporterTarget(),
                limit: HeldSnapshot.lanes(map) * max(1, service.worker.exportPlaces) + 1),
            verifier: PostgresPool(to: try settings.verifierTarget(), limit: service.worker.exportPlaces + 4))
        archives = ServiceArchives(
            map: map, database: database, stores: settings.stores(for: map), keysFolder: keysFolder,
            settings: service.engine, snapshotBudget: try settings.snapshotBudget(), control: control, people: people)
        let engine = Engine(
            control: control, people: people, settings: service.engine, directory: archives.directory, now: now)
        do { try engine.checkRules() } catch let error as EngineError {
            throw CommandFailure(.failed, code: error.code.rawValue, error.description, hint: error.hint)
        }
        self.engine = engine
        postman = Postman(
            renderer: try NoticeRenderer(
                controller: try settings.mailController(map), baseURL: service.engine.publicURL),
            transport: try settings.mailTransport(now: now), publicURL: service.engine.publicURL,
            titles: Dictionary(map.collections.map { ($0.name, $0.title) }) { first, _ in first },
            domain: try settings.mailDomain(),
            words: { try await engine.words($0, of: $1) }, now: now)
        fence = try FenceSettings(settings)
        erasures = try ServiceErasures(settings, map: map, connections: service.worker.errandPlaces + 2)
        // Last: what throws above leaves none behind, since it may not end without being shut down.
        webhooks = WebhookSender()
    }

    /// Machine and process, as the queue shows them.
    private static var processName: String {
        let host = ProcessInfo.processInfo.hostName.prefix { $0 != "." }
        return "\(host)-\(getpid())"
    }

    /// Runs until the process is asked to end.
    ///
    /// - Parameters:
    ///   - hasServer: whether it answers HTTP too.
    ///   - onListening: told the port.
    func run(hasServer: Bool, onListening: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        await erasures.examineLedger(logger)
        let rewind = RewindGuard(erasures, door: door, settings: fence, logger: logger) { await tell($0) }
        await rewind.look()
        var services: [any Service] = [rewind, worker]
        if hasServer { services.append(try server(onListening)) }
        // Stopped from the last to the first: no request comes in while the worker ends.
        var configuration = ServiceGroupConfiguration(services: services, logger: logger)
        configuration.maximumGracefulShutdownDuration =
            settings.worker.grace + settings.server.stopNotice + settings.server.stopGrace + .seconds(5)
        configuration.maximumCancellationDuration = .seconds(10)
        let group = ServiceGroup(configuration: configuration)
        do {
            try await withThrowingTaskGroup(of: Bool.self) { tasks in
                tasks.addTask {
                    try await withLogger(logger) { _ in try await group.run() }
                    return true
                }
                tasks.addTask {
                    guard let stop = StopRequest.current else { return false }
                    await stop.wait()
                    await group.triggerGracefulShutdown()
                    return false
                }
                while let isOver = try await tasks.next(), !isOver {}
                tasks.cancelAll()
            }
        } catch {
            await close()
            throw error
        }
        await close()
    }

    private func close() async {
        // The process ends; a connection that can't be closed ends with it.
        try? await webhooks.shutdown()
        await database.close()
        await erasures.close()
        await engine.control.close()
    }

    /// Tells the operators at once: no job is done while the service is closed.
    private func tell(_ problem: RestoreError) async {
        guard let address = settings.engine.operatorsAddress else { return }
        do { try await postman.tellClosed(problem.code.rawValue, problem.hint ?? "", to: address) } catch {
            logger.critical("the operators couldn't be told by mail that the service is closed")
        }
    }

    // MARK: parts

    private var worker: Worker {
        let keysFolder = keysFolder
        let archivesFolder = settings.engine.archives
        let months = settings.auditMonths
        let engine = engine
        let webhooks = webhooks
        let postman = postman
        return Worker(
            engine: engine,
            workshop: Workshop(
                archives: archives.maker, postOffice: { try await postman.deliver($0) },
                callWebhook: { event, endpoint in try await Self.call(event, endpoint, webhooks) },
                signCheckpoint: {
                    let keys = try KeyRing(folder: keysFolder)
                    try await engine.control.connection { control in
                        try await AuditCheckpoints(keys: keys, archives: archivesFolder)
                            .sign(on: control.connection, now: Clock.now)
                        _ = try await AuditPruning(keys: keys, archives: archivesFolder)
                            .run(keepFor: months, by: .system, on: control.connection, now: Clock.now)
                    }
                }, erasure: erasures.tools),
            settings: settings.worker, door: door)
    }

    private static func call(
        _ event: WebhookRecord, _ endpoint: WebhookEndpoint, _ sender: WebhookSender
    ) async throws -> Int? {
        let secrets = try endpoint.secrets.map { try WebhookSecret($0) }
        guard let current = secrets.first else { return nil }
        let outcome = try await sender.send(
            WebhookMessage(id: event.id, body: event.body), to: try WebhookURL(endpoint.url),
            signedBy: WebhookSigner(current, Array(secrets.dropFirst())), now: Clock.now)
        switch outcome {
        case .accepted(let status), .refused(let status): return status
        case .unreachable: return nil
        }
    }

    private func server(_ onListening: @escaping @Sendable (Int) async -> Void) throws -> HabeasServer {
        let keysFolder = keysFolder
        let engine = engine
        var parts = HabeasServer.Parts { Clock.now }
        parts.onListening = onListening
        parts.door = door
        parts.metrics.addProcessMetrics(version: habeasVersion, startedAt: Clock.now)
        let ring = try KeyRing(folder: keysFolder)
        let staffTokens = settings.staffTokens.map { TokenVerifier($0) { Clock.now } }
        let pages = pages
        let deadlines = DeadlineMetrics(parts.metrics, engine: engine)
        parts.problemPage = pages.problemPage
        parts.translators = [StaffAPI.translator]
        parts.groups =
            pages.groups + [
                StaffAPI(engine: engine, keys: ring, signIn: staffTokens, erasure: erasures.tools).group,
                .system(
                    checks: [
                        ReadinessCheck("control-database") { await Self.answers(engine.control) },
                        ReadinessCheck("archives") {
                            FileManager.default.isWritableFile(atPath: engine.settings.archives)
                        },
                    ],
                    life: parts.life, metrics: parts.metrics, openAPI: StaffAPI.description,
                    refresh: { await deadlines.refresh() },
                    wellKnown: { try KeyRing(folder: keysFolder).published() }),
            ]
        return try HabeasServer(settings: settings.server, parts: parts, logger: logger)
    }

    private var pages: Pages {
        var facts = PageSettings(
            service: map.service, controller: map.controller.name, contact: map.controller.contact,
            privacyNotice: settings.privacyNotice)
        facts.productOrigins = Set(settings.personTokenOrigins)
        let formKey = SymmetricKey(data: engine.people.hash("forms", "").bytes)
        return Pages(
            engine: engine, archiveKeys: ArchiveKeys(folder: keysFolder),
            protection: FormProtection(key: formKey, publicBaseURL: settings.engine.publicURL),
            verifier: settings.personTokens.map { TokenVerifier($0) { Clock.now } }, settings: facts)
    }

    /// Makes the folder of archives, and finds out whether a file can be made in it.
    private static func checkFolder(_ path: String) throws {
        do {
            try WholeFile.makeFolder(path)
            try WholeFile.replace("\(path)/.writable", with: [], mode: 0o600)
            try FileManager.default.removeItem(atPath: "\(path)/.writable")
        } catch {
            throw CommandFailure(
                .failed, code: "settings.invalid", "no file can be made in \(path), the folder of the setting archives",
                hint: "make it, and give it to the user that runs the service")
        }
    }

    private static func answers(_ control: ControlDatabase) async -> Bool {
        do {
            try await control.connection { try await Migrator.check($0.connection) }
            return true
        } catch {
            return false
        }
    }
}
