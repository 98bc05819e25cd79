internal import ArgumentParser
internal import RightsCore

/// `habeas jobs`: the queue.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Look at the queue, revive what was given up, pause it, through the service.",
        discussion: """
            EXAMPLES
              habeas jobs list --state dead
              habeas jobs retry JOB --ticket T-9 --reason disk-mended
              habeas jobs pause export --ticket T-9 --reason maintenance
            """,
        subcommands: [List.self, Show.self, Retry.self, Pause.self, Resume.self])

    /// `habeas jobs list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print jobs, the latest first, and what is paused.",
            discussion: "EXAMPLES\n  habeas jobs list\n  habeas jobs list --state dead,running --json")
        @Option(help: ArgumentHelp("Only in these states.", valueName: "waiting|running|done|dead|cancelled,…"))
        var state: String?
        @OptionGroup var page: PageOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let (answer, queue) = try await StaffClient.with { client in
                let answer = try await client.get("/v1/jobs", page.query + [(name: "state", value: state)])
                return (answer, options.json ? nil : try await client.get("/v1/queue").read(QueueDocument.self))
            }
            try page.print(answer, as: JobDocument.self, asJSON: options.json) { Table(jobs: $0) }
            if let queue, !queue.paused.isEmpty { Terminal.note("paused: \(queue.paused.joined(separator: ", "))") }
        }
    }

    /// `habeas jobs show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print one job.", discussion: "EXAMPLES\n  habeas jobs show JOB --json")
        @Argument(help: "The job's id.") var job: String
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(job, of: "a job")
            let answer = try await StaffClient.with { try await $0.get("/v1/jobs/\(id)") }
            try options.print(answer) { JobPage.text(try answer.read()) }
        }
    }

    /// `habeas jobs retry`
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry", abstract: "Revive a job that was given up.",
            discussion: "EXAMPLES\n  habeas jobs retry JOB --ticket T-9 --reason disk-mended")
        @Argument(help: "The job's id.") var job: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(job, of: "a job")
            let answer = try await StaffClient.with { try await $0.post("/v1/jobs/\(id)/retry", ground.body) }
            try options.print(answer) { JobPage.text(try answer.read()) }
        }
    }

    /// `habeas jobs pause`
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Let no job of a kind begin; what runs ends.",
            discussion: """
                EXAMPLES
                  habeas jobs pause export --ticket T-9 --reason maintenance
                  habeas jobs pause all --ticket T-9 --reason maintenance
                """)
        @OptionGroup var kind: KindArgument
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws { try await kind.change("pause", ground, options) }
    }

    /// `habeas jobs resume`
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Let jobs of a kind begin again.",
            discussion: "EXAMPLES\n  habeas jobs resume export --ticket T-9 --reason maintenance-over")
        @OptionGroup var kind: KindArgument
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws { try await kind.change("resume", ground, options) }
    }
}

/// A kind of jobs, or all.
struct KindArgument: ParsableArguments {
    @Argument(help: "all, or a kind: \(JobKind.allCases.map(\.rawValue).joined(separator: ", ")).") var kind: String

    func validate() throws {
        guard kind == "all" || JobKind(rawValue: kind) != nil else {
            let kinds = JobKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("the kinds of jobs are: all, \(kinds)")
        }
    }

    /// Turns the pause switch.
    func change(_ verb: String, _ ground: GroundOptions, _ options: AnswerOptions) async throws {
        let answer = try await StaffClient.with { try await $0.post("/v1/queue/\(kind)/\(verb)", ground.body) }
        try options.print(answer) { "\(kind): \(verb == "pause" ? "paused" : "goes on")" }
    }
}

/// One job as the terminal shows it.
private enum JobPage {
    static func text(_ job: JobDocument) -> String {
        var facts = Facts()
        facts.add("job", job.id)
        facts.add("kind", job.kind)
        facts.add("state", job.state)
        facts.add("progress", job.phase.map { ProgressBar.text($0, phase: nil, done: job.done, total: job.total) })
        facts.add("tries", "\(job.attempts) of \(job.maxAttempts)")
        facts.add("waits for", job.waitsFor)
        facts.add("next at", job.endedAt == nil ? LocalTime.text(job.runAt) : nil)
        facts.add("error", job.error)
        facts.add("made", LocalTime.text(job.madeAt))
        facts.add("ended", LocalTime.text(job.endedAt))
        return facts.text()
    }
}
