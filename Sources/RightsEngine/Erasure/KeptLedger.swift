package import ErasureLedger
package import RequestLedger
package import RightsCore

/// The erasure ledger, with a memory of how far it went: the highest entry is noted in the control database after it was
/// appended, so that a ledger that was lost or put back is refused instead of begun afresh.
package struct KeptLedger: Sendable {
    let ledger: ErasureLedger
    private let memory: LedgerMemory?

    /// - Parameter memory: where the highest entry is noted; nil where there is none.
    package init(_ ledger: ErasureLedger, memory: LedgerMemory?) {
        self.ledger = ledger
        self.memory = memory
    }

    /// Appends an entry, durably, and remembers it.
    package func append(_ draft: LedgerDraft, at now: Instant) async throws -> ErasureLedger.Appended {
        let appended = try await ledger.append(draft, at: now)
        // One that was there before, too: a crash may have come before the note.
        try await memory?.note(LedgerHead(seq: appended.entry.seq, hash: appended.entry.hash))
        return appended
    }

    /// What of its beginning expired.
    package func expiry() async throws -> LedgerExpiry { try await ledger.expiry() }

    /// Drops what nobody needs any more, and remembers how far it goes then.
    package func expire(
        before cutoff: Instant, of store: String, at now: Instant, isDryRun: Bool
    ) async throws -> LedgerExpiryReport {
        let report = try await ledger.expire(before: cutoff, of: [store], at: now, isDryRun: isDryRun)
        if report.restated > 0, !isDryRun { try await memory?.note(try await ledger.head()) }
        return report
    }

    /// How far it goes.
    package func head() async throws -> LedgerHead { try await ledger.head() }

    /// The entry of a run and event; nil when there is none.
    package func entry(of run: ErasureRunID, _ event: LedgerEvent) async throws -> LedgerEntry? {
        try await ledger.entry(of: run, event)
    }
}

/// What the control database knows of the erasure ledger.
package struct LedgerMemory: Sendable {
    private let control: ControlDatabase

    /// - Parameter control: of its own: entries are appended while transactions of others are open.
    package init(_ control: ControlDatabase) { self.control = control }

    /// The highest entry that was noted.
    package func known() async throws -> LedgerHead {
        guard let head = try await control.transaction({ try await $0.ledgerHead() }) else { return .none }
        return LedgerHead(seq: head.seq, hash: head.hash)
    }

    func note(_ head: LedgerHead) async throws {
        try await control.transaction { try await $0.noteLedgerHead(seq: head.seq, hash: head.hash) }
    }
}
