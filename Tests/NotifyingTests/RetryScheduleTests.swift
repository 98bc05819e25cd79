import Notifying
import Testing

/// When something is tried again.
@Suite struct RetryScheduleTests {
    /// SplitMix64, so that each run sees the same numbers.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    @Test(arguments: zip([RetrySchedule.webhooks, .mails], [3.15, 2.0]))
    func waitsLongerEachTimeAndThenNoMore(schedule: RetrySchedule, days: Double) throws {
        var random = Seeded(state: 42)
        var total = Duration.zero
        var last = Duration.zero
        for attempt in 1..<schedule.attempts {
            let delay = try #require(schedule.delay(afterAttempt: attempt, using: &random))
            #expect(delay > last)
            last = delay
            total += delay
        }

        #expect(schedule.delay(afterAttempt: schedule.attempts, using: &random) == nil)
        #expect(schedule.delay(afterAttempt: 0, using: &random) == nil)
        #expect((0.9 * days...1.15 * days).contains(total / .seconds(86_400)))
    }

    @Test func spreadsByATenth() throws {
        var random = Seeded(state: 7)
        let delays = (0..<1000).compactMap { _ in RetrySchedule.webhooks.delay(afterAttempt: 2, using: &random) }

        #expect(delays.allSatisfy { (.seconds(270) ... .seconds(330)).contains($0) })
        #expect(Set(delays).count > 900)
    }
}
