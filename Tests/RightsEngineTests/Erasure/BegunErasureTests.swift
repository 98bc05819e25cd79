import ArchiveFormat
import AuditLedger
import Erasing
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// What can still be done about an erasure, before and after it has begun.
@Suite(.timeLimit(.minutes(5))) struct BegunErasureTests {
    private static let ada = "SELECT count(*) FROM workspace.users WHERE email = 'ada@example.com'"

    /// A plan's run as its job begins it, with or without what it did.
    private func begin(_ id: RequestID, _ bench: ErasureBench, receipt: String?) async throws {
        _ = try await bench.engine.control.transaction { transaction in
            let plan = try #require(try await transaction.plan(of: id))
            var run = try await transaction.begin(
                ErasureRunRecord(run: bench.engine.makeID(), request: id, plan: plan.id, begunAt: bench.engine.now()))
            run.receipt = receipt
            try await transaction.store(run)
        }
    }

    /// Seals whom it is about, as its job does before the first row goes.
    private func touch(_ id: RequestID, _ bench: ErasureBench) async throws {
        let matter = try #require(try await bench.engine.erasureCase(id))
        let known = try #require(try await bench.tools.eraser.identify(matter.question.target, as: id.text))
        try await bench.engine.seal(SealedTarget(known, []), of: id)
    }

    private func move(_ id: RequestID, _ bench: ErasureBench, _ events: RequestLife.Event...) async throws {
        try await bench.engine.control.transaction { transaction in
            var request = try await bench.engine.locked(id, in: transaction)
            for event in events { try await bench.engine.move(&request, event, by: .system, in: transaction) }
        }
    }

    private func decide(_ id: RequestID, _ bench: ErasureBench, _ event: RequestLife.Event) async throws -> String? {
        let words = StaffGround(
            ticket: try #require(Ticket("T-7")), reason: try #require(Reason("manifestly-unfounded:because")))
        do {
            _ = try await bench.engine.control.transaction {
                try await bench.engine.decide(id, event, by: bench.kim, words, in: $0)
            }
            return nil
        } catch let error as EngineError { return "\(error.code.rawValue) \(error.description)" }
    }

    @Test func collectionsCannotLimitAnErasure() async throws {
        try await ErasureBench.with { bench in
            let found = try await bench.engine.find("email:ada@example.com")
            let input = StaffRequestInput(
                subject: "email:ada@example.com", right: .erasure, regime: "GDPR", collections: ["contacts"],
                language: .english)
            let early = #expect(throws: EngineError.self) { try bench.engine.check(input) }
            let late = await #expect(throws: EngineError.self) {
                _ = try await bench.engine.control.transaction {
                    try await bench.engine.open(input, for: found, by: bench.grace, .sample, in: $0)
                }
            }
            #expect(early?.code == .invalid && early?.field == "collections" && early?.hint?.contains("record") == true)
            #expect(late?.code == .invalid && late?.field == "collections")
            #expect(try await bench.work.value("SELECT count(*) FROM habeas.request") == "0")
        }
    }

    @Test func whatWasApprovedButNotBegunCanBeCancelled() async throws {
        try await ErasureBench.with { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            #expect(try await decide(id, bench, .cancel) == nil)
            #expect(try await bench.work.request(id).state == .cancelled)
            let jobs =
                "SELECT count(*) FROM habeas.job WHERE kind IN ('plan', 'erase') AND state IN ('waiting', 'running')"
            #expect(try await bench.work.value(jobs) == "0")
            #expect(try await bench.count(Self.ada) == 1)
        }
    }

    @Test(arguments: [[RequestLife.Event.start], [.start, .handBack], [.start, .fail]])
    func whatHasBegunCanBeNeitherEndedNorSetAside(events: [RequestLife.Event]) async throws {
        try await ErasureBench.with { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            for event in events { try await move(id, bench, event) }
            try await begin(id, bench, receipt: nil)
            try await touch(id, bench)
            for event in [RequestLife.Event.cancel, .refuse, .pause] {
                let refusal = try await decide(id, bench, event)
                #expect(refusal?.contains("the erasure has begun") == true, "\(event): \(refusal ?? "done")")
            }
            let withdrawn = await #expect(throws: EngineError.self) {
                _ = try await bench.engine.control.transaction {
                    try await bench.engine.withdraw(id, by: bench.kim, .sample, in: $0)
                }
            }
            #expect(withdrawn?.code == .requestNotPossible)
            #expect(try await bench.work.request(id).state != .cancelled)
            let notices = "SELECT count(*) FROM habeas.notice WHERE kind IN ('request-cancelled', 'request-refused')"
            #expect(try await bench.work.value(notices) == "0")
        }
    }

    @Test func whatWasStoppedBeforeItsCommitCanBeCancelledAndWhatWasErasedBeforeCannot() async throws {
        try await ErasureBench.with { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            try await begin(id, bench, receipt: nil)
            try await move(id, bench, .start, .replan)
            let view = try await bench.engine.control.transaction { transaction in
                try await bench.engine.hasBegun(try await bench.engine.locked(id, in: transaction), in: transaction)
            }
            #expect(!view)
            try await begin(id, bench, receipt: "{}")
            #expect(try await decide(id, bench, .cancel)?.contains("has begun") == true)
            try await bench.work.database.run("UPDATE habeas.erasure_run SET receipt = NULL")
            #expect(try await decide(id, bench, .cancel) == nil)
        }
    }

    @Test func aPausedErasureGoesOnAsOne() async throws {
        try await ErasureBench.with { bench in
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            try await bench.approve(id)
            #expect(try await decide(id, bench, .pause) == nil)
            #expect(try await decide(id, bench, .resume) == nil)
            let jobs =
                "SELECT string_agg(kind, ' ') FROM habeas.job WHERE request_id = $1 AND state = 'waiting' AND kind IN ('export', 'plan', 'erase')"
            #expect(try await bench.work.value(jobs, [id.text]) == "erase")
            try await bench.untilState(.erasedWithRetention, .failed, .partial, of: id)
            #expect(try await bench.work.request(id).state == .erasedWithRetention)
            #expect(try await bench.count(Self.ada) == 0)
        }
    }

    @Test func aPlanThatNamesHoldsIsForThoseWhoMayKnowOfThem() async throws {
        try await ErasureBench.with { bench in
            let found = try await bench.engine.find("email:ada@example.com")
            _ = try await bench.engine.control.transaction {
                try await bench.engine.placeHold(
                    HoldInput(
                        matter: "2026-LIT-014", basis: .gdprClaims, scope: HoldScope(collections: ["tasks"]),
                        reviewOn: CivilDate("2027-05-31")!), on: found, by: bench.grace, .sample, in: $0)
            }
            let id = try await bench.ask()
            try await bench.untilPlanned(id)
            for role in [StaffRole.support, .admin] {
                let caller = try await bench.work.staff("Sam \(role.rawValue)", role)
                let refusal = await #expect(throws: EngineError.self) {
                    _ = try await bench.engine.plan(of: id, by: caller)
                }
                #expect(refusal?.code == .forbidden && refusal?.description.contains("holds.read") == true)
            }
            let auditor = try await bench.work.staff("Aud", .auditor)
            #expect(try await bench.engine.plan(of: id, by: auditor).plan.holds.count == 1)
            let admin = try await bench.work.staff("Root", .admin)
            let keys = try KeyRing(folder: "\(bench.work.folder)/keys")
            let evidence = await #expect(throws: EngineError.self) {
                _ = try await bench.engine.evidence(of: id, keys: keys, by: admin)
            }
            #expect(evidence?.code == .forbidden)
        }
    }
}
