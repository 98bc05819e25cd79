import ArchiveFormat
import PostgresTestKit
import RightsCore
import Testing

@testable import RightsEngine

@Suite struct BackoffTests {
    @Test func growsUpToItsLimit() {
        let backoff = Backoff(first: .seconds(10), factor: 3, most: .seconds(100))

        let waits = (1...5).map { backoff.planned(afterAttempt: $0) }

        #expect(waits == [.seconds(10), .seconds(30), .seconds(90), .seconds(100), .seconds(100)])
        #expect(backoff.planned(afterAttempt: 10_000) == .seconds(100))
    }

    @Test(arguments: JobKind.allCases) func isWithinAFifthOfThePlan(kind: JobKind) {
        var random = SystemRandomNumberGenerator()
        var seen: Set<Duration> = []
        for attempt in 1...12 {
            for _ in 0..<50 {
                let planned = kind.backoff.planned(afterAttempt: attempt)
                let delay = kind.backoff.delay(afterAttempt: attempt, using: &random)
                #expect(delay >= planned * 8 / 10 && delay <= planned * 12 / 10)
                seen.insert(delay)
            }
        }
        #expect(seen.count > 100)
    }
}

@Suite struct JobFailureTests {
    /// The exporter's word for a full disk is the queue's: no attempt counts (FAILURES F30).
    @Test func aFullDiskIsWaitedFor() {
        let failure = JobFailure(ArchiveError(.noSpace, "the disk is full"))
        #expect(failure == JobFailure(.noSpace, retry: .whenThereIsSpace))
        #expect(!failure.isLast(attempt: 100, of: 8))
        #expect(JobFailure(ArchiveError(.cannotWrite, "no")).retry == .asUsual)
    }

    @Test(arguments: [
        (JobFailure.Retry.asUsual, 7, false), (.asUsual, 8, true), (.once, 1, false), (.once, 2, true),
        (.never, 1, true),
        (.whenThereIsSpace, 100, false),
    ])
    func endsWhenItShould(retry: JobFailure.Retry, attempt: Int, isLast: Bool) {
        #expect(JobFailure(code: "x", retry: retry).isLast(attempt: attempt, of: 8) == isLast)
    }

    @Test(arguments: JobFailure.Code.allCases) func isDocumented(code: JobFailure.Code) throws {
        #expect(try Checkout.text("docs/errors.md").contains("`\(code.rawValue)`"))
    }

    /// What others throw comes out as a code, never as their words.
    @Test func unknownErrorsSayNothing() {
        struct Telling: Error { let description = "ada@example.com" }
        #expect(JobFailure(Telling()) == JobFailure(.failed))
    }
}

@Suite struct ShelfObjectTests {
    @Test(arguments: [
        ("01890a5d-ac96-774b-bcce-b302099a8057-3.zip", 3), ("01890a5d-ac96-774b-bcce-b302099a8057-12-part7.zip", 12),
    ])
    func knowsItsOwn(name: String, fence: Int) {
        #expect(ShelfObject(name)?.fence == fence)
        #expect(ShelfObject(name)?.request.text == "01890a5d-ac96-774b-bcce-b302099a8057")
    }

    @Test(arguments: [
        "ada.zip", "01890a5d-ac96-774b-bcce-b302099a8057.zip", "01890a5d-ac96-774b-bcce-b302099a8057-x.zip",
        "01890a5d-ac96-774b-bcce-b302099a8057-3-partx.zip", "01890a5d-ac96-774b-bcce-b302099a8057-3-part1-2.zip",
        "01890A5D-AC96-774B-BCCE-B302099A8057-3.zip", "01890a5d-ac96-774b-bcce-b302099a8057-0.zip", "", "-.zip",
    ])
    func leavesOthersAlone(name: String) { #expect(ShelfObject(name) == nil) }
}

@Suite struct SignalTests {
    @Test func whatHappenedBeforeIsNotMissed() async {
        let signal = Signal()
        signal.raise()
        await signal.wait()
        #expect(signal.count == 1)
    }

    @Test func cancellingAndTimeEndAWait() async {
        let signal = Signal()
        let waiting = Task { await signal.wait() }
        waiting.cancel()
        await waiting.value
        await signal.wait(past: 0, within: .milliseconds(1))
        #expect(!signal.isRaised)
    }

    @Test func everybodyGoesOn() async {
        let signal = Signal()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { await signal.wait() } }
            group.addTask { signal.raise() }
        }
        #expect(signal.count == 1)
    }
}
