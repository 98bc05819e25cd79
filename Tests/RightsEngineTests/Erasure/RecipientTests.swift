import Erasing
import ErasureLedger
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

    private func event(_ body: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
    }

    @Test func aRecordIsNeverTakenForItsPerson() async throws {
        try await RecipientBench.with { bench in
            let key = try await bench.work.value(
                """
                SELECT c.id::text FROM workspace.conversations c JOIN workspace.users u ON u.id = c.user_id
                 WHERE u.email = 'ada@example.com' AND EXISTS (
                    SELECT FROM workspace.messages m WHERE m.conversation_id = c.id) ORDER BY c.id LIMIT 1
                """)
            let request = try await bench.erase(record: "conversations:\(key)")
            #expect(request.state == .erased)
            let told = try event(try #require(bench.calls.of("northlight").first))
            #expect(told["scope"] as? String == "record" && told["subject"] == nil)
            let record = try #require(told["record"] as? [String: String])
            #expect(record == ["collection": "conversations", "key": key])
            #expect(!(try await bench.dump()).contains(key) || key.count < 8)
            let whole = try await bench.erase()
            #expect(whole.state == .erasedWithRetention)
            let person = try event(try #require(bench.calls.of("northlight").last))
            #expect(person["scope"] as? String == "person" && person["record"] == nil && person["subject"] != nil)
        }
    }

    @Test func whatAHoldKeepsIsToldWhenItIsGone() async throws {
        try await RecipientBench.with { bench in
            let lee = try await bench.work.staff("Lee", .compliance)
            let key = try await bench.work.value("SELECT id::text FROM workspace.users WHERE email = 'ada@example.com'")
            let found = try await bench.engine.find("user:\(key)")
            let hold = try await bench.engine.control.transaction {
                try await bench.engine.placeHold(
                    HoldInput(
                        matter: "2026-LIT-014", basis: .gdprClaims, scope: HoldScope(collections: ["documents"]),
                        reviewOn: CivilDate("2027-05-31")!), on: found, by: lee, .sample, bench.tools, in: $0
                ).hold.id
            }
            let request = try await bench.erase()
            #expect(request.state == .erasedWithRetention)
            let first = try event(try #require(bench.calls.of("northlight").first))
            #expect(first["collections"] as? [String] == ["assistant_runs", "messages"])
            #expect(first["partly_held"] == nil)
            try await bench.engine.control.transaction {
                _ = try await bench.engine.confirmHold(hold, by: bench.kim, .sample, bench.tools, in: $0)
                _ = try await bench.engine.proposeRelease(of: hold, by: lee, .sample, in: $0)
            }
            _ = try await bench.engine.control.transaction {
                try await bench.engine.confirmRelease(of: hold, by: bench.kim, .sample, bench.tools, in: $0)
            }
            try await bench.work.withWorker(bench.workshop) {
                try await bench.work.until("SELECT count(*) = 2 FROM habeas.erasure_run WHERE hunted_at IS NOT NULL")
                try await bench.work.until(
                    "SELECT count(*) = 0 FROM habeas.job WHERE state IN ('waiting', 'running') AND kind <> 'retention'")
            }
            let second = try event(try #require(bench.calls.of("northlight").last))
            #expect(bench.calls.of("northlight").count == 2)
            #expect(second["collections"] as? [String] == ["documents"])
            let subject = try #require(second["subject"] as? [String: Any])
            #expect((subject["values"] as? [String])?.contains("ada@example.com") == true)
            #expect(
                try await bench.work.value("SELECT count(*) FROM habeas.sealed WHERE kind = 'identifiers'") == "0")
            let tallgrass = "SELECT count(*) FROM habeas.recipient_duty WHERE recipient LIKE 'Tallgrass%'"
            #expect(try await bench.work.value(tallgrass) == "1")
            var events: [LedgerEvent] = []
            for try await page in bench.ledger.entries() { events += page.map(\.content.event) }
            #expect(events.filter { $0 == .holdPlaced }.count == 1 && events.filter { $0 == .holdReleased }.count == 1)
        }
    }

    @Test func whatIsPartlyHeldIsMarked() async throws {
        try await RecipientBench.with { bench in
            let key = try await bench.work.value("SELECT id::text FROM workspace.users WHERE email = 'ada@example.com'")
            let record = try await bench.work.value(
                "SELECT avatar_document_id::text FROM workspace.users WHERE id::text = $1", [key])
            let found = try await bench.engine.find("user:\(key)")
            _ = try await bench.engine.control.transaction {
                try await bench.engine.placeHold(
                    HoldInput(
                        matter: "2026-LIT-014", basis: .gdprClaims,
                        scope: HoldScope(collections: ["documents"], records: [record]),
                        reviewOn: CivilDate("2027-05-31")!), on: found, by: bench.kim, .sample, in: $0)
            }
            _ = try await bench.erase()
            let first = try event(try #require(bench.calls.of("northlight").first))
            #expect(first["collections"] as? [String] == ["assistant_runs", "messages", "documents"])
            #expect(first["partly_held"] as? [String] == ["documents"])
        }
    }

    @Test func anAnswerThatComesLateUnparksNobody() async throws {
        try await RecipientBench.with { bench in
            let request = try await bench.erase()
            let duty = try #require(try await bench.duties(request.id)["Northlight AI Ltd"])
            let told = try #require(duty.event)
            let found = try await bench.engine.control.transaction { try await $0.webhookEvent(told) }
            let event = try #require(found)
            _ = try await bench.settle(duty, .parked, until: "2034-12-31")
            try await bench.engine.control.transaction { try await bench.engine.noteTold(by: event, in: $0) }
            let after = try #require(try await bench.duties(request.id)["Northlight AI Ltd"])
            #expect(after.state == .parked && after.dueAt > duty.dueAt)
        }
    }

    @Test func theOperatorsHearAtOnceWhomTheyHaveToTell() async throws {
        try await RecipientBench.with { bench in
            let request = try await bench.erase()
            let manual = try #require(try await bench.duties(request.id)["Tallgrass Models Inc"])
            let waiting = "SELECT facts FROM habeas.notice WHERE kind = 'recipients-waiting' ORDER BY made_at"
            let first = try await bench.database.query(waiting)
            #expect(first.count == 1 && first[0][0]?.contains("\(manual.id) \(request.id)") == true)
            // A duty that can't be asked again keeps no other from it.
            let broken = try #require(try await bench.duties(request.id)["Northlight AI Ltd"])
            try await bench.database.run(
                "UPDATE habeas.recipient_duty SET box = '\\x00', due_at = due_at - interval '1 day' WHERE id = '\(broken.id)'"
            )
            bench.work.clock.advance(by: .days(15))
            await #expect(throws: (any Error).self) { try await bench.engine.chaseRecipients() }
            let second = try await bench.database.query(waiting)
            #expect(second.count == 2 && second[1][0]?.contains(manual.id.text) == true)
        }
    }

    @Test func theProofOfAnAnswerIsKept() async throws {
        try await RecipientBench.with { bench in
            let request = try await bench.erase()
            let duty = try #require(try await bench.duties(request.id)["Tallgrass Models Inc"])
            let proof = RecipientDuty.Proof(digest: ErasurePlan.digest(of: [1, 2, 3]), bytes: 3)
            _ = try await bench.engine.control.transaction {
                try await bench.engine.settleRecipient(
                    duty.id, .acknowledged, until: nil, proof: proof, by: bench.kim, .sample, in: $0)
            }
            #expect(try await bench.duties(request.id)["Tallgrass Models Inc"]?.proof == proof)
            let facts = try await bench.work.value(
                "SELECT facts FROM habeas.audit_entry WHERE action = 'recipient.settled'")
            #expect(facts.contains(proof.digest.hex))
        }
    }
}
