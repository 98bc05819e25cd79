/// When something is tried again, and when no longer.
package struct RetrySchedule: Sendable, Hashable {
    /// The seconds after each failed attempt.
    private let seconds: [Int64]

    /// Nine more attempts in a little over three days: the schedule of Standard Webhooks.
    package static let webhooks = RetrySchedule(seconds: [
        5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ])

    /// Eight more attempts in two days: a greylisting server takes the second or third, a full mailbox a later one.
    package static let mails = RetrySchedule(seconds: [60, 300, 900, 3600, 10_800, 28_800, 43_200, 86_400])

    private init(seconds: [Int64]) { self.seconds = seconds }

    /// How many attempts there are in all.
    package var attempts: Int { seconds.count + 1 }

    /// How long to wait after the attempt of that number, the first being 1; nil when it was the last.
    ///
    /// The time is up to a tenth shorter or longer than planned, so that a receiver that comes back isn't run over.
    package func delay(afterAttempt attempt: Int, using random: inout some RandomNumberGenerator) -> Duration? {
        guard attempt >= 1, attempt <= seconds.count else { return nil }
        let planned = seconds[attempt - 1] * 1000
        return .milliseconds(planned + Int64.random(in: -planned / 10...planned / 10, using: &random))
    }
}
