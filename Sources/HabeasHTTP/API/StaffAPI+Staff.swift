internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// Where the list of staff goes on.
struct StaffKeys: CursorKeys {
    static let list = "staff.1"
    let id: String
}

/// Somebody to be added.
struct AddStaffInput: StaffWrite {
    let name: String
    let roles: [StaffRole]
    let signInSubject: String?
    let ticket: String
    let reason: String

    func check() throws(Problem) {
        try Field.text("name", name, most: 80)
        guard (1...4).contains(roles.count), Set(roles).count == roles.count else {
            throw Problem(.badValue, "roles has to have one to four different roles")
        }
        if let signInSubject { try Field.text("sign_in_subject", signInSubject, most: 256) }
    }
}

/// A token to be issued.
struct IssueTokenInput: StaffWrite {
    let scopes: [Permission]?
    let expiresIn: Int?
    let ticket: String
    let reason: String

    /// 366 days, as the engine allows.
    static let longest = 31_622_400
    /// 90 days unless something else is asked for.
    static let usual = 7_776_000

    func check() throws(Problem) {
        guard (1...Self.longest).contains(expiresIn ?? 1) else {
            throw Problem(.badValue, "expires_in has to be a number of seconds from 1 to \(Self.longest)")
        }
        let scopes = scopes ?? []
        guard Set(scopes).count == scopes.count else { throw Problem(.badValue, "scopes has an entry twice") }
    }
}

extension StaffAPI {
    func addStaff(to group: inout RouteGroup) {
        group.get("/staff") { try await listStaff($0, $1) }
        group.post("/staff") { request, context in
            try await write(AddStaffInput.self, .manageStaff, request, context) { input, caller, ground, transaction in
                let facts = try await engine.facts(of: ground, request: nil, in: transaction)
                let staff = try await engine.addStaff(
                    name: input.name, roles: Set(input.roles), signInSubject: input.signInSubject, by: caller.actor,
                    facts, in: transaction)
                return try StoredAnswer(StaffMemberView(staff), status: .created)
            }.response()
        }
        group.post("/staff/{id}/end") { try await endStaff($0, $1) }
        group.get("/staff/{id}/tokens") { try await listTokens($0, $1) }
        group.post("/staff/{id}/tokens") { try await issueToken($0, $1) }
        group.post("/tokens/{id}/revoke") { try await revokeToken($0, $1) }
    }

    private func listStaff(_ request: Request, _ context: HabeasContext) async throws -> Response {
        try context.requireCaller(as: StaffCaller.self).require(.readStaff)
        let page = try PageRequest<StaffKeys>(request.query(["limit", "cursor"]))
        let before: StaffID? = try page.after.map { keys throws(Problem) in try Self.position(keys.id) }
        let staff = try await engine.control.connection { try await $0.staff(before: before, limit: page.limit + 1) }
        return try .page(
            staff, limit: page.limit, of: request, after: { StaffKeys(id: $0.id.text) }, StaffMemberView.init)
    }

    private func endStaff(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let id: StaffID = try context.id(of: "account")
        return try await write(.manageStaff, request, context) { _, caller, ground, transaction in
            let facts = try await engine.facts(of: ground, request: nil, in: transaction)
            try await engine.endStaff(id, by: caller.actor, facts, in: transaction)
            guard try await transaction.hasAdministrator() else {
                throw EngineError(
                    .lastAdministrator, "that is the last administrator", hint: "add another one first")
            }
            guard let staff = try await transaction.staff(id) else { throw Engine.noStaff }
            return try StoredAnswer(StaffMemberView(staff))
        }.response()
    }

    private func listTokens(_ request: Request, _ context: HabeasContext) async throws -> Response {
        try context.requireCaller(as: StaffCaller.self).require(.readStaff)
        try request.requireNoQuery()
        let id: StaffID = try context.id(of: "account")
        let tokens = try await engine.control.transaction { transaction in
            guard try await transaction.staff(id) != nil else { throw Engine.noStaff }
            return try await transaction.tokens(of: id)
        }
        let now = engine.now()
        return try .json(ListView(items: tokens.map { TokenView($0, now: now) }, nextCursor: nil))
    }

    private func issueToken(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let id: StaffID = try context.id(of: "account")
        var issued: IssuedToken?
        let outcome = try await write(
            IssueTokenInput.self, .manageStaff, request, context
        ) { input, caller, ground, transaction in
            let facts = try await engine.facts(of: ground, request: nil, in: transaction)
            let token = try await engine.issueToken(
                for: id, scopes: input.scopes ?? [], lifetime: .seconds(input.expiresIn ?? IssueTokenInput.usual),
                by: caller.actor, facts, in: transaction)
            issued = token
            let view = IssuedTokenView(
                details: TokenView(token.record, now: engine.now()), token: nil,
                hint: "the token was shown once and can't be shown again; revoke it and issue another one")
            return try StoredAnswer(view, status: .created)
        }
        guard let issued else { return outcome.response() }
        // The token's text isn't in the stored answer: only its hash stays.
        return try .json(
            IssuedTokenView(
                details: TokenView(issued.record, now: engine.now()), token: issued.text, hint: nil),
            status: .created)
    }

    private func revokeToken(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let id = context.parameters.get("id") ?? ""
        return try await write(.manageStaff, request, context) { _, caller, ground, transaction in
            let facts = try await engine.facts(of: ground, request: nil, in: transaction)
            try await engine.revokeToken(id, by: caller.actor, facts, in: transaction)
            guard let (token, _) = try await transaction.token(id) else { throw Engine.noStaff }
            return try StoredAnswer(TokenView(token, now: engine.now()))
        }.response()
    }
}
