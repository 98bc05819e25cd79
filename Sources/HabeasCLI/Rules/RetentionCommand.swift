internal import ArgumentParser
internal import LegalRules
internal import RightsCore

/// `habeas retention`: how long documents must be kept.
struct RetentionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention", abstract: "How long documents must be kept, what is kept, and its end.",
        subcommands: [Compute.self, List.self, Purge.self])

    /// `habeas retention compute`
    struct Compute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compute", abstract: "The last day a document must be kept, with every statute looked at.",
            discussion: """
                Without --scope, or with “any”, the longest of all statutes that apply. Where the \
                law counts from another day than the document's, --anchor gives it; nothing is \
                guessed.

                With --csv, a table from FILE or standard input: columns country, document, \
                scope, document_date, anchor_kind, anchor_date in any order; others are left \
                alone. Out come retain_until_inclusive, rule, citation, after the id if there is \
                one. A bad row is named on standard error and left out, and the status is 1.

                EXAMPLES
                  habeas retention compute --country DE --document invoice --date 2026-03-15
                  habeas retention compute --country SE --document invoice --date 2026-05-10 \\
                      --anchor fiscal_year_end=2026-06-30 --json
                  habeas retention compute --csv < invoices.csv
                """)
        @Option(help: ArgumentHelp("The country, of two letters; EU for One-Stop-Shop records.", valueName: "code"))
        var country: String?
        @Option(
            help: ArgumentHelp(RetainedDocument.allCases.map(\.rawValue).joined(separator: ", "), valueName: "kind"))
        var document: String?
        @Option(help: ArgumentHelp("The document's date.", valueName: "yyyy-mm-dd"))
        var date: String?
        @Option(help: "tax, vat, commercial or company.")
        var scope: String?
        @Option(
            help: ArgumentHelp(
                "fiscal_year_end, tax_year_end, tax_due or return_due; may be given several times.",
                valueName: "kind=yyyy-mm-dd"))
        var anchor: [String] = []
        @Option(help: ArgumentHelp("Under the law of that day; today unless said.", valueName: "yyyy-mm-dd"))
        var asOf: String?
        @Flag(help: "Compute a table, from the file named or standard input.")
        var csv = false
        @Argument(help: ArgumentHelp("With --csv: the table; “-” for standard input.", valueName: "file"))
        var file: String?
        @OptionGroup var rules: RulesOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let clock = try await rules.book(common).retentionClock()
            let today = try asOf.map { try RuleInput.day($0, "--as-of") } ?? Clock.now.utcDate
            guard !csv else { return try table(clock, today) }
            guard file == nil else { throw CommandFailure(.usage, code: "usage", "a file is read with --csv only") }
            guard let country, let document, let date else {
                throw CommandFailure(
                    .usage, code: "usage", "--country, --document and --date are needed, or --csv with a table")
            }
            let question = try RetentionQuestion(
                country: country, document: document, scope: scope, date: date, anchors: anchor, asOf: today)
            let period = try clock.period(of: question)
            if common.json { return try Terminal.printJSON(period) }
            Terminal.print("Keep until \(period.retainUntil): \(period.rule), \(period.citation)")
            Terminal.print("evidence: \(period.evidence.rawValue), version \(period.version)\n")
            Terminal.print(StepLines.text(period.steps))
            for note in period.notes { Terminal.print("Note: \(note)") }
        }

        private func table(_ clock: RetentionClock, _ today: CivilDate) throws {
            guard country == nil, document == nil, date == nil, scope == nil, anchor.isEmpty, !common.json else {
                throw CommandFailure(.usage, code: "usage", "with --csv the table gives everything but --as-of")
            }
            var run = try TableRun(file)
            let table = try RetentionTable(header: try run.header(), clock: clock, asOf: today)
            try run.write(table.header, table.row)
        }
    }
}
