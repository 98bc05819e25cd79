package import BackupTruth
internal import Erasing
internal import ErasureLedger
internal import FoundationEssentials
package import RequestLedger
package import RightsCore

/// One reading of all copies, with what was purged and erased again until then.
package struct BackupLook: Sendable {
    /// What copies hold.
    package let readings: [CopyReading]
    let purges: [PurgedPoint]
    let past: LedgerPast
    let backups: BackupTools
    let now: Instant
    private let lineage: Lineage

    /// A look at what was read.
    init(
        readings: [CopyReading] = [], purges: [PurgedPoint] = [], past: LedgerPast, backups: BackupTools, now: Instant
    ) {
        self.readings = readings
        self.purges = purges
        self.past = past
        self.backups = backups
        self.now = now
        lineage = Lineage(of: readings)
    }

    /// Reads every copy, the purges, and the erasure ledger.
    ///
    /// - Throws: `ErasureLedgerError`: without the ledger it isn't known when restored databases were replayed.
    package static func take(_ backups: BackupTools, _ tools: ErasureTools, at now: Instant) async throws -> BackupLook
    {
        let ledger = try await tools.ledger().ledger
        return BackupLook(
            readings: try await backups.read(now).witnessing(ledger), purges: try await tools.eraser.purges(),
            past: try await LedgerPast(of: ledger, store: tools.service), backups: backups, now: now)
    }

    /// What was erased, part by part, with where a restored database had nothing of it any more, and the purges that cover it.
    package func parts(of runs: [ErasureRunRecord]) -> [ErasureHorizon] {
        runs.compactMap { run in
            guard let receipt = run.done, let erased = run.point else { return nil }
            let again = past.replays(after: run.run)
            let points = comparable([erased] + again.compactMap { HistoryPoint($0.place) })
            let absentSince = again.map(\.at).max() ?? receipt.at
            let covering = purges.filter { purge in
                HistoryPoint(purge.covers).map { lineage.follows($0, anyOf: points) } ?? false
            }
            return ErasureHorizon(
                erased: points, purged: comparable(covering.compactMap { HistoryPoint($0.position) }), erasedAt: receipt.at,
                absentSince: absentSince, purgedAt: covering.first { $0.at >= absentSince }?.at)
        }
    }

    /// The last point of each timeline, since a database that was restored twice may be on another branch under the same
    /// number; none of a timeline that is known to have several.
    private func comparable(_ points: [HistoryPoint]) -> [HistoryPoint] {
        Dictionary(grouping: points) { LedgerPast.Timeline(StorePlace(system: $0.system, timeline: $0.timeline)) }
            .filter { !past.branched.contains($0.key) }
            .compactMap { $0.value.max { $0.position < $1.position } }
            .sorted { ($0.timeline, $0.position) < ($1.timeline, $1.position) }
    }

    /// What can be said of its copies.
    package func outlook(_ parts: [ErasureHorizon]) -> Outlook {
        Outlook(
            parts, backups.copies, readings, purgeEveryDays: backups.purgeEveryDays, alarm: backups.alarm, now: now)
    }
}

extension ErasureRunRecord {
    /// Where the server's log stood after it (`E`).
    fileprivate var point: HistoryPoint? {
        position.flatMap { try? JSONDecoder().decode(ErasurePosition.self, from: Data($0.utf8)) }
            .flatMap(HistoryPoint.init)
    }
}

extension HistoryPoint {
    fileprivate init?(_ position: ErasurePosition) {
        guard let place = try? StorePlace(position) else { return nil }
        self.init(place)
    }
}
