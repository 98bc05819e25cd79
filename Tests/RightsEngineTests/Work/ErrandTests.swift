import AuditLedger
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

@Suite(.timeLimit(.minutes(10))) struct ErrandTests {
    private func workOff(_ bench: WorkBench, _ workshop: Workshop) async throws {
        try await bench.withWorker(workshop) {
            try await bench.until("SELECT NOT EXISTS (SELECT FROM habeas.job WHERE state IN ('waiting', 'running'))")
        }
    }

    private func notice(_ bench: WorkBench, _ kind: String) async throws -> [String?] {
        try await bench.database.query(
            "SELECT state, smtp_code::text, error FROM habeas.notice WHERE kind = $1 ORDER BY made_at", [kind]
        ).first ?? []
    }

    private func claim(_ bench: WorkBench) async throws -> HeldClaim {
        try await bench.engine.makeClaim(
            ClaimInput(
                address: "ada@people.test", right: .access, format: .json, language: .english, zone: nil, regime: nil))
    }

    // MARK: mail

    @Test func aClaimIsResolvedAndItsCodeMailedToTheAddressOnFile() async throws {
        try await WorkBench.with { bench in
            let held = try await claim(bench)
            let letters = Tally()
            let code = CodeBox()
            try await workOff(
                bench,
                .test(.small(in: bench.archives)) { letter in
                    letters.add("\(letter.notice.kind) to \(letter.address)")
                    code.keep(letter.code)
                    return .handedOver(replyCode: 250)
                })
            let entered = try #require(code.kept)
            let proven = try await bench.engine.prove(held.id, secret: held.secret, code: entered)

            #expect(letters.all == ["one-time-code to email:ada@people.test@people.test": 1])
            #expect(try await bench.request(proven.request).state == .queued)
            #expect(try await notice(bench, "one-time-code") == ["handed_over", "250", nil])
        }
    }

    @Test func aRefusedMailIsFailedAuditedAndToldOnce() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            let posted = Tally()
            try await workOff(
                bench,
                .test(.small(in: bench.archives)) { letter in
                    posted.add("\(letter.notice.kind) to \(letter.notice.recipient.rawValue)")
                    return .refused(code: "mail.refused", replyCode: 550)
                })
            let story = try await bench.story(of: request.id)

            #expect(try await notice(bench, "request-accepted") == ["failed", "550", "mail.refused"])
            #expect(try await notice(bench, "archive-ready") == ["failed", "550", "mail.refused"])
            #expect(posted["notice-bounced to operators"] == 2)
            #expect(posted.all.count == 3)
            #expect(story.filter { $0 == "notice.failed" }.count == 4)
            #expect(try await bench.request(request.id).state == .ready)
        }
    }

    @Test func aMailForLaterComesAgainAndIsGivenUpInTheEnd() async throws {
        try await WorkBench.with { bench in
            _ = try await bench.ask()
            try await bench.database.run("DELETE FROM habeas.job WHERE kind <> 'mail'")
            try await bench.run(maxAttempts: 2)
            let workshop = Workshop.test(.small(in: bench.archives)) { letter in
                letter.notice.recipient == .operators
                    ? .handedOver(replyCode: 250) : .deferred(code: "mail.unreachable", replyCode: 451)
            }
            try await bench.withWorker(workshop) {
                try await bench.until("SELECT waits_for = 'retry' FROM habeas.job WHERE kind = 'mail'")
                #expect(try await notice(bench, "request-accepted") == ["waiting", "451", "mail.unreachable"])
                try await bench.database.run("UPDATE habeas.job SET run_at = clock_timestamp()")
                try await bench.until("SELECT count(*) = 1 FROM habeas.job WHERE kind = 'mail' AND state = 'dead'")
                try await bench.until(
                    "SELECT bool_or(state = 'handed_over') FROM habeas.notice WHERE kind = 'job-abandoned'")
            }
            #expect(try await notice(bench, "request-accepted") == ["failed", "451", "mail.unreachable"])
            let dead = try #require(try await bench.engine.jobs(in: [.dead]).first)
            try await bench.retry(dead.id)
            #expect(try await notice(bench, "request-accepted")[0] == "waiting")
        }
    }

    @Test func aChangedAddressIsWrittenToOnlyAfterItsDay() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.database.run("DELETE FROM habeas.job")
            let engine = bench.engine
            try await engine.control.transaction { transaction in
                try await transaction.seal(
                    try engine.people.seal("new@people.test", for: "contact \(request.id)"), as: .contact,
                    of: request.id, usableFrom: engine.now() + .seconds(3600))
                let locked = try await engine.locked(request.id, in: transaction)
                try await engine.notify(.requestAccepted, about: locked, to: .contact, in: transaction)
            }
            let letters = Tally()
            let workshop = Workshop.test(.small(in: bench.archives)) { letter in
                letters.add(letter.address)
                return .handedOver(replyCode: 250)
            }
            try await bench.withWorker(workshop) {
                try await bench.until(
                    """
                    SELECT waits_for = 'address' AND run_at > clock_timestamp() + interval '59 minutes'
                        AND attempts = 0 FROM habeas.job WHERE kind = 'mail'
                    """)
                #expect(letters.all.isEmpty)
                bench.clock.advance(by: .seconds(3601))
                try await bench.database.run("UPDATE habeas.job SET run_at = clock_timestamp() WHERE kind = 'mail'")
                try await bench.until("SELECT state = 'done' FROM habeas.job WHERE kind = 'mail'")
            }
            #expect(letters.all == ["new@people.test": 1])
        }
    }

    @Test func whoHasNoAddressIsWithheldAndOperatorsAreTold() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.database.run("DELETE FROM habeas.job WHERE kind = 'export'")
            var silent = bench
            silent.engine = Engine(
                control: bench.engine.control, people: bench.engine.people, settings: bench.engine.settings,
                directory: PersonDirectory { _ in nil }, now: bench.engine.now)
            let posted = Tally()
            try await workOff(
                silent,
                .test(.small(in: bench.archives)) { letter in
                    posted.add(letter.notice.kind)
                    return .handedOver(replyCode: 250)
                })
            let story = try await bench.story(of: request.id)

            #expect(try await notice(bench, "request-accepted") == ["withheld", nil, "person.not-found"])
            #expect(posted.all == ["notice-bounced": 1])
            #expect(story.contains("notice.withheld"))
        }
    }

    @Test func aMailAboutARevokedLinkIsNotSent() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()
            let posted = Tally()
            let engine = bench.engine
            try await engine.control.transaction { try await engine.pauseQueue(.mail, by: .system, in: $0) }
            let workshop = Workshop.test(.small(in: bench.archives)) { letter in
                posted.add(letter.notice.kind)
                return .handedOver(replyCode: 250)
            }
            try await bench.withWorker(workshop) {
                try await bench.until("SELECT state = 'ready' FROM habeas.request")
                try await engine.control.transaction { transaction in
                    for link in try await transaction.links(of: request.id) {
                        _ = try await transaction.revoke(link.id, now: engine.now())
                    }
                }
                try await engine.control.transaction { try await engine.resumeQueue(.mail, by: .system, in: $0) }
                try await bench.until("SELECT bool_and(state = 'done') FROM habeas.job WHERE kind = 'mail'")
            }
            #expect(posted["archive-ready"] == 0)
            #expect(try await notice(bench, "archive-ready") == ["cancelled", nil, "notice.over"])
        }
    }

    // MARK: webhooks

    @Test func aWebhookIsToldTheStoredBytesAndGivenUpAfterItsAttempts() async throws {
        try await WorkBench.with { bench in
            let engine = bench.engine
            var settings = engine.settings
            settings.webhooks = [WebhookEndpoint(name: "crm", url: "https://crm.test", secrets: [])]
            var hooked = bench
            hooked.engine = Engine(
                control: engine.control, people: engine.people, settings: settings, directory: engine.directory,
                now: engine.now)
            let id: EventID = engine.makeID()
            try await engine.control.transaction { transaction in
                try await transaction.insert(
                    WebhookRecord(id: id, request: nil, endpoint: "crm", body: #"{"x":1}"#, madeAt: engine.now()))
                try await transaction.enqueue(engine.makeID(), .webhook, target: id.text, maxAttempts: 2)
            }
            let bodies = Tally()
            let workshop = Workshop.test(
                .small(in: bench.archives),
                webhook: { event, endpoint in
                    bodies.add("\(endpoint.name) \(event.body)")
                    return bodies.all.values.reduce(0, +) == 1 ? 503 : nil
                })
            let running = hooked
            try await running.withWorker(workshop) {
                try await bench.until("SELECT waits_for = 'retry' FROM habeas.job WHERE kind = 'webhook'")
                let first = try await engine.control.transaction { try await $0.webhookEvent(id) }
                #expect(first?.status == 503 && first?.state == "waiting")
                try await bench.database.run("UPDATE habeas.job SET run_at = clock_timestamp()")
                try await bench.until("SELECT state = 'dead' FROM habeas.job WHERE kind = 'webhook'")
            }
            let event = try await engine.control.transaction { try await $0.webhookEvent(id) }
            let audited = try await bench.value(
                "SELECT facts FROM habeas.audit_entry WHERE action = 'job.abandoned'")

            #expect(bodies.all == [#"crm {"x":1}"#: 2])
            #expect(event?.state == "failed" && event?.error == "webhook.unreachable")
            #expect(audited.contains("webhook.unreachable"))
        }
    }

    // MARK: duties

    @Test func timeEndsClaimsAndRequestsAndForgets() async throws {
        try await WorkBench.with { bench in
            let held = try await claim(bench)
            try await workOff(bench, .test(.small(in: bench.archives)))
            let requestID = try #require(RequestID(try await bench.value("SELECT id FROM habeas.request")))
            let verifying = try await bench.request(requestID).state
            bench.clock.advance(by: .days(31))

            try await bench.engine.expire()
            try await bench.engine.expire()

            let claim = try await bench.engine.control.transaction { try await $0.claim(held.id) }
            let after = try await bench.request(requestID)
            let codes = try await bench.value("SELECT count(*) FROM habeas.code")
            let jobs = try await bench.value("SELECT count(*) FROM habeas.job WHERE state = 'done'")
            let expired = try await bench.value(
                "SELECT count(*) FROM habeas.audit_entry WHERE action = 'claim.expired'")

            #expect(verifying == .verifying)
            #expect(claim?.state == .expired && claim?.box == nil)
            #expect(after.state == .cancelled && after.outcome == "identity.not-shown")
            #expect(codes == "0" && jobs == "0" && expired == "1")
        }
    }

    @Test func dutiesAreDoneAndDoneAgain() async throws {
        try await WorkBench.with { bench in
            let signed = Signal()
            let workshop = Workshop(
                archives: .small(in: bench.archives), postOffice: { _ in .handedOver(replyCode: nil) },
                callWebhook: { _, _ in 200 }, signCheckpoint: { signed.raise() })
            var settings = bench.settings()
            settings.dutyPause = .milliseconds(100)
            settings.lease = .milliseconds(600)
            try await bench.withWorker(workshop, settings) {
                await signed.wait(past: 2)
                try await bench.until("SELECT count(*) >= 2 FROM habeas.job WHERE kind = 'expire' AND state = 'done'")
            }
        }
    }
}

/// Keeps the code of a letter.
final class CodeBox: @unchecked Sendable {
    // Written once, before the worker's job ends, and read after it.
    private(set) var kept: String?
    func keep(_ code: String?) { kept = code ?? kept }
}
