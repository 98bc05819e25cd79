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
        guard let life else { return nil }
        let oldest = try await control.transaction { try await $0.oldestErasureWithCopies() }
        let report = try await tools.ledger().expire(
            before: life.cutoff(at: now, oldest: oldest), at: now, isDryRun: isDryRun)
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
