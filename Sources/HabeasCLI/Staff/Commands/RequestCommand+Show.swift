internal import ArgumentParser

extension RequestCommand {
    /// `habeas request show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print what is known of a request: state, archive, links, mails.",
            discussion: """
                That you looked is written into the person's trail. With --watch the progress \
                goes to standard error until the copy is ready or nothing more will happen; \
                the status is then 0 when it is ready, 1 when it failed, and 3 when it was \
                refused, cancelled, expired or done in part.

                EXAMPLES
                  habeas request show REQUEST
                  habeas request show REQUEST --watch
                  habeas request show REQUEST --json
                """)
        @Argument(help: "The request's id.") var request: String
        @Flag(help: "Wait until it is ready, and show how far it is.") var watch = false
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(request, of: "a request")
            let (answer, detail) = try await StaffClient.with { client in
                watch ? try await RequestWatch(client, id).end() : try await RequestWatch(client, id).look()
            }
            try options.print(answer) { RequestPage.text(detail) }
            guard watch, let status = RequestWatch.status(detail.request.state), status != .done else { return }
            throw ExitStatusError(status: status)
        }
    }
}

/// Follows a request until nothing more will happen to it by itself.
struct RequestWatch {
    private let client: StaffClient
    private let id: String
    private let line = ProgressLine()

    init(_ client: StaffClient, _ id: String) {
        self.client = client
        self.id = id
    }

    /// The exit status of a state at which watching ends; nil when it goes on.
    static func status(_ state: String) -> ExitStatus? {
        switch state {
        case "ready", "delivered", "fulfilled", "erased", "erased_with_retention": .done
        case "failed": .failed
        case "refused", "cancelled", "expired", "partial": .refused
        default: nil
        }
    }

    /// The request as it is.
    func look() async throws -> (StaffAnswer, RequestDetailDocument) {
        let answer = try await client.get("/v1/requests/\(id)")
        return (answer, try answer.read())
    }

    /// The request as it is at the end.
    ///
    /// Each look at a request stands in the person's trail, so its job is looked at in between, and the request itself
    /// when the job has moved on, or after a while.
    ///
    /// - Parameter isOver: what else ends the waiting.
    func end(
        or isOver: (RequestDetailDocument) -> Bool = { _ in false }
    ) async throws -> (StaffAnswer, RequestDetailDocument) {
        var last = ""
        while true {
            let (answer, detail) = try await look()
            let state = detail.request.state
            if state != last, !Terminal.isWatched { Terminal.note(state) }
            last = state
            if Self.status(state) != nil || isOver(detail) {
                line.clear()
                return (answer, detail)
            }
            line.show(state, always: true)
            try await wait(detail)
        }
    }

    private func wait(_ detail: RequestDetailDocument) async throws {
        guard let job = detail.job, job.endedAt == nil,
            ["accepted", "queued", "running"].contains(detail.request.state)
        else {
            // It waits for a person.
            return try await Task.sleep(for: .seconds(10))
        }
        var state = job.state
        let begin = ContinuousClock.now
        while begin.duration(to: .now) < .seconds(60) {
            try await Task.sleep(for: .milliseconds(500))
            let now: JobDocument = try await client.get("/v1/jobs/\(job.id)").read()
            line.show(ProgressBar.text(now.kind, phase: now.phase, done: now.done, total: now.total), always: true)
            if now.endedAt != nil || !["waiting", "running"].contains(now.state) { return }
            if now.state != state, !Terminal.isWatched { Terminal.note(now.state) }
            state = now.state
        }
    }
}
