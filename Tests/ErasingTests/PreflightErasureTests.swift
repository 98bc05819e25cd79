import DataMap
import Erasing
import Foundation
import PostgresTestKit
import Testing

/// What is seen before the first row goes: triggers that fire, wherever they stand, and look-ups that would take too long.
@Suite struct PreflightErasureTests {
    private static let ann = "email:ann@example.com"

    private static let tables = """
        CREATE TABLE shop.kept (what text);
        CREATE TABLE shop.orders (id bigint, customer_id bigint NOT NULL REFERENCES shop.customers, note text,
            next bigint, updated_at timestamptz, PRIMARY KEY (id)) PARTITION BY RANGE (id);
        CREATE TABLE shop.orders_new PARTITION OF shop.orders FOR VALUES FROM (100) TO (200);
        CREATE TABLE shop.orders_old PARTITION OF shop.orders FOR VALUES FROM (0) TO (100);
        CREATE INDEX ON shop.orders (customer_id);
        CREATE TABLE shop.folders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers,
            parent_id bigint REFERENCES shop.folders);
        CREATE INDEX ON shop.folders (customer_id);
        CREATE INDEX ON shop.folders (parent_id);
        CREATE TABLE shop.likes (id bigint PRIMARY KEY, order_id bigint REFERENCES shop.orders ON DELETE SET NULL);
        CREATE INDEX ON shop.likes (order_id);
        INSERT INTO shop.orders VALUES (1, 1, 'n'), (101, 1, 'n'), (2, 2, 'n');
        INSERT INTO shop.folders VALUES (1, 1, NULL), (2, 1, 1);
        INSERT INTO shop.likes VALUES (1, 1);
        """

    private static func store(_ trigger: String, limit: Int = 50_000) -> SmallStore {
        SmallStore(
            tables + trigger,
            collections: [
                SmallStore.collection(
                    "orders", "shop.orders", ["id", "customer_id", "note", "next", "updated_at"],
                    paths: ["customer_id -> shop.customers(id)"]),
                SmallStore.collection(
                    "folders", "shop.folders", ["id", "customer_id", "parent_id"],
                    paths: ["customer_id -> shop.customers(id)"]),
            ],
            rest: """
                not_included: [{ table: shop.likes, reason: "nobody's" }, { table: shop.kept, reason: "nobody's" }]
                erasure: { rows_in_one_transaction: \(limit) }
                """)
    }

    private static func trigger(_ when: String, on table: String, _ body: String) -> String {
        """
        CREATE FUNCTION shop.fire() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN \(body)
        END $body$;
        CREATE TRIGGER fire \(when) ON \(table) FOR EACH ROW EXECUTE FUNCTION shop.fire();
        """
    }

    private static let copies = "INSERT INTO shop.kept VALUES (OLD.id); RETURN NULL;"
    private static let remember = """
        CREATE FUNCTION shop.keep(what text) RETURNS void LANGUAGE sql AS 'INSERT INTO shop.kept VALUES (what)';
        CREATE FUNCTION shop.remember(what text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN shop.keep(what); END $$;
        CREATE FUNCTION shop.short(what text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT left(what, 2)';
        """

    @Test(arguments: [
        trigger("AFTER DELETE", on: "shop.orders_old", copies),
        trigger("AFTER DELETE", on: "shop.orders", copies),
        trigger("AFTER UPDATE", on: "shop.likes", copies),
        trigger("AFTER DELETE", on: "shop.orders", "RAISE LOG 'gone: %', OLD.note; RETURN NULL;"),
        remember + trigger("BEFORE DELETE", on: "shop.orders", "OLD.note := shop.remember(OLD.note); RETURN OLD;"),
        remember
            + trigger(
                "BEFORE DELETE", on: "shop.orders", "IF \"shop\" . remember (OLD.note) IS NULL THEN END IF; RETURN OLD;"
            ),
        trigger("BEFORE DELETE", on: "shop.orders", "EXECUTE 'SELECT 1'; RETURN OLD;"),
    ])
    func aTriggerThatMayCopyStopsIt(_ trigger: String) async throws {
        try await Self.store(trigger).with { fixture in
            let plan = try await fixture.plan(Self.ann)
            #expect(plan.conflicts.contains { $0.contains("trigger fire") }, "\(plan.conflicts)")
            await fixture.expectRefusal(.conflict, naming: "trigger fire") { try await fixture.erase(Self.ann) }
            let findings = try await fixture.eraser.preflight()
            #expect(findings.contains { $0.object.contains("trigger fire") })
        }
    }

    @Test(arguments: [
        trigger("BEFORE UPDATE", on: "shop.orders", "NEW.updated_at := now(); RETURN NEW;"),
        trigger("AFTER UPDATE", on: "shop.orders", copies),
        trigger("AFTER INSERT", on: "shop.orders", copies),
        trigger(
            "BEFORE DELETE OR UPDATE", on: "shop.orders",
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; /* insert */ NEW.note := $x$update$x$; RETURN NEW; -- execute"
        ),
        trigger("AFTER DELETE", on: "shop.orders", "RAISE DEBUG 'a row of % went', TG_TABLE_NAME; RETURN NULL;"),
        remember + trigger("BEFORE DELETE", on: "shop.orders", "OLD.note := shop.short(lower(OLD.note)); RETURN OLD;"),
        trigger("AFTER DELETE", on: "shop.kept", copies),
        "CREATE TRIGGER fire BEFORE UPDATE ON shop.likes FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();",
    ])
    func aTriggerThatCopiesNothingStopsNothing(_ trigger: String) async throws {
        try await Self.store(trigger).with { fixture in
            #expect(try await fixture.plan(Self.ann).conflicts == [])
            try await fixture.erase(Self.ann)
            #expect(try await fixture.count("SELECT count(*) FROM shop.kept") == 0)
        }
    }

    /// In batches identifiers are replaced, and circles opened, before rows go.
    @Test(arguments: ["shop.customers", "shop.folders"])
    func whatFiresInBatchesOnlyStopsThoseOnly(_ table: String) async throws {
        let trigger = Self.trigger("AFTER UPDATE", on: table, Self.copies)
        try await Self.store(trigger, limit: 2).with { fixture in
            await fixture.expectRefusal(.conflict, naming: "trigger fire") { try await fixture.erase(Self.ann) }
        }
        try await Self.store(trigger).with { fixture in
            let finding = try #require(
                try await fixture.eraser.preflight().first { $0.object.contains("trigger fire") })
            #expect(!finding.isFatal)
            try await fixture.erase(Self.ann)
            #expect(try await fixture.count("SELECT count(*) FROM shop.kept") == 0)
        }
    }

    @Test func aTriggerOfAPartitionIsNamedHarmlessByItsOwnTableOrTheWhole() async throws {
        for table in ["shop.orders", "shop.orders_old"] {
            var store = Self.store(Self.trigger("AFTER DELETE", on: "shop.orders_old", Self.copies))
            store.map = store.map.replacing(
                "{ rows_in_one_transaction: 50000 }",
                with: "{ harmless_triggers: [{ table: \(table), name: fire, reason: looked at }] }")
            try await store.with { fixture in
                let plan = try await fixture.plan(Self.ann)
                #expect(plan.conflicts == [])
            }
        }
    }

    // MARK: how many rows there are

    /// Never analysed, partitioned, or grown since the catalogue was read: what counts is what there is.
    @Test(arguments: ["(id bigint, order_id bigint REFERENCES shop.orders)", "partitioned"])
    func tablesWithoutFiguresAreJudgedByTheirSize(_ form: String) async throws {
        let log =
            form == "partitioned"
            ? """
            CREATE TABLE shop.log (id bigint, order_id bigint REFERENCES shop.orders) PARTITION BY RANGE (id);
            CREATE TABLE shop.log_1 PARTITION OF shop.log FOR VALUES FROM (0) TO (70000) WITH (autovacuum_enabled = off);
            CREATE TABLE shop.log_2 PARTITION OF shop.log FOR VALUES FROM (70000) TO (200000) WITH (autovacuum_enabled = off);
            """ : "CREATE TABLE shop.log \(form) WITH (autovacuum_enabled = off);"
        var store = Self.store(
            log
                + "INSERT INTO shop.orders SELECT g, 1 FROM generate_series(3, 99) g; INSERT INTO shop.orders SELECT g, 1 "
                + "FROM generate_series(102, 199) g;")
        store.map = store.map.replacing("not_included: [", with: "not_included: [{ table: shop.log, reason: x }, ")
        try await store.with { fixture in
            #expect(try await fixture.plan(Self.ann).conflicts == [])
            try await fixture.database.run("INSERT INTO shop.log SELECT g % 199999 FROM generate_series(1, 400000) g")
            let plan = try await fixture.plan(Self.ann)
            #expect(plan.conflicts.contains { $0.contains("shop.log(order_id)") }, "\(plan.conflicts)")
            try await fixture.database.run("TRUNCATE shop.log; ANALYZE shop.log")
            #expect(try await fixture.plan(Self.ann).conflicts == [])
        }
    }
}
