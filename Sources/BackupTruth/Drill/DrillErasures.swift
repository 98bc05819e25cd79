internal import ErasureLedger
package import RightsCore

/// What the ledger says was erased, with the purges that cover it, for verdicts on backups.
package struct DrillErasures: Sendable {
    /// A purge: up to where it covers, and behind what it wrote.
    package struct Purge: Sendable {
        let covers: HistoryPoint
        let position: HistoryPoint
        let at: Instant

        /// A purge by its parts.
        package init(covers: HistoryPoint, position: HistoryPoint, at: Instant) {
            self.covers = covers
            self.position = position
            self.at = at
        }
    }

    /// One for each person or record.
    let horizons: [ErasureHorizon]

    /// Folds a ledger's past and purges.
    package init(_ past: LedgerPast, _ purges: [Purge]) {
        horizons = past.mustBeGone.map { once in
            let erased = once.runs.compactMap { run in
                past.confirmed[run].flatMap { $0 }.flatMap { HistoryPoint($0) }
            }
            let covering = purges.filter { purge in
                erased.contains {
                    $0.system == purge.covers.system && $0.timeline == purge.covers.timeline
                        && $0.position <= purge.covers.position
                }
            }
            return ErasureHorizon(
                erased: erased, purged: covering.map(\.position), erasedAt: once.first.at,
                purgedAt: covering.map(\.at).max())
        }
    }

    /// How many of each standing a copy has.
    func standings(of copy: DeclaredCopy, _ readings: [CopyReading], now: Instant) -> [Standing: Int] {
        verdicts(of: copy, readings, now: now).reduce(into: [:]) { $0[$1.standing, default: 0] += 1 }
    }

    /// Whether the verdict says that a backup may hold something of somebody; nil where nobody was erased.
    func mayHoldBytes(_ label: String, of copy: DeclaredCopy, _ readings: [CopyReading], now: Instant) -> Bool? {
        guard !horizons.isEmpty else { return nil }
        return verdicts(of: copy, readings, now: now).contains { verdict in
            verdict.standing == .unknown || verdict.holding.contains(label) || verdict.resurrecting.contains(label)
        }
    }

    private func verdicts(of copy: DeclaredCopy, _ readings: [CopyReading], now: Instant) -> [CopyVerdict] {
        horizons.flatMap { horizon in
            VerdictRule(horizon, now: now).verdict([copy], readings).copies
        }
    }
}
