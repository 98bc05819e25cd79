internal import ErasureLedger
internal import RightsCore

/// What the ledger says was erased, with the purges that cover it, for verdicts on backups.
package struct DrillErasures: Sendable {
    /// One for each erasure whose place is known.
    let horizons: [ErasureHorizon]

    /// Folds a ledger's past and purges, by the timelines that copies tell of.
    package init(_ past: LedgerPast, _ purges: [CoveringPurge], _ readings: [CopyReading]) {
        let rule = HorizonRule(past, purges, readings)
        horizons = past.mustBeGone.flatMap { once in
            once.runs.compactMap { run in
                past.isRepetition(run, of: once) ? nil : rule.horizon(of: run, in: once, past)
            }
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

extension HorizonRule {
    /// The horizon of a run; nil where nobody noted where it was.
    fileprivate func horizon(of run: ErasureRunID, in once: ErasedOnce, _ past: LedgerPast) -> ErasureHorizon? {
        let own = once.first.content
        // The product's own deletion has its place in its only entry.
        let place = past.confirmed[run].flatMap { $0 } ?? (own.run == run ? own.place : nil)
        guard let point = place.flatMap({ HistoryPoint($0) }) else { return nil }
        return horizon(of: run, erased: [point], at: once.first.at)
    }
}

extension LedgerPast {
    /// Whether a run only repeated an erasure in a restored database, whose place the end of that replay has.
    fileprivate func isRepetition(_ run: ErasureRunID, of once: ErasedOnce) -> Bool {
        guard run != once.first.content.run, let place = confirmed[run].flatMap({ $0 }) else { return false }
        return replays(after: run).contains { $0.place.system == place.system && $0.place.timeline == place.timeline }
    }
}
