internal import AuditLedger
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// Accounts made by whoever has the control database: the first administrator, and those of the demonstration.
struct FirstAdministrator {
    private let settings: Settings
    private let actor: AuditActor

    init(_ settings: Settings) throws {
        self.settings = settings
        actor = try settings.operatorActor()
    }

    /// Adds the first administrator.
    ///
    /// - Throws: `CommandFailure` when there is one already: then accounts are theirs to add.
    func add(_ name: String, days: Int) async throws -> (staff: StaffRecord, token: IssuedToken) {
        try await withEngine { engine in
            try await engine.control.transaction { transaction in
                guard try await !transaction.hasAdministrator() else {
                    throw CommandFailure(
                        .refused, code: "staff.has-administrator", "there is an administrator already",
                        hint: "sign in with `habeas login`; accounts are added by administrators")
                }
                return try await Self.add(name, [.admin], .days(days), by: actor, engine, transaction)
            }
        }
    }

    /// Gives an account of that name a new token, and makes the account when it isn't there.
    func token(of name: String, role: StaffRole, days: Int) async throws -> IssuedToken {
        try await withEngine { engine in
            try await engine.control.transaction { transaction in
                let accounts = try await transaction.staff(limit: 200)
                guard let account = accounts.first(where: { $0.name == name && $0.endedAt == nil }) else {
                    return try await Self.add(name, [role], .days(days), by: actor, engine, transaction).token
                }
                return try await engine.issueToken(
                    for: account.id, scopes: [], lifetime: .days(days), by: actor, in: transaction)
            }
        }
    }

    /// Whether a token still opens the service.
    func accepts(_ token: String) async throws -> Bool {
        try await withEngine { engine in
            do { _ = try await engine.caller(token: token) } catch let error as EngineError
                where error.code == .unauthenticated
            { return false }
            return true
        }
    }

    private static func add(
        _ name: String, _ roles: Set<StaffRole>, _ lifetime: Duration, by actor: AuditActor, _ engine: Engine,
        _ transaction: ControlTransaction
    ) async throws -> (staff: StaffRecord, token: IssuedToken) {
        let staff = try await engine.addStaff(
            name: name, roles: roles, signInSubject: nil, by: actor, in: transaction)
        let token = try await engine.issueToken(
            for: staff.id, scopes: [], lifetime: lifetime, by: actor, in: transaction)
        return (staff, token)
    }

    private func withEngine<Value>(_ body: (Engine) async throws -> Value) async throws -> Value {
        let pool = PostgresPool(to: try settings.controlTarget(), limit: 1)
        let control = ControlDatabase(pool: pool)
        let engine = Engine(
            control: control, people: try PersonKeys(folder: settings.keysPath),
            settings: EngineSettings(
                publicURL: "", defaultRegime: "", clock: try settings.legalClock(), archives: settings.archivesPath),
            directory: PersonDirectory { _ in nil }, now: { Clock.now })
        let outcome: Result<Value, any Error>
        do {
            try await control.connection { try await Migrator.check($0.connection) }
            outcome = .success(try await body(engine))
        } catch { outcome = .failure(error) }
        await control.close()
        return try outcome.get()
    }
}
