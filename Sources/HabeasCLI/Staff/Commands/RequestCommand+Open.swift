internal import ArgumentParser
internal import RightsCore

extension RequestCommand {
    /// `habeas request open`
    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "open", abstract: "Take down what a person asked for by letter, phone or mail.",
            discussion: """
                A person with an open request of the same right and scope has just that one: \
                it is printed instead. “-” reads the person from standard input, and after \
                it the other address of --contact, so that no address stands in the process \
                list or the shell's history.

                EXAMPLES
                  habeas request open --right access --subject email:ada@example.com --regime gdpr \\
                      --ticket T-7 --reason dsar:"a letter of Monday" --received-at 2026-03-02T00:00:00Z
                  printf 'user:17\\nnew@example.com\\n' | habeas request open --right export \\
                      --subject - --contact - --ticket T-8 --reason dsar
                """)
        @Option(help: ArgumentHelp("What is asked for.", valueName: "access|export|erasure"))
        var right: String
        @Option(help: ArgumentHelp("Whose data; “-” reads it from standard input.", valueName: "kind:id|email:address"))
        var subject: String
        @Option(
            help: ArgumentHelp(
                "The law; the map's default unless said. Given again, the further laws' clocks run too.",
                valueName: "id"))
        var regime: [String] = []
        @Option(help: ArgumentHelp("The form of the copy; both unless said.", valueName: "json|csv|both"))
        var format: String?
        @Option(help: ArgumentHelp("Only these collections; an erasure can't be limited so.", valueName: "name,…"))
        var only: String?
        @Option(help: ArgumentHelp("For an erasure of single records.", valueName: "collection:id,…"))
        var records: String?
        @Option(help: ArgumentHelp("When it reached you, with the offset; now unless said.", valueName: "time"))
        var receivedAt: String?
        @Option(help: ArgumentHelp("The language of what is mailed.", valueName: "en|de"))
        var language: String?
        @Option(help: ArgumentHelp("The zone of times in what is mailed.", valueName: "zone"))
        var zone: String?
        @Option(
            help: ArgumentHelp(
                "Answers go to another address, once its wait is over; “-”: the next line of standard input.",
                valueName: "-"))
        var contact: String?
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func validate() throws {
            guard RequestRight(rawValue: right) != nil else {
                throw ValidationError("--right is access, export or erasure")
            }
            guard receivedAt.map({ Stamp(rfc3339: $0) != nil }) ?? true else {
                throw ValidationError("--received-at is a time with its offset, such as 2026-03-02T09:30:00+01:00")
            }
            guard contact == nil || contact == "-" else {
                throw ValidationError(
                    "--contact is “-”: the address is read from standard input, never the command line")
            }
        }

        func run() async throws {
            let body = try body()
            let answer = try await StaffClient.with { try await $0.post("/v1/requests", body) }
            if !answer.isNew {
                Terminal.note(
                    "habeas: that person's request was open already, and stays as it was: the law, ticket and other facts "
                        + "given now weren't taken over")
            }
            try options.print(answer) {
                let request = try answer.read(RequestDocument.self)
                return RequestPage.summary(request).text()
            }
        }

        private func body() throws -> Body {
            let subject = try SubjectArgument.read(subject)
            let contact = try contact.map { _ in
                guard let line = try StandardInput.line() else {
                    throw CommandFailure(.usage, code: "usage", "no other address came on standard input")
                }
                return line
            }
            return Body(
                subject: subject, right: right, regime: regime.first,
                alsoUnder: regime.count > 1 ? Array(regime.dropFirst()) : nil, format: format,
                collections: Self.list(only),
                records: Self.list(records), receivedAt: receivedAt, language: language, zone: zone, contact: contact,
                ticket: ground.ticket, reason: ground.reason)
        }

        private static func list(_ text: String?) -> [String]? {
            text.map { $0.split(separator: ",").map(String.init) }
        }

        private struct Body: Encodable, Sendable {
            let subject: String
            let right: String
            let regime: String?
            let alsoUnder: [String]?
            let format: String?
            let collections: [String]?
            let records: [String]?
            let receivedAt: String?
            let language: String?
            let zone: String?
            let contact: String?
            let ticket: String
            let reason: String
        }
    }
}
