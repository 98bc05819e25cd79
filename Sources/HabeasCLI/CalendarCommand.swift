internal import ArgumentParser
internal import LegalRules
internal import RightsCore

/// `habeas calendar`: the holidays that deadlines are counted by.
struct CalendarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar", abstract: "Show the calendars of holidays that deadlines are counted by.",
        subcommands: [List.self, Show.self])

    /// `habeas calendar list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print the calendars, and the years they know.",
            discussion: """
                Years after "Proclaimed" are projected by rule. A deadline that needs a year \
                beyond "Years" is refused.

                EXAMPLES
                  habeas calendar list
                  habeas calendar list --json
                """)
        @OptionGroup var rules: RulesOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let headers = try await rules.book(common).calendars.headers
            guard !common.json else { return try Terminal.printJSON(headers.map(CalendarSummary.init)) }
            let rows = headers.map { header in
                [
                    header.id, header.name, "\(header.years.lowerBound)-\(header.years.upperBound)",
                    String(header.proclaimedThrough), header.version.description,
                ]
            }
            Terminal.print(Terminal.table(["Calendar", "Name", "Years", "Proclaimed", "Version"], rows))
        }
    }

    /// `habeas calendar show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print a calendar's holidays of one year.",
            discussion: """
                EXAMPLES
                  habeas calendar show DE
                  habeas calendar show GB-SCT --year 2027
                  habeas calendar show CN --year 2026 --json
                """)
        @Argument(help: ArgumentHelp("The calendar, such as DE or GB-SCT.", valueName: "id"))
        var id: String
        @Option(help: ArgumentHelp("The year; this one unless said.", valueName: "year"))
        var year: Int?
        @OptionGroup var rules: RulesOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let document = try await rules.book(common).calendars.document(id)
            let year = year ?? Clock.now.utcDate.year
            guard document.header.years.contains(year) else {
                let gap = ClockError.calendarGap(calendar: id, year: year, known: document.header.years)
                throw CommandFailure(
                    .notFound, code: RuleError.Code.unknown.rawValue, gap.description,
                    hint: "an own calendar can hold that year: docs/calendars.md")
            }
            let shown = CalendarYear(document, year: year)
            try common.json ? Terminal.printJSON(shown) : Terminal.print(shown.text)
        }
    }
}

/// A calendar without its days, as JSON.
private struct CalendarSummary: Encodable {
    let id: String
    let name: String
    let version: RuleVersion
    let firstYear: Int
    let proclaimedThrough: Int
    let lastYear: Int
    let zones: [String]
    let weekend: [String]
    let evidence: Evidence
    let sources: [String]
    let note: String?

    init(_ header: CalendarHeader) {
        id = header.id
        name = header.name
        version = header.version
        firstYear = header.years.lowerBound
        proclaimedThrough = header.proclaimedThrough
        lastYear = header.years.upperBound
        zones = header.zones
        weekend = header.weekend.sorted().map(\.name)
        evidence = header.evidence
        sources = header.sources
        note = header.note
    }
}

/// A calendar's days of a year.
private struct CalendarYear: Encodable {
    struct Holiday: Encodable {
        let day: CivilDate
        let weekday: String
        let name: String
    }

    let calendar: CalendarSummary
    let year: Int
    let isProjected: Bool
    let holidays: [Holiday]
    let workedWeekends: [CivilDate]

    init(_ document: CalendarDocument, year: Int) {
        calendar = CalendarSummary(document.header)
        self.year = year
        isProjected = document.calendar.isProjected(year)
        holidays = document.calendar.holidays.filter { $0.key.year == year }.sorted { $0.key < $1.key }.map {
            Holiday(day: $0.key, weekday: $0.key.weekday.name, name: $0.value)
        }
        workedWeekends = document.calendar.workedWeekends.filter { $0.year == year }.sorted()
    }

    /// The days as a table, and what is to be known of them.
    var text: String {
        let state = isProjected ? "projected by rule" : "proclaimed"
        let worked = workedWeekends.map { [$0.description, $0.weekday.name, "worked"] }
        let rows = (holidays.map { [$0.day.description, $0.weekday, $0.name] } + worked).sorted { $0[0] < $1[0] }
        let rest = calendar.weekend.isEmpty ? "none" : calendar.weekend.joined(separator: ", ")
        return [
            "\(calendar.id): \(calendar.name), \(year), \(state)", "version \(calendar.version)", "",
            Terminal.table(["Day", "Weekday", "Holiday"], rows), "", "weekend: \(rest)",
            "evidence: \(calendar.evidence.rawValue)",
        ].joined(separator: "\n") + "\n" + calendar.sources.map { "source: \($0)" }.joined(separator: "\n")
            + (calendar.note.map { "\n\($0)" } ?? "")
    }
}
