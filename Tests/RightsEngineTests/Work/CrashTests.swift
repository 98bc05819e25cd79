import Foundation
import ObjectStore
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// A worker that ends without a word at a step boundary, and another one that takes over (FAILURES F2).
@Suite(.timeLimit(.minutes(10))) struct CrashTests {
    enum Moment: String, CaseIterable {
        case beforeMeasuring, beforeMaking, afterMaking, beforeTheLastTransaction, whileTheLastTransactionWaits
    }

    @Test(arguments: Moment.allCases) func anotherOneFinishesWithOneArchive(moment: Moment) async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()

            try await crash(bench, request, at: moment)

            let states = try await bench.value("SELECT state FROM habeas.job WHERE kind = 'export'")
            #expect(states == "running", "nothing was written after the crash")
            try await bench.database.run(
                "UPDATE habeas.job SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'running'")
            try await bench.withWorker(.test(.small(in: bench.archives))) {
                try await bench.until("SELECT state = 'done' FROM habeas.job WHERE kind = 'export'")
                try await bench.until(
                    "SELECT NOT EXISTS (SELECT FROM habeas.job WHERE state IN ('waiting', 'running'))")
            }
            try await expectOneArchive(bench, request)
        }
    }

    /// Lets a worker begin, and cancels it whole at a moment: no connection of it writes after that.
    private func crash(_ bench: WorkBench, _ request: RequestRecord, at moment: Moment) async throws {
        let reached = Signal()
        @Sendable func stop(at here: Moment) async throws {
            guard here == moment else { return }
            reached.raise()
            try await Task.sleep(for: .seconds(600))
        }
        let small = ArchiveMaker.small(
            in: bench.archives, before: { _ in try await stop(at: .beforeMaking) },
            after: { _ in try await stop(at: .afterMaking) })
        let maker = ArchiveMaker(
            measure: { order in
                try await stop(at: .beforeMeasuring)
                return try await small.measure(order)
            },
            make: { order, objects, progress in
                let archive = try await small.make(order, objects, progress)
                if moment == .whileTheLastTransactionWaits { reached.raise() }
                try await stop(at: .beforeTheLastTransaction)
                return archive
            })
        guard moment == .whileTheLastTransactionWaits else {
            return try await bench.withWorker(.test(maker)) { await reached.wait() }
        }
        // Somebody else has the request's row, so the last transaction waits for it and is cut off there.
        let began = Signal()
        let held = ArchiveMaker(
            measure: small.measure,
            make: { order, objects, progress in
                began.raise()
                await reached.wait()
                return try await small.make(order, objects, progress)
            })
        try await PostgresConnection.withConnection(to: bench.database.target()) { other in
            try await bench.withWorker(.test(held)) {
                await began.wait()
                try await other.query("BEGIN")
                try await other.query("SELECT FROM habeas.request WHERE id = $1 FOR UPDATE", [request.id.text])
                reached.raise()
                try await bench.until(
                    "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple'))")
            }
            try await other.query("ROLLBACK")
        }
    }

    private func expectOneArchive(_ bench: WorkBench, _ request: RequestRecord) async throws {
        let after = try await bench.request(request.id)
        let archives = try await bench.engine.control.transaction { try await $0.archives(of: request.id) }
        let links = try await bench.value("SELECT count(*) FROM habeas.link")
        let story = try await bench.story(of: request.id)

        #expect(after.state == .ready)
        #expect(archives.count == 1)
        #expect(links == "1")
        #expect(try bench.files() == archives.flatMap { [$0.object, "\($0.object).key"] })
        #expect(story.filter { $0 == "running-ready" }.count == 1)
        #expect(story.filter { $0 == "export.finished" }.count == 1)
        #expect(story.filter { $0 == "queued-running" }.count - story.filter { $0 == "running-queued" }.count == 1)
    }

    /// Objects of other services, of people, and of running jobs stay.
    @Test func onlyOrphansAreCleared() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            let key = ArchiveMaker.key
            let folder = SealedFolder(bench.archives)
            let stranger: RequestID = bench.engine.makeID()
            for name in ["ada.zip", "\(stranger)-1.zip", "\(request.id)-1.zip", "\(request.id)-7-part2.zip"] {
                let writer = try folder.create(name, wrappedBy: key)
                try writer.finish()
                try writer.publish()
            }
            let job = try await bench.engine.control.transaction {
                try await $0.claimJob(
                    ClaimTerms(kinds: [.export], takesHeavy: true, worker: "test", lease: .seconds(60)))
            }
            let shelf = ArchiveShelf(bench.archives)

            let cleared = try await bench.engine.clearOrphans(on: shelf)
            let left = await shelf.objects().map(\.name)
            let settled = try await bench.engine.giveBack(
                try #require(job), JobWait(reason: .worker, delay: .seconds(60)))
            let clearedThen = try await bench.engine.clearOrphans(on: shelf)

            #expect(job?.fence == 1 && cleared == 1 && settled == .givenBack && clearedThen == 1)
            #expect(Set(left) == ["\(stranger)-1.zip", "\(request.id)-1.zip"])
            #expect(
                try bench.files() == ["\(stranger)-1.zip", "\(stranger)-1.zip.key", "ada.zip", "ada.zip.key"].sorted())
        }
    }
}
