package import RightsCore

/// How long a job waits after a failure: longer each time, up to a limit, and never for quite as long as others.
package struct Backoff: Sendable, Hashable {
    /// The wait after the first failure.
    package let first: Duration
    /// How much longer each wait is than the one before.
    package let factor: Int
    /// The longest wait.
    package let most: Duration

    /// A backoff by its parts.
    package init(first: Duration, factor: Int, most: Duration) {
        self.first = first
        self.factor = factor
        self.most = most
    }

    /// The wait that is meant after the failure of that number, the first being 1.
    package func planned(afterAttempt attempt: Int) -> Duration {
        var wait = first
        for _ in 1..<max(1, attempt) where wait < most { wait *= factor }
        return min(wait, most)
    }

    /// The wait after the failure of that number: the planned one, up to a fifth shorter or longer.
    package func delay(afterAttempt attempt: Int, using random: inout some RandomNumberGenerator) -> Duration {
        planned(afterAttempt: attempt) * Int.random(in: 800...1200, using: &random) / 1000
    }
}

extension JobKind {
    /// How long a job of this kind waits after a failure.
    package var backoff: Backoff {
        switch self {
        // Somebody sits before the page.
        case .resolve: Backoff(first: .seconds(2), factor: 2, most: .seconds(300))
        case .export: Backoff(first: .seconds(10), factor: 3, most: .seconds(3600))
        // A code lives ten minutes; a mail server that is down may be so for a day.
        case .mail, .webhook: Backoff(first: .seconds(5), factor: 3, most: .seconds(21_600))
        case .plan, .erase: Backoff(first: .seconds(10), factor: 3, most: .seconds(3600))
        case .expire, .checkpoint, .deadlines, .retention, .backups:
            Backoff(first: .seconds(10), factor: 2, most: .seconds(300))
        }
    }

    /// The kinds that come again and again by themselves, one of each at a time.
    package static let duties: [JobKind] = [.expire, .checkpoint, .deadlines, .retention, .backups]

    /// The kinds that aren't exports: short, and never heavy.
    package static var errands: [JobKind] { allCases.filter { $0 != .export } }
}
