internal import ArgumentParser
internal import RightsEngine

extension StaffCommand {
    /// `habeas staff token`
    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token", abstract: "Issue, list and revoke tokens.",
            subcommands: [Issue.self, List.self, Revoke.self])

        /// `habeas staff token issue`
        struct Issue: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "issue", abstract: "Print a new token of an account, this once, to standard output.",
                discussion: """
                    EXAMPLES
                      habeas staff token issue ACCOUNT --ticket T-2 --reason new-machine > token
                      habeas staff token issue ACCOUNT --scope notices.bounce --days 30 --ticket T-2 --reason mail-gateway
                    """)
            @Argument(help: "The account's id.") var account: String
            @Option(help: ArgumentHelp("Only this permission; may be given several times.", valueName: "permission"))
            var scope: [String] = []
            @Option(help: ArgumentHelp("How many days it lives, 1 to 366.", valueName: "number"))
            var days = 90
            @OptionGroup var ground: GroundOptions
            @OptionGroup var options: AnswerOptions

            func validate() throws {
                guard (1...366).contains(days) else { throw ValidationError("--days is a number from 1 to 366") }
                guard scope.allSatisfy({ Permission(rawValue: $0) != nil }) else {
                    let all = Permission.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("the permissions are: \(all)")
                }
            }

            func run() async throws {
                let id = try IDArgument.parse(account, of: "an account")
                let body = TokenBody(days: days, scopes: scope.isEmpty ? nil : scope, ground)
                let answer = try await StaffClient.with { try await $0.post("/v1/staff/\(id)/tokens", body) }
                let issued = try answer.read(IssuedTokenDocument.self)
                if !options.json {
                    let until = LocalTime.text(issued.details.expiresAt)
                    Terminal.note(issued.hint ?? "the token, shown this once, ends \(until):")
                }
                try options.print(answer) { issued.token ?? "" }
            }
        }

        /// `habeas staff token list`
        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "list", abstract: "Print the tokens of an account, never their secrets.",
                discussion: "EXAMPLES\n  habeas staff token list ACCOUNT")
            @Argument(help: "The account's id.") var account: String
            @OptionGroup var options: AnswerOptions

            func run() async throws {
                let id = try IDArgument.parse(account, of: "an account")
                let answer = try await StaffClient.with { try await $0.get("/v1/staff/\(id)/tokens") }
                try options.print(answer) { Table(tokens: try answer.read(PageOf<TokenDocument>.self).items).text() }
            }
        }

        /// `habeas staff token revoke`
        struct Revoke: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "revoke", abstract: "End a token at once.",
                discussion: "EXAMPLES\n  habeas staff token revoke 0123456789abcdef --ticket T-3 --reason laptop-lost")
            @Argument(help: "The token's id: its 16 hexadecimal digits, never the token itself.") var token: String
            @OptionGroup var ground: GroundOptions
            @OptionGroup var options: AnswerOptions

            func validate() throws {
                let digits = Set("0123456789abcdef")
                guard token.count == 16, token.allSatisfy({ digits.contains($0) }) else {
                    throw ValidationError("a token is named by its id, the 16 digits between its underscores")
                }
            }

            func run() async throws {
                let answer = try await StaffClient.with { client in
                    try await client.post("/v1/tokens/\(token)/revoke", ground.body)
                }
                try options.print(answer) { Table(tokens: [try answer.read()]).text() }
            }
        }
    }
}
