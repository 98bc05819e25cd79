import Erasing
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// The demonstration product, erased from on a real server.
@Suite struct WorkspaceErasureTests {
    @Test func aPersonIsErasedAndNobodyElseIsTouched() async throws {
        try await TestCluster.withWorkspace { database in
            let fixture = try ErasureFixture(database)
            let ada = try #require(
                try await database.query("SELECT id::text FROM workspace.users WHERE email = 'ada@example.com'")[0][0])
            let plan = try await fixture.plan()
            print(String(decoding: try plan.canonicalBytes(), as: UTF8.self))
            #expect(plan.conflicts.isEmpty)
            #expect(plan.goingRows > 100)
            let own = [
                "workspace.users": "id = '\(ada)'", "workspace.profiles": "user_id = '\(ada)'",
                "workspace.contacts": "user_id = '\(ada)'", "workspace.tasks": "user_id = '\(ada)'",
                "workspace.conversations": "user_id = '\(ada)'",
                "workspace.messages":
                    "conversation_id IN (SELECT id FROM workspace.conversations WHERE user_id = '\(ada)')",
                "workspace.documents": "user_id = '\(ada)'",
                "workspace.document_versions":
                    "document_id IN (SELECT id FROM workspace.documents WHERE user_id = '\(ada)')",
                "workspace.briefings": "user_id = '\(ada)'", "workspace.assistant_runs": "user_id = '\(ada)'",
                "workspace.activity": "user_id = '\(ada)'", "workspace.sessions": "user_id = '\(ada)'",
                "workspace.api_keys": "user_id = '\(ada)'", "workspace.billing_customers": "user_id = '\(ada)'",
                "workspace.invoices":
                    "customer_id IN (SELECT id FROM workspace.billing_customers WHERE user_id = '\(ada)')",
                "workspace.invoice_lines":
                    """
                invoice_id IN (SELECT i.id FROM workspace.invoices i JOIN workspace.billing_customers c
                    ON c.id = i.customer_id WHERE c.user_id = '\(ada)')
                """,
            ]
            let others = try await fixture.tableHashes(except: own)
            let receipt = try await fixture.erase()
            #expect(try await fixture.tableHashes() == others)
            #expect(receipt.done.collections.reduce(0) { $0 + $1.rows } == plan.affectedRows)
            #expect(receipt.regime == "one_transaction")
            #expect(try await fixture.count("SELECT count(*) FROM habeas_local.receipt") == 1)
            let billing = try await database.query("SELECT record::text FROM habeas_local.retained_billing")
            print(billing.prefix(2))
        }
    }
}
