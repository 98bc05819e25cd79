internal import ArgumentParser
internal import Erasing
internal import FoundationEssentials
internal import ObjectStore
internal import RightsCore

/// `habeas erase`: what an erasure will do, its approval, how it goes, and its proof.
struct EraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Plan an erasure, approve that very plan, follow it, and see its proof.",
        discussion: """
            `habeas erase plan` with a person or record is an operator's dry run over the \
            database; nothing is written. With a request's id, and in all other verbs, it \
            goes through the service: habeas login, or HABEAS_URL and HABEAS_TOKEN. What is \
            approved is the plan's digest, by somebody else than whoever took the request \
            down or vouched for the person.

            EXAMPLES
              habeas erase plan email:ada@example.com
              habeas request open --right erasure --subject user:17 --ticket T-9 --reason asked
              habeas erase plan REQUEST
              habeas erase approve REQUEST --plan DIGEST --ticket T-9 --reason checked
              habeas erase run REQUEST --wait
              habeas erase show REQUEST
            """,
        subcommands: [Plan.self, Approve.self, Run.self, Show.self])

    /// `habeas erase plan`
    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plan", abstract: "Print exactly what an erasure will do; status 3 when it can't be done so.",
            discussion: """
                A person (user:17, email:ada@example.com; “-” reads it from standard input) or \
                a record (contacts:41, with all that hangs on it) is looked at over the \
                database, under the map's law unless --regime names one. A request's plan \
                comes from the service; --again has it made anew, which a plan needs whose \
                data has changed, or that is too old.

                EXAMPLES
                  habeas erase plan email:ada@example.com --output plan.json
                  habeas erase plan contacts:41 --regime GDPR --json
                  habeas erase plan REQUEST
                  habeas erase plan REQUEST --again --ticket T-9 --reason data-changed
                """)
        @Argument(help: ArgumentHelp("A person, a record, or a request's id.", valueName: "person|record|request"))
        var target: String
        @Option(help: ArgumentHelp("The law; the map's default unless said.", valueName: "id"))
        var regime: String?
        @Option(
            name: [.short, .long],
            help: ArgumentHelp("Write the plan's canonical bytes to a file that doesn't exist yet.", valueName: "file"))
        var output: String?
        @Flag(help: "Have a request planned anew; needs --ticket and --reason.") var again = false
        @OptionGroup var ground: OptionalGround
        @OptionGroup var mapOptions: MapOptions
        @OptionGroup var common: CommonOptions

        func validate() throws {
            if RequestID(target) == nil, again || ground.isGiven {
                throw ValidationError("--again, --ticket and --reason go with a request's id")
            }
            if RequestID(target) != nil, regime != nil { throw ValidationError("a request's law is the request's own") }
            if again { _ = try ground.required("--again") }
            if !again, ground.isGiven { throw ValidationError("--ticket and --reason go with --again") }
        }

        func run() async throws {
            if let request = RequestID(target) { return try await stored(request) }
            let settings = try await Settings(file: common.config, flags: mapOptions.flags)
            let text = try SubjectArgument.read(target)
            let plan = try await DryRun.with(settings) { try await $0.plan(text, regime: regime) }
            let bytes = try plan.canonicalBytes()
            let digest = ErasurePlan.digest(of: bytes).hex
            try keep(bytes)
            if common.json {
                try Terminal.printJSON(PlanDocument.Dry(digest: digest, plan: plan))
            } else {
                Terminal.print(ErasurePlanPage.text(plan, digest: digest))
                Terminal.note("a dry run: what is approved is the plan of a request")
            }
            if !plan.conflicts.isEmpty { throw ExitStatusError(status: .refused) }
        }

        private func stored(_ request: RequestID) async throws {
            if again {
                let body = try ground.required("--again")
                let answer = try await StaffClient.with { try await $0.post("/v1/requests/\(request)/plan", body) }
                if common.json { return Terminal.print(answer.json) }
                return Terminal.print("it is planned anew; `habeas erase plan \(request)` shows it in a moment")
            }
            let answer = try await StaffClient.with { try await $0.get("/v1/requests/\(request)/plan") }
            let document: PlanDocument = try answer.read()
            let (plan, bytes) = try document.checked()
            try keep(bytes)
            Terminal.print(
                common.json
                    ? answer.json : ErasurePlanPage.text(plan, digest: document.digest, standing: document.facts))
            if !plan.conflicts.isEmpty { throw ExitStatusError(status: .refused) }
        }

        private func keep(_ bytes: [UInt8]) throws {
            guard let output else { return }
            guard !output.isEmpty else { throw CommandFailure(.usage, code: "usage", "--output is empty") }
            let file = try NewFile(path: output)
            try file.write(unsafe bytes.span.bytes)
            try file.synchronize()
            try file.publish()
        }
    }
}

/// A ticket and a reason, where only some forms of a command need them.
struct OptionalGround: ParsableArguments {
    @Option(help: ArgumentHelp("The ticket at the help desk, such as T-1042.", valueName: "id"))
    var ticket: String?
    @Option(help: ArgumentHelp("Why: a code, or a code and words.", valueName: "code[:words]"))
    var reason: String?

    var isGiven: Bool { ticket != nil || reason != nil }

    /// Both, as the service takes them.
    ///
    /// - Parameter form: what needs them.
    func required(_ form: String) throws -> GroundBody {
        guard let ticket, let reason else { throw ValidationError("\(form) needs --ticket and --reason") }
        let options = try GroundOptions.parse(["--ticket", ticket, "--reason", reason])
        return options.body
    }
}
