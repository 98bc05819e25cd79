import AuditLedger
import Erasing
import ErasureLedger
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// An erasure that is stopped, killed or held on its way: what was begun is finished, about the person it began with.
@Suite struct EraseJobStopTests {
    /// Everything in batches that take a while.
    private static let small = "\nerasure: { rows_in_one_transaction: 10 }\n"

    private static func slow() -> ErasureBudget {
        var budget = ErasureBudget()
        budget.batch = 20
        budget.pause = .milliseconds(40)
        return budget
    }

    /// Lets a worker work until rows go.
    private static func untilBegun(_ bench: ErasureBench, then body: () async throws -> Void = {}) async throws {
        try await bench.withWorker {
            for _ in 0..<1000 {
                if try await bench.count("SELECT count(*) FROM habeas_local.erasure_run") > 0 { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            try await body()
        }
        try #require(try await bench.count("SELECT count(*) FROM habeas_local.erasure_run") == 1)
    }

    /// What is known of the person in the end is what it was in the beginning.
    private static func expectProved(_ bench: ErasureBench, _ id: RequestID) async throws {
        #expect(try await bench.work.request(id).state == .erasedWithRetention)
        #expect(try await bench.count("SELECT count(*) FROM workspace.users WHERE email::text LIKE 'erased-%'") == 0)
        let hash = bench.tools.keys.suppressionHash(kind: "email", "ada@example.com")
        #expect(try await bench.tools.eraser.isSuppressed(hash))
        #expect(await bench.letters.sent.last { $0.kind == "erasure-done-keeping" }?.address == "ada@example.com")
        let certificate = try await bench.certificate(of: id)
        #expect(certificate.hunt.isComplete && certificate.hunt.leftovers.isEmpty && certificate.files > 50)
        let events = try await bench.events()
        #expect(events.filter { $0 == .intent }.count == 1 && events.filter { $0 == .confirmed }.count == 1)
        #expect(!events.contains(.aborted) && events.contains(.suppressed))
        let sealed = try await bench.work.value(
            "SELECT count(*)::text FROM habeas.sealed WHERE request_id = $1 AND kind IN ('known', 'identifiers')",
            [id.text])
        #expect(sealed == "0")
    }

    @Test func aWorkerKilledInABatchIsFollowedByOneThatFinishes() async throws {
        try await ErasureBench.with(budget: Self.slow(), map: Self.small) { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            try await Self.untilBegun(bench)
            // The approval was good when it began.
            bench.work.clock.advance(by: .days(20))
            try await bench.untilState(.erasedWithRetention, .failed, .partial, .accepted, of: id)
            try await Self.expectProved(bench, id)
        }
    }

    @Test func aSchemaThatMovesMeanwhileStopsItUntilItFitsAgain() async throws {
        try await ErasureBench.with(budget: Self.slow(), map: Self.small) { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            try await Self.untilBegun(bench) {
                try await bench.product.run(
                    "CREATE TABLE workspace.late (id bigint PRIMARY KEY, user_id uuid REFERENCES workspace.users)")
                try await bench.work.until(
                    "EXISTS (SELECT FROM habeas.job WHERE kind = 'erase' AND state = 'waiting' AND error LIKE 'erasure.%')"
                )
            }
            #expect(try await bench.work.request(id).state == .queued)
            #expect(try await bench.events() == [.intent])
            try await bench.product.run("DROP TABLE workspace.late")
            try await bench.work.database.run("UPDATE habeas.job SET run_at = now() WHERE kind = 'erase'")
            try await bench.untilState(.erasedWithRetention, .failed, .partial, .accepted, of: id)
            try await Self.expectProved(bench, id)
        }
    }

    @Test func aHoldThatIsPlacedMeanwhileStopsItUntilItEnds() async throws {
        try await ErasureBench.with(budget: Self.slow(), map: Self.small) { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            var hold: HoldID?
            try await Self.untilBegun(bench) {
                hold = try await bench.engine.control.transaction {
                    try await bench.engine.placeHold(
                        HoldInput(
                            matter: "2026-LIT-015", basis: .gdprClaims, scope: HoldScope(collections: ["tasks"]),
                            reviewOn: CivilDate("2027-05-31")!), on: nil, by: bench.grace, .sample, in: $0
                    ).hold.id
                }
                try await bench.work.until("SELECT state = 'queued' FROM habeas.request WHERE id = $1", [id.text])
            }
            #expect(try await bench.work.request(id).outcome == "erasure.hold-placed")
            let tables = ["tasks", "contacts", "messages", "documents", "sessions", "users"]
            let left = tables.map { "(SELECT count(*) FROM workspace.\($0))" }.joined(separator: " + ")
            let before = try await bench.count("SELECT \(left)")
            try await bench.withWorker { try await Task.sleep(for: .milliseconds(500)) }
            #expect(try await bench.count("SELECT \(left)") == before)
            try await bench.release(try #require(hold))
            try await bench.untilState(.erasedWithRetention, .failed, .partial, .accepted, of: id)
            try await Self.expectProved(bench, id)
        }
    }

    @Test func aStoreThatIsAwayAfterTheCommitForgetsNobody() async throws {
        try await ErasureBench.with { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            let objects = "\(bench.work.folder)/objects"
            try FileManager.default.moveItem(atPath: objects, toPath: "\(objects)-away")
            try await bench.withWorker {
                try await bench.work.until(
                    "EXISTS (SELECT FROM habeas.job WHERE kind = 'erase' AND state = 'waiting' AND error LIKE 'erasure.%')"
                )
            }
            let hash = bench.tools.keys.suppressionHash(kind: "email", "ada@example.com")
            #expect(try await bench.tools.eraser.isSuppressed(hash))
            #expect(try await bench.work.request(id).state == .queued)
            try FileManager.default.moveItem(atPath: "\(objects)-away", toPath: objects)
            try await bench.work.database.run("UPDATE habeas.job SET run_at = now() WHERE kind = 'erase'")
            try await bench.untilState(.erasedWithRetention, .failed, .partial, of: id)
            try await Self.expectProved(bench, id)
        }
    }

    @Test func ofTwoHoldsEachLetsItsOwnGo() async throws {
        try await ErasureBench.with { bench in
            let first = try await bench.placeHold("tasks")
            let second = try await bench.placeHold("contacts", matter: "2026-LIT-016")
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            try await bench.untilState(.erasedWithRetention, .failed, .partial, of: id)
            func held(_ table: String) async throws -> Int {
                try await bench.count(
                    """
                    SELECT count(*) FROM workspace.\(table) t JOIN workspace.users u ON u.id = t.user_id
                     WHERE u.email::text LIKE 'erased-%'
                    """)
            }
            #expect(try await held("tasks") > 0)
            let contacts = try await held("contacts")
            #expect(contacts > 0)
            try await bench.release(first)
            try await bench.untilRuns(2, of: id)
            #expect(try await held("tasks") == 0)
            #expect(try await held("contacts") == contacts)
            #expect(try await bench.certificate(of: id).isHeld)
            try await bench.release(second)
            try await bench.untilRuns(3, of: id)
            #expect(try await held("contacts") == 0)
            let certificate = try await bench.certificate(of: id)
            #expect(!certificate.isHeld && certificate.retained.map(\.documents).reduce(0, +) == 12)
            #expect(certificate.hunt.isComplete && certificate.hunt.leftovers.isEmpty)
            #expect(await bench.letters.sent.last { $0.kind == "erasure-done-keeping" }?.address == "ada@example.com")
        }
    }
}
