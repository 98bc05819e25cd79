import DataMap
import Erasing
import Foundation
import PostgresTestKit
import RightsCore
import SubjectAccess
import Testing

/// One record with everything that hangs on it: only for whom it belongs to, however its key is written.
@Suite struct RecordErasureTests {
    private static let ann = SubjectReference("email:ann@example.com")!
    private static let bob = SubjectReference("customer:2")!

    /// Contacts with notes inside, addresses that are shared, and visits that only mention somebody.
    private static func store(_ rest: String = "") -> SmallStore {
        SmallStore(
            """
            CREATE TABLE shop.contacts (id uuid PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers, name text);
            CREATE TABLE shop.notes (id bigint PRIMARY KEY, contact_id uuid NOT NULL REFERENCES shop.contacts, text text);
            CREATE INDEX ON shop.notes (contact_id);
            CREATE TABLE shop.orders (id bigint, part int, customer_id bigint NOT NULL REFERENCES shop.customers,
                PRIMARY KEY (id, part));
            CREATE TABLE shop.addresses (street text, number int, PRIMARY KEY (street, number));
            CREATE TABLE shop.visits (id bigint PRIMARY KEY, customer_id bigint REFERENCES shop.customers, remark text);
            INSERT INTO shop.contacts VALUES ('aaaaaaaa-0000-4000-8000-00000000000a', 1, 'a'),
                ('bbbbbbbb-0000-4000-8000-00000000000b', 2, 'b');
            INSERT INTO shop.notes SELECT g, 'aaaaaaaa-0000-4000-8000-00000000000a', 'x' FROM generate_series(1, 20) g;
            INSERT INTO shop.notes VALUES (21, 'bbbbbbbb-0000-4000-8000-00000000000b', 'y');
            INSERT INTO shop.orders VALUES (7, 1, 1), (7, 2, 2), (8, 1, 1);
            INSERT INTO shop.visits VALUES (1, 1, 'r'), (2, 2, 's');
            """,
            collections: [
                SmallStore.collection(
                    "contacts", "shop.contacts", ["id", "customer_id", "name"],
                    paths: ["customer_id -> shop.customers(id)"]),
                SmallStore.collection(
                    "notes", "shop.notes", ["id", "contact_id", "text"],
                    inside: "{ collection: contacts, as: notes, by: \"contact_id -> shop.contacts(id)\" }"),
                SmallStore.collection(
                    "orders", "shop.orders", ["id", "part", "customer_id"],
                    paths: ["customer_id -> shop.customers(id)"]),
                SmallStore.collection(
                    "visits", "shop.visits", ["id", "customer_id", "remark"],
                    paths: ["{ ownership: mention, fields: [remark], hops: [\"customer_id -> shop.customers(id)\"] }"],
                    erasure: "anonymize"),
            ], rest: "not_included: [{ table: shop.addresses, reason: \"nobody's\" }]\n" + rest)
    }

    private static func question(_ record: String, of owner: SubjectReference?) -> ErasureQuestion {
        ErasureQuestion(
            target: ErasureTarget(record: SubjectReference(record)!, owner: owner), regime: RegimeID("GDPR")!,
            today: ErasureFixture.today)
    }

    @Test func aRecordOfSomebodyElseIsNoRecordOfThisRequest() async throws {
        try await Self.store().with { fixture in
            let before = try await fixture.tableHashes()
            for record in ["contacts:bbbbbbbb-0000-4000-8000-00000000000b", "orders:7,2", "visits:1", "notes:21"] {
                do {
                    _ = try await fixture.eraser.plan(Self.question(record, of: Self.ann))
                    Issue.record("\(record) was planned")
                } catch let error as ErasureError {
                    #expect(error.code == .noSuchSubject)
                    #expect(error.description.contains("with that key belongs to the person of this request"))
                }
            }
            // An operator looks at any.
            _ = try await fixture.eraser.plan(Self.question("contacts:bbbbbbbb-0000-4000-8000-00000000000b", of: nil))
            // What was planned for one person isn't carried out for another.
            let plan = try await fixture.eraser.plan(Self.question("orders:7,1", of: Self.ann))
            await fixture.expectRefusal(.noSuchSubject) {
                _ = try await fixture.eraser.run(fixture.order(Self.question("orders:7,1", of: Self.bob), plan))
            }
            #expect(try await fixture.tableHashes() == before)
        }
    }

    @Test(arguments: [50_000, 3])
    func aRecordGoesWithWhatHangsOnItHoweverItsKeyIsWritten(_ limit: Int) async throws {
        try await Self.store("erasure: { rows_in_one_transaction: \(limit) }").with(batch: 4) { fixture in
            let written = "aaaaaaaa-0000-4000-8000-00000000000a"
            let question = Self.question("contacts:\(written.uppercased())", of: Self.ann)
            let plan = try await fixture.eraser.plan(question)
            #expect(plan.target == ErasureFixture.hash("contacts", written).hex)
            let known = try await fixture.eraser.identify(question.target, as: "r")
            #expect(known?.hash.hex == plan.target)
            let others = try await fixture.tableHashes(except: [
                "shop.contacts": "id = '\(written)'", "shop.notes": "contact_id = '\(written)'",
            ])
            let receipt = try await fixture.eraser.run(fixture.order(question, plan))
            #expect(receipt.regime == (limit == 3 ? "batches" : "one_transaction"))
            #expect(receipt.done.deviations == [])
            #expect(receipt.done.collections.first { $0.name == "notes" }?.rows == 20)
            #expect(try await fixture.tableHashes() == others)
            // Gone, it still has the same hash.
            #expect(try await fixture.eraser.identify(question.target, as: "r")?.hash.hex == plan.target)
        }
    }

    @Test func numbersAreHashedAsTheStoreWritesThem() async throws {
        try await Self.store().with { fixture in
            let plan = try await fixture.eraser.plan(Self.question("orders:007,+1", of: nil))
            #expect(plan.target == ErasureFixture.hash("orders", "7,1").hex)
            let same = try await fixture.eraser.plan(Self.question("orders:7,1", of: Self.ann))
            #expect(same.target == plan.target)
        }
    }

    /// What the product deletes itself is hashed like a record that is erased.
    @Test func theProductsOwnDeletionsHaveTheSameKeys() async throws {
        try await Self.store().with { fixture in
            try await fixture.database.run(
                """
                INSERT INTO shop.addresses VALUES ('a,b\\c', 1);
                CREATE TRIGGER gone AFTER DELETE ON shop.orders REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
                    EXECUTE FUNCTION habeas_local.note_deletion('orders', 'id', 'part');
                CREATE TRIGGER gone AFTER DELETE ON shop.addresses REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
                    EXECUTE FUNCTION habeas_local.note_deletion('addresses', 'street', 'number');
                """)
            let record = ErasureTarget(record: SubjectReference("orders:007,1")!)
            let key = try #require(try await fixture.eraser.identify(record, as: "r")?.key)
            try await fixture.database.run(
                "DELETE FROM shop.orders WHERE id = 7 AND part = 1; DELETE FROM shop.addresses")
            let noted = try await fixture.eraser.productDeletions(after: 0, limit: 10)
            #expect(noted.map(\.key) == [key, "a\\,b\\\\c,1"])
        }
    }
}
