import AuditLedger
import Erasing
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// Erasures beside other work of the queue, and those that nobody looks at first.
@Suite(.timeLimit(.minutes(5))) struct QueuedErasureTests {
    private static let ada = "SELECT count(*) FROM workspace.users WHERE email = 'ada@example.com'"

    @Test func twoErasuresOfOnePersonEndAsOne() async throws {
        try await ErasureBench.with { bench in
            let conversation = try #require(
                try await bench.product.query(
                    """
                    SELECT c.id::text FROM workspace.conversations c JOIN workspace.users u ON u.id = c.user_id
                     WHERE u.email = 'ada@example.com' ORDER BY c.id LIMIT 1
                    """)[0][0])
            let whole = try await bench.ask()
            let record = try await bench.ask(records: ["conversations:\(conversation)"])
            #expect(whole != record)
            try await bench.untilPlanned(whole)
            try await bench.untilPlanned(record)
            try await bench.approve(whole)
            try await bench.approve(record)
            try await bench.untilState(.erasedWithRetention, .failed, .partial, of: whole)
            #expect(try await bench.work.request(whole).state == .erasedWithRetention)
            try await bench.untilState(.erased, .cancelled, .failed, .partial, .accepted, of: record)
            #expect([.erased, .cancelled].contains(try await bench.work.request(record).state))
            #expect(try await bench.count(Self.ada) == 0)
            let left = "SELECT count(*) FROM habeas.job WHERE kind = 'erase' AND state IN ('waiting', 'running')"
            #expect(try await bench.work.value(left) == "0")
        }
    }

    @Test func anErasureWaitsForAnExportOfTheSamePerson() async throws {
        try await ErasureBench.with { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            let person = try await bench.work.request(id).subject
            // Whoever exports holds the person's lock.
            try await bench.engine.control.connection { exporting in
                let isOurs = try await exporting.tryLock(person: person)
                #expect(isOurs)
                try await bench.withWorker {
                    try await bench.work.until(
                        "SELECT waits_for = 'person' FROM habeas.job WHERE kind = 'erase' AND request_id = $1",
                        [id.text])
                }
                #expect(try await bench.count(Self.ada) == 1)
                #expect(try await bench.events().isEmpty)
                try await exporting.unlock(person: person)
            }
            try await bench.untilState(.erasedWithRetention, .failed, .partial, of: id)
            #expect(try await bench.count(Self.ada) == 0)
        }
    }

    @Test func onlyALowRiskPassesByItself() async throws {
        try await ErasureBench.with(settings: { $0.automaticErasureRows = 1_000_000 }) { bench in
            // Something of theirs that nothing else refers to.
            let task = try #require(
                try await bench.product.query(
                    """
                    SELECT t.id::text FROM workspace.tasks t JOIN workspace.users u ON u.id = t.user_id
                     WHERE u.email = 'ada@example.com' AND NOT EXISTS (
                        SELECT FROM workspace.tasks c WHERE to_jsonb(c) ->> 'parent_id' = t.id::text)
                     ORDER BY t.id LIMIT 1
                    """)[0][0])
            let record = try await bench.ask(records: ["tasks:\(task)"])
            let matter = try #require(try await bench.engine.erasureCase(record))
            let forecast = try await bench.tools.eraser.plan(matter.question)
            #expect(forecast.isLowRisk(upTo: 100), "\(forecast)")
            #expect(!forecast.isLowRisk(upTo: 0))
            try await bench.untilState(.erased, .failed, .partial, of: record)
            let plan = try await bench.plan(of: record)
            #expect(plan.record.approvedBy == "system" && plan.record.state == .executed)
            // A statute keeps something of the whole account: somebody looks at it.
            let whole = try await bench.ask()
            try await bench.untilPlanned(whole)
            #expect(try await bench.work.request(whole).state == .accepted)
            #expect(try await bench.count(Self.ada) == 1)
        }
    }

    @Test func whatStoppedAnApprovedPlanIsShownWithTheNextOne() async throws {
        try await ErasureBench.with { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            let first = try await bench.plan(of: id)
            #expect(first.differences.isEmpty)
            try await bench.engine.control.transaction {
                try await $0.note(differences: ["contacts: rows 3, now 5"], of: first.record.id)
            }
            _ = try await bench.engine.control.transaction {
                try await bench.engine.planAgain(id, by: bench.grace, .sample, in: $0)
            }
            try await bench.withWorker {
                try await bench.work.until(
                    "SELECT count(*) = 2 FROM habeas.erasure_plan WHERE request_id = $1", [id.text])
            }
            let second = try await bench.plan(of: id)
            #expect(second.record.id != first.record.id && second.differences == ["contacts: rows 3, now 5"])
        }
    }

    @Test func whoApprovesIsWarnedOfColleagues() async throws {
        try await ErasureBench.with(settings: { $0.operatorsAddress = "Ada@example.com" }) { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            let warnings = try await bench.plan(of: id).plan.warnings
            #expect(warnings.contains { $0.contains("staff or operators") }, "\(warnings)")
            #expect(!warnings.contains { $0.contains("@") })
        }
    }
}
