internal import ArgumentParser
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// `habeas staff`: accounts, roles, tokens.
struct StaffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "staff", abstract: "Add, list and end staff accounts and their tokens.",
        discussion: """
            The first administrator is made with access to the control database; everybody \
            else through the service, by an administrator.

            EXAMPLES
              habeas staff add "Grace" --role admin
              habeas staff add "Sam" --role support --ticket T-1 --reason onboarding
              habeas staff token issue ACCOUNT --scope notices.bounce --days 30 --ticket T-2 --reason mail-gateway
            """,
        subcommands: [Add.self, List.self, Revoke.self, Token.self])

    /// `habeas staff add`
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add an account and print its token, this once, to standard output.",
            discussion: """
                When nobody is signed in here and there is no administrator yet, the account \
                is made in the control database of the settings, and has to be an \
                administrator's. An account with --sign-in has no token: it signs in at the \
                sign-in service.

                EXAMPLES
                  habeas staff add "Grace" --role admin > grace.token
                  habeas staff add "Sam" --role support --ticket T-1 --reason onboarding
                  habeas staff add "Kim" --role compliance --sign-in 248289761001 --ticket T-1 --reason onboarding
                """)
        @Argument(help: "How colleagues know them.") var name: String
        @Option(
            help: ArgumentHelp("A role; may be given several times.", valueName: "support|compliance|auditor|admin"))
        var role: [String]
        @Option(help: ArgumentHelp("Their subject at the sign-in service.", valueName: "sub"))
        var signIn: String?
        @Option(help: ArgumentHelp("How many days the token lives, 1 to 366.", valueName: "number"))
        var days = 90
        @Option(help: ArgumentHelp("The ticket; needed but for the first administrator.", valueName: "id"))
        var ticket: String?
        @Option(help: ArgumentHelp("Why; needed but for the first administrator.", valueName: "code[:words]"))
        var reason: String?
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard !role.isEmpty, role.allSatisfy({ StaffRole(rawValue: $0) != nil }), Set(role).count == role.count
            else { throw ValidationError("--role is support, compliance, auditor or admin") }
            guard (1...366).contains(days) else { throw ValidationError("--days is a number from 1 to 366") }
        }

        func run() async throws {
            if let signedIn = try SignIn.current() { return try await addThroughService(signedIn) }
            let settings = try await Settings(file: common.config)
            guard settings.hasControlDatabase else { _ = try SignIn.required(); return }
            guard role == ["admin"], signIn == nil else {
                throw CommandFailure(
                    .refused, code: "login.missing",
                    "nobody is signed in; without that only the first administrator is made",
                    hint: "`habeas login`, or --role admin alone")
            }
            let first = try await FirstAdministrator(settings).add(name, days: days)
            try print(
                Added(id: first.staff.id.text, name: name, roles: role, token: first.token.text),
                until: first.token.record.expiresAt.rfc3339)
        }

        private func addThroughService(_ signedIn: SignIn) async throws {
            guard let ticket, let reason else {
                throw CommandFailure(.usage, code: "usage", "--ticket and --reason are needed")
            }
            let ground = try GroundOptions.parse(["--ticket", ticket, "--reason", reason])
            let body = Body(
                name: name, roles: role, signInSubject: signIn, ticket: ground.ticket, reason: ground.reason)
            try await StaffClient.with(signedIn) { client in
                let staff: StaffDocument = try await client.post("/v1/staff", body).read()
                guard signIn == nil else {
                    return try print(Added(id: staff.id, name: name, roles: staff.roles, token: nil), until: nil)
                }
                let issued = try await issue(client, staff, ground)
                try print(
                    Added(id: staff.id, name: name, roles: staff.roles, token: issued.token),
                    until: issued.details.expiresAt)
            }
        }

        private func issue(
            _ client: StaffClient, _ staff: StaffDocument, _ ground: GroundOptions
        ) async throws -> IssuedTokenDocument {
            do {
                let body = TokenBody(days: days, scopes: nil, ground)
                return try await client.post("/v1/staff/\(staff.id)/tokens", body).read()
            } catch let failure as CommandFailure {
                throw CommandFailure(
                    failure.status, code: failure.code,
                    "the account \(staff.id) is there, but has no token: \(failure.message)",
                    hint: "`habeas staff token issue \(staff.id)`")
            }
        }

        private func print(_ added: Added, until: String?) throws {
            guard !common.json else { return try Terminal.printJSON(added) }
            Terminal.note("\(added.name) is added as \(added.roles.joined(separator: ", ")), account \(added.id)")
            guard let token = added.token else { return }
            Terminal.note("the token, shown this once, ends \(LocalTime.text(until)):")
            Terminal.print(token)
        }

        private struct Body: Encodable, Sendable {
            let name: String
            let roles: [String]
            let signInSubject: String?
            let ticket: String
            let reason: String
        }

        private struct Added: Encodable {
            let id: String
            let name: String
            let roles: [String]
            let token: String?
        }
    }

    /// `habeas staff list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print the accounts, those that ended too.",
            discussion: "EXAMPLES\n  habeas staff list\n  habeas staff list --json")
        @OptionGroup var page: PageOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let answer = try await StaffClient.with { try await $0.get("/v1/staff", page.query) }
            try page.print(answer, as: StaffDocument.self, asJSON: options.json) { Table(staff: $0) }
        }
    }

    /// `habeas staff revoke`
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "End an account and all its tokens, at once.",
            discussion: "EXAMPLES\n  habeas staff revoke ACCOUNT --ticket T-3 --reason left-the-company")
        @Argument(help: "The account's id.") var account: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(account, of: "an account")
            let answer = try await StaffClient.with { try await $0.post("/v1/staff/\(id)/end", ground.body) }
            try options.print(answer) {
                "\(try answer.read(StaffDocument.self).name) is no longer staff; their tokens ended"
            }
        }
    }
}

/// What is asked for a token.
struct TokenBody: Encodable, Sendable {
    let expiresIn: Int
    let scopes: [String]?
    let ticket: String
    let reason: String

    init(days: Int, scopes: [String]?, _ ground: GroundOptions) {
        expiresIn = days * 86_400
        self.scopes = scopes
        ticket = ground.ticket
        reason = ground.reason
    }
}
