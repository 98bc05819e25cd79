package import RightsCore

/// A purge that left no byte in the live files: up to where it covers erasures, and behind what it wrote (`P`).
package struct CoveringPurge: Sendable, Hashable {
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

/// Puts together from where on copies are clean of an erasure: its own points, those of replays after restores, and the
/// purges that cover them (docs/backups.md, “The rule”). It is pure.
package struct HorizonRule: Sendable {
    private let past: LedgerPast
    /// The first first.
    private let purges: [CoveringPurge]
    private let lineage: Lineage

    /// The rule by what the ledger says, the purges that were done, and the timelines that copies tell of.
    package init(_ past: LedgerPast, _ purges: [CoveringPurge], _ readings: [CopyReading]) {
        self.past = past
        self.purges = purges.sorted { $0.at < $1.at }
        lineage = Lineage(of: readings)
    }

    /// The horizon of an erasure.
    ///
    /// - Parameters:
    ///   - run: the run that erased first.
    ///   - erased: where the server's log stood after it (`E`).
    package func horizon(of run: ErasureRunID, erased: [HistoryPoint], at: Instant) -> ErasureHorizon {
        let again = past.replays(after: run)
        let points = comparable(erased + again.compactMap { HistoryPoint($0.place) })
        let absentSince = max(at, again.map(\.at).max() ?? at)
        let covering = purges.filter { lineage.follows($0.covers, anyOf: points) }
        return ErasureHorizon(
            erased: points, purged: comparable(covering.map(\.position)), erasedAt: at, absentSince: absentSince,
            purgedAt: covering.first { $0.at >= absentSince }?.at)
    }

    /// The last point of each timeline, since a database that was restored twice may be on another branch under the same
    /// number; none of a timeline that is known to have several.
    private func comparable(_ points: [HistoryPoint]) -> [HistoryPoint] {
        Dictionary(grouping: points, by: LedgerPast.Timeline.init)
            .filter { !past.branched.contains($0.key) }
            .compactMap { $0.value.max { $0.position < $1.position } }
            .sorted { ($0.timeline, $0.position) < ($1.timeline, $1.position) }
    }
}

extension LedgerPast.Timeline {
    fileprivate init(_ point: HistoryPoint) {
        self.init(system: point.system, timeline: point.timeline)
    }
}
