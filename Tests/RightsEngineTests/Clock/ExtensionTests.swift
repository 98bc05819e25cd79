import AuditLedger
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// FAILURES F6: a period is lengthened only while the first one runs, and only by a notice that was delivered.
@Suite(.timeLimit(.minutes(10))) struct ExtensionTests {
    private func extend(
        _ bench: ClockBench, _ id: RequestID, deliveredOn: String? = nil, announcedOn: String? = nil
    ) async throws {
        let input = ExtensionInput(
            purpose: .answer, deliveredOn: deliveredOn.flatMap { CivilDate($0) },
            announcedOn: announcedOn.flatMap { CivilDate($0) })
        _ = try await bench.change {
            try await bench.engine.extend(id, input, by: bench.caller, try .words(), in: $0)
        }
    }

    private func refusal(_ body: () async throws -> Void) async -> EngineError.Code? {
        do { try await body() } catch let error as EngineError { return error.code } catch { return nil }
        return nil
    }

    @Test func aDeliveredNoticeMovesTheDateOnce() async throws {
        try await ClockBench.with(at: "2026-03-20T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            try await extend(bench, id)
            #expect(try await bench.due(id) == "2026-04-07")
            let mails = try await bench.mail()
            #expect(mails["request-extended"] == 1)
            #expect(try await bench.due(id) == "2026-06-03")
            #expect(try await bench.work.story(of: id).contains("extension.granted"))
            let again = await refusal { try await extend(bench, id) }
            #expect(again == .extensionRefused)
        }
    }

    @Test func afterTheFirstPeriodNothingMovesAndTheAttemptIsAudited() async throws {
        try await ClockBench.with(at: "2026-04-08T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            let code = await refusal { try await extend(bench, id) }
            try await bench.engine.noteExtensionRefused(id, by: bench.caller, try .words())
            #expect(code == .extensionRefused)
            #expect(try await bench.due(id) == "2026-04-07")
            #expect(try await bench.work.story(of: id).contains("extension.refused"))
        }
    }

    @Test func aNoticeThatLeavesTooLateMovesNothing() async throws {
        try await ClockBench.with(at: "2026-04-07T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            try await extend(bench, id)
            try bench.set("2026-04-08T10:00:00Z")
            _ = try await bench.mail()
            #expect(try await bench.due(id) == "2026-04-07")
            #expect(try await bench.clocks(id).extensions.map(\.state) == [.late])
            #expect(try await bench.work.story(of: id).contains("extension.refused"))
        }
    }

    @Test func aNoticeThatIsRefusedMovesNothing() async throws {
        try await ClockBench.with(at: "2026-03-20T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            try await extend(bench, id)
            _ = try await bench.mail { letter in
                letter.notice.kind == "request-extended"
                    ? .refused(code: "mail.refused", replyCode: 550) : .handedOver(replyCode: 250)
            }
            #expect(try await bench.due(id) == "2026-04-07")
            #expect(try await bench.clocks(id).extensions.map(\.state) == [.undelivered])
            // It can be tried again, told another way.
            try await extend(bench, id, deliveredOn: "2026-03-20")
            #expect(try await bench.due(id) == "2026-06-03")
        }
    }

    @Test func aNoticeThatComesBackMovesTheDateBack() async throws {
        try await ClockBench.with(at: "2026-03-20T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            try await extend(bench, id)
            _ = try await bench.mail()
            let text = try await bench.work.value("SELECT id FROM habeas.notice WHERE kind = 'request-extended'")
            let notice = try #require(NoticeID(text))
            _ = try await bench.change { try await bench.engine.noteBounce(notice, by: .system, in: $0) }
            #expect(try await bench.due(id) == "2026-04-07")
            #expect(try await bench.clocks(id).extensions.map(\.state) == [.undelivered])
        }
    }

    @Test func whereTheLawAllowsNoneNoneIsGiven() async throws {
        try await ClockBench.with(at: "2026-03-05T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00-03:00", regime: "BR-LGPD").id
            let code = await refusal { try await extend(bench, id, deliveredOn: "2026-03-05") }
            #expect(code == .extensionRefused)
        }
    }

    @Test func whereTheLawLeavesTheDateToTheControllerItIsNamed() async throws {
        try await ClockBench.with(at: "2026-03-05T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00", regime: "CH-DSG").id
            let unnamed = await refusal { try await extend(bench, id, deliveredOn: "2026-03-05") }
            #expect(unnamed == .extensionRefused)
            try await extend(bench, id, deliveredOn: "2026-03-05", announcedOn: "2026-05-15")
            #expect(try await bench.due(id) == "2026-05-15")
        }
    }

    @Test func enteredAfterThePeriodNothingMovesHoweverThePersonWasTold() async throws {
        try await ClockBench.with(at: "2026-05-08T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            let code = await refusal { try await extend(bench, id, deliveredOn: "2026-03-20") }
            #expect(code == .extensionRefused)
            #expect(try await bench.due(id) == "2026-04-07")
        }
    }

    @Test func whereAnotherLawEndsSoonerNobodyIsPromisedMore() async throws {
        try await ClockBench.with(at: "2026-03-05T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00", also: ["BR-LGPD"]).id
            let due = try await bench.due(id)
            let code = await refusal { try await extend(bench, id) }
            #expect(code == .extensionRefused)
            #expect(try await bench.due(id) == due)
            #expect(
                try await bench.work.value("SELECT count(*) FROM habeas.notice WHERE kind = 'request-extended'") == "0")
        }
    }

    @Test(arguments: ["2026-03-10", "2030-11-20", "9999-12-31"])
    func anAnnouncedDateThatMakesNoSenseIsRefused(day: String) async throws {
        try await ClockBench.with(at: "2026-03-20T10:00:00Z") { bench in
            for regime in ["CH-DSG", "GDPR"] {
                let id = try await bench.open("2026-03-03T09:00:00+01:00", regime: regime, person: "user:\(regime)").id
                let code = await refusal { try await extend(bench, id, deliveredOn: "2026-03-20", announcedOn: day) }
                #expect(code == .extensionRefused, "\(regime)")
            }
        }
    }

    @Test func aNoticeForARequestThatEndedIsNotMailed() async throws {
        try await ClockBench.with(at: "2026-03-20T10:00:00Z") { bench in
            let id = try await bench.open("2026-03-03T09:00:00+01:00").id
            try await extend(bench, id)
            _ = try await bench.change {
                try await bench.engine.withdraw(id, by: bench.caller, .sample, in: $0)
            }
            let mails = try await bench.mail()
            #expect(mails["request-extended"] == nil)
            #expect(try await bench.clocks(id).extensions.map(\.state) == [.undelivered])
        }
    }
}
