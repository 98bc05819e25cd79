package import DataMap
package import ObjectStore
package import PostgresAccess
package import RightsCore
internal import SubjectAccess

/// Plans erasures, and carries out exactly what was planned.
package struct Eraser: Sendable {
    let map: DataMap
    let mapDigest: String
    /// Connections of the role that deletes: past row security, and a member of the verifier.
    let database: PostgresPool
    /// The role that recounts.
    let verifier: String
    let stores: [String: FolderStore]
    let retention: RetentionClock
    /// The controller's time zone, by its name in the tz database.
    let zone: String
    let hash: @Sendable (_ scope: String, _ key: String) -> Hash256
    let budget: ErasureBudget
    private(set) var progress: @Sendable (ErasureProgress) -> Void = { _ in }
    private let known = KnownStore()

    /// An eraser for one database.
    ///
    /// - Parameters:
    ///   - mapDigest: SHA-256 of the map's text, in hexadecimal.
    ///   - stores: object stores by the names the map uses.
    ///   - zone: the controller's time zone, by its name in the tz database: the day of a moment is the day there.
    ///   - hash: the keyed hash of a person's or record's key.
    package init(
        map: DataMap, mapDigest: String, database: PostgresPool, verifier: String, stores: [String: FolderStore],
        retention: RetentionClock, zone: String = "UTC", budget: ErasureBudget = ErasureBudget(),
        hash: @escaping @Sendable (_ scope: String, _ key: String) -> Hash256
    ) {
        self.map = map
        self.mapDigest = mapDigest
        self.database = database
        self.verifier = verifier
        self.stores = stores
        self.retention = retention
        self.zone = zone
        self.budget = budget
        self.hash = hash
    }

    /// The same eraser, telling somebody how far it is.
    package func reporting(to progress: @escaping @Sendable (ErasureProgress) -> Void) -> Eraser {
        var eraser = self
        eraser.progress = progress
        return eraser
    }
}

/// How long an erasure may keep others waiting.
package struct ErasureBudget: Sendable {
    /// How long a lock is waited for.
    package var lock = Duration.seconds(5)
    /// How long one statement may take on the server.
    package var statement = Duration.seconds(300)
    /// How often a transaction that others got in the way of is tried.
    package var attempts = 5
    /// Rows of a batch.
    package var batch = 5000
    /// The least pause between batches.
    package var pause = Duration.milliseconds(5)
    /// How long a pause is at least, as a share of the batch before it.
    package var share = 1.0 / 3
    /// The longest.
    package var longestPause = Duration.milliseconds(1000)
    /// How far a standby may lag, in bytes, before batches wait for it.
    package var standbyLag = 64_000_000

    /// A budget of the usual bounds.
    package init() {}
}

/// How far an erasure is.
package struct ErasureProgress: Sendable, Hashable {
    /// `planning`, `listing`, `erasing`, `finishing`, `files`.
    package let phase: String
    /// Rows or files done.
    package let done: Int
    /// Of how many, where that is known.
    package let total: Int?
}

/// What is asked for.
package struct ErasureQuestion: Sendable {
    /// Who or what goes.
    package let target: ErasureTarget
    /// Under which law.
    package let regime: RegimeID
    /// Holds in force on them.
    package let holds: [RowHold]
    /// The day the law of which is applied.
    package let today: CivilDate

    /// A question by its parts.
    package init(target: ErasureTarget, regime: RegimeID, holds: [RowHold] = [], today: CivilDate) {
        self.target = target
        self.regime = regime
        self.holds = holds
        self.today = today
    }
}

extension Eraser {
    /// What will happen, counted in one moment of the database. Nothing is written.
    ///
    /// A plan with conflicts is given too, so that people see them; it can't be run.
    /// - Throws: `ErasureError` when nobody is meant or the map doesn't fit; `PostgresError`.
    package func plan(_ question: ErasureQuestion) async throws -> ErasurePlan {
        try await database.withConnection { connection in
            try await connection.withTransaction(.snapshot) { connection in
                let session = try await open(question, on: connection)
                return try await session.plan()
            }
        }
    }

    /// What stands in the way of erasures of any person of the map, by the catalogue alone: for `map check` and `doctor`.
    package func preflight() async throws -> [PreflightFinding] {
        try await database.withConnection { connection in
            try await connection.withTransaction(.snapshot) { connection in
                try await ErasureAudit.findings(map, on: connection)
            }
        }
    }

    /// The same over one connection, for whoever has no keys and erases nothing.
    package static func preflight(_ map: DataMap, on connection: PostgresConnection) async throws -> [PreflightFinding]
    {
        try await connection.withTransaction(.snapshot) { try await ErasureAudit.findings(map, on: $0) }
    }

    /// Makes a transaction ready: whom it means, past row security, within the budget; and what it will do.
    ///
    /// - Parameter run: the run it is a transaction of; nil of a plan.
    func open(
        _ question: ErasureQuestion, run: String? = nil, on connection: PostgresConnection
    ) async throws -> ErasureSession {
        let settings = [
            ("row_security", "off"), ("lock_timeout", "\(budget.lock.milliseconds)"),
            ("statement_timeout", "\(budget.statement.milliseconds)"), ("work_mem", "64MB"),
            // The statements are large and run once: compiling them takes longer than they do.
            ("jit", "off"),
        ]
        let naming = run.map { [("application_name", Self.applicationName($0)), ("habeas.run", $0)] } ?? []
        let opening = try await openUnbound(connection, with: settings + naming)
        let described = try await described(opening.fingerprint, on: connection)
        return try await ErasureSession(
            eraser: self, question: question, connection: connection, catalogue: described.catalogue,
            facts: described.facts, moment: opening.moment)
    }

    /// Begins a transaction past row security.
    ///
    /// - Throws: `ErasureError.Code.wrongRole` of a role that row security binds.
    @discardableResult func openUnbound(
        _ connection: PostgresConnection, with settings: [(name: String, value: String)] = [("row_security", "off")]
    ) async throws -> StoreOpening {
        let opening = try await connection.open(with: settings)
        guard opening.bypassesRowSecurity else {
            throw ErasureError(
                .wrongRole, "the eraser's role \(opening.role) is bound by row security, so it would leave rows behind",
                hint: "ALTER ROLE \(Identifier(opening.role).quoted) BYPASSRLS, or run `habeas init`")
        }
        return opening
    }

    /// The catalogue, read anew whenever anything in it changed, and found to fit the map.
    private func described(
        _ fingerprint: String, on connection: PostgresConnection
    ) async throws -> DescribedStore {
        if let known = known.value, known.fingerprint == fingerprint { return known }
        let catalogue = try await connection.readCatalogue()
        let facts = try await connection.storeFacts()
        try checkMap(catalogue)
        let described = DescribedStore(fingerprint: fingerprint, catalogue: catalogue, facts: facts)
        known.value = described
        return described
    }

    /// A schema that isn't what the map describes is refused before anything is read of it.
    private func checkMap(_ catalogue: Catalogue) throws(ErasureError) {
        let findings = MapCheck.findings(map, catalogue, reader: "").filter(\.blocksErasure)
        guard let first = findings.first else { return }
        let others = findings.count > 1 ? ", and \(findings.count - 1) more" : ""
        throw ErasureError(
            .mapDoesNotFit, "the map doesn't fit the database: \(first.object): \(first.message)\(others)",
            hint: "\(first.mend); `habeas map check` shows all")
    }
}

extension MapFinding {
    /// Whether an erasure over this map and catalogue could leave something behind or take somebody else's.
    var blocksErasure: Bool {
        guard severity == .error else { return false }
        switch code {
        // What an exporter may see is nothing to an eraser past row security; what stands in the way of deletion the
        // plan counts itself.
        case .rowSecurityMissing, .rowSecurityNotForced, .noPolicy, .exportedSecret, .blockedErasure: return false
        default: return true
        }
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
