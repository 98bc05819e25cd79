import AuditLedger
import LegalRules
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// What the duty that looks after dates does: warnings, forecasts, rules that changed.
@Suite(.timeLimit(.minutes(10))) struct WatchTests {
    @Test func somebodyIsWarnedOnceADistance() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            _ = try await bench.mail()
            // Have it done by 3 April.
            var warned: [String: Int?] = [:]
            for day in ["2026-03-10", "2026-03-25", "2026-03-26", "2026-03-31", "2026-04-03", "2026-04-04"] {
                try bench.set("\(day)T10:00:00Z")
                try await bench.engine.lookAtDeadlines()
                try await bench.engine.lookAtDeadlines()
                warned[day] = try await bench.mail()["deadlines-near"]
            }
            let days = try await bench.work.database.query(
                "SELECT days_before::text FROM habeas.escalation ORDER BY at")

            #expect(days.map { $0[0] } == ["14", "3", "0", "-1"])
            #expect(warned["2026-03-10"] == .some(nil))
            #expect(warned["2026-03-25"] == 1)
            #expect(warned["2026-03-26"] == .some(nil))
            #expect(warned["2026-04-04"] == 1)
            #expect(try await bench.work.story(of: id).contains("deadline.near"))
        }
    }

    @Test func theQueueTellsWhenItWillHaveDoneIt() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let first = try await bench.open("2026-03-03T09:00:00+01:00").id
            let second = try await bench.open("2026-03-03T09:00:00+01:00", person: "user:2").id
            for id in [first, second] { try await bench.verify(id) }
            try await bench.work.database.run("UPDATE habeas.job SET run_at = '2026-03-03T10:00:00Z'")
            try await bench.engine.lookAtDeadlines()
            let ends = try await [bench.stored(first), bench.stored(second)].compactMap(\.forecastEnd).sorted()

            // Nothing ran yet: a minute each, one worker.
            #expect(ends.count == 2)
            #expect(ends.map { $0.seconds - 1_772_532_000 }.allSatisfy { (55...125).contains($0) })
            #expect(ends.first != ends.last)
        }
    }

    @Test func aChangeOfRulesMovesNothingBeforeSomebodyAccepts() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            var bench = bench
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            bench.work.engine = try Self.stricter(bench.engine)
            try await bench.engine.lookAtDeadlines()
            let changed = try await bench.stored(id)
            #expect(changed.hasProposedDates)
            #expect(try await bench.due(id) == "2026-04-07")
            #expect(try await bench.clocks(id).clocks.first?.proposed?.due?.description == "2026-03-23")

            // What happens to it meanwhile is proposed with it.
            let asked = QuestionInput(kind: .clarification, askedOn: CivilDate("2026-03-03"))
            try bench.set("2026-03-05T10:00:00Z")
            _ = try await bench.change { transaction in
                _ = try await bench.engine.ask(id, asked, by: bench.caller, .sample, in: transaction)
                return try await bench.engine.answer(
                    id, .clarification, on: nil, by: bench.caller, .sample, in: transaction)
            }
            #expect(try await bench.due(id) == "2026-04-07")
            _ = try await bench.change {
                try await bench.engine.acceptDates(id, by: bench.caller, .sample, in: $0)
            }
            #expect(try await bench.due(id) == "2026-03-25")
            #expect(try await !bench.stored(id).hasProposedDates)
            #expect(try await bench.facts(.datesAccepted, id).contains(#""due_after":"2026-03-25""#))
        }
    }

    /// The same engine under a GDPR of twenty days.
    private static func stricter(_ engine: Engine) throws -> Engine {
        let known = engine.settings.clock
        var settings = engine.settings
        settings.clock = LegalClock(
            regime: { id, day in
                let regime = try known.regime(id, day)
                return Regime(
                    id: regime.id, alias: regime.alias, name: regime.name, jurisdiction: regime.jurisdiction,
                    version: RuleVersion(text: "2027-01-01", digest: "00000000"), effective: regime.effective,
                    citations: regime.citations, evidence: regime.evidence, calendar: regime.calendar,
                    rollOver: regime.rollOver,
                    rights: regime.rights.mapValues { rule in
                        RightRule(
                            acknowledge: rule.acknowledge,
                            respond: CitedPeriod(Period(20, .calendarDay), citation: "changed"),
                            undelayed: nil, lengthening: nil, interruptions: rule.interruptions, appeal: rule.appeal)
                    }, serves: regime.serves, grounds: regime.grounds, complaint: regime.complaint,
                    notes: regime.notes)
            }, calendar: known.calendar, zone: known.zone, fingerprint: "stricter")
        return Engine(
            control: engine.control, people: engine.people, settings: settings, directory: engine.directory,
            now: engine.now)
    }

    @Test func oneThatCannotBeComputedKeepsNobodyFromBeingWarned() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            var bench = bench
            let good = try await bench.open("2026-03-03T09:00:00+01:00").id
            _ = try await bench.open("2026-03-03T09:00:00+01:00", regime: "CCPA", person: "user:2")
            bench.work.engine = try Self.forgetful(bench.engine)
            try bench.set("2026-04-03T10:00:00Z")
            await #expect(throws: EngineError.self) { try await bench.engine.lookAtDeadlines() }
            #expect(try await bench.work.story(of: good).contains("deadline.near"))
            // It is said once, not every minute.
            try await bench.engine.lookAtDeadlines()
        }
    }

    /// The same engine without the rules of California.
    private static func forgetful(_ engine: Engine) throws -> Engine {
        let known = engine.settings.clock
        var settings = engine.settings
        settings.clock = LegalClock(
            regime: { id, day in
                guard id != "CCPA" else { throw EngineError(.invalid, "the regime is unknown") }
                return try known.regime(id, day)
            }, calendar: known.calendar, zone: known.zone, fingerprint: "forgetful")
        return Engine(
            control: engine.control, people: engine.people, settings: settings, directory: engine.directory,
            now: engine.now)
    }

    @Test func anAppealsDateWaitsForAcceptanceToo() async throws {
        try await ClockBench.with(at: "2026-08-01T16:00:00Z") { bench in
            var bench = bench
            let id = try await bench.open("2026-08-01T12:00:00-04:00", regime: "US-CO").id
            _ = try await bench.change { transaction in
                _ = try await bench.engine.decide(
                    id, .refuse, by: bench.caller, try .words("unfounded-or-excessive"), in: transaction)
                return try await bench.engine.appeal(id, received: nil, by: bench.caller, .sample, in: transaction)
            }
            let due = try await bench.clocks(id).appeal?.dueEnd
            bench.work.engine = try Self.stricter(bench.engine)
            try await bench.engine.lookAtDeadlines()
            let clock = try #require(try await bench.clocks(id).clocks.first { $0.purpose == .appeal })
            #expect(clock.proposed?.due?.description == "2026-08-21")
            #expect(try await bench.clocks(id).appeal?.dueEnd == due)
            _ = try await bench.change {
                try await bench.engine.acceptDates(id, by: bench.caller, .sample, in: $0)
            }
            #expect(try await bench.clocks(id).appeal?.dueEnd == Instant(rfc3339: "2026-08-21T22:00:00Z"))
        }
    }

    @Test func aVoidExtensionGivesNoMoreTimeAlsoUnderNewRules() async throws {
        try await ClockBench.with(at: "2026-03-20T10:00:00Z") { bench in
            var bench = bench
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            _ = try await bench.change {
                try await bench.engine.extend(
                    id, ExtensionInput(purpose: .answer, deliveredOn: nil, announcedOn: nil), by: bench.caller,
                    try .words(), in: $0)
            }
            _ = try await bench.mail()
            #expect(try await bench.due(id) == "2026-06-03")
            bench.work.engine = try Self.stricter(bench.engine)
            let text = try await bench.work.value("SELECT id FROM habeas.notice WHERE kind = 'request-extended'")
            let notice = try #require(NoticeID(text))
            _ = try await bench.change { try await bench.engine.noteBounce(notice, by: .system, in: $0) }
            #expect(try await bench.due(id) == "2026-03-23")
        }
    }

    @Test func aPromiseThatChangesIsProposed() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            var bench = bench
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            var settings = bench.engine.settings
            settings.clock.promise = Period(10, .calendarDay)
            bench.work.engine = Engine(
                control: bench.engine.control, people: bench.engine.people, settings: settings,
                directory: bench.engine.directory, now: bench.engine.now)
            try await bench.engine.lookAtDeadlines()
            #expect(try await bench.stored(id).hasProposedDates)
            #expect(try await bench.workBy(id) == "2026-04-03")
        }
    }

    @Test func webhooksAreTold() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            var bench = bench
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            var settings = bench.engine.settings
            settings.webhooks = [WebhookEndpoint(name: "crm", url: "https://crm.test", secrets: [])]
            bench.work.engine = Engine(
                control: bench.engine.control, people: bench.engine.people, settings: settings,
                directory: bench.engine.directory, now: bench.engine.now)
            try bench.set("2026-04-01T10:00:00Z")
            try await bench.engine.lookAtDeadlines()
            let body = try await bench.work.value(
                "SELECT body FROM habeas.webhook_event WHERE body LIKE '%deadline%'")
            #expect(body.contains(#""type":"request.deadline_near""#))
            #expect(body.contains(id.text))
        }
    }

    @Test func confirmingReceiptIsWarnedOfToo() async throws {
        try await ClockBench.with(at: "2026-03-02T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-02T09:00:00+01:00", regime: "CCPA").id
            try await bench.work.database.run("DELETE FROM habeas.job WHERE kind = 'mail'")
            try bench.set("2026-03-14T10:00:00Z")
            try await bench.engine.lookAtDeadlines()
            #expect(try await bench.facts(.deadlineNear, id).contains(#""purpose":"acknowledge""#))
        }
    }

    @Test func requestsFromBeforeGetTheirClocks() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            try await bench.work.database.run("DELETE FROM habeas.request_clock")
            try await bench.work.database.run("UPDATE habeas.request SET due_end = NULL, work_end = NULL")
            try await bench.engine.lookAtDeadlines()
            #expect(try await bench.due(id) == "2026-04-07")
        }
    }
}
