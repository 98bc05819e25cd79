internal import BackupTruth
internal import DataMap
internal import ErasureLedger
internal import Logging
internal import PostgresAccess
internal import RightsEngine
internal import ServiceLifecycle

/// Compares the product's database with the erasure ledger, at the start and on and on; while the database is older, the
/// service is closed and the product's roles are shut out. While the ledger is lost or unsound nobody knows whether it is,
/// and the service is closed, too.
actor RewindGuard: Service {
    private let erasures: ServiceErasures
    private let door: ServiceDoor
    private let settings: FenceSettings
    private let tell: @Sendable (RestoreError) async -> Void
    private let logger: Logger
    /// What the ledger said so far.
    private var past: LedgerPast

    init(
        _ erasures: ServiceErasures, door: ServiceDoor, settings: FenceSettings, logger: Logger,
        tell: @escaping @Sendable (RestoreError) async -> Void
    ) {
        self.erasures = erasures
        self.door = door
        self.settings = settings
        self.logger = logger
        self.tell = tell
        past = LedgerPast(store: erasures.map.service)
    }

    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // Until somebody could look, nothing is served: soon again, then.
                let isUnknown = self.door.closed?.code == RestoreError.Code.unchecked.rawValue
                // Cancelled: the loop ends.
                try? await Task.sleep(for: isUnknown ? .seconds(1) : self.settings.interval)
                if !Task.isCancelled { await self.look() }
            }
        }
    }

    /// Looks once, and opens or closes the door.
    func look() async {
        do {
            guard let problem = try await state().problem else { return open() }
            await close(problem)
        } catch let error as ErasureLedgerError {
            // What was put back in its place is read from its beginning.
            past = LedgerPast(store: erasures.map.service)
            await erasures.forgetLedger()
            switch error.code {
            case .rewound, .damaged, .otherKey, .otherVersion: await close(await erasures.fault(error))
            // A disk that is full or doesn't answer says nothing about what was written there.
            case .noSpace, .cannotWrite, .cannotRead, .conflict, .outOfOrder, .badEntry:
                logger.critical(
                    "the database can't be compared with the erasure ledger",
                    metadata: ["code": "\(error.code.rawValue)", "error": "\(error.description)"])
            }
        } catch {
            logger.warning("the database wasn't compared with the erasure ledger: it doesn't answer")
        }
    }

    private func state() async throws -> RewindState {
        let ledger = try await erasures.openedLedger()
        var past = past
        try await past.follow(ledger)
        self.past = past
        let standing: StoreStanding
        do { standing = try await erasures.standing() } catch {
            // Where nothing was ever erased there is nothing to fall behind.
            guard past.confirmed.isEmpty, past.furthest.isEmpty, past.lastExpired == 0 else { throw error }
            return .current
        }
        return try await RewindWatch.state(of: standing, against: past, in: ledger)
    }

    private func open() {
        guard let closed = door.closed else { return }
        door.open()
        if closed.code != RestoreError.Code.unchecked.rawValue {
            logger.notice("the database is as the erasure ledger says: the service is open again")
        }
    }

    private func close(_ problem: RestoreError) async {
        let isNew = door.closed?.code != problem.code.rawValue
        door.close(
            ServiceDoor.Closure(
                code: problem.code.rawValue,
                words: "the service is closed: the database and the erasure ledger don't agree",
                hint: "the operators find what to do in the log"))
        guard isNew else { return }
        logger.critical(
            "the service is closed: \(problem.description)",
            metadata: ["code": "\(problem.code.rawValue)", "mend": "\(problem.hint ?? "")"])
        if problem.code == .rewound || problem.code == .beyondLedger { await shutOut() }
        await tell(problem)
    }

    /// Keeps the product out, which would show who was erased.
    private func shutOut() async {
        guard !settings.roles.isEmpty else {
            return logger.critical("fence.roles names no role of the product: shut it out by hand")
        }
        do {
            let roles = try await erasures.shutOut(settings.roles)
            logger.critical(
                "roles of the product were shut out", metadata: ["roles": "\(roles.joined(separator: ", "))"])
        } catch {
            logger.critical(
                "the product's roles can't be shut out by this role; have a superuser run this",
                metadata: ["sql": "\(ShutRoles.statements(settings.roles).joined(separator: "; "))"])
        }
    }
}

/// Settings `fence.roles`, `fence.interval`.
struct FenceSettings: Sendable {
    /// The product's roles, which are shut out of a database that was rewound.
    let roles: [String]
    /// How often database and ledger are compared.
    let interval: Duration

    init(_ settings: Settings) throws {
        roles = settings.list("fence.roles")
        interval = try settings.duration("fence.interval", atMost: .seconds(3600), default: .seconds(30))
    }
}
