package import RightsCore

/// When a copy is expected to hold nothing of a person any more, by its declared policy.
package struct CopyForecast: Sendable, Hashable {
    /// The copy.
    package let copy: String
    /// When the last backup goes that can bring the person back.
    package let lastResurrecting: Instant
    /// When the last backup goes that may hold bytes.
    package let lastBytes: Instant

    /// The forecast of a copy.
    ///
    /// - Parameter purgeEveryDays: how often bytes are purged, for an erasure whose bytes weren't yet.
    package init(_ copy: DeclaredCopy, _ horizon: ErasureHorizon, purgeEveryDays: Int, now: Instant) {
        self.copy = copy.name
        let life = Duration.seconds(Int64(copy.policy.days) * 86_400)
        // An overdue purge moves the date with every day that it is late.
        let planned = max(horizon.absentSince.adding(.seconds(Int64(purgeEveryDays) * 86_400)), now)
        lastResurrecting = horizon.absentSince.adding(life)
        let purge = copy.holdsOnlyRows ? horizon.absentSince : horizon.purgedAt ?? planned
        lastBytes = max(purge.adding(life), lastResurrecting)
    }
}

/// When all copies are expected to hold nothing of a person any more.
package struct Forecast: Sendable, Hashable {
    /// The forecast of each copy, in their order.
    package let copies: [CopyForecast]
    /// Copies of which no end can be foretold: something there was exempted from expiry, or should be gone already.
    package let endless: [String]

    /// The forecast of all copies.
    ///
    /// - Parameter verdict: what the copies hold now. A copy that is purged already has no date ahead.
    package init(
        _ declared: [DeclaredCopy], _ horizon: ErasureHorizon, purgeEveryDays: Int, verdict: OverallVerdict? = nil,
        now: Instant
    ) {
        let verdicts = Dictionary((verdict?.copies ?? []).map { ($0.copy, $0) }) { first, _ in first }
        let open = declared.filter { verdicts[$0.name]?.standing != .purged }
        copies = open.map { CopyForecast($0, horizon, purgeEveryDays: purgeEveryDays, now: now) }
        endless = copies.filter { forecast in
            guard let verdict = verdicts[forecast.copy] else { return false }
            let isLate =
                !verdict.resurrecting.isEmpty && now > forecast.lastResurrecting
                || !verdict.holding.isEmpty && now > forecast.lastBytes
            return isLate || !verdict.exempt.isEmpty
        }.map(\.copy)
    }

    /// When no copy can bring the person back any more; nil when all are clean.
    package var lastResurrecting: Instant? { copies.map(\.lastResurrecting).max() }
    /// When no copy holds bytes any more; nil when all are clean.
    package var lastBytes: Instant? { copies.map(\.lastBytes).max() }
}

extension DeclaredCopy {
    /// Whether its backups hold no bytes of dead rows.
    var holdsOnlyRows: Bool {
        if case .dump = source { true } else { false }
    }
}
