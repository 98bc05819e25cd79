import RequestLedger
import Testing

@testable import HabeasCLI

/// The drawing is a pure function: these are its exact lines.
@Suite struct DashboardScreenTests {
    static let dashboard = DashboardDocument(
        asOf: "2026-11-21T21:00:00Z", zone: "Europe/Berlin", today: "2026-11-21",
        counts: [
            "open": 120, "overdue": 2, "due_today": 1, "due_3_days": 4, "due_7_days": 9, "due_14_days": 20,
            "waiting_for_person": 8, "paused": 3, "at_risk": 0, "acknowledgement_overdue": 0, "without_number": 1,
            "rules_changed": 0,
        ], dueWithinDays: nil, dueWithin: nil, appealsOpen: 3, appealsOverdue: 1, holdsInForce: nil,
        holdsUnconfirmed: nil,
        holdsReviewOverdue: nil, recipientsOpen: 5, recipientsOverdue: 2, backupsOpen: 7, backupsLate: 0,
        backupsBreakGlass: 0, backupsBreach: 0, backupsUnread: 0,
        byRegime: [.init(name: "CCPA", counts: [:]), .init(name: "GDPR", counts: [:])],
        urgent: [
            urgent("aaaaaaaa", -2, "failed", "overdue: repair the job, answer today", assignee: "Grace H."),
            urgent("bbbbbbbb", 0, "accepted", "approve: a second person releases it"),
            urgent("cccccccc", nil, "paused", "await their answer, asked 2026-11-02", waitsFor: "clarification"),
        ])

    private static func urgent(
        _ end: String, _ left: Int?, _ state: String, _ next: String, waitsFor: String? = nil, assignee: String? = nil
    ) -> DashboardDocument.Urgent {
        DashboardDocument.Urgent(
            id: "0199a1c2-7d3e-7abc-8def-0123\(end)", state: state, right: "access", regime: "GDPR", channel: "web",
            dueOn: left.map { $0 < 0 ? "2026-11-19" : "2026-11-21" }, dueEnd: nil, workBy: "2026-11-18",
            daysLeft: left, answeredAt: nil, waitsFor: waitsFor, waitsSince: nil, assignee: assignee, nextStep: next)
    }

    @Test func fitsEightyColumns() {
        let screen = DashboardScreen(
            dashboard: Self.dashboard, filters: ["GDPR", "mine"], width: 80, hasColour: false)

        #expect(
            screen.lines == [
                "Habeas · 2026-11-21 · Europe/Berlin                                  GDPR · mine", "",
                "! Overdue        2  Due today        1  In 3 days        4  In 7 days        9",
                "In 14 days      20  At risk          0  Receipt late     0  Waits: person    8",
                "Paused           3  No date          1  Rules changed    0  Open           120",
                "! Appeals      3/1  ! Processors   5/2  Backups        7/0", "",
                "  Due         Left  Request    Right   Law   Do next",
                " !2026-11-19  -2 d  …aaaaaaaa  access  GDPR  overdue: repair the job, answer to…",
                "  2026-11-21   0 d  …bbbbbbbb  access  GDPR  approve: a second person releases …",
                "  –           held  …cccccccc  access  GDPR  await their answer, asked 2026-11-…",
            ])
        #expect(screen.lines.allSatisfy { $0.count <= 80 })
    }

    @Test func showsMoreWhereThereIsRoom() {
        let lines = DashboardScreen(dashboard: Self.dashboard, width: 160, hasColour: false).lines

        #expect(lines.count == 9 && lines.allSatisfy { $0.count <= 160 })
        #expect(
            lines[5]
                == "  Due         Left  Do it by    Request                               Right   Law   State     Who       Do next"
        )
        #expect(lines[6].contains("0199a1c2-7d3e-7abc-8def-0123aaaaaaaa") && lines[6].contains("Grace H."))
    }

    @Test func showsHoldsToWhoeverMayKnowOfThem() {
        let all = Self.dashboard
        let dashboard = DashboardDocument(
            asOf: all.asOf, zone: all.zone, today: all.today, counts: all.counts, dueWithinDays: nil, dueWithin: nil,
            appealsOpen: 3, appealsOverdue: 1, holdsInForce: 4, holdsUnconfirmed: 1, holdsReviewOverdue: 1,
            recipientsOpen: nil, recipientsOverdue: nil, backupsOpen: 9, backupsLate: 3, backupsBreakGlass: 1,
            backupsBreach: 1, backupsUnread: 2, byRegime: [], urgent: [])
        let lines = DashboardScreen(dashboard: dashboard, width: 80, hasColour: false, hasList: false).lines

        #expect(
            lines.suffix(2) == [
                "! Appeals      3/1  ! Holds        4/1  Holds waiting    1  Processors       –",
                "! Backups      9/3  ! Break glass    1  ! Breach         1  ! Unread         2",
            ])
    }

    @Test func printsNoListWhereNoneWasAskedFor() {
        let screen = DashboardScreen(dashboard: Self.dashboard, width: 80, hasColour: false, hasList: false)

        #expect(
            screen.lines == Array(DashboardScreen(dashboard: Self.dashboard, width: 80, hasColour: false).lines[..<6]))
    }

    /// The mark, not the colour, says it.
    @Test func coloursSayNothingThatMarksDoNot() {
        let plain = DashboardScreen(dashboard: Self.dashboard, width: 100, hasColour: false).lines
        let coloured = DashboardScreen(dashboard: Self.dashboard, width: 100, hasColour: true).lines
        let stripped = coloured.map { $0.replacing(/\u{1b}\[[0-9;]*m/, with: "") }

        #expect(stripped == plain)
        #expect(coloured != plain)
    }

    @Test func isWrittenAsCSV() {
        let text = DashboardTable.text(Array(Self.dashboard.urgent.prefix(1)))

        #expect(
            text == """
                request,state,right,regime,channel,due_on,due_end,work_by,days_left,waits_for,waits_since,assignee,next_step\r
                0199a1c2-7d3e-7abc-8def-0123aaaaaaaa,failed,access,GDPR,web,2026-11-19,,2026-11-18,-2,,,Grace H.,"overdue: repair the job, answer today"\r

                """)
        #expect(CSVCell.text("=1+1") == "'=1+1" && CSVCell.text("a\"b") == "\"a\"\"b\"")
    }
}

@Suite struct DashboardConsoleTests {
    private func console() -> DashboardConsole {
        var console = DashboardConsole()
        console.take(DashboardScreenTests.dashboard)
        return console
    }

    @Test func readsKeys() {
        #expect(DashboardKey.parse(Array("j\u{1b}[Bkq".utf8)) == [.down, .down, .up, .quit])
        #expect(DashboardKey.parse([0x1b]) == [.back])
        #expect(DashboardKey.parse(Array("\rx?".utf8)) == [.enter, .help])
    }

    @Test func movesOpensAndComesBack() {
        var console = console()

        #expect(console.press(.down, height: 24) == .nothing)
        #expect(console.selected == 1)
        #expect(console.press(.enter, height: 24) == .request("0199a1c2-7d3e-7abc-8def-0123bbbbbbbb"))
        console.take(request: "0199a1c2-7d3e-7abc-8def-0123bbbbbbbb", ["state accepted"])
        #expect(console.lines(width: 80, height: 24, hasColour: false).first == "state accepted")
        #expect(console.press(.back, height: 24) == .nothing)
        #expect(console.page == .list)
        #expect(console.press(.quit, height: 24) == .quit)
    }

    @Test func cyclesItsFilters() {
        var console = console()
        var laws: [String?] = []
        for _ in 0..<3 {
            #expect(console.press(.regime, height: 24) == .numbers)
            laws.append(console.regime)
        }
        #expect(laws == ["CCPA", "GDPR", nil])
        #expect(console.press(.bucket, height: 24) == .numbers)
        #expect(console.bucket == .overdue)
        #expect(console.press(.mine, height: 24) == .numbers)
        #expect(console.isMine)
    }

    @Test(arguments: [(80, 24), (160, 50), (40, 10)]) func fillsTheScreenExactly(width: Int, height: Int) {
        var console = console()
        for key in [DashboardKey.refresh, .help, .back, .enter] {
            _ = console.press(key, height: height)
            let lines = console.lines(width: width, height: height, hasColour: false)
            #expect(lines.count == height && lines.allSatisfy { $0.count <= width })
        }
    }

    /// What is on the screen stays when the service can't be asked, and the last line says why.
    @Test func keepsTheScreenWhenSomethingFails() {
        var console = console()
        let before = console.lines(width: 80, height: 24, hasColour: false)
        console.fail("the service can't be reached; trying again")
        let after = console.lines(width: 80, height: 24, hasColour: false)

        #expect(after.dropLast() == before.dropLast())
        #expect(after.last == "! the service can't be reached; trying again")
        console.take(DashboardScreenTests.dashboard)
        #expect(console.lines(width: 80, height: 24, hasColour: false) == before)
    }

    /// The cursor stays on its request when others come before it.
    @Test func theCursorStaysOnItsRequest() {
        var console = console()
        _ = console.press(.down, height: 24)
        let other = DashboardScreenTests.dashboard
        console.take(
            DashboardDocument(
                asOf: other.asOf, zone: other.zone, today: other.today, counts: other.counts, dueWithinDays: nil,
                dueWithin: nil, appealsOpen: 0, appealsOverdue: 0, holdsInForce: nil, holdsUnconfirmed: nil,
                holdsReviewOverdue: nil, recipientsOpen: nil,
                recipientsOverdue: nil, backupsOpen: nil, backupsLate: nil, backupsBreakGlass: nil,
                backupsBreach: nil, backupsUnread: nil, byRegime: other.byRegime,
                urgent: [other.urgent[2], other.urgent[0], other.urgent[1]]))

        #expect(console.selected == 2)
    }
}
