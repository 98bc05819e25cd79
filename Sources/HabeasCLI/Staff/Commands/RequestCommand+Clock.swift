internal import ArgumentParser
internal import RightsCore

/// A day as an argument: `yyyy-mm-dd`.
enum DayArgument {
    static func check(_ text: String?, _ flag: String) throws {
        guard text.map({ CivilDate($0) != nil }) ?? true else {
            throw ValidationError("\(flag) is a day such as 2026-03-02, in the controller's time zone")
        }
    }
}

/// A verb that changes one request with a body of its own.
private protocol ClockVerb: AsyncParsableCommand {
    associatedtype Body: Encodable & Sendable
    var request: String { get }
    var options: AnswerOptions { get }
    /// The path below the request, and what is sent there.
    var message: (path: String, body: Body) { get }
    func note(on request: RequestDocument) -> String?
}

extension ClockVerb {
    func run() async throws {
        let id = try IDArgument.parse(request, of: "a request")
        let (path, body) = message
        let answer = try await StaffClient.with { try await $0.post("/v1/requests/\(id)/\(path)", body) }
        try options.print(answer) { RequestPage.summary(try answer.read()).text() }
        if let note = note(on: try answer.read()) { Terminal.note("habeas: \(note)") }
    }

    /// What is to be said of the request as it is now, beside what was asked for.
    func note(on request: RequestDocument) -> String? { nil }
}

/// Asking the person something, and recording their answer.
struct QuestionBody: Encodable, Sendable {
    let kind: String
    let askedOn: String?
    let answeredOn: String?
    let ticket: String
    let reason: String
}

/// What the three questions to the person have in common.
private protocol QuestionVerb: ClockVerb where Body == QuestionBody {
    static var kind: InterruptionKind { get }
    var askedOn: String? { get }
    var answered: Bool { get }
    var answeredOn: String? { get }
    var ground: GroundOptions { get }
}

extension QuestionVerb {
    private var isAnswer: Bool { answered || answeredOn != nil }

    /// A question that the law gives no time for is a question all the same.
    func note(on request: RequestDocument) -> String? {
        guard !isAnswer, request.waitsFor == nil else { return nil }
        return "the question doesn't change the dates; `habeas deadline explain \(request.id)` says why"
    }

    var message: (path: String, body: QuestionBody) {
        (
            isAnswer ? "answers" : "questions",
            QuestionBody(
                kind: Self.kind.rawValue, askedOn: isAnswer ? nil : askedOn, answeredOn: answeredOn,
                ticket: ground.ticket, reason: ground.reason)
        )
    }

    func validate() throws {
        try DayArgument.check(askedOn, "--asked-on")
        try DayArgument.check(answeredOn, "--answered-on")
        guard askedOn == nil || (!answered && answeredOn == nil) else {
            throw ValidationError(
                "--asked-on records a question, --answered and --answered-on an answer: one at a time")
        }
    }

    fileprivate static func words(_ name: String, _ abstract: String, _ example: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: name, abstract: abstract,
            discussion: """
                Without a day the words of the reason are mailed to the person now. What it does to \
                the dates, the regime says; asked late it does nothing: docs/deadlines.md.

                EXAMPLES
                  habeas request \(name) REQUEST --ticket T-7 --reason \(example)
                  habeas request \(name) REQUEST --asked-on 2026-03-04 --ticket T-7 --reason asked-by-phone
                  habeas request \(name) REQUEST --answered --ticket T-7 --reason person-answered
                """)
    }
}

extension RequestCommand {
    /// `habeas request acknowledge`
    struct Acknowledge: ClockVerb {
        static let configuration = CommandConfiguration(
            commandName: "acknowledge", abstract: "Record that the person was told their request arrived.",
            discussion: """
                The service's own mail does this by itself; this is for a letter or a call.

                EXAMPLES
                  habeas request acknowledge REQUEST --ticket T-7 --reason told-by-letter
                """)
        @Argument(help: "The request's id.") var request: String
        @Option(help: ArgumentHelp("When they were told, with the offset; now unless said.", valueName: "time"))
        var at: String?
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        struct Body: Encodable, Sendable {
            let at: String?
            let ticket: String
            let reason: String
        }

        var message: (path: String, body: Body) {
            ("acknowledge", Body(at: at, ticket: ground.ticket, reason: ground.reason))
        }
    }

    /// `habeas request identity`
    struct Identity: QuestionVerb {
        static let kind = InterruptionKind.identity
        static let configuration: CommandConfiguration = words(
            "identity", "Ask who they are where there is reasonable doubt, or record the answer.",
            "doubt:\"please call us back at the number on your invoice\"")
        @Argument(help: "The request's id.") var request: String
        @Option(help: ArgumentHelp("It was asked another way, on that day.", valueName: "day")) var askedOn: String?
        @Flag(help: "They answered today.") var answered = false
        @Option(help: ArgumentHelp("They answered on that day.", valueName: "day")) var answeredOn: String?
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions
    }

    /// `habeas request clarify`
    struct Clarify: QuestionVerb {
        static let kind = InterruptionKind.clarification
        static let configuration: CommandConfiguration = words(
            "clarify", "Ask what they mean, or record the answer.",
            "which-data:\"is it about your letters or about your invoices?\"")
        @Argument(help: "The request's id.") var request: String
        @Option(help: ArgumentHelp("It was asked another way, on that day.", valueName: "day")) var askedOn: String?
        @Flag(help: "They answered today.") var answered = false
        @Option(help: ArgumentHelp("They answered on that day.", valueName: "day")) var answeredOn: String?
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions
    }

    /// `habeas request fee`
    struct Fee: QuestionVerb {
        static let kind = InterruptionKind.fee
        static let configuration: CommandConfiguration = words(
            "fee", "Ask for a fee the law allows, or record that it was paid.",
            "further-copy:\"a third copy costs EUR 5\"")
        @Argument(help: "The request's id.") var request: String
        @Option(help: ArgumentHelp("It was asked another way, on that day.", valueName: "day")) var askedOn: String?
        @Flag(help: "They paid today.") var answered = false
        @Option(help: ArgumentHelp("They paid on that day.", valueName: "day")) var answeredOn: String?
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions
    }

    /// `habeas request extend`
    struct Extend: ClockVerb {
        static let configuration = CommandConfiguration(
            commandName: "extend", abstract: "Lengthen the period once, with reasons, while the first one runs.",
            discussion: """
                The words of the reason are mailed to the person, and the date moves when the \
                mail is handed over; after the first period, or undelivered, it doesn't move.

                EXAMPLES
                  habeas request extend REQUEST --ticket T-7 --reason complex:"three archives have to be searched"
                  habeas request extend REQUEST --delivered-on 2026-03-20 --ticket T-7 \\
                      --reason complex:"told by letter why it takes longer"
                """)
        @Argument(help: "The request's id.") var request: String
        @Option(help: ArgumentHelp("The person was told another way, on that day.", valueName: "day"))
        var deliveredOn: String?
        @Option(help: ArgumentHelp("The new date, where the law leaves it to you.", valueName: "day"))
        var announcedOn: String?
        @Flag(help: "Lengthen the period of the appeal, not that of the request.") var appeal = false
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        struct Body: Encodable, Sendable {
            let purpose: String
            let deliveredOn: String?
            let announcedOn: String?
            let ticket: String
            let reason: String
        }

        func validate() throws {
            try DayArgument.check(deliveredOn, "--delivered-on")
            try DayArgument.check(announcedOn, "--announced-on")
        }

        var message: (path: String, body: Body) {
            (
                "extend",
                Body(
                    purpose: appeal ? "appeal" : "answer", deliveredOn: deliveredOn, announcedOn: announcedOn,
                    ticket: ground.ticket, reason: ground.reason)
            )
        }
    }

    /// `habeas request appeal`
    struct Appeal: ClockVerb {
        static let configuration = CommandConfiguration(
            commandName: "appeal", abstract: "Write down a complaint about the answer, or decide it.",
            discussion: """
                Granted, a refused request goes on; denied, the words of the reason are what \
                the person reads.

                EXAMPLES
                  habeas request appeal REQUEST --ticket T-9 --reason complaint-by-mail
                  habeas request appeal REQUEST --decide granted --ticket T-9 --reason right:"you were right, sorry"
                """)
        @Argument(help: "The request's id.") var request: String
        @Option(help: ArgumentHelp("When it reached you, with the offset; now unless said.", valueName: "time"))
        var receivedAt: String?
        @Option(help: ArgumentHelp("What became of it.", valueName: "granted|denied")) var decide: String?
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        struct Body: Encodable, Sendable {
            let receivedAt: String?
            let outcome: String?
            let ticket: String
            let reason: String
        }

        func validate() throws {
            guard decide.map({ ["granted", "denied"].contains($0) }) ?? true else {
                throw ValidationError("--decide is granted or denied")
            }
            guard decide == nil || receivedAt == nil else {
                throw ValidationError("--received-at belongs to a new appeal, --decide to one that is written down")
            }
            guard receivedAt.map({ Stamp(rfc3339: $0) != nil }) ?? true else {
                throw ValidationError("--received-at is a time with its offset, such as 2026-03-02T09:30:00+01:00")
            }
        }

        var message: (path: String, body: Body) {
            (
                decide == nil ? "appeal" : "appeal/decide",
                Body(receivedAt: receivedAt, outcome: decide, ticket: ground.ticket, reason: ground.reason)
            )
        }
    }

    /// `habeas request assign`
    struct Assign: ClockVerb {
        static let configuration = CommandConfiguration(
            commandName: "assign", abstract: "Give a request to a colleague, or to nobody.",
            discussion: """
                EXAMPLES
                  habeas request assign REQUEST --to ada --ticket T-7 --reason holiday-cover
                  habeas request assign REQUEST --to me --ticket T-7 --reason mine
                  habeas request assign REQUEST --nobody --ticket T-7 --reason back-to-the-team
                """)
        @Argument(help: "The request's id.") var request: String
        @Option(
            help: ArgumentHelp(
                "The colleague, as `habeas staff list` names them; “me” is whoever asks.", valueName: "name"))
        var to: String?
        @Flag(help: "Nobody looks after it any more.") var nobody = false
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        struct Body: Encodable, Sendable {
            let assignee: String?
            let ticket: String
            let reason: String
        }

        func validate() throws {
            guard (to == nil) == nobody else { throw ValidationError("give --to NAME or --nobody") }
        }

        var message: (path: String, body: Body) {
            ("assign", Body(assignee: to, ticket: ground.ticket, reason: ground.reason))
        }
    }
}
