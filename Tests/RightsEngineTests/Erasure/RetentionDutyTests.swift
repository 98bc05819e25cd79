import ErasureLedger
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// What the duty of every day does in the store: ends what statutes keep no longer, takes the product's own deletions.
@Suite(.timeLimit(.minutes(5))) struct RetentionDutyTests {
    private static func keep(_ until: [String]) -> String {
        until.map { day in
            """
            INSERT INTO habeas_local.retained_billing (run, collection, document, statute, citation, issued_on, runs_from,
                retain_until, rules_version, record)
            VALUES ('0199a1c2-7d3e-7abc-8def-0123456789ab', 'invoices', 'invoice', 'DE', 'UStG § 14b(1)', '2020-03-15',
                '2020-12-31', '\(day)', '1', '{"invoice_no": "R-1"}');
            """
        }.joined()
    }

    private static let days = ["2026-12-30", "2026-12-31", "2027-01-01", "2028-02-29", "2034-12-31"]

    /// Days are the controller's: in Berlin a year is over an hour before it is in UTC.
    @Test(arguments: [
        ("2026-12-30T22:59:59Z", 5), ("2026-12-30T23:00:00Z", 4), ("2026-12-31T22:59:59Z", 4),
        ("2026-12-31T23:00:00Z", 3), ("2027-01-01T23:00:00Z", 2), ("2028-02-29T22:59:59Z", 2),
        ("2028-02-29T23:00:00Z", 1), ("2034-12-31T22:59:59Z", 1), ("2034-12-31T23:00:00Z", 0),
    ])
    func documentsGoTheDayAfterTheirLast(now: String, left: Int) async throws {
        try await RecipientBench.with { bench in
            try await bench.database.run(Self.keep(Self.days))
            try bench.work.clock.set(#require(Instant(rfc3339: now)))
            try await bench.engine.keepRetention(bench.tools)
            let rows = try await bench.work.value("SELECT count(*) FROM habeas_local.retained_billing")
            let entries = try await bench.work.value(
                "SELECT count(*) FROM habeas.audit_entry WHERE action = 'retention.purged'")

            #expect(rows == "\(left)")
            #expect(entries == "\(Self.days.count - left)")
        }
    }

    @Test func whatARestoreBringsBackGoesAgain() async throws {
        try await RecipientBench.with { bench in
            try await bench.database.run(Self.keep(Self.days))
            try bench.work.clock.set(#require(Instant(rfc3339: "2027-06-01T10:00:00Z")))
            try await bench.engine.keepRetention(bench.tools)
            // The store as it was before the first purge.
            try await bench.database.run("TRUNCATE habeas_local.retained_billing;" + Self.keep(Self.days))
            try await bench.engine.keepRetention(bench.tools)
            let rest = try await bench.database.query(
                "SELECT retain_until::text FROM habeas_local.retained_billing ORDER BY 1")

            #expect(rest.map { $0[0] } == ["2028-02-29", "2034-12-31"])
        }
    }

    @Test func theProductsOwnDeletionsGetIntoTheLedgerOnce() async throws {
        try await RecipientBench.with { bench in
            try await bench.database.run(
                """
                CREATE TRIGGER note AFTER DELETE ON workspace.briefings REFERENCING OLD TABLE AS gone
                    FOR EACH STATEMENT EXECUTE FUNCTION habeas_local.note_deletion('briefings', 'id');
                CREATE TABLE workspace.gone AS SELECT id FROM workspace.briefings ORDER BY id LIMIT 3;
                DELETE FROM workspace.briefings WHERE id IN (SELECT id FROM workspace.gone);
                CREATE TABLE workspace.before AS SELECT * FROM habeas_local.product_deletion;
                INSERT INTO habeas_local.product_deletion (collection, row_key) VALUES ('Not A Name', '1')
                """)
            // A name that can't stand in the ledger is reported, and keeps no other out.
            let refused = await #expect(throws: ErasureLedgerError.self) {
                try await bench.engine.keepRetention(bench.tools)
            }
            #expect(refused?.code == .badEntry)
            let head = try await bench.ledger.head().seq
            try await bench.database.run("DELETE FROM habeas_local.product_deletion WHERE collection = 'Not A Name'")
            // A crash between ledger and store: the rows are there again.
            try await bench.database.run(
                "INSERT INTO habeas_local.product_deletion OVERRIDING SYSTEM VALUE SELECT * FROM workspace.before")
            try await bench.engine.keepRetention(bench.tools)
            let left = try await bench.work.value("SELECT count(*) FROM habeas_local.product_deletion")
            // After a restore numbers begin again: another record under the same number is another entry.
            try await bench.database.run(
                """
                INSERT INTO habeas_local.product_deletion (id, collection, row_key, at) OVERRIDING SYSTEM VALUE
                    SELECT id, 'tasks', '77', at FROM workspace.before ORDER BY id LIMIT 1
                """)
            try await bench.engine.keepRetention(bench.tools)
            let audited = try await bench.database.query(
                "SELECT facts FROM habeas.audit_entry WHERE action = 'product.deleted' ORDER BY seq")

            #expect(head == 3 && left == "0")
            #expect(try await bench.ledger.head().seq == 4)
            #expect(audited.first?[0] == #"{"collection":"briefings","records":"3"}"#)
        }
    }

    /// However many workers there are, one looks after it.
    @Test func oneDutyWaitsAtATime() async throws {
        try await RecipientBench.with { bench in
            for _ in 0..<3 {
                try await bench.engine.control.transaction {
                    try await $0.enqueueDuty(bench.engine.makeID(), .retention, every: .zero, maxAttempts: 5)
                }
            }
            #expect(try await bench.work.value("SELECT count(*) FROM habeas.job WHERE kind = 'retention'") == "1")
        }
    }
}
