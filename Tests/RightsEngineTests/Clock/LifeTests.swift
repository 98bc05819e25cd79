import AuditLedger
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// What happens to a request, and what that does to its dates.
@Suite(.timeLimit(.minutes(10))) struct LifeTests {
    @Test func openingGivesTheDatesAndHowTheyCame() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let request = try await bench.open("2026-03-03T09:00:00+01:00")
            let deadline = try #require(try await bench.clocks(request.id).clocks.first?.deadline)

            // Good Friday, the weekend and Easter Monday lie between the month's end and the date.
            #expect(try await bench.due(request.id) == "2026-04-07")
            #expect(try await bench.workBy(request.id) == "2026-04-03")
            #expect(deadline.extendedDue?.description == "2026-06-03")
            #expect(deadline.calendar == "DE")
            #expect(deadline.steps.filter { $0.code == .roll }.count == 4)
            #expect(try await bench.facts(.requestOpened, request.id).contains(#""regime":"gdpr""#))
        }
    }

    @Test func ofSeveralLawsTheEarliestDateCounts() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let both = try await bench.open("2026-03-03T09:00:00+01:00", also: ["ccpa", "GDPR"])
            let stored = try await bench.stored(both.id)

            #expect(stored.alsoUnder == ["CCPA"])
            #expect(try await bench.clocks(both.id).clocks.map(\.regime) == ["CCPA", "GDPR"])
            #expect(try await bench.due(both.id) == "2026-04-07")
            // Ten working days, counted in California's zone of the controller's day.
            #expect(stored.dates.acknowledgeEnd == Instant(rfc3339: "2026-03-17T23:00:00Z"))
        }
    }

    @Test func aLawThatGivesNoSuchRightIsRefused() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            await #expect(throws: EngineError.self) {
                try await bench.open("2026-03-03T09:00:00+01:00", regime: "US-HIPAA", right: .erasure)
            }
            await #expect(throws: EngineError.self) {
                try await bench.open("2026-03-03T09:00:00+01:00", regime: "NARNIA")
            }
        }
    }

    @Test func aClockThatWasSetBackGivesNoDates() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            _ = try await bench.open("2026-03-03T09:00:00+01:00")
            try bench.set("2026-03-02T10:00:00Z")
            let error = await #expect(throws: EngineError.self) {
                try await bench.open("2026-03-01T09:00:00+01:00", person: "user:2")
            }
            #expect(error?.code == .clockSetBack)
        }
    }

    // MARK: questions

    @Test func aQuestionHoldsTheClockAndTheWork() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            try await bench.verify(id)
            try bench.set("2026-03-05T10:00:00Z")
            _ = try await bench.change {
                try await bench.engine.ask(
                    id, QuestionInput(kind: .clarification, askedOn: nil), by: bench.caller, try .words("which-data"),
                    in: $0)
            }
            let mails = try await bench.mail()
            let held = try await bench.stored(id)
            #expect(mails["request-question"] == 1)
            #expect(held.state == .paused)
            #expect(held.dates.waitsFor == .clarification)

            try bench.set("2026-03-12T10:00:00Z")
            _ = try await bench.change {
                try await bench.engine.answer(id, .clarification, on: nil, by: bench.caller, .sample, in: $0)
            }
            let going = try await bench.stored(id)
            #expect(going.state == .queued)
            #expect(going.dates.waitsFor == nil)
            #expect(try await bench.due(id) == "2026-04-10")
            // Only guidance gives these seven days: the safe date credits none.
            #expect(try await bench.workBy(id) == "2026-04-03")
        }
    }

    @Test func aQuestionAskedLateEarnsNothing() async throws {
        try await ClockBench.with(at: "2026-03-23T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            _ = try await bench.change { transaction in
                let asked = QuestionInput(kind: .clarification, askedOn: CivilDate("2026-03-20"))
                _ = try await bench.engine.ask(id, asked, by: bench.caller, .sample, in: transaction)
                return try await bench.engine.answer(
                    id, .clarification, on: CivilDate("2026-03-23"), by: bench.caller, .sample, in: transaction)
            }
            let steps = try await bench.clocks(id).clocks.first?.deadline.steps ?? []
            #expect(try await bench.due(id) == "2026-04-07")
            #expect(steps.contains { $0.code == .uncredited })
        }
    }

    @Test func aQuestionThatNeverArrivedHoldsNothing() async throws {
        try await ClockBench.with(at: "2026-03-05T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            _ = try await bench.change {
                try await bench.engine.ask(
                    id, QuestionInput(kind: .identity, askedOn: nil), by: bench.caller, try .words("doubt"), in: $0)
            }
            #expect(try await bench.stored(id).dates.waitsFor == .identity)
            _ = try await bench.mail { _ in .refused(code: "mail.refused", replyCode: 550) }
            #expect(try await bench.stored(id).dates.waitsFor == nil)
            #expect(try await bench.clocks(id).questions.isEmpty)
            #expect(try await bench.work.story(of: id).contains("question.void"))
        }
    }

    @Test func aQuestionCountsFromTheDayItLeft() async throws {
        try await ClockBench.with(at: "2026-03-05T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            _ = try await bench.change {
                try await bench.engine.ask(
                    id, QuestionInput(kind: .clarification, askedOn: nil), by: bench.caller, try .words("which"),
                    in: $0)
            }
            try bench.set("2026-03-09T10:00:00Z")
            _ = try await bench.mail()
            #expect(try await bench.clocks(id).questions.map(\.askedOn) == [CivilDate("2026-03-09")])
        }
    }

    @Test func daysThatCannotBeAreRefused() async throws {
        try await ClockBench.with(at: "2026-03-05T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            for day in ["2026-03-02", "2026-03-06"] {
                await #expect(throws: EngineError.self) {
                    try await bench.change {
                        try await bench.engine.ask(
                            id, QuestionInput(kind: .fee, askedOn: CivilDate(day)), by: bench.caller, .sample, in: $0)
                    }
                }
            }
            await #expect(throws: EngineError.self) {
                try await bench.change {
                    try await bench.engine.answer(id, .fee, on: nil, by: bench.caller, .sample, in: $0)
                }
            }
        }
    }

    @Test func whatIsAskedBeforeTheProofHoldsTheWorkToo() async throws {
        try await ClockBench.with(at: "2026-03-05T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            for kind in [InterruptionKind.clarification, .fee] {
                _ = try await bench.change {
                    try await bench.engine.ask(
                        id, QuestionInput(kind: kind, askedOn: CivilDate("2026-03-05")), by: bench.caller, .sample,
                        in: $0)
                }
            }
            try await bench.verify(id)
            #expect(try await bench.stored(id).state == .paused)
            await #expect(throws: EngineError.self) {
                try await bench.change {
                    try await bench.engine.decide(id, .resume, by: bench.caller, .sample, in: $0)
                }
            }
            _ = try await bench.change {
                try await bench.engine.answer(id, .fee, on: nil, by: bench.caller, .sample, in: $0)
            }
            #expect(try await bench.stored(id).state == .paused)
            _ = try await bench.change {
                try await bench.engine.answer(id, .clarification, on: nil, by: bench.caller, .sample, in: $0)
            }
            #expect(try await bench.stored(id).state == .queued)
        }
    }

    @Test func aConfirmationThatCameBackConfirmedNothing() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-02T09:00:00+01:00", regime: "CCPA").id
            _ = try await bench.mail()
            let text = try await bench.work.value("SELECT id FROM habeas.notice WHERE kind = 'request-received'")
            let notice = try #require(NoticeID(text))
            _ = try await bench.change { try await bench.engine.noteBounce(notice, by: .system, in: $0) }
            #expect(try await bench.stored(id).acknowledgedAt == nil)
            #expect(try await bench.facts(.requestAcknowledged, id).contains("undelivered"))
        }
    }

    @Test func aLetterBeforeTheMailIsWhatConfirmed() async throws {
        try await ClockBench.with(at: "2026-03-20T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-02T09:00:00+01:00", regime: "CCPA").id
            _ = try await bench.mail()
            let letter = try #require(Instant(rfc3339: "2026-03-09T10:00:00Z"))
            _ = try await bench.change {
                try await bench.engine.acknowledge(id, at: letter, by: bench.caller, .sample, in: $0)
            }
            #expect(try await bench.stored(id).acknowledgedAt == letter)
            #expect(try await bench.facts(.requestAcknowledged, id).contains(#""on_time":"true""#))
        }
    }

    // MARK: acknowledging

    @Test func theFirstMailConfirmsReceipt() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-02T09:00:00+01:00", regime: "CCPA").id
            #expect(try await bench.stored(id).acknowledgedAt == nil)
            _ = try await bench.mail()
            #expect(try await bench.stored(id).acknowledgedAt != nil)
            #expect(try await bench.facts(.requestAcknowledged, id).contains(#""on_time":"true""#))
        }
    }

    // MARK: refusing

    @Test func onlyAGroundOfTheLawRefuses() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-02T09:00:00+01:00").id
            let error = await #expect(throws: EngineError.self) {
                try await bench.change {
                    try await bench.engine.decide(id, .refuse, by: bench.caller, try .words("no-time"), in: $0)
                }
            }
            #expect(error?.hint?.contains("manifestly-unfounded") == true)
            _ = try await bench.change {
                try await bench.engine.decide(
                    id, .refuse, by: bench.caller, try .words("manifestly-unfounded"), in: $0)
            }
            let facts = try await bench.work.value(
                "SELECT facts FROM habeas.notice WHERE kind = 'request-refused'")
            #expect(facts.contains("12(5)"))
            #expect(facts.contains("complaint"))
            #expect(try await bench.stored(id).answeredAt != nil)
        }
    }

    @Test func withdrawnAndCancelledAreToldApart() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let first = try await bench.open("2026-03-02T09:00:00+01:00").id
            let second = try await bench.open("2026-03-02T09:00:00+01:00", person: "user:2").id
            _ = try await bench.change {
                try await bench.engine.withdraw(first, by: bench.caller, .sample, in: $0)
            }
            _ = try await bench.change {
                try await bench.engine.decide(second, .cancel, by: bench.caller, .sample, in: $0)
            }
            #expect(try await bench.stored(first).outcome == "withdrawn")
            #expect(try await bench.stored(second).outcome == "cancelled")
        }
    }

    // MARK: appealing

    @Test func anAppealHasAClockOfItsOwnAndGrantedItGoesOn() async throws {
        try await ClockBench.with(at: "2026-08-01T16:00:00Z") { bench in
            let id = try await bench.open("2026-08-01T12:00:00-04:00", regime: "US-VA").id
            await #expect(throws: EngineError.self) {
                try await bench.change {
                    try await bench.engine.appeal(id, received: nil, by: bench.caller, .sample, in: $0)
                }
            }
            try await bench.verify(id)
            _ = try await bench.change { transaction in
                _ = try await bench.engine.decide(
                    id, .refuse, by: bench.caller, try .words("unfounded-or-excessive"), in: transaction)
                return try await bench.engine.appeal(
                    id, received: nil, by: bench.caller, .sample, in: transaction)
            }
            let appeal = try #require(try await bench.clocks(id).appeal)
            #expect(appeal.dueEnd == Instant(rfc3339: "2026-09-30T22:00:00Z"))

            _ = try await bench.change {
                try await bench.engine.decideAppeal(id, .granted, by: bench.caller, try .words("right"), in: $0)
            }
            let reopened = try await bench.stored(id)
            #expect(reopened.state == .queued)
            #expect(reopened.answeredAt == nil)
        }
    }

    @Test func whereTheLawGivesNoAppealNoneIsWrittenDown() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-02T09:00:00+01:00").id
            await #expect(throws: EngineError.self) {
                try await bench.change { transaction in
                    _ = try await bench.engine.decide(
                        id, .refuse, by: bench.caller, try .words("manifestly-unfounded"), in: transaction)
                    return try await bench.engine.appeal(
                        id, received: nil, by: bench.caller, .sample, in: transaction)
                }
            }
        }
    }

    @Test func aColleagueLooksAfterIt() async throws {
        try await ClockBench.with(at: "2026-03-03T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-02T09:00:00+01:00").id
            _ = try await bench.change {
                try await bench.engine.assign(id, to: "Clock", by: bench.caller, .sample, in: $0)
            }
            #expect(try await bench.stored(id).assignee == bench.caller.id)
            await #expect(throws: EngineError.self) {
                try await bench.change {
                    try await bench.engine.assign(id, to: "Nobody", by: bench.caller, .sample, in: $0)
                }
            }
        }
    }
}
