package import BackupTruth
package import Erasing
internal import ErasureLedger
internal import FoundationEssentials
package import RequestLedger
package import RightsCore

/// One reading of all copies, with what was purged and erased again until then.
package struct BackupLook: Sendable {
    /// What copies hold.
    package let readings: [CopyReading]
    private let backups: BackupTools
    private let rule: HorizonRule
    let now: Instant

    /// A look at what was read.
    init(
        readings: [CopyReading] = [], purges: [CoveringPurge] = [], past: LedgerPast, backups: BackupTools, now: Instant
    ) {
        self.readings = readings
        self.backups = backups
        self.now = now
        rule = HorizonRule(past, purges, readings)
    }

    /// Reads every copy, the purges, and the erasure ledger.
    ///
    /// - Throws: `ErasureLedgerError`: without the ledger it isn't known when restored databases were replayed.
    package static func take(_ backups: BackupTools, _ tools: ErasureTools, at now: Instant) async throws -> BackupLook
    {
        let ledger = try await tools.ledger().ledger
        let past = try await LedgerPast(of: ledger, store: tools.service)
        var readings = try await backups.read(now).witnessing(ledger)
        if let standing = try await backups.standing?() {
            readings = readings.beside(
                standing, try await RewindWatch.state(of: standing, against: past, in: ledger))
        }
        return BackupLook(
            readings: readings, purges: try await tools.eraser.purges().compactMap { CoveringPurge($0) }, past: past,
            backups: backups, now: now)
    }

    /// What was erased, part by part, with where a restored database had nothing of it any more, and the purges that cover it.
    package func parts(of runs: [ErasureRunRecord]) -> [ErasureHorizon] {
        runs.compactMap { run in
            guard let receipt = run.done, let erased = run.point else { return nil }
            return rule.horizon(of: run.run, erased: [erased], at: receipt.at)
        }
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

extension CoveringPurge {
    /// A purge as the store knows it; nil when its positions can't be read.
    package init?(_ purge: PurgedPoint) {
        guard let covers = HistoryPoint(purge.covers), let position = HistoryPoint(purge.position) else { return nil }
        self.init(covers: covers, position: position, at: purge.at)
    }
}
