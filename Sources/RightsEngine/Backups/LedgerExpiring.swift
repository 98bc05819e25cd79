package import AuditLedger
package import BackupTruth
package import ErasureLedger
package import RequestLedger
package import RightsCore

/// Lets the erasure ledger forget what no copy can bring back any more.
package struct LedgerExpiring: Sendable {
    private let tools: ErasureTools
    private let control: ControlDatabase

    /// - Parameter control: it knows of whose copies something is left.
    package init(_ tools: ErasureTools, _ control: ControlDatabase) {
        self.tools = tools
        self.control = control
    }

    /// How long it has to remember; nil where no copy is declared.
    package var life: LedgerLife? {
        tools.backups.flatMap {
            LedgerLife($0.copies, purgeEveryDays: $0.purgeEveryDays, marginDays: $0.ledgerMarginDays)
        }
    }

    /// Does it, and has the audit chain remember it.
    ///
    /// - Returns: what was done, or would be; nil where no copy is declared.
    package func run(at now: Instant, by actor: AuditActor, isDryRun: Bool = false) async throws -> LedgerExpiryReport?
    {
        guard let life, let backups = tools.backups else { return nil }
        let ledger = try await tools.ledger()
        let erasure = try await control.transaction { try await $0.oldestErasureWithCopies() }
        let hoped = try await ledger.expire(
            before: life.cutoff(at: now, oldest: erasure), of: tools.service, at: now, isDryRun: true)
        guard hoped.files > 0 else { return hoped }
        // Copies are only read when something would go: what they hold counts, whatever their policies say.
        let oldest: Instant
        switch try await backups.read(now).oldest {
        case .since(let backup): oldest = min(backup ?? now, erasure ?? now)
        case .unknown(let copy): return hoped.stopped(by: .copy(copy))
        }
        let report = try await ledger.expire(
            before: life.cutoff(at: now, oldest: oldest), of: tools.service, at: now, isDryRun: isDryRun)
        guard report.files > 0, !isDryRun else { return report }
        try await control.transaction { transaction in
            _ = try await transaction.connection.append(
                AuditEntry(
                    .ledgerExpired, by: actor,
                    [
                        "until": .number(report.until), "entries": .number(report.entries),
                        "files": .number(report.files), "restated": .number(report.restated),
                    ]))
        }
        return report
    }
}

extension Engine {
    /// The duty of every day after the look at backups.
    func expireLedger(_ tools: ErasureTools) async throws {
        _ = try await LedgerExpiring(tools, control).run(at: now(), by: .system)
    }
}
