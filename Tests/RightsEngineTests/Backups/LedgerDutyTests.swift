import AuditLedger
import BackupTruth
import ErasureLedger
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// When the service lets the erasure ledger forget.
@Suite struct LedgerDutyTests {
    @Test func nothingGoesWhileACopyOfSomebodyErasedIsLeft() async throws {
        try await ErasureBench.with(copies: [ErasureBench.snapshots]) { bench in
            try await erase(bench)
            try await bench.engine.lookAtBackups(bench.tools)
            bench.work.clock.advance(by: .days(100))
            let last = try await age(bench)

            // It is old enough; but nothing was purged, so its copies may hold bytes still.
            try await bench.engine.lookAtBackups(bench.tools)
            try await bench.engine.expireLedger(bench.tools)
            let audited = try await bench.audited
            #expect(try await bench.ledger.expiry() == .none && audited.isEmpty)

            // Nor while nobody looked.
            _ = try await bench.work.value("DELETE FROM habeas.backup_watch RETURNING '1'")
            try await bench.engine.expireLedger(bench.tools)
            #expect(try await bench.ledger.expiry() == .none)

            try await bench.engine.lookAtBackups(bench.tools)
            _ = try await bench.work.value("UPDATE habeas.backup_watch SET standing = 'purged' RETURNING '1'")
            try await bench.engine.expireLedger(bench.tools)
            let expiry = try await bench.ledger.expiry()
            #expect(expiry.until.seq == last - 1 && expiry.stores.count == 1)
            let facts = try #require(try await bench.audited.first)
            #expect(facts.contains("\"until\":\"\(last - 1)\""), "\(facts)")
            // Whoever may not come back still may not, by what is left of the ledger.
            var suppressed = 0
            for try await page in bench.ledger.entries() {
                suppressed += page.count { $0.content.event == .suppressed }
            }
            #expect(suppressed > 0 && facts.contains("\"restated\":\"\(suppressed)\""), "\(facts)")

            try await bench.engine.expireLedger(bench.tools)
            #expect(try await bench.audited.count == 1)
        }
    }

    @Test func withoutDeclaredCopiesNothingExpires() async throws {
        try await ErasureBench.with { bench in
            try await erase(bench)
            bench.work.clock.advance(by: .days(4000))
            _ = try await age(bench)
            try await bench.engine.expireLedger(bench.tools)
            #expect(try await bench.ledger.expiry() == .none)
        }
    }

    /// Begins the next file; gives its first number.
    private func age(_ bench: ErasureBench) async throws -> Int {
        let draft = try LedgerDraft(
            .retentionPurged, run: ErasureRunID(naming: "later"), store: bench.tools.service,
            subject: LedgerSubject(
                kind: "invoices", keyID: bench.tools.keys.subjectKeyID,
                hash: bench.tools.keys.recordHash(collection: "invoices", key: "1")))
        return try await bench.ledger.append(draft, at: bench.engine.now()).entry.seq
    }

    private func erase(_ bench: ErasureBench) async throws {
        let id = try await bench.ask()
        try await bench.untilPlanned(id)
        try await bench.approve(id)
        try await bench.untilState(.erasedWithRetention, .failed, .partial, of: id)
    }
}

extension ErasureBench {
    /// The facts of each expiry that the audit chain remembers.
    fileprivate var audited: [String] {
        get async throws {
            try await work.database.query(
                "SELECT facts FROM habeas.audit_entry WHERE action = 'ledger.expired' ORDER BY seq"
            ).compactMap { $0[0] }
        }
    }
}
