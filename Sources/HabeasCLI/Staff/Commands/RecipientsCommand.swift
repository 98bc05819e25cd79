internal import ArgumentParser
internal import Crypto
internal import FoundationEssentials
internal import RightsCore
internal import RightsEngine

/// `habeas recipients`: who holds copies of what was erased, and whether they know.
struct RecipientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipients", abstract: "List recipients of erased data, and write down what they answered.",
        discussion: """
            After an erasure everybody the data map names as a holder of copies is told (GDPR \
            Art. 19): by a signed webhook, or by you. Whoever hasn't answered after 14 days is \
            asked again. These commands need `habeas login`, or HABEAS_URL and HABEAS_TOKEN.

            EXAMPLES
              habeas recipients list REQUEST
              habeas recipients list --state open,told
              habeas recipients confirm DUTY --outcome acknowledged \\
                  --ticket T-9 --reason mail-of-confirmation
            """,
        subcommands: [List.self, Confirm.self])

    /// `habeas recipients list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print who has to be told, the latest first.",
            discussion: """
                EXAMPLES
                  habeas recipients list
                  habeas recipients list REQUEST
                  habeas recipients list --all --json
                """)
        @Argument(help: "Only those of this request, by its id.") var request: String?
        @Option(help: ArgumentHelp("Only these: open, told, acknowledged, parked, impossible.", valueName: "state,…"))
        var state: String?
        @Flag(help: "Those that are settled, too.") var all = false
        @OptionGroup var page: PageOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try request.map { try IDArgument.parse($0, of: "a request") }
            let states = state ?? (all || id != nil ? nil : "open,told,parked")
            let query = page.query + [("request", id), ("state", states)]
            let answer = try await StaffClient.with { try await $0.get("/v1/recipients", query) }
            try page.print(answer, as: RecipientDocument.self, asJSON: options.json) { Table(recipients: $0) }
        }
    }

    /// `habeas recipients confirm`
    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "confirm", abstract: "Write down what a recipient answered.",
            discussion: """
                acknowledged: they erased it. parked: a duty of their own binds them until a day, \
                and they are asked then. impossible: they can't be told, or only with \
                disproportionate effort. The certificate of the request is made anew.

                EXAMPLES
                  habeas recipients confirm DUTY --outcome acknowledged \\
                      --ticket T-9 --reason mail-of-confirmation
                  habeas recipients confirm DUTY --outcome parked --until 2034-12-31 \\
                      --ticket T-9 --reason tax-law
                """)
        @Argument(help: "The duty's id.") var duty: String
        @Option(
            help: ArgumentHelp(
                "What they answered.", valueName: RecipientOutcome.allCases.map(\.rawValue).joined(separator: "|")))
        var outcome: String
        @Option(help: ArgumentHelp("The last day of their own duty, if it is parked.", valueName: "yyyy-mm-dd"))
        var until: String?
        @Option(
            help: ArgumentHelp(
                "The file that proves it, such as their letter: it stays here, its SHA-256 and size are kept.",
                valueName: "file"))
        var proof: String?
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func validate() throws {
            guard let known = RecipientOutcome(rawValue: outcome) else {
                throw ValidationError("--outcome is acknowledged, parked or impossible")
            }
            guard (known == .parked) == (until != nil) else {
                throw ValidationError("--outcome parked needs --until, and no other takes it")
            }
            try DayArgument.check(until, "--until")
        }

        func run() async throws {
            let id = try IDArgument.parse(duty, of: "a duty")
            let body = Body(
                outcome: outcome, until: until, proof: try proof.map(Proof.init(file:)), ticket: ground.ticket,
                reason: ground.reason)
            let answer = try await StaffClient.with { try await $0.post("/v1/recipients/\(id)/confirm", body) }
            try options.print(answer) { Table(recipients: [try answer.read(RecipientDocument.self)]).text() }
        }

        private struct Body: Encodable, Sendable {
            let outcome: String
            let until: String?
            let proof: Proof?
            let ticket: String
            let reason: String
        }
    }
}

/// A file that proves an answer, by its digest.
private struct Proof: Encodable, Sendable {
    let sha256: String
    let bytes: Int

    init(file path: String) throws {
        let data: Data
        do { data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) } catch {
            throw CommandFailure(.usage, code: "usage", "--proof can't be read: is it a file?")
        }
        sha256 = Array(SHA256.hash(data: data)).hex
        bytes = data.count
    }
}

/// A recipient as `/v1/recipients` answers it.
struct RecipientDocument: Decodable {
    let id: String
    let requestId: String
    let recipient: String
    let state: String
    let way: String
    let notices: Int
    let dueOn: String?
    let overdue: Bool
    let endedAt: String?
}

extension Table {
    init(recipients: [RecipientDocument]) {
        columns = [
            Column(title: "Duty"), Column(title: "Recipient"), Column(title: "State", isState: true),
            Column(title: "Asked again"), Column(title: "Way", rank: 1),
            Column(title: "Told", rank: 2, isNumber: true), Column(title: "Request", rank: 3),
        ]
        rows = recipients.map {
            [
                $0.id, $0.recipient, $0.state, ($0.overdue ? "! " : "") + ($0.dueOn ?? ""), $0.way, String($0.notices),
                $0.requestId,
            ]
        }
    }
}
