import Foundation
import PostgresTestKit
import RightsCore
import Testing

@testable import LegalRules

/// What holds for every date, over thousands of made-up requests. `HABEAS_SEED` replays.
@Suite struct DeadlinePropertyTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }

    private static let zones = [
        "Europe/Berlin", "Europe/London", "America/Los_Angeles", "America/Santiago", "Africa/Cairo", "Asia/Beirut",
        "Pacific/Auckland", "Pacific/Apia", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns", "America/Havana",
    ]
    private static let first = Instant(rfc3339: "2027-06-01T00:00:00Z")!

    private func seed() -> UInt64 {
        let given = ProcessInfo.processInfo.environment["HABEAS_SEED"].flatMap(UInt64.init)
        return given ?? UInt64.random(in: 1...1_000_000)
    }

    private func day(_ instant: Instant, plus seconds: Int64) -> Instant {
        Instant(microseconds: instant.microseconds + seconds * 1_000_000)
    }

    /// A regime with one of its rights, a zone and a moment within ten years, after every regime began.
    private func question(_ random: inout Random) throws -> (clock: DeadlineClock, facts: ClockFacts) {
        let book = TestRules.book
        let id = try #require(book.regimeIDs.randomElement(using: &random))
        let zone = try TestRules.zone(try #require(Self.zones.randomElement(using: &random)))
        let at = day(Self.first, plus: Int64.random(in: 0...315_360_000, using: &random))
        let clock = try book.clock(for: id, received: at, zone: zone, calendar: HolidayCalendar(days: []))
        let right = try #require(clock.regime.rights.keys.sorted().randomElement(using: &random))
        var facts = ClockFacts(received: Stamp(at, offset: zone.offset(at: at)), right: right)
        if Bool.random(using: &random) {
            let kind = try #require(InterruptionKind.allCases.randomElement(using: &random))
            let asked = zone.day(of: at).adding(days: Int.random(in: 0...15, using: &random))
            let answered = asked.adding(days: Int.random(in: 0...40, using: &random))
            facts.interruptions = [Interruption(kind: kind, asked: asked, answered: answered)]
        }
        return (clock, facts)
    }

    /// The least that a period can be: months by 28 days, working days as days.
    private func least(_ period: Period) -> Int {
        switch period.unit {
        case .calendarMonth: 28 * period.count
        case .calendarDay, .businessDay: period.count
        case .hour: period.count / 24
        }
    }

    @Test func hold() throws {
        let seed = seed()
        var random = Random(state: seed)
        for _ in 0..<2000 {
            let (clock, facts) = try question(&random)
            let found = try clock.deadline(facts)
            let what: Comment =
                "seed \(seed): \(found.regime) \(found.right) \(found.zone) \(facts.received.instant.rfc3339)"
            guard let period = clock.regime.rights[facts.right]?.respond?.period, let due = found.due,
                let conservative = found.conservativeDue, let end = found.dueEnd
            else {
                #expect(found.due == nil && found.dueEnd == nil, what)
                continue
            }
            // Never earlier than a naive lower bound.
            #expect(due.days(since: found.receivedOn) >= least(period), what)
            #expect(conservative <= due, what)
            #expect(found.extendedDue.map { $0 > due } ?? true, what)
            #expect(found.conservativeExtendedDue.map { $0 >= conservative } ?? true, what)
            // The end is the first moment of the day after.
            if period.unit != .hour {
                #expect(clock.zone.day(of: end) > due, what)
                #expect(clock.zone.day(of: Instant(microseconds: end.microseconds - 1)) <= due, what)
            }
            // The same facts give the same dates and steps, also after storage.
            #expect(try clock.deadline(facts) == found, what)
            let stored = try JSONDecoder().decode(Deadline.self, from: JSONEncoder().encode(found))
            #expect(stored == found, what)
            // Received later, due no earlier.
            var later = facts
            later.interruptions = []
            let plain = try clock.deadline(later)
            let moment = day(facts.received.instant, plus: Int64.random(in: 1...400_000, using: &random))
            later.received = Stamp(moment, offset: clock.zone.offset(at: moment))
            let next = try clock.deadline(later)
            #expect(try #require(next.due) >= #require(plain.due), what)
            #expect(try #require(next.conservativeDue) >= #require(plain.conservativeDue), what)
        }
    }

    // MARK: zones

    /// Days that lack midnight, or have an hour twice, end with their last hour all the same.
    @Test(arguments: [
        // Summer time begins at midnight: the day after begins at 01:00.
        ("America/Santiago", "2026-09-05", "2026-09-06T04:00:00Z"),
        ("Africa/Cairo", "2026-04-23", "2026-04-23T22:00:00Z"),
        ("Asia/Beirut", "2026-03-28", "2026-03-28T22:00:00Z"),
        // Clocks go back from midnight: the last hour comes twice.
        ("America/Santiago", "2026-04-04", "2026-04-05T04:00:00Z"),
        ("Asia/Beirut", "2026-10-24", "2026-10-24T22:00:00Z"),
        // Ordinary changes.
        ("Europe/Berlin", "2026-03-29", "2026-03-29T22:00:00Z"),
        ("Europe/Berlin", "2026-10-25", "2026-10-25T23:00:00Z"),
        ("America/New_York", "2026-03-08", "2026-03-09T04:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-05T13:30:00Z"),
        // After the table: the rule in the footer.
        ("Europe/Berlin", "2075-07-01", "2075-07-01T22:00:00Z"),
        ("Europe/Berlin", "2075-12-01", "2075-12-01T23:00:00Z"),
        ("Pacific/Auckland", "2090-01-31", "2090-01-31T11:00:00Z"),
        // Samoa left out 30 December 2011.
        ("Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00Z"),
    ])
    func daysEndWithTheirLastHour(name: String, day: String, end: String) throws {
        let zone = try TestRules.zone(name)
        #expect(zone.end(of: try #require(CivilDate(day))).rfc3339 == end)
    }

    /// Python's own reader of the same files agrees on tens of thousands of offsets.
    @Test func pythonAgreesOnOffsets() async throws {
        let seed = seed()
        var random = Random(state: seed)
        var lines = ""
        let names =
            Self.zones + [
                "UTC", "Europe/Dublin", "Africa/Casablanca", "Africa/El_Aaiun", "America/Sao_Paulo", "America/Nuuk",
                "Asia/Tehran", "Asia/Gaza", "Antarctica/Troll", "America/Asuncion", "Europe/Lisbon", "Asia/Kathmandu",
                "Pacific/Kiritimati", "Europe/Istanbul", "America/Caracas", "Atlantic/Azores", "Asia/Pyongyang",
            ]
        for name in names {
            let zone = try TestRules.zone(name)
            for _ in 0..<1000 {
                let second = Int64.random(in: -1_500_000_000...4_000_000_000, using: &random)
                lines += "\(name) \(second) \(zone.offset(at: Instant(microseconds: second * 1_000_000)))\n"
            }
        }
        let outcome = try await Program.run(
            Checkout.python, ["\(Checkout.path)/Tests/Judges/zones_check.py"], input: lines)
        #expect(outcome.status == 0, "seed \(seed): \(outcome.output)\(outcome.errors)")
    }

    // MARK: FAILURES F5

    /// F5: received on 31 January at 23:30 in Auckland by a controller in Dublin.
    @Test func calendarTruth() throws {
        let dublin = try TestRules.zone("Europe/Dublin")
        let received = try #require(Stamp(rfc3339: "2026-01-31T23:30:00+13:00"))
        let days = Set(["2026-01-01", "2026-02-02", "2026-03-17", "2026-04-06"].compactMap { CivilDate($0) })
        let calendar = HolidayCalendar(
            id: "IE", name: "Ireland", version: RuleVersion(text: "2026-11-21", digest: "01234567"),
            holidays: Dictionary(uniqueKeysWithValues: days.map { ($0, "holiday") }), years: 2026...2026,
            proclaimedThrough: 2026)
        let book = try RuleBook()
        let clock = try book.clock(for: "GDPR", received: received.instant, zone: dublin, calendar: calendar)
        let facts = ClockFacts(received: received, right: "access")

        let found = try clock.deadline(facts)

        // 10:30 on the same day in Dublin; 28 February is a Saturday; three months are 30 April, not 28 April.
        #expect(found.receivedOn.description == "2026-01-31")
        #expect(found.due?.description == "2026-03-02" && found.dueEnd?.rfc3339 == "2026-03-03T00:00:00Z")
        #expect(found.extendedDue?.description == "2026-04-30")
        #expect(found.conservativeDue?.description == "2026-02-28")
        #expect(found.conservativeExtendedDue?.description == "2026-04-28")
        #expect(found.regime == "GDPR" && found.regimeVersion.digest.count == 8)
        #expect(found.calendar == "IE" && found.calendarVersion?.text == "2026-11-21")
        #expect(found.zone == "Europe/Dublin" && found.zoneVersion == "test")
        #expect(
            found.steps.contains { $0.code == .roll }
                && found.steps.contains { $0.citation?.contains("1182/71") == true })
        // In ten years: from what was stored, by the same edition.
        let stored = try JSONDecoder().decode(Deadline.self, from: JSONEncoder().encode(found))
        #expect(try stored == clock.deadline(facts))
        // Another edition is another document: it shows in the version and moves nothing that is stored.
        let text = BuiltInRegimes.documents.first { $0.id == "GDPR" }!.file.text.replacing(
            "count: 1\n", with: "count: 2\n")
        let changed = try RuleBook(operators: [RuleFile(name: "regimes/GDPR.yaml", text: text)])
        let other = try changed.clock(for: "GDPR", received: received.instant, zone: dublin, calendar: calendar)
            .deadline(facts)
        #expect(other.regimeVersion != stored.regimeVersion && other.due != stored.due)
    }
}
