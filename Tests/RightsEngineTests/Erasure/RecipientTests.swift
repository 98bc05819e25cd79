import Erasing
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// Whoever holds copies is told of an erasure, asked again, and stands in the certificate (GDPR Art. 19).
@Suite(.timeLimit(.minutes(5))) struct RecipientTests {
    @Test func everyRecipientIsToldOnceAndTheIdentifierLiesNowhere() async throws {
        try await RecipientBench.with { bench in
            let request = try await bench.erase()
            let duties = try await bench.duties(request.id)
            let told = bench.calls.of("northlight")
            let body = try #require(told.first.map { Data($0.utf8) })
            let event = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])

            #expect(request.state == .erasedWithRetention)
            #expect(duties.count == 3)
            #expect(duties["Northlight AI Ltd"]?.state == .told && duties["Northlight AI Ltd"]?.notices == 1)
            #expect(duties["Tallgrass Models Inc"]?.state == .open && duties["Tallgrass Models Inc"]?.notices == 0)
            #expect(duties["Havel Steuerberatung PartG mbB"]?.state == .parked)
            // It hears of this and of nothing else; the product's own hears of states only.
            #expect(told.count == 1 && event["type"] as? String == "recipient.erasure")
            #expect(event["duty_id"] as? String == duties["Northlight AI Ltd"]?.id.text)
            #expect(event["subject_hash"] as? String == request.subject.hex)
            let subject = try #require(event["subject"] as? [String: Any])
            #expect(subject["identified_by"] as? String == "email")
            #expect((subject["values"] as? [String])?.contains("ada@example.com") == true)
            #expect(bench.calls.of("product").allSatisfy { !$0.contains("recipient.erasure") && !$0.contains("ada@") })
            let dump = try await bench.dump()
            #expect(!dump.lowercased().contains("ada@example.com"))
            #expect(!dump.contains(Data("ada@example.com".utf8).map { String(format: "%02x", $0) }.joined()))
            #expect(try await bench.work.value("SELECT count(*) FROM habeas.sealed WHERE kind = 'identifiers'") == "0")
            let story = try await bench.work.story(of: request.id)
            #expect(story.filter { $0 == "recipient.told" }.count == 1)
        }
    }

    @Test func anAnswerEndsTheDutyScrubsTheIdentifierAndRenewsTheCertificate() async throws {
        try await RecipientBench.with { bench in
            let request = try await bench.erase()
            let duties = try await bench.duties(request.id)
            let first = try #require(duties["Northlight AI Ltd"])
            let manual = try #require(duties["Tallgrass Models Inc"])
            try await bench.engine.keepRetention(bench.tools)
            let before = try await certificate(bench, request.id)
            let settled = try await bench.settle(first, .acknowledged)
            _ = try await bench.settle(manual, .parked, until: "2034-12-31")
            try await bench.engine.keepRetention(bench.tools)
            let after = try await certificate(bench, request.id)
            try await bench.engine.keepRetention(bench.tools)
            let same = try await certificate(bench, request.id)
            let again = await #expect(throws: EngineError.self) { _ = try await bench.settle(first, .impossible) }
            let undated = await #expect(throws: EngineError.self) { _ = try await bench.settle(manual, .parked) }
            let past = await #expect(throws: EngineError.self) {
                _ = try await bench.settle(manual, .parked, until: "2020-01-01")
            }

            #expect(settled.state == .acknowledged && settled.endedAt != nil)
            #expect(
                try await bench.work.value("SELECT count(*) FROM habeas.recipient_duty WHERE box IS NOT NULL") == "0")
            #expect(states(before)["Northlight AI Ltd"] == "told")
            #expect(states(after)["Northlight AI Ltd"] == "acknowledged")
            #expect(states(after)["Tallgrass Models Inc"] == "parked")
            #expect(same == after)
            #expect(after.plan == before.plan && after.retained == before.retained && after.erasedAt == before.erasedAt)
            #expect([again?.code, undated?.code, past?.code] == [.requestNotPossible, .invalid, .invalid])
            let story = try await bench.work.story(of: request.id)
            #expect(story.filter { $0 == "recipient.settled" }.count == 2)
        }
    }

    private func certificate(_ bench: RecipientBench, _ id: RequestID) async throws -> ErasureCertificate {
        let kept = try await bench.engine.control.transaction { try await $0.certificate(of: id) }
        let record = try #require(kept)
        return try #require(ErasureCertificate(canonicalBytes: record.bytes))
    }

    private func states(_ certificate: ErasureCertificate) -> [String: String] {
        Dictionary(uniqueKeysWithValues: certificate.recipients.map { ($0.name, $0.state) })
    }

    @Test func whoeverDoesNotAnswerIsAskedAgainAndTheOperatorsHearOfIt() async throws {
        try await RecipientBench.with { bench in
            let request = try await bench.erase()
            try await bench.engine.chaseRecipients()
            #expect(bench.calls.of("northlight").count == 1)
            for round in 2...4 {
                bench.work.clock.advance(by: .days(15))
                try await bench.engine.chaseRecipients()
                try await bench.callWebhooks()
                #expect(bench.calls.of("northlight").count == round)
            }
            let silent = "SELECT facts FROM habeas.notice WHERE kind = 'recipients-silent'"
            let notices = try await bench.database.query(silent)
            let duties = try await bench.duties(request.id)
            let count = try await bench.engine.control.connection {
                try await $0.recipientCount(now: bench.engine.now())
            }
            bench.work.clock.advance(by: .days(15))
            let late = try await bench.engine.control.connection {
                try await $0.recipientCount(now: bench.engine.now())
            }

            // The third time again is one time too many: the fourth in all.
            #expect(notices.count == 1 && notices[0][0]?.contains(request.id.text) == true)
            #expect(duties["Tallgrass Models Inc"]?.notices == 3)
            #expect(duties["Havel Steuerberatung PartG mbB"]?.state == .parked)
            #expect(count == RecipientCount(open: 2, overdue: 0) && late == RecipientCount(open: 2, overdue: 2))
            #expect(bench.calls.of("northlight").allSatisfy { $0.contains("ada@example.com") })
            let dump = try await bench.dump()
            #expect(!dump.contains("ada@example.com"))
        }
    }

    @Test func whoeverKeepsItUnderADutyOfTheirOwnIsAskedWhenThatEnds() async throws {
        try await RecipientBench.with { bench in
            let request = try await bench.erase()
            bench.work.clock.advance(by: .days(2999))
            try await bench.engine.chaseRecipients()
            #expect(try await bench.duties(request.id)["Havel Steuerberatung PartG mbB"]?.state == .parked)
            bench.work.clock.advance(by: .days(2))
            try await bench.engine.chaseRecipients()
            #expect(try await bench.duties(request.id)["Havel Steuerberatung PartG mbB"]?.state == .open)
        }
    }
}
