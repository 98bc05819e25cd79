internal import ArgumentParser
internal import LegalRules
internal import RightsCore

/// `habeas deadline`: the dates the law gives a request.
struct DeadlineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deadline", abstract: "The dates the law gives a request, with every step that leads there.",
        subcommands: [Compute.self, Explain.self, Accept.self])

    /// `habeas deadline compute`
    struct Compute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compute", abstract: "Compute the dates of a request that may never come, or of a table.",
            discussion: """
                Needs no database and changes nothing. Several --regime: all are computed, the \
                earliest date wins. A time of receipt needs its offset; one in the future is \
                allowed here.

                With --csv, a table from FILE or standard input: columns regime, right, \
                time_zone, received_at, and holidays_used, clock_events if there are any, in any \
                order; others are left alone. Out come ack_by, due, due_end_exclusive_utc, \
                extension_notice_by, extended_due, conservative_due, after the id if there is \
                one. A bad row is named on standard error and left out, and the status is 1.

                EXAMPLES
                  habeas deadline compute --regime GDPR --zone Europe/Dublin \\
                      --received-at 2026-01-31T23:30:00+13:00
                  habeas deadline compute --regime UK-GDPR --zone Europe/London \\
                      --received-at 2026-06-01T12:00:00+01:00 \\
                      --clarify-asked 2026-06-08 --clarify-ok 2026-06-15
                  habeas deadline compute --regime GDPR --regime CCPA --right access \\
                      --received-at 2026-03-02T10:00:00-08:00 --zone America/Los_Angeles --json
                  habeas deadline compute --csv < requests.csv
                """)
        @Option(help: ArgumentHelp("The regime; may be given several times.", valueName: "id"))
        var regime: [String] = []
        @Option(help: ArgumentHelp("The right, as the regime calls it; that of access unless said.", valueName: "name"))
        var right: String?
        @Option(help: ArgumentHelp("When the request reached the controller.", valueName: "time"))
        var receivedAt: String?
        @Option(help: ArgumentHelp("The controller's time zone, such as Europe/Berlin.", valueName: "name"))
        var zone: String?
        @OptionGroup var questions: QuestionOptions
        @Option(help: ArgumentHelp("Days of rest beside weekends, instead of a calendar: day;day", valueName: "days"))
        var holidays: String?
        @Option(help: ArgumentHelp("Count by this calendar instead of the place's.", valueName: "id"))
        var calendar: String?
        @Option(help: ArgumentHelp("What the controller promises, such as “20 days”.", valueName: "period"))
        var respondWithin: String?
        @Option(help: ArgumentHelp("The day the notice of an extension was delivered.", valueName: "yyyy-mm-dd"))
        var extendedOn: String?
        @Option(help: ArgumentHelp("The day that notice names, where the law gives none.", valueName: "yyyy-mm-dd"))
        var announced: String?
        @Flag(help: "Compute a table, from the file named or standard input.")
        var csv = false
        @Argument(help: ArgumentHelp("With --csv: the table; “-” for standard input.", valueName: "file"))
        var file: String?
        @OptionGroup var rules: RulesOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let book = try await rules.book(common)
            let zones = TimeZones()
            guard !csv else { return try table(book, zones) }
            guard file == nil else { throw usage("a file is read with --csv only") }
            guard !regime.isEmpty, let receivedAt, let zone else {
                throw usage("--regime, --received-at and --zone are needed, or --csv with a table")
            }
            let stamp = try RuleInput.stamp(receivedAt, "--received-at")
            let rules = try zones.zone(zone)
            let given = try givenCalendar(book)
            let deadlines = try regime.map { name in
                let clock = try book.clock(for: name, received: stamp.instant, zone: rules, calendar: given)
                return try clock.deadline(try facts(stamp, clock))
            }
            let page = DeadlinePage(deadlines)
            if common.json { return try Terminal.printJSON(page) }
            Terminal.print(page.text)
        }

        private func table(_ book: RuleBook, _ zones: TimeZones) throws {
            let isBare =
                regime.isEmpty && right == nil && receivedAt == nil && zone == nil && questions.events.days.isEmpty
                && holidays == nil && calendar == nil && respondWithin == nil && extendedOn == nil
            guard isBare, !common.json else { throw usage("with --csv the table gives everything but --rules") }
            var run = try TableRun(file)
            let table = try DeadlineTable(header: try run.header(), book: book, zone: zones.zone)
            try run.write(table.header, table.row)
        }

        private func givenCalendar(_ book: RuleBook) throws -> HolidayCalendar? {
            guard holidays == nil || calendar == nil else {
                throw usage("--holidays and --calendar exclude each other")
            }
            if let holidays { return try HolidayCalendar(listed: holidays) }
            return try calendar.map { try book.calendar(named: $0) }
        }

        private func facts(_ received: Stamp, _ clock: DeadlineClock) throws -> ClockFacts {
            guard let right = right ?? clock.regime.serves[.access] ?? clock.regime.rights.keys.sorted().first else {
                throw usage("--right is needed")
            }
            let interruptions = try questions.events.interruptions(
                under: clock.regime.rights[right], received: clock.zone.day(of: received.instant))
            return ClockFacts(
                received: received, right: right, interruptions: interruptions, extensionNotice: try notice(),
                promise: try promise())
        }

        private func notice() throws -> ExtensionNotice? {
            let named = try announced.map { try RuleInput.day($0, "--announced") }
            guard let extendedOn else {
                if named != nil { throw usage("--announced needs --extended-on") }
                return nil
            }
            return ExtensionNotice(delivered: try RuleInput.day(extendedOn, "--extended-on"), announced: named)
        }

        private func promise() throws -> Period? {
            guard let respondWithin else { return nil }
            guard let period = Period(words: respondWithin) else {
                throw usage(
                    "--respond-within: “\(respondWithin)” is not such as “30 days”, “1 month”, “20 business days”")
            }
            return period
        }

        private func usage(_ message: String) -> CommandFailure { CommandFailure(.usage, code: "usage", message) }
    }
}

/// What was asked of the person, and when they answered.
struct QuestionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Who they are: asked.", valueName: "day")) var identityAsked: CivilDate?
    @Option(help: ArgumentHelp("Who they are: known.", valueName: "day")) var identityOk: CivilDate?
    @Option(help: ArgumentHelp("What they mean: asked.", valueName: "day")) var clarifyAsked: CivilDate?
    @Option(help: ArgumentHelp("What they mean: known.", valueName: "day")) var clarifyOk: CivilDate?
    @Option(help: ArgumentHelp("A fee: asked.", valueName: "day")) var feeAsked: CivilDate?
    @Option(help: ArgumentHelp("A fee: paid.", valueName: "day")) var feePaid: CivilDate?
    @Option(help: ArgumentHelp("A share of the costs: announced (Switzerland).", valueName: "day"))
    var feeNotice: CivilDate?

    var events: ClockEvents {
        var days: [ClockEvents.Key: CivilDate] = [:]
        days[.identityAsked] = identityAsked
        days[.identityConfirmed] = identityOk
        days[.clarificationAsked] = clarifyAsked
        days[.clarificationGiven] = clarifyOk
        days[.feeAsked] = feeAsked
        days[.feePaid] = feePaid
        days[.feeNotice] = feeNotice
        return ClockEvents(days)
    }
}

extension CivilDate: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
