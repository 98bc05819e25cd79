internal import RequestLedger
internal import RightsCore
package import RightsEngine

/// What is open and due, per law: counted when somebody asks for the measurements, every fifteen seconds at most.
package actor DeadlineMetrics {
    private static let lifetime = Duration.seconds(15)

    private let engine: Engine
    private let open: Gauge
    private let due: Gauge
    private let holdsOverdue: Gauge
    private let countedAt: Gauge
    private var last: ContinuousClock.Instant?
    private var seenStates: Set<[String]> = []
    private var seenBuckets: Set<[String]> = []

    /// Adds the measurements to a registry.
    package init(_ metrics: MetricsRegistry, engine: Engine) {
        self.engine = engine
        let regime = MetricLabel("regime", values: RegimeID.known)
        open = metrics.gauge(
            "habeas_requests_open", help: "Requests that aren't answered yet.",
            labels: [regime, MetricLabel("state", values: RequestState.allCases.map(\.rawValue))])
        due = metrics.gauge(
            "habeas_requests_due", help: "Open requests by what presses; the buckets overlap (docs/dashboard.md).",
            labels: [regime, MetricLabel("bucket", values: DashboardBucket.allCases.map(\.rawValue))])
        holdsOverdue = metrics.gauge(
            "habeas_holds_review_overdue", help: "Legal holds in force whose day of review is past.")
        countedAt = metrics.gauge(
            "habeas_requests_counted_timestamp_seconds", help: "When open requests were counted, in seconds since 1970."
        )
    }

    /// Counts anew unless that was done just now. Where the database doesn't answer, the last numbers stay, and their time
    /// tells how old they are.
    package func refresh() async {
        let now = ContinuousClock.now
        if let last, last.duration(to: now) < Self.lifetime { return }
        last = now
        guard let counts = try? await engine.dashboardCounts(), let holds = try? await engine.holdCount() else {
            return
        }
        set(counts)
        holdsOverdue.set(Double(holds.reviewOverdue))
        countedAt.set(Double(engine.now().microseconds) / 1e6)
    }

    private func set(_ counts: [DashboardCount]) {
        var states: [[String]: Int] = [:]
        var buckets: [[String]: Int] = [:]
        for count in counts {
            // An operator's own laws are counted together: labels come from a closed set.
            let regime = RegimeID.known.contains(count.regime) ? count.regime : "other"
            states[[regime, count.state.rawValue], default: 0] += count.counts[.open] ?? 0
            for (bucket, number) in count.counts {
                buckets[[regime, bucket.rawValue], default: 0] += number
            }
        }
        // What was there before and isn't any more is none, not the old number.
        seenStates.formUnion(states.keys)
        seenBuckets.formUnion(buckets.keys)
        for key in seenStates { open.set(Double(states[key] ?? 0), key[0], key[1]) }
        for key in seenBuckets { due.set(Double(buckets[key] ?? 0), key[0], key[1]) }
    }
}
