import AuditLedger
import Erasing
import ErasureLedger
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// An erasure from the request to the certificate, with a worker, a product and a ledger.
@Suite struct EraseJobTests {
    private static let ada = "SELECT count(*) FROM workspace.users WHERE email = 'ada@example.com'"

    @Test func anApprovedPlanIsCarriedOutAndProved() async throws {
        try await ErasureBench.with { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            let plan = try await bench.plan(of: id)
            #expect(plan.plan.conflicts.isEmpty && plan.plan.goingRows > 1000)
            #expect(try await bench.count(Self.ada) == 1)
            try await bench.approve(id)
            try await bench.untilState(.erasedWithRetention, .failed, .partial, of: id)
            #expect(try await bench.work.request(id).state == .erasedWithRetention)
            #expect(try await bench.count(Self.ada) == 0)
            #expect(try await bench.count("SELECT count(*) FROM habeas_local.file_duty") == 0)
            #expect(try await bench.events() == [.intent, .confirmed, .suppressed])
            let certificate = try #require(
                try await bench.engine.control.transaction { try await $0.certificate(of: id) })
            let document = try #require(ErasureCertificate(canonicalBytes: certificate.bytes))
            #expect(document.state == "erased_with_retention" && document.files > 50)
            #expect(document.plan == plan.record.digest.hex)
            #expect(document.retained.map(\.documents).reduce(0, +) == 12)
            #expect(!String(decoding: certificate.bytes, as: UTF8.self).contains("ada"))
            // The last letter reaches them although the product doesn't know them any more.
            let sent = await bench.letters.sent
            #expect(sent.last { $0.kind == "erasure-done-keeping" }?.address == "ada@example.com")
            let hash = bench.tools.keys.suppressionHash(kind: "email", "Ada@Example.com")
            #expect(try await bench.tools.eraser.isSuppressed(hash))
            let story = try await bench.work.story(of: id)
            #expect(
                story.filter { $0.hasPrefix("erasure.") } == [
                    "erasure.planned", "erasure.approved", "erasure.done", "erasure.files-gone", "erasure.hunted",
                    "erasure.certified",
                ])
        }
    }

    @Test func nobodyApprovesWhatTheyAskedForOrWhatIsAnotherPlan() async throws {
        try await ErasureBench.with { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            let byRequester = await #expect(throws: EngineError.self) { try await bench.approve(id, by: bench.grace) }
            #expect(byRequester?.code == .needsSecondPerson)
            let other = ErasurePlan.digest(of: [1])
            let byDigest = await #expect(throws: EngineError.self) { try await bench.approve(id, digest: other) }
            #expect(byDigest?.code == .planRefused)
            bench.work.clock.advance(by: .days(15))
            let late = await #expect(throws: EngineError.self) { try await bench.approve(id) }
            #expect(late?.code == .planRefused)
            #expect(try await bench.count(Self.ada) == 1)
        }
    }

    @Test func anApprovalThatGrewOldIsAskedForAgain() async throws {
        try await ErasureBench.with { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            bench.work.clock.advance(by: .days(15))
            try await bench.untilPlanned(id)
            #expect(try await bench.work.request(id).state == .accepted)
            #expect(try await bench.count(Self.ada) == 1)
            #expect(try await bench.events().isEmpty)
        }
    }

    @Test func whatChangedSinceTheApprovalIsShownAndApprovedAnew() async throws {
        try await ErasureBench.with { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            let before = try await bench.plan(of: id).plan
            try await bench.approve(id)
            try await bench.product.run(
                """
                INSERT INTO workspace.contacts (user_id, name)
                SELECT id, 'new ' || n FROM workspace.users, generate_series(1, 500) n WHERE email = 'ada@example.com'
                """)
            try await bench.untilPlanned(id)
            #expect(try await bench.count(Self.ada) == 1)
            #expect(try await bench.events() == [.intent, .aborted])
            let after = try await bench.plan(of: id)
            #expect(after.plan.goingRows == before.goingRows + 500)
            #expect(try await bench.work.story(of: id).contains("erasure.stopped"))
            try await bench.approve(id)
            try await bench.untilState(.erasedWithRetention, .failed, .partial, of: id)
            #expect(try await bench.count(Self.ada) == 0)
        }
    }

    @Test func aHoldKeepsItsRowsAndItsEndLetsThemGo() async throws {
        try await ErasureBench.with { bench in
            let found = try await bench.engine.find("email:ada@example.com")
            let hold = try await bench.engine.control.transaction {
                try await bench.engine.placeHold(
                    HoldInput(
                        matter: "2026-LIT-014", basis: .gdprClaims, scope: HoldScope(collections: ["tasks"]),
                        reviewOn: CivilDate("2027-05-31")!), on: found, by: bench.grace, .sample, in: $0
                ).hold
            }
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            let plan = try await bench.plan(of: id).plan
            let held = try #require(plan.collections.first { $0.name == "tasks" })
            #expect(held.held == 64 && held.rows == 0)
            try await bench.approve(id)
            try await bench.untilState(.erasedWithRetention, .failed, .partial, of: id)
            #expect(try await bench.work.request(id).state == .erasedWithRetention)
            #expect(try await bench.count(Self.ada) == 0)
            #expect(try await bench.count("SELECT count(*) FROM habeas_local.restriction") == 64)
            let tasks =
                "SELECT count(*) FROM workspace.tasks t JOIN workspace.users u ON u.id = t.user_id WHERE u.email::text LIKE 'erased-%'"
            #expect(try await bench.count(tasks) == 64)
            _ = try await bench.engine.control.transaction {
                try await bench.engine.confirmHold(hold.id, by: bench.kim, .sample, in: $0)
            }
            _ = try await bench.engine.control.transaction {
                try await bench.engine.proposeRelease(of: hold.id, by: bench.kim, .sample, in: $0)
            }
            _ = try await bench.engine.control.transaction {
                try await bench.engine.confirmRelease(of: hold.id, by: bench.grace, .sample, in: $0)
            }
            let workshop = Workshop(
                archives: .small(in: bench.work.archives), postOffice: { await bench.letters.take($0) },
                callWebhook: { _, _ in 200 }, signCheckpoint: {}, erasure: bench.tools)
            try await bench.work.withWorker(workshop) {
                try await bench.work.until(
                    """
                    SELECT count(*) = 2 AND bool_and(hunted_at IS NOT NULL) FROM habeas.erasure_run WHERE request_id = $1
                    """, [id.text])
                try await bench.work.until(
                    "SELECT state IN ('erased', 'erased_with_retention') FROM habeas.request WHERE id = $1", [id.text])
            }
            #expect(try await bench.count(tasks) == 0)
            #expect(try await bench.count("SELECT count(*) FROM habeas_local.restriction") == 0)
        }
    }

    @Test func whatIsLeftSomewhereMakesItPartial() async throws {
        try await ErasureBench.with { bench in
            try await bench.product.run(
                """
                UPDATE workspace.tasks SET notes = 'ask ada@example.com' WHERE id = (
                    SELECT t.id FROM workspace.tasks t JOIN workspace.users u ON u.id = t.user_id
                     WHERE u.email <> 'ada@example.com' ORDER BY t.id LIMIT 1)
                """)
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            try await bench.untilState(.erasedWithRetention, .failed, .partial, of: id)
            let request = try await bench.work.request(id)
            #expect(request.state == .partial && request.outcome == "erasure.leftovers")
            let run = try await bench.plan(of: id).runs[0]
            #expect(run.hunt?.contains("workspace.tasks.notes") == true)
        }
    }

    @Test func oneRecordGoesWithWhatHangsOnIt() async throws {
        try await ErasureBench.with { bench in
            let conversation = try #require(
                try await bench.product.query(
                    """
                    SELECT c.id::text FROM workspace.conversations c JOIN workspace.users u ON u.id = c.user_id
                     WHERE u.email = 'ada@example.com' ORDER BY c.id LIMIT 1
                    """)[0][0])
            let others = "SELECT count(*) FROM workspace.messages WHERE conversation_id <> '\(conversation)'"
            let before = try await bench.count(others)
            let id = try await bench.ask(records: ["conversations:\(conversation)"])
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            try await bench.untilState(.erased, .failed, .partial, of: id)
            #expect(try await bench.work.request(id).state == .erased)
            #expect(
                try await bench.count("SELECT count(*) FROM workspace.conversations WHERE id = '\(conversation)'") == 0)
            #expect(try await bench.count(others) == before)
            #expect(try await bench.count(Self.ada) == 1)
            #expect(try await bench.events() == [.intent, .confirmed])
        }
    }
}
