import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Synchronization
import Testing

/// What others write while a person is erased: documents, rows below rows, references, holds.
@Suite struct LateRowErasureTests {
    private static let ann = "email:ann@example.com"

    /// Orders of Ann and one of Bob, with what hangs on them.
    private static func orders(
        lines: String, hop: String, limit: Int, more: String = "", _ others: [String] = []
    ) -> SmallStore {
        SmallStore(
            """
            CREATE TABLE shop.orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers);
            INSERT INTO shop.orders VALUES (1, 1), (2, 1), (3, 1), (9, 2);
            CREATE INDEX ON shop.orders (customer_id);
            CREATE TABLE shop.lines (id bigint PRIMARY KEY, order_id bigint \(lines), made date, image text);
            INSERT INTO shop.lines SELECT g, 1 + g % 3, '2020-01-01', 'image' || g FROM generate_series(1, 6) g;
            INSERT INTO shop.lines VALUES (90, 9, '2024-01-01', 'of Bob');
            CREATE INDEX ON shop.lines (order_id);
            \(more)
            """,
            collections: [
                SmallStore.collection(
                    "orders", "shop.orders", ["id", "customer_id"], paths: ["customer_id -> shop.customers(id)"]),
                SmallStore.collection(
                    "lines", "shop.lines", ["id", "order_id", "made", "image"],
                    inside: "{ collection: orders, as: lines, by: \"\(hop)\" }")
                    + "\n    files:\n      - { store: objects, key: image }",
            ] + others,
            rest: """
                erasure: { rows_in_one_transaction: \(limit), band: { rows: 100, percent: 100 } }
                """)
    }

    // MARK: documents

    private static func billing(_ limit: Int) -> SmallStore {
        SmallStore(
            """
            CREATE TABLE shop.payers (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers, name text);
            CREATE TABLE shop.invoices (id bigint PRIMARY KEY, payer_id bigint NOT NULL REFERENCES shop.payers, issued date NOT NULL);
            CREATE TABLE shop.positions (id bigint PRIMARY KEY, invoice_id bigint NOT NULL REFERENCES shop.invoices, what text);
            INSERT INTO shop.payers VALUES (1, 1, 'Ann Ltd'), (2, 2, 'Bob Ltd');
            INSERT INTO shop.invoices VALUES (1, 1, '2025-02-01'), (2, 1, '1990-01-01'), (9, 2, '2025-02-01');
            INSERT INTO shop.positions VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c'), (9, 9, 'd');
            CREATE INDEX ON shop.payers (customer_id);
            CREATE INDEX ON shop.invoices (payer_id);
            CREATE INDEX ON shop.positions (invoice_id);
            """,
            collections: [
                SmallStore.collection(
                    "payers", "shop.payers", ["id", "customer_id", "name"],
                    paths: ["customer_id -> shop.customers(id)"],
                    erasure: "{ retain: DE-AO-147, of: invoices, fields: [name] }"),
                SmallStore.collection(
                    "invoices", "shop.invoices", ["id", "payer_id", "issued"],
                    paths: ["{ hops: [\"payer_id -> shop.payers(id)\", \"customer_id -> shop.customers(id)\"] }"],
                    erasure: "{ retain: DE-AO-147, document: invoice, date: issued, fields: [id, issued] }"),
                SmallStore.collection(
                    "positions", "shop.positions", ["id", "invoice_id", "what"],
                    inside: "{ collection: invoices, as: positions, by: \"invoice_id -> shop.invoices(id)\" }",
                    erasure: "{ retain: DE-AO-147, of: invoices, fields: [what] }"),
            ], rest: "erasure: { rows_in_one_transaction: \(limit), band: { rows: 100, percent: 100 } }")
    }

    /// A document of a day the plan knows, and one of a day it doesn't; one whose time is over.
    @Test(arguments: [50_000, 1], ["2025-02-01", "2026-03-04", "1991-01-01"])
    func aDocumentThatComesInLateIsKept(_ limit: Int, _ day: String) async throws {
        try await Self.billing(limit).with(batch: 1) { fixture in
            let question = try await fixture.canonicalQuestion(Self.ann)
            let plan = try await fixture.eraser.plan(question)
            #expect(plan.conflicts == [])
            let writing = """
                INSERT INTO shop.invoices VALUES (5, 1, '\(day)');
                INSERT INTO shop.positions VALUES (5, 5, 'late');
                """
            let once = Once(fixture.database)
            // Between the moment in which documents are counted and that in which their rows go.
            let intents = fixture.intents
            let run = UUID().uuidString
            let order = ErasureOrder(
                question: question, approved: plan, run: run,
                check: {
                    guard limit == 1 else { return }
                    try await once.run(
                        writing,
                        when: """
                            EXISTS (SELECT FROM habeas_local.erasure_run)
                            AND NOT EXISTS (SELECT FROM shop.positions p JOIN shop.invoices i ON i.id = p.invoice_id
                                JOIN shop.payers y ON y.id = i.payer_id WHERE y.customer_id = 1)
                            """)
                },
                intent: {
                    if limit > 1 { try await once.run(writing) }
                    return intents.next(run)
                })
            if limit > 1 && day == "2026-03-04" {
                // Nobody approved that something is kept until that document's day: it is seen, and nothing happens.
                await fixture.expectError(.planChanged, naming: "2034-12-31") {
                    _ = try await fixture.eraser.run(order)
                }
                #expect(try await fixture.count("SELECT count(*) FROM shop.invoices") == 4)
                #expect(try await fixture.count("SELECT count(*) FROM habeas_local.retained_billing") == 0)
                return
            }
            let receipt = try await fixture.eraser.run(order)
            #expect(once.isDone)
            let kept = try await fixture.database.query(
                """
                SELECT record->'invoices'->>'id', issued_on::text, record->'payers'->>'name', record->'positions'->0->>'what'
                  FROM habeas_local.retained_billing ORDER BY 1
                """)
            let first = ["1", "2025-02-01", "Ann Ltd", "a"]
            #expect(kept == (day < "2000" ? [first] : [first, ["5", day, "Ann Ltd", "late"]]))
            #expect(receipt.done.retained.reduce(0) { $0 + $1.documents } == kept.count)
            #expect(receipt.done.collections.first { $0.name == "invoices" }?.rows == 3)
            #expect(try await fixture.value("SELECT string_agg(id::text, ',') FROM shop.invoices") == "9")
            #expect(try await fixture.value("SELECT string_agg(id::text, ',') FROM shop.positions") == "9")
        }
    }

    // MARK: rows below rows

    private static let keys = [
        ["NOT NULL REFERENCES shop.orders ON DELETE CASCADE", "order_id -> shop.orders(id)"],
        ["REFERENCES shop.orders ON DELETE SET NULL", "order_id -> shop.orders(id)"],
        ["NOT NULL REFERENCES shop.orders", "order_id -> shop.orders(id)"],
        ["NOT NULL", "order_id -> shop.orders(id) unenforced"],
    ]

    @Test(arguments: keys) func aRowThatComesInBelowARowOfABatchGoesCounted(_ key: [String]) async throws {
        try await Self.orders(lines: key[0], hop: key[1], limit: 1).with(batch: 2) { fixture in
            let question = try await fixture.canonicalQuestion(Self.ann)
            let plan = try await fixture.eraser.plan(question)
            #expect(plan.conflicts == [])
            let once = Once(fixture.database)
            let order = fixture.order(question, plan) {
                try await once.run(
                    """
                    INSERT INTO shop.lines SELECT 70 + id, id, '2020-01-01', 'late' || id FROM shop.orders WHERE customer_id = 1
                    """,
                    // Without a foreign key the orders go first, else the lines.
                    when: "EXISTS (SELECT FROM habeas_local.erasure_run) "
                        + (key[1].hasSuffix("unenforced") ? "" : "AND (SELECT count(*) FROM shop.lines) < 4"))
            }
            let receipt = try await fixture.eraser.run(order)
            #expect(once.isDone)
            let late = once.changed
            #expect(late > 0)
            #expect(try await fixture.value("SELECT string_agg(id::text, ',') FROM shop.lines") == "90")
            #expect(receipt.done.collections.first { $0.name == "lines" }?.rows == 6 + late)
            #expect(receipt.files == 6 + late)
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas_local.file_duty WHERE key LIKE 'late%'") == late)
        }
    }

    @Test func anotherPersonsRowThatWouldGoWithItStopsTheRunUntilItIsLetGo() async throws {
        let replies = SmallStore.collection(
            "replies", "shop.replies", ["id", "customer_id", "order_id"], paths: ["customer_id -> shop.customers(id)"])
        let store = Self.orders(
            lines: Self.keys[2][0], hop: Self.keys[2][1], limit: 1,
            more: """
                CREATE TABLE shop.replies (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers,
                    order_id bigint REFERENCES shop.orders ON DELETE CASCADE);
                CREATE INDEX ON shop.replies (order_id);
                CREATE INDEX ON shop.replies (customer_id);
                """, [replies])
        try await store.with(batch: 2) { fixture in
            let question = try await fixture.canonicalQuestion(Self.ann)
            let plan = try await fixture.eraser.plan(question)
            #expect(plan.conflicts == [])
            let once = Once(fixture.database)
            let run = UUID().uuidString
            let order = fixture.order(question, plan, run: run) {
                try await once.run(
                    "INSERT INTO shop.replies VALUES (1, 2, 3)", when: "EXISTS (SELECT FROM habeas_local.erasure_run)")
            }
            await fixture.expectError(.conflict, naming: "shop.replies") { _ = try await fixture.eraser.run(order) }
            #expect(try await fixture.eraser.isBegun(run))
            #expect(try await fixture.count("SELECT count(*) FROM shop.replies") == 1)
            #expect(try await fixture.count("SELECT count(*) FROM shop.orders WHERE id = 3") == 1)
            try await fixture.database.run("UPDATE shop.replies SET order_id = 9")
            let receipt = try await fixture.eraser.run(order)
            #expect(receipt.regime == "batches")
            #expect(try await fixture.value("SELECT string_agg(id::text, ',') FROM shop.orders") == "9")
            #expect(try await fixture.count("SELECT count(*) FROM shop.replies") == 1)
        }
    }

    // MARK: what was approved

    @Test func aRunThatHasBegunGoesOnUnderNoOtherMap() async throws {
        let store = Self.orders(lines: Self.keys[2][0], hop: Self.keys[2][1], limit: 1)
        try await store.with(batch: 2) { fixture in
            let question = try await fixture.canonicalQuestion(Self.ann)
            let plan = try await fixture.eraser.plan(question)
            let run = UUID().uuidString
            let stopper = Stopper(at: 5)
            let stopped = fixture.order(question, plan, run: run) { try stopper.check() }
            await #expect(throws: Stop.self) { try await fixture.eraser.run(stopped) }
            #expect(try await fixture.eraser.isBegun(run))
            let left = try await fixture.tableHashes()
            let other = try await WorldServer.fixture(
                store.map.replacingOccurrences(of: "title: lines", with: "title: other lines"), in: fixture.database)
            await fixture.expectError(.planChanged, naming: "the map") {
                _ = try await other.eraser.run(fixture.order(question, plan, run: run))
            }
            await other.close()
            // A schema that doesn't fit it either.
            try await fixture.database.run("ALTER TABLE shop.lines RENAME COLUMN made TO made_on")
            await fixture.expectError(.mapDoesNotFit) {
                _ = try await fixture.eraser.run(fixture.order(question, plan, run: run))
            }
            try await fixture.database.run("ALTER TABLE shop.lines RENAME COLUMN made_on TO made")
            #expect(try await fixture.tableHashes() == left)
            #expect(try await fixture.eraser.isBegun(run))
            _ = try await fixture.eraser.run(fixture.order(question, plan, run: run))
            #expect(try await fixture.value("SELECT string_agg(id::text, ',') FROM shop.lines") == "90")
            #expect(try await !fixture.eraser.isBegun(run))
        }
    }

    @Test func aRowThatComesUnderAHoldWhileBatchesRunStays() async throws {
        let store = Self.orders(lines: Self.keys[2][0], hop: Self.keys[2][1], limit: 1)
        try await store.with(batch: 1) { fixture in
            let hold = RowHold(
                id: "h1", matter: "m", collections: ["lines"], column: "made", from: CivilDate("2024-01-01")!)
            let question = try await fixture.canonicalQuestion(Self.ann, holds: [hold])
            let plan = try await fixture.eraser.plan(question)
            #expect(plan.conflicts == [])
            let once = Once(fixture.database)
            let order = fixture.order(question, plan) {
                try await once.run(
                    "UPDATE shop.lines SET made = '2024-05-05' WHERE id = 6",
                    when: "EXISTS (SELECT FROM habeas_local.erasure_run)")
            }
            _ = try await fixture.eraser.run(order)
            #expect(once.isDone)
            #expect(try await fixture.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM shop.lines") == "6,90")
            #expect(try await fixture.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM shop.orders") == "1,9")
            #expect(try await fixture.count("SELECT count(*) FROM shop.customers WHERE name LIKE 'erased-%'") == 1)
            #expect(try await World.orphans(in: fixture.database) == [])
        }
    }

    @Test(arguments: 1...6) func aHoldThatIsPlacedMeanwhileStopsTheRunWhereItIs(_ number: Int) async throws {
        for limit in [50_000, 1] {
            let store = Self.orders(lines: Self.keys[2][0], hop: Self.keys[2][1], limit: limit)
            try await store.with(batch: 1) { fixture in
                let question = try await fixture.canonicalQuestion(Self.ann)
                let plan = try await fixture.eraser.plan(question)
                let before = try await fixture.tableHashes()
                let run = UUID().uuidString
                let hash = ErasureFixture.hash("email", "ann@example.com")
                let stopper = Stopper(at: number)
                let order = fixture.order(question, plan, run: run, suppressing: [hash]) { try stopper.check() }
                guard limit == 1 || number <= 2 else { return }
                await #expect(throws: Stop.self) { try await fixture.eraser.run(order) }
                let isBegun = try await fixture.eraser.isBegun(run)
                #expect(isBegun == (number > 2))
                #expect(try await fixture.eraser.isSuppressed(hash) == isBegun)
                #expect(try await fixture.eraser.receipt(of: run) == nil)
                if !isBegun { #expect(try await fixture.tableHashes() == before) }
                // It is lifted: the run ends.
                _ = try await fixture.eraser.run(order)
                #expect(try await fixture.eraser.isSuppressed(hash))
                #expect(try await fixture.value("SELECT string_agg(id::text, ',') FROM shop.lines") == "90")
            }
        }
    }

    // MARK: shared rows

    private static func sharing(_ limit: Int) -> SmallStore {
        SmallStore(
            """
            CREATE TABLE shop.addresses (id bigint PRIMARY KEY, street text NOT NULL);
            CREATE TABLE shop.parcels (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers,
                address_id bigint REFERENCES shop.addresses);
            INSERT INTO shop.addresses VALUES (1, 'shared'), (2, 'shared too'), (3, 'of Cleo');
            INSERT INTO shop.parcels VALUES (1, 1, 1), (2, 2, 1), (3, 1, 2), (4, 2, 2), (5, 11, 3);
            CREATE INDEX ON shop.parcels (customer_id);
            CREATE INDEX ON shop.parcels (address_id);
            """,
            collections: [
                SmallStore.collection(
                    "addresses", "shop.addresses", ["id", "street"],
                    paths: [
                        "{ ownership: shared, hops: [\"id -> shop.parcels(address_id)\", "
                            + "\"customer_id -> shop.customers(id)\"] }"
                    ]),
                SmallStore.collection(
                    "parcels", "shop.parcels", ["id", "customer_id", "address_id"],
                    paths: ["customer_id -> shop.customers(id)"]),
            ], rest: "erasure: { rows_in_one_transaction: \(limit) }")
    }

    @Test(arguments: [[50_000, 50_000], [50_000, 1], [1, 50_000], [1, 1]])
    func ofTwoWhoShareARowAndAreErasedAtOnceTheLaterTakesIt(_ limits: [Int]) async throws {
        for people in [["customer:1", "customer:2"], ["customer:2", "customer:1"]] {
            try await Self.sharing(limits[0]).with(batch: 1) { first in
                let second = try await WorldServer.fixture(
                    Self.sharing(limits[1]).map, in: first.database, batch: 1)
                let meeting = Meeting(first.database)
                let orders = try await [(first, people[0]), (second, people[1])].asyncMap { fixture, person in
                    let question = try await fixture.canonicalQuestion(person)
                    let plan = try await fixture.eraser.plan(question)
                    // Before each commit each waits for the other, unless that one waits for a lock.
                    return (fixture, fixture.order(question, plan) { try await meeting.wait() })
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (fixture, order) in orders {
                        group.addTask {
                            _ = try await fixture.eraser.run(order)
                            meeting.leave()
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await first.value("SELECT string_agg(id::text, ',') FROM shop.parcels") == "5")
                #expect(try await first.value("SELECT string_agg(id::text, ',') FROM shop.addresses") == "3")
                await second.close()
            }
        }
    }
}

/// Thrown by whoever stops an erasure.
private struct Stop: Error {}

/// Stops the check of that number, once.
private final class Stopper: Sendable {
    private let count = Mutex(0)
    private let number: Int

    init(at number: Int) { self.number = number }

    func check() throws {
        let now = count.withLock { count in
            count += 1
            return count
        }
        if now == number { throw Stop() }
    }
}

/// Writes once, as soon as a condition holds.
private final class Once: Sendable {
    private let database: TestDatabase
    private let state = Mutex<Int?>(nil)

    init(_ database: TestDatabase) { self.database = database }

    var isDone: Bool { state.withLock { $0 != nil } }
    /// Rows that the statement wrote.
    var changed: Int { state.withLock { $0 ?? 0 } }

    func run(_ sql: String, when condition: String = "true") async throws {
        guard !isDone, try await database.query("SELECT \(condition)")[0][0] == "t" else { return }
        state.withLock { $0 = 0 }
        guard sql.contains(";") else {
            let rows = try await database.query("WITH w AS (\(sql) RETURNING 1) SELECT count(*) FROM w")
            state.withLock { $0 = Int(rows[0][0] ?? "") }
            return
        }
        try await database.run(sql)
    }
}

/// Two who wait for each other, unless one waits for a lock that the other has.
private final class Meeting: Sendable {
    private let database: TestDatabase
    private let state = Mutex((waiting: 0, gone: 0, round: 0))

    init(_ database: TestDatabase) { self.database = database }

    func leave() { state.withLock { $0.gone += 1 } }

    func wait() async throws {
        let round = state.withLock { state in
            state.waiting += 1
            if state.waiting == 2 {
                state.waiting = 0
                state.round += 1
                return -1
            }
            return state.round
        }
        guard round >= 0 else { return }
        for _ in 0..<200 {
            if state.withLock({ $0.round != round || $0.gone > 0 }) { return }
            let blocked = try await database.query(
                """
                SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                 WHERE NOT l.granted AND a.datname = current_database()
                """)
            if blocked[0][0] != "0" { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        state.withLock { if $0.round == round { $0.waiting = max(0, $0.waiting - 1) } }
    }
}

extension Sequence where Element: Sendable {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}

extension ErasureFixture {
    fileprivate func order(
        _ question: ErasureQuestion, _ plan: ErasurePlan, run: String = UUID().uuidString,
        suppressing hashes: [Hash256] = [], check: @escaping @Sendable () async throws -> Void
    ) -> ErasureOrder {
        ErasureOrder(
            question: question, approved: plan, run: run, suppressions: hashes, check: check,
            intent: { [intents] in intents.next(run) })
    }

    /// An error of a code, naming an object.
    fileprivate func expectError(
        _ code: ErasureError.Code, naming object: String = "", _ body: () async throws -> Void
    ) async {
        do {
            try await body()
            Issue.record("not refused")
        } catch let error as ErasureError {
            #expect(error.code == code, "\(error)")
            #expect(object.isEmpty || error.description.contains(object), "\(error)")
        } catch { Issue.record(error) }
    }
}
