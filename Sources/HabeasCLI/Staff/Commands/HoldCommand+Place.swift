internal import ArgumentParser
internal import RightsCore

extension HoldCommand {
    /// `habeas hold place`
    struct Place: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "place", abstract: "Keep something from being erased, for a claim or proceedings.",
            discussion: """
                Without --subject it keeps rows of everybody, and needs --only. Single records \
                and days belong to one collection. Name no more than the matter needs: what \
                isn't in scope is erased. The words of --reason aren't shown with the hold.

                EXAMPLES
                  habeas hold place --matter 2026-LIT-014 --basis gdpr-17-3-e \\
                      --subject user:17 --review-on 2027-05-31 \\
                      --ticket T-9 --reason claim-filed
                  echo email:ada@example.com | habeas hold place --matter HR-7 \\
                      --basis uk-pd-57ad --subject - --only messages \\
                      --records 1041,1042 --review-on 2027-01-31 \\
                      --ticket T-9 --reason disclosure
                  habeas hold place --matter 2026-LIT-020 --basis us-frcp-37e \\
                      --only invoices --column issued_on --from 2024-01-01 \\
                      --until 2024-12-31 --review-on 2027-01-31 \\
                      --ticket T-9 --reason subpoena
                """)
        @Option(help: ArgumentHelp("The matter's reference; never a name.", valueName: "code"))
        var matter: String
        @Option(
            help: ArgumentHelp(
                "On which ground.", valueName: HoldBasis.allCases.map(\.rawValue).joined(separator: "|")))
        var basis: String
        @Option(
            help: ArgumentHelp("Whose rows; “-” reads it from standard input.", valueName: "kind:id|email:address"))
        var subject: String?
        @Option(help: ArgumentHelp("Only these collections.", valueName: "name,…"))
        var only: String?
        @Option(help: ArgumentHelp("Only these records of the one collection.", valueName: "key,…"))
        var records: String?
        @Option(help: ArgumentHelp("The column that --from and --until are about.", valueName: "name"))
        var column: String?
        @Option(help: ArgumentHelp("The first day.", valueName: "yyyy-mm-dd"))
        var from: String?
        @Option(help: ArgumentHelp("The last day.", valueName: "yyyy-mm-dd"))
        var until: String?
        @Option(help: ArgumentHelp("The colleague who keeps what is held.", valueName: "name"))
        var custodian: String?
        @Option(
            help: ArgumentHelp(
                "When somebody asks whether it is still needed; a year ahead at most.", valueName: "yyyy-mm-dd"))
        var reviewOn: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func validate() throws {
            guard LegalHold.isMatter(matter) else {
                throw ValidationError(
                    "--matter is letters, digits and -_. with a digit among them, at most 40 characters")
            }
            guard HoldBasis(rawValue: basis) != nil else {
                let known = HoldBasis.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--basis is one of \(known)")
            }
            guard subject != nil || only != nil else { throw ValidationError("--subject or --only is needed") }
            guard (column != nil) == (from != nil || until != nil) else {
                throw ValidationError("--column goes with --from, --until, or both")
            }
            try DayArgument.check(reviewOn, "--review-on")
            try DayArgument.check(from, "--from")
            try DayArgument.check(until, "--until")
        }

        func run() async throws {
            let body = try body()
            let answer = try await StaffClient.with { try await $0.post("/v1/holds", body) }
            try options.print(answer) {
                let hold = try answer.read(HoldDocument.self)
                return "\(HoldPage.facts(hold).text())\n\nin force; a second person has to confirm it"
            }
        }

        private func body() throws -> Body {
            Body(
                matter: matter, basis: basis, subject: try subject.map { try SubjectArgument.read($0) },
                collections: Self.list(only), records: Self.list(records),
                range: column.map { Body.Range(column: $0, from: from, until: until) }, custodian: custodian,
                reviewOn: reviewOn, ticket: ground.ticket, reason: ground.reason)
        }

        private static func list(_ text: String?) -> [String]? {
            text.map { $0.split(separator: ",").map(String.init) }
        }

        private struct Body: Encodable, Sendable {
            struct Range: Encodable, Sendable {
                let column: String
                let from: String?
                let until: String?
            }

            let matter: String
            let basis: String
            let subject: String?
            let collections: [String]?
            let records: [String]?
            let range: Range?
            let custodian: String?
            let reviewOn: String
            let ticket: String
            let reason: String
        }
    }
}
