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
            let document = try await bench.certificate(of: id)
            #expect(document.state == "erased_with_retention" && document.files > 50)
            #expect(document.plan == plan.record.digest.hex)
            #expect(document.retained.map(\.documents).reduce(0, +) == 12)
            #expect(!String(decoding: try document.canonicalBytes(), as: UTF8.self).contains("ada"))
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
            let hold = try await bench.placeHold("tasks")
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
            bench.work.clock.advance(by: .days(60))
            try await bench.release(hold)
            // From the hold's end on it is due without undue delay, with a clock of its own.
            let resumed = try await bench.work.request(id)
            #expect(resumed.answeredAt == nil && resumed.resumedAt != nil)
            #expect(try #require(resumed.dates.dueEnd) > bench.work.clock.now + .days(25))
            try await bench.untilRuns(2, of: id)
            #expect(try await bench.work.request(id).answeredAt != nil)
            #expect(try await bench.count(tasks) == 0)
            #expect(try await bench.count("SELECT count(*) FROM habeas_local.restriction") == 0)
            // What the first run kept by law is still kept, and the certificate says so of both.
            #expect(try await bench.work.request(id).state == .erasedWithRetention)
            let again = await #expect(throws: EngineError.self) {
                _ = try await bench.engine.control.transaction {
                    try await bench.engine.decide(id, .retry, by: bench.kim, .sample, in: $0)
                }
            }
            #expect(again?.code == .requestNotPossible)
            let certificate = try await bench.certificate(of: id)
            #expect(certificate.retained.map(\.documents).reduce(0, +) == 12 && !certificate.isHeld)
            #expect(certificate.collections.reduce(0) { $0 + $1.rows } > 1000)
            #expect(certificate.hunt.isComplete && certificate.hunt.leftovers.isEmpty)
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

            // Somebody mends it, and has it looked at once more: nothing is erased twice, nobody is written to but of news.
            try await bench.product.run("UPDATE workspace.tasks SET notes = NULL WHERE notes = 'ask ada@example.com'")
            _ = try await bench.engine.control.transaction {
                try await bench.engine.decide(id, .retry, by: bench.kim, .sample, in: $0)
            }
            try await bench.untilState(.erasedWithRetention, .failed, of: id)
            #expect(try await bench.work.request(id).state == .erasedWithRetention)
            #expect(try await bench.certificate(of: id).hunt.leftovers.isEmpty)
            #expect(try await bench.events().filter { $0 == .intent }.count == 1)
            let kinds = await bench.letters.sent.map(\.kind)
            #expect(
                kinds.suffix(2).contains("erasure-done-keeping") && kinds.filter { $0 == "erasure-partly" }.count == 1)
        }
    }

    @Test func somebodyElsesRecordIsNobodysToErase() async throws {
        try await ErasureBench.with { bench in
            let theirs = try #require(
                try await bench.product.query(
                    """
                    SELECT c.id::text FROM workspace.contacts c JOIN workspace.users u ON u.id = c.user_id
                     WHERE u.email <> 'ada@example.com' ORDER BY c.id LIMIT 1
                    """)[0][0])
            _ = try await bench.ask(records: ["contacts:\(theirs)"])
            try await bench.withWorker {
                try await bench.work.until(
                    "EXISTS (SELECT FROM habeas.job WHERE kind = 'plan' AND state = 'dead' AND error = 'erasure.no-such-subject')"
                )
            }
            #expect(try await bench.count("SELECT count(*) FROM workspace.contacts WHERE id = '\(theirs)'") == 1)
            #expect(try await bench.events().isEmpty)
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
