/// What kind of work a request asks for; each kind has its own limit per client.
package enum RateClass: String, Sendable, CaseIterable {
    /// Health, metrics, published files: no limit.
    case open
    /// Reading pages and following progress.
    case page
    /// Writing on pages: asking, cancelling.
    case intake
    /// Entering or asking for a code, signing in.
    case code
    /// The API for staff and systems.
    case api
    /// Bytes of archives.
    case download
    /// Paths that don't exist.
    case unrouted
}

/// A token bucket: `burst` requests at once, then one more every `interval`.
package struct RateLimit: Sendable, Equatable {
    /// Requests at once.
    package let burst: Int
    /// Time until one more is allowed.
    package let interval: Duration

    package init(burst: Int, every interval: Duration) {
        precondition(burst > 0 && interval > .zero, "a rate limit allows something")
        self.burst = burst
        self.interval = interval
    }

    /// What one client may do unless settings say otherwise.
    package static let standard: [RateClass: RateLimit] = [
        .page: RateLimit(burst: 120, every: .milliseconds(500)),
        .intake: RateLimit(burst: 10, every: .seconds(30)),
        .code: RateLimit(burst: 10, every: .seconds(12)),
        .api: RateLimit(burst: 300, every: .milliseconds(50)),
        .download: RateLimit(burst: 60, every: .seconds(1)),
        .unrouted: RateLimit(burst: 60, every: .seconds(2)),
    ]
}
