internal import ArgumentParser

extension DeadlineCommand {
    /// `habeas deadline explain`
    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "explain", abstract: "Print a request's dates with every step that led to them.",
            discussion: """
                Each step names the rule it follows. Where the rules of today would give other \
                dates, both stand side by side: nothing moves before somebody accepts it.

                EXAMPLES
                  habeas deadline explain REQUEST
                  habeas deadline explain REQUEST --json
                """)
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(request, of: "a request")
            let answer = try await StaffClient.with { try await $0.get("/v1/requests/\(id)/deadline") }
            try options.print(answer) { RequestDatesPage(dates: try answer.read()).text() }
        }
    }

    /// `habeas deadline accept`
    struct Accept: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "accept", abstract: "Take over the dates that the rules of today give a request.",
            discussion: """
                EXAMPLES
                  habeas deadline explain REQUEST
                  habeas deadline accept REQUEST --ticket T-7 --reason rules-changed
                """)
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(request, of: "a request")
            let body = ground.body
            let answer = try await StaffClient.with { try await $0.post("/v1/requests/\(id)/deadline/accept", body) }
            try options.print(answer) { RequestPage.summary(try answer.read()).text() }
        }
    }
}
