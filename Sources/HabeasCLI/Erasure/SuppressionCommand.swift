internal import ArgumentParser
internal import FoundationEssentials

/// `habeas suppression`: who must not be created again.
struct SuppressionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppression", abstract: "Ask who must not be created again, and let somebody come back.",
        discussion: """
            After an erasure keyed hashes of the person's identifiers are kept, so that an \
            import, a sign-in service or a sync doesn't bring them back. These commands need \
            `habeas login`, or HABEAS_URL and HABEAS_TOKEN.

            EXAMPLES
              habeas suppression check email:ada@example.com
              habeas suppression lift - --ticket T-9 --reason signed-up-again < person.txt
            """,
        subcommands: [Check.self, Lift.self])

    /// `habeas suppression check`
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Whether somebody was erased and must not be imported; status 3 if so.",
            discussion: """
                The audit log notes that it was asked, never of whom. “-” reads the \
                identifier from standard input, so that it isn't in the shell's history.

                EXAMPLES
                  habeas suppression check email:ada@example.com
                  habeas suppression check - --json < person.txt
                """)
        @Argument(help: ArgumentHelp("An identifier as the data map names it.", valueName: "kind:value"))
        var identifier: String
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let body = try IdentifierBody(identifier)
            let answer = try await StaffClient.with { try await $0.post("/v1/suppression/check", body) }
            let document: SuppressionDocument = try answer.read()
            try options.print(answer) {
                document.suppressed ? "suppressed: don't create them  \(document.hash)" : "free  \(document.hash)"
            }
            if document.suppressed { throw ExitStatusError(status: .refused) }
        }
    }

    /// `habeas suppression lift`
    struct Lift: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lift", abstract: "Let somebody come back who signed up anew by themselves.",
            discussion:
                "EXAMPLES\n  habeas suppression lift email:ada@example.com --ticket T-9 --reason signed-up-again")
        @Argument(help: ArgumentHelp("An identifier as the data map names it.", valueName: "kind:value"))
        var identifier: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let foreign = try IdentifierBody(identifier)
            let body = Body(
                kind: foreign.kind, identifier: foreign.identifier, ticket: ground.ticket, reason: ground.reason)
            let answer = try await StaffClient.with { try await $0.post("/v1/suppression/lift", body) }
            try options.print(answer) {
                try answer.read(SuppressionDocument.self).suppressed ? "lifted" : "they weren't suppressed"
            }
        }

        private struct Body: Encodable, Sendable {
            let kind: String
            let identifier: String
            let ticket: String
            let reason: String
        }
    }
}

/// An identifier as it is sent.
private struct IdentifierBody: Encodable, Sendable {
    let kind: String
    let identifier: String

    /// Of `kind:value`, or of a line of standard input for `-`.
    init(_ argument: String) throws {
        let text = try SubjectArgument.read(argument)
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex,
            text.index(after: colon) != text.endIndex
        else {
            throw CommandFailure(.usage, code: "usage", "an identifier is written as KIND:VALUE, such as email:ADDRESS")
        }
        kind = String(text[..<colon])
        identifier = String(text[text.index(after: colon)...])
    }
}

private struct SuppressionDocument: Decodable {
    let suppressed: Bool
    let hash: String
}
