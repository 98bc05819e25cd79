import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// FAILURES F29: cancelled, processed anyway.
@Suite(.timeLimit(.minutes(10))) struct CancellationTests {
    private static let states: [RequestState] = [
        .received, .verifying, .accepted, .queued, .running, .paused, .failed, .ready,
    ]

    @Test(arguments: states) func afterACancelNoLaterStepRuns(state: RequestState) async throws {
        try await WorkBench.with { bench in
            let engine = bench.engine
            let id = try await bench.ask().id
            try await bench.dropErrands()
            if state == .ready {
                try await bench.withWorker(.test(.small(in: bench.archives))) {
                    try await bench.until("SELECT state = 'ready' FROM habeas.request")
                }
            } else {
                try await engine.control.transaction { transaction in
                    var request = try await engine.locked(id, in: transaction)
                    request.life = RequestLife(state: state, pausedFrom: state == .paused ? .queued : nil)
                    try await transaction.store(request)
                }
            }
            try await cancel(id, engine)

            let letters = Tally()
            let workshop = Workshop.test(.small(in: bench.archives)) { letter in
                letters.add(letter.notice.kind)
                return .handedOver(replyCode: 250)
            }
            try await bench.withWorker(workshop) {
                try await bench.until(
                    "SELECT NOT EXISTS (SELECT FROM habeas.job WHERE state IN ('waiting', 'running'))")
                try await bench.untilNoFiles()
            }
            let after = try await bench.request(id)
            #expect(after.state == .cancelled && after.life.possible == [])
            #expect(try await bench.exportJob(of: id).state == (state == .ready ? .done : .cancelled))
            #expect(try await engine.links(of: id).allSatisfy { !$0.isLive(at: bench.clock.now) })
            #expect(try bench.files() == [])
            #expect(letters.all == ["request-cancelled": 1])
            let story = try await bench.story(of: id).filter {
                !$0.hasPrefix("notice") && $0 != "link.revoked" && $0 != "archive.destroyed"
            }
            #expect(story.last == "\(state.rawValue)-cancelled")
        }
    }

    /// A worker has claimed the job and measures it; the request doesn't run yet.
    @Test func cancelledBetweenClaimAndStartNothingIsMade() async throws {
        try await WorkBench.with { bench in
            let engine = bench.engine
            let id = try await bench.ask().id
            try await bench.dropErrands()
            let made = Tally()
            let small = ArchiveMaker.small(in: bench.archives) { _ in made.add("archive") }
            let maker = ArchiveMaker(
                measure: { order in
                    try await cancel(order.request.id, engine)
                    return ExportMeasure(rows: 1, bytes: 1)
                }, make: small.make)
            try await bench.withWorker(.test(maker)) {
                try await bench.until("SELECT state = 'cancelled' FROM habeas.job WHERE kind = 'export'")
                try await bench.until(
                    "SELECT NOT EXISTS (SELECT FROM habeas.job WHERE state IN ('waiting', 'running'))")
                try await bench.untilNoFiles()
            }
            #expect(made.all == [:])
            #expect(try bench.files() == [])
            #expect(try await bench.request(id).state == .cancelled)
            #expect(try await !bench.story(of: id).contains { $0.hasSuffix("-running") })
        }
    }

    private func cancel(_ id: RequestID, _ engine: Engine) async throws {
        let (secret, _) = try await engine.signIn(reference: "user:1")
        try await engine.cancel(id, by: try await engine.session(secret))
    }
}
