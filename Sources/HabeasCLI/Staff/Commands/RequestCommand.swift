internal import ArgumentParser

/// `habeas request`: the life of requests, as staff see to it.
struct RequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "Open, look at and decide requests, through the service.",
        discussion: """
            These commands need `habeas login`, or HABEAS_URL and HABEAS_TOKEN. What your \
            role may do: docs/staff.md.

            EXAMPLES
              habeas request open --right access --subject email:ada@example.com --ticket T-7 --reason dsar
              habeas request show REQUEST --watch
            """,
        subcommands: [
            Open.self, List.self, Show.self, Timeline.self, Acknowledge.self, Verify.self, Approve.self,
            Identity.self, Clarify.self, Fee.self, Extend.self, Refuse.self, Appeal.self, Pause.self, Resume.self,
            Assign.self, Withdraw.self, Cancel.self, Retry.self,
        ])

    /// `habeas request list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print requests, the latest first.",
            discussion: """
                EXAMPLES
                  habeas request list --state verifying,accepted
                  habeas request list --right erasure --limit 200 --json
                  echo email:ada@example.com | habeas request list --subject -
                """)
        @Option(help: ArgumentHelp("Only in these states.", valueName: "state,…"))
        var state: String?
        @Option(help: ArgumentHelp("Only of this right.", valueName: "access|export|erasure"))
        var right: String?
        @Option(help: ArgumentHelp("Only under this law.", valueName: "id"))
        var regime: String?
        @Option(help: ArgumentHelp("Only what came this way.", valueName: "web|product|staff"))
        var channel: String?
        @Option(help: ArgumentHelp("Only what this colleague looks after; “me” is whoever asks.", valueName: "name"))
        var assignee: String?
        @Option(
            help: ArgumentHelp(
                "Only this person's; “-” reads it from standard input.", valueName: "kind:id|email:address"))
        var subject: String?
        @OptionGroup var page: PageOptions
        @OptionGroup var options: AnswerOptions

        func validate() throws {
            guard subject == nil || filter.allSatisfy({ $0.value == nil }) else {
                throw ValidationError("--subject can't be combined with the other filters")
            }
        }

        func run() async throws {
            let subject = try subject.map { try SubjectArgument.read($0) }
            let answer = try await StaffClient.with { client in
                guard let subject else {
                    return try await client.get("/v1/requests", page.query + filter)
                }
                let body = Search(subject: subject, limit: page.limit, cursor: page.cursor)
                return try await client.post("/v1/requests/search", body)
            }
            try page.print(answer, as: RequestDocument.self, asJSON: options.json) { Table(requests: $0) }
        }

        private var filter: [(name: String, value: String?)] {
            [
                ("state", state), ("right", right), ("regime", regime), ("channel", channel), ("assignee", assignee),
            ]
        }

        private struct Search: Encodable, Sendable {
            let subject: String
            let limit: Int
            let cursor: String?
        }
    }

    /// `habeas request timeline`
    struct Timeline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "timeline", abstract: "Print what happened to a request, oldest first.",
            discussion: "EXAMPLES\n  habeas request timeline REQUEST\n  habeas request timeline REQUEST --json")
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var page: PageOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(request, of: "a request")
            let answer = try await StaffClient.with { try await $0.get("/v1/requests/\(id)/timeline", page.query) }
            try page.print(answer, as: AuditEntryDocument.self, asJSON: options.json) { Table(trail: $0) }
        }
    }
}

/// How staff name a person.
enum SubjectArgument {
    /// The text itself, or the first line of standard input for `-`.
    static func read(_ text: String) throws -> String {
        guard text == "-" else { return text }
        guard let line = try StandardInput.line() else {
            throw CommandFailure(.usage, code: "usage", "no person came on standard input")
        }
        return line
    }
}
