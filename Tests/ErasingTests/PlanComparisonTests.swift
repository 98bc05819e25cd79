import DataMap
import Erasing
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// What an approval covers: everything that is done, within the band where it is a number.
@Suite struct PlanComparisonTests {
    private static let ann = "email:ann@example.com"

    /// A store with each kind of line: rows that go, are unlinked, are shared and stay, a reference that becomes null.
    private static let store = SmallStore(
        """
        CREATE TABLE shop.addresses (id bigint PRIMARY KEY, street text NOT NULL);
        ALTER TABLE shop.customers ADD COLUMN address_id bigint REFERENCES shop.addresses;
        CREATE INDEX ON shop.customers (address_id);
        INSERT INTO shop.addresses VALUES (1, 'shared');
        UPDATE shop.customers SET address_id = 1 WHERE id IN (1, 2);
        CREATE TABLE shop.orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers);
        CREATE INDEX ON shop.orders (customer_id);
        CREATE TABLE shop.likes (id bigint PRIMARY KEY, order_id bigint REFERENCES shop.orders ON DELETE SET NULL);
        CREATE INDEX ON shop.likes (order_id);
        CREATE TABLE shop.invoices (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers, issued date);
        CREATE INDEX ON shop.invoices (customer_id);
        CREATE TABLE shop.notes (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers);
        CREATE INDEX ON shop.notes (customer_id);
        INSERT INTO shop.notes VALUES (1, 1);
        INSERT INTO shop.orders VALUES (1, 1), (2, 2);
        INSERT INTO shop.likes VALUES (1, 1), (2, 1), (3, 2), (4, NULL);
        INSERT INTO shop.invoices VALUES (1, 1, '2026-02-03'), (2, 1, '2026-12-31'), (3, 1, '2027-01-01'), (4, 1, NULL);
        """,
        collections: [
            SmallStore.collection(
                "customers", "shop.customers", ["id", "email", "name", "address_id"],
                paths: ["{ subject: customer, hops: [] }"]),
            SmallStore.collection(
                "addresses", "shop.addresses", ["id", "street"],
                paths: ["{ ownership: shared, hops: [\"id -> shop.customers(address_id)\"] }"]),
            SmallStore.collection(
                "orders", "shop.orders", ["id", "customer_id"], paths: ["customer_id -> shop.customers(id)"]),
            SmallStore.collection(
                "notes", "shop.notes", ["id", "customer_id"], paths: ["customer_id -> shop.customers(id)"]),
            SmallStore.collection(
                "invoices", "shop.invoices", ["id", "customer_id", "issued"],
                paths: ["customer_id -> shop.customers(id)"],
                erasure: "{ retain: DE-AO-147, document: invoice, date: issued, fields: [issued] }"),
        ],
        rest: """
            not_included: [{ table: shop.likes, reason: "nobody's" }]
            recipients:
              - { name: Mailer, role: processor, category: mail, country: DE, purpose: mail, sold: false, shared: false, collections: [orders] }
            """)

    @Test func whatTheDatabaseDoesByItselfIsInThePlanAndTheReceipt() async throws {
        try await Self.store.with { fixture in
            let plan = try await fixture.plan(Self.ann)
            #expect(plan.conflicts == [])
            let effects = plan.sideEffects.map { [$0.table, $0.columns.joined(), $0.constraint, "\($0.rows)"] }
            #expect(effects == [["shop.likes", "order_id", "likes_order_id_fkey", "2"]])
            #expect(plan.warnings.contains { $0.contains("1 rows have no issued") })
            let receipt = try await fixture.erase(Self.ann)
            #expect(receipt.done.sideEffects == plan.sideEffects)
            #expect(
                try await fixture.value(
                    "SELECT string_agg(id::text, ',' ORDER BY id) FROM shop.likes WHERE order_id IS NULL") == "1,2,4")
            #expect(try await fixture.count("SELECT count(*) FROM habeas_local.retained_billing") == 3)
        }
    }

    @Test func everyDifferenceThatMattersIsNamed() async throws {
        try await Self.store.with { fixture in
            let approved = try await fixture.plan(Self.ann)
            let band = CountBand(rows: 5, percent: 10)
            func named(_ words: String, _ change: (inout ErasurePlan) -> Void) {
                var fresh = approved
                change(&fresh)
                let found = approved.differences(from: fresh, band: band)
                #expect(found.contains { $0.contains(words) }, "\(words): \(found)")
            }
            func ignored(_ change: (inout ErasurePlan) -> Void) {
                var fresh = approved
                change(&fresh)
                #expect(approved.differences(from: fresh, band: band) == [])
            }
            let orders = try #require(approved.collections.firstIndex { $0.name == "orders" })
            named("likes_order_id_fkey") { $0.sideEffects = [] }
            named("shop.other") { $0.sideEffects[0].table = "shop.other" }
            named("rows that lose likes_order_id_fkey") { $0.sideEffects[0].rows += 6 }
            ignored { $0.sideEffects[0].rows += 5 }
            named("emptied rows") { $0.collections[orders].hollow += 6 }
            named("shared rows that stay") { $0.collections[orders].staying += 6 }
            named("held rows") { $0.collections[orders].held += 6 }
            named("files") { $0.collections[orders].files += 6 }
            named("1 rows were approved, and there is none") { $0.collections[orders].rows = 0 }
            ignored { $0.collections[orders].rows += 5 }
            named("orders") { $0.collections.append($0.collections[orders]) }
            named("no more") { $0.collections.remove(at: orders) }
            for change in [
                { (line: inout ErasurePlan.CollectionLine) in line.outcome = "unlink" }, { $0.ownership = "shared" },
                { $0.table = "shop.other" }, { $0.replaced = ["x"] }, { $0.reason = "x" },
            ] {
                named("orders") { change(&$0.collections[orders]) }
            }
            let until = CivilDate("2050-12-31")!
            named("2050-12-31") { $0.retained[0].until = until }
            named("Art. 1") { $0.retained[0].citation = "Art. 1" }
            named("documents kept until") { $0.retained[0].documents += 6 }
            ignored { $0.retained[0].documents += 5 }
            named("DE-AO-147") { $0.retained = [] }
            named("recipients") { $0.recipients[0].role = "controller" }
            named("recipients") { $0.recipients[0].collections = [] }
            named("holds") { $0.holds.append(ErasurePlan.HoldLine.of(matter: "m")) }
            ignored {
                $0.countedAt = Instant(microseconds: 0)
                $0.warnings = []
                $0.execution.estimatedMilliseconds += 1000
                $0.backups = nil
            }
        }
    }

    @Test(arguments: [50_000, 1])
    func aCollectionThatLostItsLastRowIsApprovedAnew(_ limit: Int) async throws {
        var store = Self.store
        store.map += "\nerasure: { rows_in_one_transaction: \(limit) }"
        try await store.with { fixture in
            let question = try await fixture.canonicalQuestion(Self.ann)
            let plan = try await fixture.eraser.plan(question)
            try await fixture.database.run("DELETE FROM shop.notes")
            await fixture.expectRefusal(.planChanged, naming: "notes: 1 rows were approved, and there is none") {
                _ = try await fixture.eraser.run(fixture.order(question, plan))
            }
        }
    }
}

extension ErasurePlan.HoldLine {
    /// A hold as a plan would have it.
    fileprivate static func of(matter: String) -> Self {
        let json = Data(#"{"id":"1","matter":"\#(matter)","collections":[]}"#.utf8)
        guard let line = try? JSONDecoder().decode(Self.self, from: json) else { preconditionFailure("it is JSON") }
        return line
    }
}
