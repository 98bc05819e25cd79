import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Synchronization
import Testing

/// Erasures of more rows than one transaction may hold.
@Suite struct BatchErasureTests {
    private static func smallLimit() throws -> String {
        try Checkout.workspaceMap() + "\nerasure: { rows_in_one_transaction: 50, band: { rows: 5, percent: 1 } }\n"
    }

    private static func budget() -> ErasureBudget {
        var budget = ErasureBudget()
        budget.batch = 37
        budget.pause = .milliseconds(1)
        return budget
    }

    @Test func batchesLeaveWhatOneTransactionLeaves() async throws {
        let atOnce = try await TestCluster.withWorkspace { database in
            let fixture = try ErasureFixture(database)
            let receipt = try await fixture.erase()
            return (try await fixture.tableHashes(), receipt)
        }
        let inBatches = try await TestCluster.withWorkspace { database in
            let fixture = try ErasureFixture(database, map: Self.smallLimit(), budget: Self.budget())
            let receipt = try await fixture.erase()
            let left = try await database.query(
                """
                SELECT (SELECT count(*) FROM habeas_local.erasure_run), (SELECT count(*) FROM habeas_local.tombstone),
                       (SELECT count(*) FROM pg_class WHERE relname LIKE 'work\\_%')
                """)[0]
            #expect(left == ["0", "0", "0"])
            return (try await fixture.tableHashes(), receipt)
        }
        #expect(atOnce.0 == inBatches.0)
        #expect(inBatches.1.regime == "batches")
        #expect(atOnce.1.done.collections == inBatches.1.done.collections)
        #expect(atOnce.1.done.retained == inBatches.1.done.retained)
        #expect(inBatches.1.done.deviations.isEmpty)
    }

    @Test func whileBatchesRunThePersonIsOutOfReach() async throws {
        try await TestCluster.withWorkspace { database in
            let ada = try #require(
                try await database.query("SELECT id::text FROM workspace.users WHERE email = 'ada@example.com'")[0][0])
            let seen = Mutex<[[String?]]>([])
            let stopper = Stopper()
            let fixture = try ErasureFixture(
                database, map: Self.smallLimit(), budget: Self.budget(),
                progress: { if $0.phase == "erasing" { stopper.stop() } })
            let question = ErasureQuestion(
                target: try await fixture.eraser.canonical(fixture.question().target),
                regime: fixture.map.defaultRegime,
                today: ErasureFixture.today)
            let plan = try await fixture.eraser.plan(question)
            let order = fixture.order(question, plan, run: UUID().uuidString)
            let eraser = fixture.eraser
            let task = Task { try await eraser.run(order) }
            stopper.task = task
            await #expect(throws: (any Error).self) { try await task.value }
            let row = try await database.query(
                """
                SELECT email::text LIKE 'erased-%', display_name LIKE 'erased-%', password_hash IS NULL,
                       (SELECT count(*) FROM workspace.sessions WHERE user_id::text = $1),
                       (SELECT count(*) FROM workspace.api_keys WHERE user_id::text = $1),
                       habeas_local.is_tombstoned('user', $1::text),
                       (SELECT count(*) FROM habeas_local.retained_billing) > 0
                  FROM workspace.users WHERE id::text = $1
                """, [ada])[0]
            seen.withLock { $0.append(row) }
            #expect(row == ["t", "t", "t", "0", "0", "t", "t"])
            // Somebody wrote for them meanwhile: the last transaction takes it.
            try await database.run("INSERT INTO workspace.contacts (user_id, name) VALUES ('\(ada)', 'late')")
            stopper.task = nil
            let receipt = try await eraser.run(order)
            #expect(receipt.regime == "batches")
            #expect(try await fixture.count("SELECT count(*) FROM workspace.users WHERE id = '\(ada)'") == 0)
            #expect(try await fixture.count("SELECT count(*) FROM workspace.contacts WHERE user_id = '\(ada)'") == 0)
            #expect(fixture.intents.count == 1)
        }
    }
}

/// Cancels a task once.
private final class Stopper: Sendable {
    private let state = Mutex<Task<ErasureReceipt, any Error>?>(nil)

    var task: Task<ErasureReceipt, any Error>? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    func stop() { task?.cancel() }
}
