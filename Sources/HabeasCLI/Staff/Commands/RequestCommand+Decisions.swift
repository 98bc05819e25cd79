internal import ArgumentParser

/// A verb that changes one request and says nothing but why.
private protocol RequestVerb: AsyncParsableCommand {
    static var verb: String { get }
    var request: String { get }
    var ground: GroundOptions { get }
    var options: AnswerOptions { get }
}

extension RequestVerb {
    func run() async throws {
        let id = try IDArgument.parse(request, of: "a request")
        let answer = try await StaffClient.with { try await $0.post("/v1/requests/\(id)/\(Self.verb)", ground.body) }
        try options.print(answer) { RequestPage.summary(try answer.read()).text() }
    }

    fileprivate static func words(_ abstract: String, _ more: String = "", reason: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: verb, abstract: abstract,
            discussion: (more.isEmpty ? "" : more + "\n\n")
                + "EXAMPLES\n  habeas request \(verb) REQUEST --ticket T-7 --reason \(reason)")
    }
}

extension RequestCommand {
    /// `habeas request verify`
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Record how you checked who asks: method and kinds of evidence.",
            discussion: """
                Only codes are kept, never what you saw. Accepted, the request goes on, or \
                waits for a second person's `habeas request approve`.

                EXAMPLES
                  habeas request verify REQUEST --method call-back \\
                      --evidence customer-number,invoice-amount --ticket T-7 --reason identity-checked
                  habeas request verify REQUEST --method letter --evidence signature --not-accepted \\
                      --ticket T-7 --reason signature-differs
                """)
        @Argument(help: "The request's id.") var request: String
        @Option(help: ArgumentHelp("How you checked, as a code.", valueName: "code")) var method: String
        @Option(help: ArgumentHelp("What you were shown, as codes.", valueName: "code,…")) var evidence: String
        @Flag(help: "It did not show who they are.") var notAccepted = false
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(request, of: "a request")
            let body = Body(
                method: method, evidence: evidence.split(separator: ",").map(String.init), accepted: !notAccepted,
                ticket: ground.ticket, reason: ground.reason)
            let answer = try await StaffClient.with { try await $0.post("/v1/requests/\(id)/verify", body) }
            try options.print(answer) { RequestPage.summary(try answer.read()).text() }
        }

        private struct Body: Encodable, Sendable {
            let method: String
            let evidence: [String]
            let accepted: Bool
            let ticket: String
            let reason: String
        }
    }

    /// `habeas request approve`
    struct Approve: RequestVerb {
        static let verb = "approve"
        static let configuration: CommandConfiguration = words(
            "Let a request run that somebody else vouched for.", reason: "checked-by-second-person")
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions
    }

    /// `habeas request refuse`
    struct Refuse: RequestVerb {
        static let verb = "refuse"
        static let configuration: CommandConfiguration = words(
            "Refuse a request on a ground the law lists.",
            """
            The reason's code is a ground of the law (`habeas regime show ID` lists them), and its \
            words go to the person, with the provision and where they may complain.
            """,
            reason: "manifestly-excessive:\"the fifth one this month\"")
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions
    }

    /// `habeas request pause`
    struct Pause: RequestVerb {
        static let verb = "pause"
        static let configuration: CommandConfiguration = words(
            "Set a request aside; nothing runs.", reason: "waiting-for-person")
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions
    }

    /// `habeas request resume`
    struct Resume: RequestVerb {
        static let verb = "resume"
        static let configuration: CommandConfiguration = words("Let it go on where it was.", reason: "person-answered")
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions
    }

    /// `habeas request withdraw`
    struct Withdraw: RequestVerb {
        static let verb = "withdraw"
        static let configuration: CommandConfiguration = words(
            "End a request that the person took back.", reason: "person-withdrew")
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions
    }

    /// `habeas request cancel`
    struct Cancel: RequestVerb {
        static let verb = "cancel"
        static let configuration: CommandConfiguration = words(
            "End a request that shouldn't have been opened.", reason: "duplicate")
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions
    }

    /// `habeas request retry`
    struct Retry: RequestVerb {
        static let verb = "retry"
        static let configuration: CommandConfiguration = words(
            "Do again what failed, or lapsed with its archive.", reason: "disk-mended")
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions
    }
}
