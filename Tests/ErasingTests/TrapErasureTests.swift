import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// What other programs of this kind get wrong, each on a schema that shows it.
@Suite struct TrapErasureTests {
    private static let ann = "email:ann@example.com"

    @Test func aCardOfAnotherCustomerReachedThroughAnOrderIsNotTouched() async throws {
        let store = SmallStore(
            """
            CREATE TABLE shop.cards (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers, number text);
            CREATE TABLE shop.orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers,
                card_id bigint REFERENCES shop.cards);
            INSERT INTO shop.cards VALUES (1, 1, 'a'), (2, 2, 'b');
            INSERT INTO shop.orders VALUES (1, 1, 1), (2, 1, 2), (3, 2, 2);
            """,
            collections: [
                SmallStore.collection(
                    "cards", "shop.cards", ["id", "customer_id", "number"], paths: ["customer_id -> shop.customers(id)"]
                ),
                SmallStore.collection(
                    "orders", "shop.orders", ["id", "customer_id", "card_id"],
                    paths: ["customer_id -> shop.customers(id)"]),
            ])
        try await store.with { fixture in
            let others = try await fixture.tableHashes(except: [
                "shop.customers": "id = 1", "shop.cards": "customer_id = 1", "shop.orders": "customer_id = 1",
            ])
            try await fixture.erase(Self.ann)
            #expect(try await fixture.tableHashes() == others)
            #expect(try await fixture.value("SELECT number FROM shop.cards WHERE id = 2") == "b")
        }
    }

    @Test(arguments: [50_000, 1])
    func anAddressSharedByTwoCustomersSurvivesForTheOther(_ limit: Int) async throws {
        let store = SmallStore(
            """
            CREATE TABLE shop.addresses (id bigint PRIMARY KEY, street text NOT NULL);
            ALTER TABLE shop.customers ADD COLUMN address_id bigint REFERENCES shop.addresses;
            INSERT INTO shop.addresses VALUES (1, 'shared'), (2, 'of Ann alone'), (3, 'of Bob alone'), (4, 'nobody''s');
            CREATE TABLE shop.former (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers,
                address_id bigint REFERENCES shop.addresses);
            UPDATE shop.customers SET address_id = 1 WHERE id IN (1, 2);
            INSERT INTO shop.former VALUES (1, 1, 2), (2, 2, 3);
            """,
            collections: [
                SmallStore.collection(
                    "customers", "shop.customers", ["id", "email", "name", "address_id"],
                    paths: ["{ subject: customer, hops: [] }"]),
                SmallStore.collection(
                    "addresses", "shop.addresses", ["id", "street"],
                    paths: [
                        "{ ownership: shared, hops: [\"id -> shop.customers(address_id)\"] }",
                        "{ ownership: shared, hops: [\"id -> shop.former(address_id)\", "
                            + "\"customer_id -> shop.customers(id)\"] }",
                    ]),
                SmallStore.collection(
                    "former", "shop.former", ["id", "customer_id", "address_id"],
                    paths: ["customer_id -> shop.customers(id)"]),
            ], rest: "erasure: { rows_in_one_transaction: \(limit) }")
        try await store.with(batch: 1) { fixture in
            let plan = try await fixture.plan(Self.ann)
            #expect(plan.collections.first { $0.name == "addresses" }?.staying == 1)
            let others = try await fixture.tableHashes(except: [
                "shop.customers": "id = 1", "shop.former": "customer_id = 1", "shop.addresses": "id = 2",
            ])
            try await fixture.erase(Self.ann)
            #expect(try await fixture.tableHashes() == others)
            // The last of them takes it along.
            try await fixture.erase("email:bob@example.com")
            #expect(try await fixture.value("SELECT string_agg(id::text, ',') FROM shop.addresses") == "4")
        }
    }

    @Test func anAddressInAPrimaryKeyGoesWithItsRow() async throws {
        func store(_ erasure: String) -> SmallStore {
            SmallStore(
                """
                CREATE TABLE shop.letters (email text, list text, since date, PRIMARY KEY (email, list));
                INSERT INTO shop.letters VALUES ('ann@example.com', 'x', '2020-02-29'), ('bob@example.com', 'x', '2020-02-29');
                """,
                collections: [
                    SmallStore.collection(
                        "letters", "shop.letters", ["email", "list", "since"],
                        paths: ["email -> shop.customers(email) unenforced"], erasure: erasure)
                ])
        }
        try await store("delete").with { fixture in
            try await fixture.erase(Self.ann)
            #expect(try await fixture.value("SELECT string_agg(email, ',') FROM shop.letters") == "bob@example.com")
        }
        // Rows that stay can't lose a part of their key: said in the plan, never half done.
        try await store("anonymize").with { fixture in
            let before = try await fixture.tableHashes()
            let plan = try await fixture.plan(Self.ann)
            #expect(plan.conflicts.contains { $0.contains("letters") && $0.contains("email") }, "\(plan.conflicts)")
            await #expect(throws: ErasureError.self) { try await fixture.erase(Self.ann) }
            #expect(try await fixture.tableHashes() == before)
        }
    }

    @Test func aRowOfTwoPartiesGoesWithOneAndForgetsTheOther() async throws {
        let store = SmallStore(
            """
            CREATE TABLE shop.employees (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);
            INSERT INTO shop.employees VALUES (1, 'erin@example.com'), (2, 'fred@example.com');
            CREATE TABLE shop.visits (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers,
                employee_id bigint REFERENCES shop.employees, wish text, remark text NOT NULL);
            INSERT INTO shop.visits VALUES (1, 1, 1, 'w', 'r'), (2, 2, 1, 'w', 'r'), (3, 1, 2, 'w', 'r'), (4, 2, 2, 'w', 'r');
            """,
            collections: [
                SmallStore.collection(
                    "customers", "shop.customers", ["id", "email", "name"], paths: ["{ subject: customer, hops: [] }"]),
                SmallStore.collection(
                    "employees", "shop.employees", ["id", "email"], paths: ["{ subject: employee, hops: [] }"]),
                SmallStore.collection(
                    "visits", "shop.visits", ["id", "customer_id", "employee_id", "wish", "remark"],
                    paths: ["customer_id -> shop.customers(id)"]),
                SmallStore.collection(
                    "visits_made", "shop.visits", ["id", "customer_id", "employee_id", "wish", "remark"],
                    paths: [
                        "{ subject: employee, ownership: mention, fields: [remark], "
                            + "hops: [\"employee_id -> shop.employees(id)\"] }"
                    ], erasure: "anonymize"),
            ],
            subjects:
                "  employee: { table: shop.employees, key: id, identifiers: { staff: email }, row_security: none }")
        try await store.with { fixture in
            try await fixture.erase("staff:erin@example.com")
            let rows = try await fixture.database.query(
                "SELECT id::text, employee_id::text, wish, remark LIKE 'erased-%' FROM shop.visits ORDER BY id")
            #expect(
                rows == [
                    ["1", nil, "w", "t"], ["2", nil, "w", "t"], ["3", "2", "w", "f"], ["4", "2", "w", "f"],
                ])
            try await fixture.erase(Self.ann)
            #expect(try await fixture.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM shop.visits") == "2,4")
            #expect(try await fixture.count("SELECT count(*) FROM shop.employees") == 1)
        }
    }

    @Test func rowsKnownByAnotherAddressOnlyAreFound() async throws {
        let store = SmallStore(
            """
            CREATE TABLE shop.addresses (email text PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers);
            CREATE TABLE shop.tickets (id bigint PRIMARY KEY, sender text NOT NULL, question text);
            INSERT INTO shop.addresses VALUES ('ann@work.example', 1), ('bob@work.example', 2);
            INSERT INTO shop.tickets VALUES (1, 'ann@work.example', '?'), (2, 'bob@work.example', '?'), (3, 'ann@example.com', '?');
            """,
            collections: [
                SmallStore.collection(
                    "addresses", "shop.addresses", ["email", "customer_id"],
                    paths: ["customer_id -> shop.customers(id)"]),
                SmallStore.collection(
                    "tickets", "shop.tickets", ["id", "sender", "question"],
                    paths: [
                        "{ hops: [\"sender -> shop.addresses(email) unenforced\", \"customer_id -> shop.customers(id)\"] }",
                        "sender -> shop.customers(email) unenforced",
                    ]),
            ], rest: "erasure: { rows_in_one_transaction: 1 }")
        try await store.with(batch: 1) { fixture in
            await #expect(throws: ErasureError.self) { try await fixture.erase("email:ann@work.example") }
            try await fixture.erase(Self.ann)
            #expect(try await fixture.value("SELECT string_agg(id::text, ',') FROM shop.tickets") == "2")
            #expect(try await fixture.count("SELECT count(*) FROM shop.addresses") == 1)
        }
    }

    @Test func aColumnThatMustNotBeNullGetsAValueThatIsNobodys() async throws {
        let columns = ["id", "customer_id", "author", "initials", "born", "mood", "score", "payload"]
        let store = SmallStore(
            """
            CREATE TYPE shop.mood AS ENUM ('fine', 'bad');
            CREATE TABLE shop.reviews (id bigint PRIMARY KEY, customer_id bigint REFERENCES shop.customers,
                author text NOT NULL UNIQUE, initials char(3) NOT NULL, born date NOT NULL, mood shop.mood NOT NULL,
                score money NOT NULL CHECK (score >= 0::money), payload jsonb NOT NULL);
            INSERT INTO shop.reviews SELECT g, CASE WHEN g < 3 THEN 1 ELSE 2 END, 'author ' || g, 'abc', '1980-02-03', 'bad', 12.34, '{"a": 1}'
              FROM generate_series(1, 4) g;
            """,
            collections: [
                SmallStore.collection(
                    "reviews", "shop.reviews", columns,
                    paths: [
                        "{ ownership: mention, fields: [author, initials, born, mood, score, payload], "
                            + "hops: [\"customer_id -> shop.customers(id)\"] }"
                    ], erasure: "anonymize")
            ])
        try await store.with { fixture in
            let others = try await fixture.tableHashes(except: ["shop.customers": "id = 1", "shop.reviews": "id < 3"])
            try await fixture.erase(Self.ann)
            let rows = try await fixture.database.query(
                """
                SELECT customer_id::text, author LIKE 'erased-%', initials, born::text, mood::text, score::numeric::text, payload::text
                  FROM shop.reviews WHERE id < 3
                """)
            #expect(rows == Array(repeating: [nil, "t", "era", "1970-01-01", "fine", "0.00", "{}"], count: 2))
            await fixture.expect(others, except: ["shop.reviews": "id < 3"])
        }
    }

    @Test func aValueThatADatabaseRefusesRollsEverythingBack() async throws {
        let store = SmallStore(
            """
            CREATE TABLE shop.reviews (id bigint PRIMARY KEY, customer_id bigint REFERENCES shop.customers,
                author text NOT NULL CHECK (author ~ '^author'));
            INSERT INTO shop.reviews VALUES (1, 1, 'author 1');
            """,
            collections: [
                SmallStore.collection(
                    "reviews", "shop.reviews", ["id", "customer_id", "author"],
                    paths: [
                        "{ ownership: mention, fields: [author], hops: [\"customer_id -> shop.customers(id)\"] }"
                    ], erasure: "anonymize")
            ])
        try await store.with { fixture in
            let before = try await fixture.tableHashes()
            do {
                try await fixture.erase(Self.ann)
                Issue.record("not refused")
            } catch let error as ErasureError {
                #expect(error.code == .conflict)
                #expect(error.description.contains("shop.reviews"), "\(error)")
            }
            #expect(try await fixture.tableHashes() == before)
        }
    }

    @Test func numbersAndTextsAreJoinedAsTheyAreWritten() async throws {
        let store = SmallStore(
            """
            CREATE TABLE shop.clicks (id bigint PRIMARY KEY, who text);
            INSERT INTO shop.clicks VALUES (1, '1'), (2, '01'), (3, '11'), (4, NULL), (5, 'x'), (6, '1');
            """,
            collections: [
                SmallStore.collection(
                    "clicks", "shop.clicks", ["id", "who"],
                    paths: ["who -> shop.customers(id) as text unenforced"])
            ])
        try await store.with { fixture in
            try await fixture.erase(Self.ann)
            #expect(
                try await fixture.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM shop.clicks") == "2,3,4,5")
        }
    }

    @Test func aSecondSchemaIsErasedFromOrRefused() async throws {
        let tables = """
            CREATE SCHEMA crm;
            CREATE TABLE crm.notes (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers, text text);
            INSERT INTO crm.notes VALUES (1, 1, 'x'), (2, 2, 'y');
            """
        let notes = SmallStore.collection(
            "notes", "crm.notes", ["id", "customer_id", "text"], paths: ["customer_id -> shop.customers(id)"])
        try await SmallStore(tables, collections: [notes]).with { fixture in
            try await fixture.erase(Self.ann)
            #expect(try await fixture.value("SELECT string_agg(id::text, ',') FROM crm.notes") == "2")
        }
        try await SmallStore(tables, collections: []).with { fixture in
            await fixture.expectRefusal(.mapDoesNotFit, naming: "crm.notes") { try await fixture.erase(Self.ann) }
        }
    }

    @Test(arguments: [
        ("ALTER TABLE shop.customers ADD COLUMN phone text", "shop.customers.phone"),
        ("CREATE TABLE shop.__old_email (id bigint REFERENCES shop.customers, email text)", "shop.__old_email"),
        ("ALTER TABLE shop.customers RENAME COLUMN name TO called", "shop.customers.called"),
        ("CREATE RULE keep AS ON DELETE TO shop.customers DO INSTEAD NOTHING", "keep"),
    ])
    func aSchemaThatMovedAfterTheApprovalIsRefused(_ change: String, _ object: String) async throws {
        try await SmallStore("", collections: []).with { fixture in
            let question = try await fixture.canonicalQuestion(Self.ann)
            let plan = try await fixture.eraser.plan(question)
            try await fixture.database.run(change)
            let before = try await fixture.tableHashes()
            do {
                _ = try await fixture.eraser.run(fixture.order(question, plan))
                Issue.record("not refused")
            } catch let error as ErasureError { #expect(error.description.contains(object), "\(error)") }
            #expect(try await fixture.tableHashes() == before)
        }
    }

    @Test func datesMoneyAndMicrosecondsStayAsTheyAre() async throws {
        let columns = ["id", "customer_id", "issued", "total", "paid", "at", "rate", "details"]
        let store = SmallStore(
            """
            CREATE TABLE shop.invoices (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers,
                issued date NOT NULL, total numeric NOT NULL, paid money, at timestamptz, rate float8, details jsonb);
            INSERT INTO shop.invoices SELECT g, CASE WHEN g = 1 THEN 1 ELSE 2 END, '2024-02-29', 12345678901234567890.123456789012345678,
                1234.50, '2024-02-29 23:59:59.999999+00', 0.1, '{"n": 1.10000000000000000000001}' FROM generate_series(1, 3) g;
            """,
            collections: [
                SmallStore.collection(
                    "invoices", "shop.invoices", columns, paths: ["customer_id -> shop.customers(id)"],
                    erasure:
                        "{ retain: DE-AO-147, document: invoice, date: issued, fields: [total, paid, at, rate, details, issued] }"
                )
            ])
        try await store.with { fixture in
            let others = try await fixture.tableHashes(except: ["shop.customers": "id = 1", "shop.invoices": "id = 1"])
            try await fixture.erase(Self.ann)
            #expect(try await fixture.tableHashes() == others)
            let kept = try await fixture.database.query(
                """
                SELECT i->>'total', i->>'paid', i->>'at', i->>'rate', i->'details'->>'n', i->>'issued', retain_until::text
                  FROM (SELECT record->'invoices' AS i, retain_until FROM habeas_local.retained_billing) r
                """)
            #expect(
                kept == [
                    [
                        "12345678901234567890.123456789012345678", "$1,234.50", "2024-02-29T23:59:59.999999+00:00",
                        "0.1", "1.10000000000000000000001", "2024-02-29", "2032-12-31",
                    ]
                ])
        }
    }
}

extension ErasureFixture {
    /// Something must be refused with a code, naming an object, and change nothing.
    func expectRefusal(
        _ code: ErasureError.Code, naming object: String = "", _ body: () async throws -> Void
    ) async {
        do {
            let before = try await tableHashes()
            do {
                try await body()
                Issue.record("not refused")
            } catch let error as ErasureError {
                #expect(error.code == code, "\(error)")
                #expect(object.isEmpty || error.description.contains(object), "\(error)")
            }
            let after = try await tableHashes()
            #expect(after == before)
        } catch { Issue.record(error) }
    }

    /// Rows but those left out must be as they were.
    func expect(_ hashes: [String: String], except condition: [String: String]) async {
        do {
            let now = try await tableHashes(except: condition)
            #expect(now == hashes)
        } catch { Issue.record(error) }
    }
}
