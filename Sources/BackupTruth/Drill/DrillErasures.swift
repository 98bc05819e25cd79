internal import ErasureLedger
internal import RightsCore

/// What the ledger says was erased, with the purges that cover it, for verdicts on backups.
package struct DrillErasures: Sendable {
    /// One for each person or record.
    let horizons: [ErasureHorizon]

    /// Folds a ledger's past and purges, by the timelines that copies tell of.
    package init(_ past: LedgerPast, _ purges: [CoveringPurge], _ readings: [CopyReading]) {
        let rule = HorizonRule(past, purges, readings)
        horizons = past.mustBeGone.map { once in
            let erased = once.runs.compactMap { run in
                past.confirmed[run].flatMap { $0 }.flatMap { HistoryPoint($0) }
            }
            return rule.horizon(of: once.first.content.run, erased: erased, at: once.first.at)
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
