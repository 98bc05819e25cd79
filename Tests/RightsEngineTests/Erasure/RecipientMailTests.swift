import AuditLedger
import Foundation
import Notifying
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// Recipients who are told by mail: once, with the identifier in the mail and nowhere else, and again when it reached nobody.
@Suite(.timeLimit(.minutes(5))) struct RecipientMailTests {
    private static let name = "Northlight AI Ltd"
    private static let address = "erasures@northlight.test"

    private func withMail(_ body: (RecipientBench) async throws -> Void) async throws {
        try await RecipientBench.with(
            [RecipientWay(name: Self.name, mail: Self.address, identifiesBy: "email")], body)
    }

    private func duty(_ bench: RecipientBench, _ id: RequestID) async throws -> RecipientDuty {
        try #require(try await bench.duties(id)[Self.name])
    }

    /// A colleague records that a mail came back.
    private func bounce(_ bench: RecipientBench, _ notice: NoticeID?) async throws {
        let id = try #require(notice)
        _ = try await bench.engine.control.transaction {
            try await bench.engine.noteBounce(id, by: .system, in: $0)
        }
        try await bench.sendMails()
    }

    private func askAgain(_ bench: RecipientBench) async throws {
        bench.work.clock.advance(by: .days(15))
        try await bench.engine.chaseRecipients()
    }

    @Test func aMailTellsThemAndTheIdentifierLiesNowhere() async throws {
        try await withMail { bench in
            let request = try await bench.erase()
            let duty = try await duty(bench, request.id)
            let letters = bench.post.of(.recipientErasure)
            let letter = try #require(letters.first)
            let told = try #require(letter.duty)
            let zone = bench.engine.settings.clock.zone

            #expect(letters.count == 1 && letter.address == Self.address)
            #expect(duty.state == .told && duty.notices == 1 && duty.notice == letter.notice.id && duty.event == nil)
            #expect(told.id == duty.id && told.collections == ["assistant_runs", "messages", "documents"])
            #expect(told.erasedOn == zone.day(of: duty.madeAt) && told.answerBy == zone.lastDay(before: duty.dueAt))
            guard case .person("email", let values)? = told.matter else {
                Issue.record("not about a person")
                return
            }
            #expect(values.contains("ada@example.com"))
            // Nothing that is stored or logged holds the identifier, nor the recipient's address.
            let dump = try await bench.dump().lowercased()
            for needle in ["ada@example.com", Self.address] {
                #expect(!dump.contains(needle))
                #expect(!dump.contains(Data(needle.utf8).map { String(format: "%02x", $0) }.joined()))
                #expect(!dump.contains(Data(needle.utf8).base64EncodedString().lowercased()))
            }
            #expect("\(letter)" == "<personal>" && letter.facts == ["duty": duty.id.text])
            #expect(
                try await bench.work.value("SELECT state FROM habeas.notice WHERE recipient = 'data_recipient'")
                    == "handed_over")
            #expect(try await bench.work.story(of: request.id).filter { $0 == "recipient.told" }.count == 1)
            // The staff aren't asked to tell whom a mail tells.
            let waiting = try await bench.work.value(
                "SELECT string_agg(facts, '') FROM habeas.notice WHERE kind = 'recipients-waiting'")
            #expect(!waiting.contains(duty.id.text))
            _ = try await bench.settle(duty, .acknowledged)
            #expect(
                try await bench.work.value("SELECT count(*) FROM habeas.recipient_duty WHERE box IS NOT NULL") == "0")
        }
    }

    @Test func aRecordIsToldByItsKeyAndNotItsPerson() async throws {
        try await withMail { bench in
            let key = try await bench.work.value(
                """
                SELECT c.id::text FROM workspace.conversations c JOIN workspace.users u ON u.id = c.user_id
                 WHERE u.email = 'ada@example.com' AND EXISTS (
                    SELECT FROM workspace.messages m WHERE m.conversation_id = c.id) ORDER BY c.id LIMIT 1
                """)
            let request = try await bench.erase(record: "conversations:\(key)")
            let told = try #require(bench.post.of(.recipientErasure).first?.duty)

            #expect(try await duty(bench, request.id).state == .told)
            #expect(told.matter == .record(collection: "conversations", key: key))
        }
    }

    @Test func aRefusedMailLeavesThemToBeTold() async throws {
        try await withMail { bench in
            bench.post.answer(.refused(code: "mail.refused", replyCode: 550))
            let request = try await bench.erase()
            let refused = try await duty(bench, request.id)
            try await bench.sendMails()
            let heard = bench.post.of(.noticeBounced)
            bench.post.answer(.handedOver(replyCode: 250))
            try await askAgain(bench)
            try await bench.sendMails()
            let told = try await duty(bench, request.id)

            #expect(refused.state == .open && refused.toldAt == nil && refused.notices == 1)
            #expect(heard.count == 1 && heard.first?.facts["duty"] == refused.id.text)
            #expect(told.state == .told && told.notices == 2 && told.notice != refused.notice)
            #expect(bench.post.of(.recipientErasure).count == 2)
            #expect(try await bench.work.story(of: request.id).filter { $0 == "notice.failed" }.count == 1)
        }
    }

    @Test func aMailThatComesBackOpensTheDutyAgain() async throws {
        try await withMail { bench in
            let request = try await bench.erase()
            let told = try await duty(bench, request.id)
            try await bounce(bench, told.notice)
            let open = try await duty(bench, request.id)
            #expect(told.state == .told && open.state == .open && open.toldAt == nil)
            #expect(bench.post.of(.noticeBounced).first?.facts["duty"] == told.id.text)
            // It is sent again, and only the mail that was sent last can come back.
            try await askAgain(bench)
            try await bench.sendMails()
            let again = try await duty(bench, request.id)
            #expect(again.state == .told && again.notices == 2)
            _ = try await bench.settle(again, .acknowledged)
            try await bounce(bench, again.notice)
            #expect(try await duty(bench, request.id).state == .acknowledged)
        }
    }

    @Test func whoAnsweredIsNotMailedAgainAndWhoHasNoAddressIsForTheStaff() async throws {
        try await withMail { bench in
            let request = try await bench.erase()
            try await askAgain(bench)
            let waiting = try await duty(bench, request.id)
            _ = try await bench.settle(waiting, .acknowledged)
            try await bench.sendMails()
            #expect(bench.post.of(.recipientErasure).count == 1)
            #expect(
                try await bench.work.value(
                    "SELECT state FROM habeas.notice WHERE id = $1", [waiting.notice?.text]) == "cancelled")
        }
        // The address was taken out of the map while the mail waited: another duty of the same kind.
        try await RecipientBench.with([RecipientWay(name: Self.name, mail: "", identifiesBy: "email")]) { bench in
            let request = try await bench.erase()
            try await bench.sendMails()
            #expect(try await duty(bench, request.id).state == .open)
            #expect(bench.post.of(.recipientErasure).isEmpty && bench.post.of(.noticeBounced).count == 1)
        }
    }
}
