internal import ArgumentParser
internal import LegalRules
internal import RequestLedger
internal import RightsCore
internal import SystemPackage

/// `habeas dashboard`: what is due, late or at risk, and what to do next.
struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard", abstract: "Show what is due, late or at risk, and what to do next.",
        discussion: """
            Needs `habeas login`, or HABEAS_URL and HABEAS_TOKEN. With --watch it draws the \
            screen again every few seconds and takes keys; ? shows which. --fail-on ends \
            with 1 when there is something of that kind, so that a cron job can tell.

            EXAMPLES
              habeas dashboard --watch
              habeas dashboard --regime gdpr --assignee me
              habeas dashboard --due-within 7d --csv > week.csv
              habeas dashboard --fail-on overdue,ack-overdue
            """)

    /// What --fail-on looks for.
    enum Failing: String, CaseIterable {
        case overdue
        case dueWithin = "due-within"
        case atRisk = "at-risk"
        case acknowledgementOverdue = "ack-overdue"
        case backupsLate = "backups-late"
    }

    @Option(help: ArgumentHelp("Only under this law.", valueName: "id"))
    var regime: String?
    @Option(help: ArgumentHelp("Only of this right.", valueName: "access|export|erasure"))
    var right: String?
    @Option(help: ArgumentHelp("Only what came this way.", valueName: "web|product|staff"))
    var channel: String?
    @Option(help: ArgumentHelp("Only what this colleague looks after; “me” is whoever asks.", valueName: "name"))
    var assignee: String?
    @Option(help: ArgumentHelp("Only in these states.", valueName: "state,…"))
    var state: String?
    @Option(
        help: ArgumentHelp(
            "List only what is due within so many days or overdue, and count it.", valueName: "7d"))
    var dueWithin: String?
    @Option(
        help: ArgumentHelp(
            "End with 1 when there is such a thing: overdue (appeals and reviews of holds, too), due-within, at-risk, ack-overdue, backups-late (unread ones, too).",
            valueName: "kind,…"))
    var failOn: String?
    @Option(
        help: ArgumentHelp("List so many requests at most, 0 to 200; 0 prints the numbers alone.", valueName: "number"))
    var limit = 15
    @Flag(help: "Draw it again and again, with keys to filter and open.")
    var watch = false
    @Option(help: ArgumentHelp("With --watch: ask every so many seconds, 1 to 3600.", valueName: "seconds"))
    var every = 5
    @Flag(help: "Print the service's JSON document.")
    var json = false
    @Flag(help: "Print the list as CSV (RFC 4180).")
    var csv = false
    @Flag(help: "Print what each number counts, and nothing else.")
    var explain = false

    func validate() throws {
        guard [watch, json, csv, explain].count(where: { $0 }) <= 1 else {
            throw ValidationError("--watch, --json, --csv and --explain exclude each other")
        }
        guard (0...200).contains(limit) else { throw ValidationError("--limit is a number from 0 to 200") }
        guard (1...3600).contains(every) else { throw ValidationError("--every is a number from 1 to 3600") }
        guard dueWithin == nil || days != nil else {
            throw ValidationError("--due-within is a number of days from 0 to 366, such as 7d")
        }
        let failing = try failing()
        guard !failing.contains(.dueWithin) || dueWithin != nil else {
            throw ValidationError("--fail-on due-within needs --due-within")
        }
        guard failing.isEmpty || !watch else { throw ValidationError("--fail-on can't be combined with --watch") }
    }

    func run() async throws {
        if explain { return Terminal.print(DashboardWords.text) }
        if watch {
            let console = DashboardConsole(fixed: fixed, isRegimeFixed: regime != nil)
            return try await DashboardWatch(
                query: query(limit: 200), interval: .seconds(every), hasColour: Screen.current.hasColour
            ).run(console)
        }
        let query = query(limit: limit)
        let answer = try await StaffClient.with { client in
            try await client.get("/v1/dashboard", query.map { ($0.name, $0.value) })
        }
        let dashboard: DashboardDocument = try answer.read()
        if json {
            Terminal.print(answer.json)
        } else if csv {
            Terminal.write(DashboardTable.text(dashboard.urgent), to: .standardOutput)
        } else {
            let screen = DashboardScreen(
                dashboard: dashboard, filters: fixed, width: Screen.current.width ?? 160,
                hasColour: Screen.current.hasColour, hasList: limit > 0)
            Terminal.print(screen.lines.joined(separator: "\n"))
        }
        try judge(dashboard)
    }

    // MARK: what was asked

    private var days: Int? {
        guard var text = dueWithin else { return nil }
        if text.hasSuffix("d") { text.removeLast() }
        return Int(text).flatMap { (0...366).contains($0) ? $0 : nil }
    }

    private func failing() throws -> [Failing] {
        try (failOn ?? "").split(separator: ",").map { name in
            guard let kind = Failing(rawValue: String(name)) else {
                let known = Failing.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--fail-on knows \(known)")
            }
            return kind
        }
    }

    private func query(limit: Int) -> [DashboardQuery] {
        [
            DashboardQuery("regime", regime), DashboardQuery("right", right), DashboardQuery("channel", channel),
            DashboardQuery("assignee", assignee), DashboardQuery("state", state),
            DashboardQuery("due_within", days.map { String($0) }), DashboardQuery("limit", String(limit)),
        ]
    }

    /// The filters in words.
    private var fixed: [String] {
        [
            regime, right, channel.map { "by \($0)" }, assignee.map { $0 == "me" ? "mine" : "of \($0)" }, state,
            days.map { "due within \($0) d" },
        ].compactMap(\.self)
    }

    // MARK: what it comes to

    /// Ends the command with 1 when there is what it was to look for.
    private func judge(_ dashboard: DashboardDocument) throws {
        let found = try failing().map { kind in
            switch kind {
            // A complaint or a review whose last day is past is as late as a request.
            case .overdue:
                (kind, dashboard.count(.overdue) + dashboard.appealsOverdue + (dashboard.holdsReviewOverdue ?? 0))
            case .dueWithin: (kind, dashboard.dueWithin ?? 0)
            case .atRisk: (kind, dashboard.count(.atRisk))
            case .acknowledgementOverdue: (kind, dashboard.count(.acknowledgementOverdue))
            case .backupsLate: (kind, (dashboard.backupsLate ?? 0) + (dashboard.backupsUnread ?? 0))
            }
        }.filter { $0.1 > 0 }
        guard !found.isEmpty else { return }
        let words = found.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
        Terminal.note("habeas: there is something of the kind to fail on: \(words)")
        throw ExitStatusError(status: .failed)
    }
}

/// The list as CSV: the columns stay what they are; new ones come last.
enum DashboardTable {
    private static let columns: [(String, @Sendable (DashboardDocument.Urgent) -> String?)] = [
        ("request", { $0.id }), ("state", { $0.state }), ("right", { $0.right }), ("regime", { $0.regime }),
        ("channel", { $0.channel }), ("due_on", { $0.dueOn }), ("due_end", { $0.dueEnd }),
        ("work_by", { $0.workBy }), ("days_left", { $0.daysLeft.map { String($0) } }),
        ("waits_for", { $0.waitsFor }), ("waits_since", { $0.waitsSince }), ("assignee", { $0.assignee }),
        ("next_step", { $0.nextStep }),
    ]

    /// The text, with CRLF after each line.
    static func text(_ urgent: [DashboardDocument.Urgent]) -> String {
        CSVCell.text([columns.map(\.0)] + urgent.map { request in columns.map { $0.1(request) ?? "" } })
    }
}

/// One cell of CSV (RFC 4180).
enum CSVCell {
    /// Quoted where it has to be; what a spreadsheet would run gets an apostrophe, numbers below zero don't.
    static func text(_ value: String) -> String {
        let isRun = value.first.map { "=+-@\t\r".contains($0) } ?? false
        let cell = isRun && Double(value) == nil ? "'\(value)" : value
        return CSVWriter.field(cell)
    }

    /// Lines of cells, with CRLF after each.
    static func text(_ rows: [[String]]) -> String {
        rows.map { $0.map(text).joined(separator: ",") + "\r\n" }.joined()
    }
}
