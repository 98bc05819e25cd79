import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// Large people, wrong numbers, and others at work meanwhile.
@Suite struct FailureErasureTests {
    private static let ann = "email:ann@example.com"

    private static func orders(_ count: Int, rest: String = "", tables: String = "", _ more: [String] = [])
        -> SmallStore
    {
        SmallStore(
            """
            CREATE TABLE shop.orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers, note text);
            INSERT INTO shop.orders SELECT g, 1, 'n' FROM generate_series(1, \(count)) g;
            INSERT INTO shop.orders VALUES (1000001, 2, 'of Bob');
            CREATE INDEX ON shop.orders (customer_id);
            \(tables)
            """,
            collections: [
                SmallStore.collection(
                    "orders", "shop.orders", ["id", "customer_id", "note"], paths: ["customer_id -> shop.customers(id)"]
                )
            ] + more, rest: rest)
    }

    @Test func aForeignKeyWithoutIndexToAManyRowTableIsRefusedWithTheIndexToCreate() async throws {
        let store = Self.orders(
            600, rest: "not_included:\n  - { table: shop.log, reason: \"the machine's\" }",
            tables: """
                CREATE TABLE shop.log (id bigint, order_id bigint REFERENCES shop.orders);
                INSERT INTO shop.log SELECT g FROM generate_series(1, 100000) g;
                ANALYZE shop.log;
                """)
        try await store.with { fixture in
            let index = "CREATE INDEX CONCURRENTLY ON \"shop\".\"log\" (\"order_id\")"
            let plan = try await fixture.plan(Self.ann)
            #expect(plan.conflicts.contains { $0.contains("shop.log(order_id)") && $0.contains(index) })
            await fixture.expectRefusal(.conflict, naming: index) { try await fixture.erase(Self.ann) }
            try await fixture.database.run(index)
            try await fixture.erase(Self.ann)
            #expect(try await fixture.count("SELECT count(*) FROM shop.orders") == 1)
        }
    }

    @Test(arguments: ErasureError.Code.allCases) func codesAreDocumented(code: ErasureError.Code) throws {
        #expect(try Checkout.text("docs/errors.md").contains("`\(code.rawValue)`"))
    }

    // MARK: other numbers

    @Test(arguments: [50_000, 10])
    func otherNumbersThanWereApprovedRollBack(_ limit: Int) async throws {
        let rest = "erasure: { rows_in_one_transaction: \(limit) }"
        for change in [
            "DELETE FROM shop.orders WHERE customer_id = 1",
            "INSERT INTO shop.orders SELECT g, 1, 'n' FROM generate_series(2000, 4000) g",
        ] {
            try await Self.orders(300, rest: rest).with { fixture in
                let question = try await fixture.canonicalQuestion(Self.ann)
                let plan = try await fixture.eraser.plan(question)
                try await fixture.database.run(change)
                await fixture.expectRefusal(.planChanged, naming: "orders") {
                    _ = try await fixture.eraser.run(fixture.order(question, plan))
                }
                #expect(try await fixture.count("SELECT count(*) FROM habeas_local.erasure_run") == 0)
            }
        }
    }

    @Test func noRowWhereRowsWereForecastIsAnAlarm() async throws {
        let customers = SmallStore.collection(
            "customers", "shop.customers", ["id", "email", "name"], paths: ["{ subject: customer, hops: [] }"],
            erasure: "anonymize")
        try await Self.orders(5, [customers]).with { fixture in
            let question = try await fixture.canonicalQuestion(Self.ann)
            let plan = try await fixture.eraser.plan(question)
            #expect(plan.conflicts == [])
            #expect(plan.goingRows == 5)
            try await fixture.database.run("DELETE FROM shop.orders WHERE customer_id = 1")
            await fixture.expectRefusal(.nothingFound) {
                _ = try await fixture.eraser.run(fixture.order(question, plan))
            }
        }
    }

    @Test(arguments: [1_000_000, 1000])
    func twoHundredThousandRowsBreakNothing(_ limit: Int) async throws {
        let store = Self.orders(200_000, rest: "erasure: { rows_in_one_transaction: \(limit) }")
        try await store.with(batch: 20_000) { fixture in
            let receipt = try await fixture.erase(Self.ann)
            #expect(receipt.done.collections.first { $0.name == "orders" }?.rows == 200_000)
            #expect(receipt.done.deviations == [])
            #expect(try await fixture.count("SELECT count(*) FROM shop.orders") == 1)
        }
    }

    // MARK: others at work

    @Test(arguments: [50_000, 10])
    func twoErasuresAtOnceEraseOnce(_ limit: Int) async throws {
        let store = Self.orders(200, rest: "erasure: { rows_in_one_transaction: \(limit) }")
        for isSameRun in [true, false] {
            try await store.with(batch: 50) { fixture in
                let question = try await fixture.canonicalQuestion(Self.ann)
                let plan = try await fixture.eraser.plan(question)
                let runs =
                    isSameRun ? Array(repeating: UUID().uuidString, count: 2) : (0..<2).map { _ in UUID().uuidString }
                let results = await withTaskGroup(of: Result<ErasureReceipt, any Error>.self) { group in
                    for run in runs {
                        group.addTask {
                            do {
                                return .success(try await fixture.eraser.run(fixture.order(question, plan, run: run)))
                            } catch { return .failure(error) }
                        }
                    }
                    var results: [Result<ErasureReceipt, any Error>] = []
                    for await result in group { results.append(result) }
                    return results
                }
                let receipts = results.compactMap { try? $0.get() }
                #expect(!receipts.isEmpty, "\(results)")
                #expect(Set(receipts.map(\.run)).count == 1)
                for result in results {
                    guard case .failure(let error) = result else { continue }
                    #expect(error is ErasureError, "\(error)")
                }
                if isSameRun { #expect(receipts.count == 2, "\(results)") }
                #expect(try await fixture.count("SELECT count(*) FROM habeas_local.receipt") == 1)
                #expect(try await fixture.count("SELECT count(*) FROM shop.orders") == 1)
                #expect(try await fixture.count("SELECT count(*) FROM shop.customers WHERE id = 1") == 0)
                #expect(try await fixture.count("SELECT count(*) FROM habeas_local.erasure_run") == 0)
                #expect(try await fixture.count("SELECT count(*) FROM habeas_local.tombstone") == 0)
            }
        }
    }

    @Test(arguments: [50_000, 10])
    func rowsWrittenMeanwhileLeaveNoOrphans(_ limit: Int) async throws {
        let lines = SmallStore.collection(
            "lines", "shop.lines", ["id", "order_id"],
            inside:
                "{ collection: orders, as: lines, by: \"order_id -> shop.orders(id)\" }")
        let store = Self.orders(
            400, rest: "erasure: { rows_in_one_transaction: \(limit), band: { rows: 100000, percent: 100 } }",
            tables: """
                CREATE TABLE shop.lines (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES shop.orders);
                INSERT INTO shop.lines (order_id) SELECT id FROM shop.orders;
                CREATE INDEX ON shop.lines (order_id);
                """, [lines])
        try await store.with(batch: 40) { fixture in
            let database = fixture.database
            let writer = Task {
                var refused = 0
                var number = 2_000_000
                while !Task.isCancelled && refused < 3 {
                    number += 1
                    do {
                        // An order of hers, and a line of an old one that may just be going.
                        try await database.run("INSERT INTO shop.orders VALUES (\(number), 1, 'late')")
                        try await database.run(
                            "INSERT INTO shop.lines (order_id) SELECT max(id) FROM shop.orders WHERE customer_id = 1 AND id < 1000"
                        )
                    } catch { refused += 1 }
                }
            }
            try await fixture.erase(Self.ann)
            writer.cancel()
            await writer.value
            #expect(try await World.orphans(in: database) == [])
            #expect(try await fixture.count("SELECT count(*) FROM shop.orders WHERE customer_id = 1") == 0)
            #expect(try await fixture.count("SELECT count(*) FROM shop.lines") == 1)
        }
    }

    @Test func rowsTheProductDeletesMeanwhileAreNoAlarm() async throws {
        try await Self.orders(20).with { fixture in
            let question = try await fixture.canonicalQuestion(Self.ann)
            let plan = try await fixture.eraser.plan(question)
            let database = fixture.database
            let erasing = try await PostgresConnection.withConnection(to: database.target()) { connection in
                try await connection.run(unsafeSQL: "BEGIN; DELETE FROM shop.orders WHERE id = 7")
                let erasing = Task { try await fixture.eraser.run(fixture.order(question, plan)) }
                // It waits for the row that the product deletes.
                var isWaiting = false
                for _ in 0..<200 where !isWaiting {
                    try await Task.sleep(for: .milliseconds(20))
                    isWaiting = try await fixture.count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0
                }
                #expect(isWaiting)
                try await connection.run(unsafeSQL: "COMMIT")
                return erasing
            }
            let receipt = try await erasing.value
            #expect(receipt.done.collections.first { $0.name == "orders" }?.rows == 19)
            #expect(try await fixture.count("SELECT count(*) FROM shop.orders") == 1)
        }
    }

    // MARK: holds

    @Test(arguments: [50_000, 1])
    func heldRowsStayTheRestGoesAndTheReleaseEndsIt(_ limit: Int) async throws {
        let collection = SmallStore.collection
        let store = Self.orders(
            0, rest: "erasure: { rows_in_one_transaction: \(limit) }",
            tables: """
                ALTER TABLE shop.orders ADD COLUMN placed date;
                INSERT INTO shop.orders VALUES (1, 1, 'secret', '2024-01-01'), (2, 1, 'secret', '2025-01-01'), (3, 1, 'secret', NULL);
                CREATE TABLE shop.lines (id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES shop.orders,
                    before bigint REFERENCES shop.lines, made date, what text NOT NULL);
                INSERT INTO shop.lines VALUES (1, 1, NULL, '2024-01-02', 'held'), (2, 1, NULL, '2023-01-02', 'free'),
                    (3, 2, NULL, '2025-01-02', 'free'), (4, 1000001, NULL, '2024-01-02', 'of Bob');
                CREATE TABLE shop.mails (id bigint PRIMARY KEY, receiver text, text text);
                INSERT INTO shop.mails VALUES (1, 'ann@example.com', 'x'), (2, 'bob@example.com', 'y');
                """,
            [
                collection(
                    "lines", "shop.lines", ["id", "order_id", "before", "made", "what"], [],
                    "{ collection: orders, as: lines, by: \"order_id -> shop.orders(id)\" }", "delete"),
                collection(
                    "mails", "shop.mails", ["id", "receiver", "text"],
                    ["receiver -> shop.customers(email) unenforced"], nil, "delete"),
            ])
        var mapped = store
        mapped.map = store.map.replacingOccurrences(of: "note: thing", with: "note: thing, placed: thing")
        try await mapped.with(batch: 1) { fixture in
            let hold = RowHold(
                id: "h1", matter: "m", collections: ["lines"], column: "made", from: CivilDate("2024-01-01")!,
                until: CivilDate("2024-12-31")!)
            let plan = try await fixture.eraser.plan(fixture.canonicalQuestion(Self.ann, holds: [hold]))
            #expect(plan.conflicts == [])
            #expect(plan.collections.first { $0.name == "lines" }?.held == 1)
            #expect(plan.collections.first { $0.name == "orders" }?.hollow == 1)
            try await fixture.erase(Self.ann, holds: [hold])
            let rows = try await fixture.database.query(
                """
                SELECT (SELECT string_agg(id || what, ',' ORDER BY id) FROM shop.lines),
                       (SELECT string_agg(id || coalesce(note, '-') || coalesce(placed::text, '-'), ',' ORDER BY id) FROM shop.orders),
                       (SELECT string_agg(id || (name LIKE 'erased-%')::text, ',' ORDER BY id) FROM shop.customers),
                       (SELECT string_agg(id::text, ',') FROM shop.mails),
                       (SELECT string_agg(table_name || row_key, ',') FROM habeas_local.restriction)
                """)[0]
            #expect(
                rows == ["1held,4of Bob", "1--,1000001of Bob-", "1true,2false,11false", "2", "shop.lines[1]"])
            #expect(try await World.orphans(in: fixture.database) == [])
            // Released: the rest goes, found by the key.
            try await fixture.erase("customer:1")
            let left = try await fixture.database.query(
                "SELECT (SELECT count(*) FROM shop.lines), (SELECT count(*) FROM shop.orders), (SELECT count(*) FROM shop.customers)"
            )[0]
            #expect(left == ["1", "1", "2"])
        }
    }

    @Test func aHeldRowFoundByAnAddressIsStillFoundAfterTheRelease() async throws {
        let store = SmallStore(
            """
            CREATE TABLE shop.mails (id bigint PRIMARY KEY, receiver text, text text);
            INSERT INTO shop.mails VALUES (1, 'ann@example.com', 'x'), (2, 'bob@example.com', 'y');
            """,
            collections: [
                SmallStore.collection(
                    "mails", "shop.mails", ["id", "receiver", "text"],
                    paths: ["receiver -> shop.customers(email) unenforced"])
            ])
        try await store.with { fixture in
            try await fixture.erase(
                Self.ann, holds: [RowHold(id: "h", matter: "m", collections: ["mails"])])
            #expect(try await fixture.count("SELECT count(*) FROM shop.mails") == 2)
            #expect(try await fixture.count("SELECT count(*) FROM shop.customers WHERE name LIKE 'erased-%'") == 1)
            try await fixture.erase("customer:1")
            #expect(try await fixture.value("SELECT string_agg(id::text, ',') FROM shop.mails") == "2")
            #expect(try await fixture.count("SELECT count(*) FROM shop.customers") == 2)
        }
    }
}
