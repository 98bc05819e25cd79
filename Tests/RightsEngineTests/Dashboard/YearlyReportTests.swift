import AuditLedger
import RightsCore
import Testing

@testable import RightsEngine

/// Reports computed from entries, checked against numbers counted by hand.
@Suite struct YearlyReportTests {
    private static let ids = (0..<6).map { "0199a1c2-7d3e-7abc-8def-01234567890\($0)" }

    private static func entry(
        _ seq: Int, _ time: String, _ action: AuditAction, _ request: Int, _ facts: String
    ) -> AuditRecord {
        AuditRecord(
            seq: seq, at: Instant(rfc3339: time)!, action: action.rawValue, actor: "system", request: ids[request],
            subject: nil, facts: facts, previous: AuditRecord.beginning, hash: [UInt8](repeating: UInt8(seq), count: 32)
        )
    }

    private static func opened(_ seq: Int, _ at: String, _ id: Int, _ right: String, _ regime: String) -> AuditRecord {
        entry(
            seq, at, .requestOpened, id,
            #"{"channel":"web","received_at":"\#(at)","regime":"\#(regime)","right":"\#(right)"}"#)
    }

    private static let entries = [
        // Received in 2025: not of this year.
        opened(1, "2025-12-31T12:00:00Z", 5, "access", "gdpr"),
        opened(2, "2026-01-01T00:30:00Z", 0, "access", "gdpr"),
        entry(3, "2026-01-02T00:00:00Z", .requestAcknowledged, 0, #"{"at":"2026-01-02T00:00:00Z","on_time":"true"}"#),
        entry(4, "2026-01-05T00:00:00Z", .questionAsked, 0, #"{"asked_on":"2026-01-05","kind":"identity"}"#),
        entry(5, "2026-01-08T09:00:00Z", .questionAnswered, 0, #"{"answered_on":"2026-01-08","kind":"identity"}"#),
        entry(
            6, "2026-01-11T09:00:00Z", .requestMoved, 0,
            #"{"due_end":"2026-02-02T00:00:00Z","event":"finish","from":"running","to":"ready","work_end":"2026-01-10T00:00:00Z"}"#
        ),
        opened(7, "2026-03-01T12:00:00Z", 1, "erasure", "ccpa"),
        entry(8, "2026-03-02T12:00:00Z", .extensionGranted, 1, #"{"purpose":"answer","until":"2026-05-30"}"#),
        entry(
            9, "2026-03-21T12:00:00Z", .requestMoved, 1,
            #"{"due_end":"2026-03-20T00:00:00Z","event":"refuse","from":"accepted","ground":"exempt","to":"refused"}"#),
        entry(10, "2026-03-25T12:00:00Z", .appealReceived, 1, "{}"),
        entry(11, "2026-03-30T12:00:00Z", .appealDecided, 1, #"{"outcome":"denied"}"#),
        opened(12, "2026-04-01T12:00:00Z", 2, "access", "gdpr"),
        entry(13, "2026-05-01T12:00:00Z", .requestMoved, 2, #"{"event":"lapse","from":"verifying","to":"cancelled"}"#),
        opened(14, "2026-06-01T12:00:00Z", 3, "export", "gdpr"),
        entry(
            15, "2026-06-02T12:00:00Z", .requestMoved, 3,
            #"{"event":"cancel","from":"verifying","outcome":"withdrawn","to":"cancelled"}"#),
        opened(16, "2026-12-31T12:00:00Z", 4, "access", "gdpr"),
        entry(17, "2027-01-10T12:00:00Z", .requestMoved, 4, #"{"event":"finish","from":"running","to":"ready"}"#),
    ]

    private static func report(_ regime: RegimeID? = nil) throws -> YearlyReport {
        var builder = try #require(YearlyReportBuilder(year: 2026, regime: regime, zone: .utc))
        for entry in entries where entry.at >= builder.since { builder.take(entry) }
        return builder.report(now: Instant(rfc3339: "2027-02-01T00:00:00Z")!)
    }

    @Test func countsAYear() throws {
        let total = try Self.report().total

        #expect(total.received == 5)
        #expect(total.compliedInWhole == 2 && total.denied == 1 && total.withdrawn == 1 && total.unverifiable == 1)
        #expect(total.deniedBy.map(\.ground) == ["exempt"])
        #expect(total.open == 0 && total.openAtYearEnd == 1)
        // 10, 20 and 10 days; three of the first are paused.
        #expect(
            total.days.count == 3 && total.days.mean == 13.3 && total.days.median == 10 && total.days.ninetieth == 20)
        #expect(total.daysWithoutPauses.mean == 12.3)
        #expect(total.answeredOnTime.count == 1 && total.answeredOnTime.of == 2)
        #expect(total.answeredByWorkDay.count == 0 && total.answeredByWorkDay.of == 1)
        #expect(total.acknowledgedOnTime.count == 1 && total.extensions == 1)
        #expect(total.appeals == 1 && total.appealsDenied == 1)
        let parts = [total.compliedInWhole, total.compliedInPart, total.denied, total.withdrawn, total.unverifiable]
        #expect(parts.reduce(total.cancelled + total.open, +) == total.received)
    }

    @Test func givesCaliforniaItsTable() throws {
        let rows = try Self.report(RegimeID("ccpa")).california

        #expect(rows.map(\.kind) == ["delete", "correct", "know", "opt-out", "limit"])
        #expect(rows[0].received == 1 && rows[0].denied == 1 && rows[0].meanDays == 20 && rows[0].medianDays == 20)
        #expect(rows[2].received == 0 && rows[2].isHandled && !rows[1].isHandled)
    }

    @Test func aReportOfOneLawLeavesTheOthersOut() throws {
        let report = try Self.report(RegimeID("GDPR"))

        #expect(report.total.received == 4 && report.byRegime.map(\.name) == ["GDPR"])
        #expect(report.through?.seq == 17)
    }

    private static func one(_ entries: [AuditRecord]) throws -> YearlyReport.Section {
        var builder = try #require(YearlyReportBuilder(year: 2026, regime: nil, zone: .utc))
        for entry in [opened(1, "2026-03-01T12:00:00Z", 0, "access", "gdpr")] + entries { builder.take(entry) }
        return builder.report(now: Instant(rfc3339: "2027-02-01T00:00:00Z")!).total
    }

    private static func ready(_ seq: Int, _ at: String) -> AuditRecord {
        entry(seq, at, .requestMoved, 0, #"{"event":"finish","from":"running","to":"ready"}"#)
    }

    /// A question whose mail came back is forgotten, and no other one.
    @Test func aQuestionThatNeverArrivedPausedNothing() throws {
        let asked = [
            Self.entry(2, "2026-03-02T00:00:00Z", .questionAsked, 0, #"{"asked_on":"2026-03-02","kind":"identity"}"#),
            Self.entry(3, "2026-03-03T00:00:00Z", .questionAsked, 0, #"{"asked_on":"2026-03-03","kind":"fee"}"#),
        ]
        let answer = [Self.ready(9, "2026-03-11T12:00:00Z")]
        let void = Self.entry(4, "2026-03-04T00:00:00Z", .questionVoid, 0, #"{"kind":"identity"}"#)
        let bare = Self.entry(4, "2026-03-04T00:00:00Z", .questionVoid, 0, "{}")

        #expect(try Self.one(asked + answer).daysWithoutPauses.mean == 1)
        #expect(try Self.one(asked + [void] + answer).daysWithoutPauses.mean == 2)
        #expect(try Self.one(asked + [bare] + answer).daysWithoutPauses.mean == 1)
    }

    @Test func aQuestionCountsFromTheDayItsMailWentOut() throws {
        let days = try Self.one([
            Self.entry(2, "2026-03-02T00:00:00Z", .questionAsked, 0, #"{"asked_on":"2026-03-02","kind":"fee"}"#),
            Self.entry(3, "2026-03-05T00:00:00Z", .questionPostponed, 0, #"{"asked_on":"2026-03-05","kind":"fee"}"#),
            Self.entry(4, "2026-03-07T00:00:00Z", .questionAnswered, 0, #"{"answered_on":"2026-03-07","kind":"fee"}"#),
            Self.ready(5, "2026-03-11T12:00:00Z"),
        ]).daysWithoutPauses

        #expect(days.mean == 8)
    }

    @Test(arguments: [
        ([AuditAction.extensionGranted], [#"{"purpose":"answer"}"#], 1, 0),
        ([.extensionGranted, .extensionRefused], [#"{"purpose":"answer"}"#, #"{"error":"undelivered"}"#], 0, 1),
        ([.extensionRefused], [#"{"error":"undelivered","purpose":"answer"}"#], 0, 1),
        ([.extensionRefused], [#"{"attempt":"true"}"#], 0, 0),
        ([.extensionGranted, .extensionRefused], [#"{"purpose":"answer"}"#, #"{"attempt":"true"}"#], 1, 0),
        (
            [.extensionGranted, .extensionRefused],
            [#"{"purpose":"appeal"}"#, #"{"error":"undelivered","purpose":"appeal"}"#], 0, 0
        ),
        (
            [.extensionGranted, .extensionGranted, .extensionRefused],
            [#"{"purpose":"answer"}"#, #"{"purpose":"appeal"}"#, #"{"error":"undelivered"}"#], 1, 0
        ),
    ])
    func countsNoticesThatLengthenThePeriodOfTheAnswer(
        actions: [AuditAction], facts: [String], granted: Int, failed: Int
    ) throws {
        let section = try Self.one(
            zip(actions, facts).enumerated().map { Self.entry(2 + $0, "2026-03-02T00:00:00Z", $1.0, 0, $1.1) })

        #expect(section.extensions == granted && section.extensionNoticesFailed == failed)
    }

    @Test func aRefusalThatIsTakenBackIsNone() throws {
        let refused = Self.entry(
            2, "2026-03-05T12:00:00Z", .requestMoved, 0,
            #"{"event":"refuse","from":"accepted","ground":"exempt","to":"refused"}"#)
        let reopened = Self.entry(
            3, "2026-03-09T12:00:00Z", .requestMoved, 0, #"{"event":"reopen","from":"refused","to":"accepted"}"#)
        let open = try Self.one([refused, reopened])
        let done = try Self.one([refused, reopened, Self.ready(4, "2026-03-11T12:00:00Z")])

        #expect(try Self.one([refused]).denied == 1)
        #expect(open.denied == 0 && open.open == 1)
        // The first answer is the refusal.
        #expect(done.denied == 0 && done.compliedInWhole == 1 && done.days.mean == 4)
    }

    /// Making a copy again that nobody fetched in time is no second request.
    @Test func aCopyMadeAgainStaysCompliedWith() throws {
        let again = try Self.one([
            Self.ready(2, "2026-03-05T12:00:00Z"),
            Self.entry(3, "2026-03-19T12:00:00Z", .requestMoved, 0, #"{"from":"ready","to":"expired"}"#),
            Self.entry(4, "2026-03-20T12:00:00Z", .requestMoved, 0, #"{"from":"expired","to":"queued"}"#),
        ])

        #expect(again.compliedInWhole == 1 && again.open == 0 && again.days.mean == 4)
    }

    /// Of a year whose entries were removed in part, no numbers are better than too small ones.
    @Test func refusesAYearWhoseEntriesWereRemoved() throws {
        let builder = try #require(YearlyReportBuilder(year: 2026, regime: nil, zone: .utc))
        let cut = Self.opened(8, "2026-03-01T12:00:00Z", 1, "erasure", "ccpa")

        #expect(throws: EngineError.self) { try builder.requireWhole(first: cut) }
        try builder.requireWhole(first: Self.opened(1, "2026-03-01T12:00:00Z", 1, "erasure", "ccpa"))
        try builder.requireWhole(first: Self.opened(8, "2025-12-31T12:00:00Z", 1, "erasure", "ccpa"))
    }

    /// The same entries give the same report, whatever stands between them that isn't about requests.
    @Test func isReproducible() throws {
        #expect(try Self.report() == Self.report())
    }
}
