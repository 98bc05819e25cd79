import Foundation
import MailTransport
import Notifying
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import HabeasCLI
@testable import RightsEngine

/// Letters as the service hands them over: into a folder, where they can be read.
@Suite struct PostmanTests {
    private static let now = Instant(microseconds: 1_763_744_462_000_000)
    private static let id = "01936f1e-7a2b-7c3d-8e4f-0123456789ab"

    private func postman(_ folder: String) throws -> Postman {
        let controller = try Notifying.Controller(
            name: "Demo GmbH", service: "Workspace", contact: "privacy@demo.example",
            from: MailAddress("privacy@demo.example"), replyTo: MailAddress("erasures@demo.example"))
        return Postman(
            renderer: try NoticeRenderer(controller: controller, baseURL: "https://privacy.demo.example"),
            transport: FolderTransport(folder: folder, now: { Self.now }), publicURL: "https://privacy.demo.example",
            titles: ["messages": "Messages to the assistant", "conversations": "Conversations"],
            domain: "demo.example", words: { _, _ in nil }, now: { Self.now })
    }

    private func letter(_ kind: NoticeKindCode, _ duty: Letter.Duty?, facts: [String: String] = [:]) throws -> Letter {
        let id = try #require(RequestID(Self.id))
        let hash = try #require(Hash256(Array(repeating: 1, count: 32)))
        let request = RequestRecord(
            id: id, right: .erasure, regime: "GDPR", channel: .staff, receivedAt: Self.now, openedAt: Self.now,
            actor: "system", subject: hash, scope: hash, collections: [], format: .json, language: .german,
            zone: "Asia/Kolkata", ticket: nil)
        let notice = NoticeRecord(
            id: try #require(NoticeID(Self.id)), request: id, claim: nil, kind: kind.rawValue,
            recipient: duty == nil ? .operators : .dataRecipient, language: .english, madeAt: Self.now)
        return Letter(
            notice: notice, address: "erasures@northlight.example", facts: facts, request: request, code: nil,
            download: nil, duty: duty)
    }

    private func duty(_ matter: RecipientEvent.Matter?) throws -> Letter.Duty {
        Letter.Duty(
            id: try #require(EventID("01936f1e-7a2b-7c3d-8e4f-0123456789ac")), collections: ["messages", "other"],
            partly: [], matter: matter, erasedOn: Self.now.utcDate,
            answerBy: try #require(CivilDate("2025-12-05")))
    }

    /// The one mail in the folder, decoded by a parser that isn't ours.
    private func mail(_ folder: String) async throws -> String {
        let script = """
            import email, email.policy, glob, sys
            mail = email.message_from_bytes(open(glob.glob(sys.argv[1] + "/*.eml")[0], "rb").read(),
                policy=email.policy.default)
            print(mail["to"], mail["reply-to"], mail["subject"], mail.get_body(("plain",)).get_content(), sep="\\n")
            """
        let outcome = try await Program.run(Checkout.python, ["-c", script, folder])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.output
    }

    @Test func aRecipientIsMailedTitlesAndTheIdentifier() async throws {
        try await withFolder { folder in
            let letter = try letter(
                .recipientErasure, duty(.person(identifiedBy: "email", values: ["ada@example.com"])))
            let outcome = try await postman("\(folder)/mail").deliver(letter)
            let text = try await mail("\(folder)/mail")

            #expect(outcome == .handedOver(replyCode: nil))
            #expect(text.hasPrefix("erasures@northlight.example\nerasures@demo.example\nWorkspace: please erase"))
            for part in [
                "Messages to the assistant; other", "“email”: “ada@example.com”", "21 November 2025", "5 December 2025",
                "01936f1e-7a2b-7c3d-8e4f-0123456789ac", Self.id, "Demo GmbH",
            ] { #expect(text.contains(part), "\(part)") }
        }
    }

    @Test func aRecordIsNamedByItsCollectionsTitle() async throws {
        try await withFolder { folder in
            let letter = try letter(.recipientErasure, duty(.record(collection: "conversations", key: "41")))
            _ = try await postman("\(folder)/mail").deliver(letter)
            #expect(try await mail("\(folder)/mail").contains("in “Conversations” under the key “41”."))
        }
    }

    @Test func operatorsHearOfWhichDuty() async throws {
        try await withFolder { folder in
            let duty = "01936f1e-7a2b-7c3d-8e4f-0123456789ac"
            _ = try await postman("\(folder)/mail").deliver(letter(.noticeBounced, nil, facts: ["duty": duty]))
            #expect(try await mail("\(folder)/mail").contains("habeas recipients confirm \(duty)"))
        }
    }

    @Test func aMailWithoutItsDutyIsRefused() async throws {
        try await withFolder { folder in
            let outcome = try await postman("\(folder)/mail").deliver(letter(.recipientErasure, nil))
            #expect(outcome == .refused(code: "notice.facts-missing", replyCode: nil))
        }
    }
}
