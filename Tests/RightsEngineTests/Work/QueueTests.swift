import AuditLedger
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// The queue's own statements, on a real database.
@Suite struct QueueTests {
    private func claim(
        _ bench: WorkBench, _ kinds: [JobKind] = JobKind.allCases, takesHeavy: Bool = true,
        lease: Duration = .seconds(30)
    ) async throws -> JobRecord? {
        try await bench.engine.control.transaction {
            try await $0.claimJob(ClaimTerms(kinds: kinds, takesHeavy: takesHeavy, worker: "test", lease: lease))
        }
    }

    private func enqueue(_ bench: WorkBench, _ kind: JobKind, _ count: Int = 1) async throws {
        try await bench.engine.control.transaction { transaction in
            for _ in 0..<count { try await transaction.enqueue(bench.engine.makeID(), kind) }
        }
    }

    @Test func twentyThatClaimAtOnceNeverGetTheSame() async throws {
        try await WorkBench.with { bench in
            try await enqueue(bench, .mail, 200)
            let claimed = try await withThrowingTaskGroup(of: [JobID].self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        var mine: [JobID] = []
                        while let job = try await claim(bench) { mine.append(job.id) }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }

            #expect(claimed.count == 200)
            #expect(Set(claimed).count == 200)
        }
    }

    @Test func anOldHoldersWritesAreRefused() async throws {
        try await WorkBench.with { bench in
            try await enqueue(bench, .webhook)
            let old = try #require(await claim(bench, lease: .milliseconds(1)))
            try await bench.until("SELECT lease_until < clock_timestamp() FROM habeas.job")
            let settlement = try await bench.engine.settleAbandoned(old)
            let new = try #require(await claim(bench))
            let control = bench.engine.control

            let beat = try await control.transaction {
                try await $0.heartbeat(old, lease: .seconds(60), phase: "x", done: nil, total: nil)
            }
            let holds = try await control.transaction { try await $0.holds(old) }
            let isEnded = try await control.transaction { try await $0.end(old, as: .done) }
            let isReserved = try await control.transaction {
                try await $0.reserve(1, of: 100, for: old, weight: .light)
            }
            let given = try await bench.engine.giveBack(old, JobWait(reason: .worker, delay: .zero))
            let failed = try await bench.engine.settle(old, JobFailure(.failed))
            let again = try await bench.engine.settleAbandoned(old)
            let now = try await bench.engine.job(old.id)

            #expect(settlement == .givenBack)
            #expect(new.fence > old.fence && new.attempts == 2)
            #expect(!beat && !holds && !isEnded && !isReserved)
            #expect(given == .lost && failed == .lost && again == .lost)
            #expect(now.state == .running && now.fence == new.fence)
            await #expect(throws: JobLost.self) {
                try await HeldJob(job: old, control: control).finish { _ in Issue.record("it wrote") }
            }
        }
    }

    @Test func aPausedKindIsNotTaken() async throws {
        try await WorkBench.with { bench in
            try await enqueue(bench, .mail)
            try await enqueue(bench, .webhook)
            let engine = bench.engine
            try await engine.control.transaction { try await engine.pauseQueue(.mail, by: .system, in: $0) }

            let first = try await claim(bench)
            let second = try await claim(bench)
            let state = try await engine.queueState()
            try await engine.control.transaction { try await engine.resumeQueue(.mail, by: .system, in: $0) }
            try await engine.control.transaction { try await engine.pauseQueue(nil, by: .system, in: $0) }
            let third = try await claim(bench)
            try await engine.control.transaction { try await engine.resumeQueue(nil, by: .system, in: $0) }
            let fourth = try await claim(bench)
            let audited = try await bench.value(
                "SELECT string_agg(action || facts, ' ' ORDER BY seq) FROM habeas.audit_entry")

            #expect(first?.kind == .webhook && second == nil && third == nil && fourth?.kind == .mail)
            #expect(state.paused == ["mail"])
            #expect(
                audited == #"queue.paused{"kind":"mail"} queue.resumed{"kind":"mail"} "#
                    + #"queue.paused{"kind":"all"} queue.resumed{"kind":"all"}"#)
        }
    }

    @Test func spaceIsReservedByOneAtATime() async throws {
        try await WorkBench.with { bench in
            for person in 1...10 { _ = try await bench.ask("user:\(person)") }
            let got = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        let job = try #require(await claim(bench, [.export]))
                        return try await bench.engine.control.transaction {
                            try await $0.reserve(30, of: 100, for: job, weight: .light)
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(got == 3)
        }
    }

    @Test func aDutyIsQueuedOnceAndNotTooSoonAgain() async throws {
        try await WorkBench.with { bench in
            let engine = bench.engine
            func queue(every pause: Duration) async throws {
                try await engine.control.transaction {
                    try await $0.enqueueDuty(engine.makeID(), .expire, every: pause, maxAttempts: 3)
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await queue(every: .seconds(60)) } }
                try await group.waitForAll()
            }
            let job = try #require(await claim(bench))
            try await queue(every: .seconds(60))
            _ = try await engine.control.transaction { try await $0.end(job, as: .done) }
            try await queue(every: .seconds(60))
            let after = try await bench.value("SELECT count(*) FROM habeas.job")
            try await queue(every: .zero)
            let later = try await bench.value("SELECT count(*) FROM habeas.job")

            #expect(after == "1")
            #expect(later == "2")
        }
    }
}
