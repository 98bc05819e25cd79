import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import RightsCore
import SystemPackage

/// A server of the purge's tests alone: transactions of other tests would hold its horizon.
struct PurgeServer {
    let cluster: PrivateCluster

    private static let starting = Task { try await PurgeServer() }

    static var shared: PurgeServer {
        get async throws { try await starting.value }
    }

    private init() async throws {
        let state = "\(Checkout.path)/.habeas/tests-\(getpid())-purge"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        cluster = try PrivateCluster(
            state: FilePath(state),
            settings: ["max_prepared_transactions": "4", "wal_level": "logical", "autovacuum": "off"])
        AtExit.remove(state: state, base: cluster.base.string)
        try await cluster.start()
    }

    /// Lends a shop in a database of its own.
    static func withShop(_ body: (PurgedShop) async throws -> Void) async throws {
        let server = try await shared
        let name = "p_\(UInt64.random(in: 0 ... .max))"
        let admin = ConnectionTarget(server.cluster.connectionString)
        try await PostgresConnection.withConnection(to: admin) { connection in
            try await connection.run(unsafeSQL: PurgedShop.roles)
            try await connection.run(unsafeSQL: "CREATE DATABASE \(name) OWNER shop_owner")
        }
        let shop = PurgedShop(cluster: server.cluster, name: name)
        try await shop.build()
        try await body(shop)
        try await PostgresConnection.withConnection(to: admin) {
            try await $0.run(unsafeSQL: "DROP DATABASE \(name) WITH (FORCE)")
        }
    }
}

/// A shop whose people carry marks that are counted in the server's files.
struct PurgedShop: Sendable {
    let cluster: PrivateCluster
    let name: String

    static let roles = """
        DO $$ BEGIN CREATE ROLE shop_owner; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        DO $$ BEGIN CREATE ROLE habeas_maintainer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        REVOKE shop_owner FROM habeas_maintainer
        """

    /// The tables of the shop.
    static let tables = Set(["people", "events", "letters"].map(table))

    static func table(_ name: String) -> TableName {
        TableName(schema: Identifier("shop"), name: Identifier(name))
    }

    private static let schema = """
        CREATE SCHEMA shop AUTHORIZATION shop_owner;
        SET ROLE shop_owner;
        CREATE TABLE shop.people (id int PRIMARY KEY, ref uuid NOT NULL, email text NOT NULL UNIQUE, name text, attrs jsonb,
            bio text);
        ALTER TABLE shop.people ALTER bio SET STORAGE EXTERNAL;
        CREATE INDEX people_attrs ON shop.people USING gin (attrs);
        CREATE INDEX people_name ON shop.people USING gin (to_tsvector('simple', name));
        CREATE INDEX people_lower ON shop.people (lower(email));
        CREATE TABLE shop.events (id int PRIMARY KEY, person_id int NOT NULL REFERENCES shop.people, note text)
            PARTITION BY RANGE (id);
        CREATE TABLE shop.events_1 PARTITION OF shop.events FOR VALUES FROM (0) TO (5000);
        CREATE TABLE shop.events_2 PARTITION OF shop.events FOR VALUES FROM (5000) TO (100000);
        CREATE INDEX ON shop.events (person_id);
        CREATE INDEX ON shop.events (note);
        CREATE INDEX events_2_brin ON shop.events_2 USING brin (note);
        CREATE TABLE shop.letters (id int PRIMARY KEY, body text);
        INSERT INTO shop.people SELECT g, md5('u' || g)::uuid, 'em' || lpad(g::text, 6, '0') || 'zz@purge.example',
            'nm' || lpad(g::text, 6, '0') || 'zz', jsonb_build_object('tag', 'at' || lpad(g::text, 6, '0') || 'zz'),
            'bi' || lpad(g::text, 6, '0') || 'zz' || repeat(md5(g::text), 90) FROM generate_series(0, 399) g;
        INSERT INTO shop.events SELECT g, CASE WHEN g BETWEEN 6000 AND 7999 THEN 0 ELSE g % 400 END,
            'ev' || lpad((CASE WHEN g BETWEEN 6000 AND 7999 THEN 0 ELSE g % 400 END)::text, 6, '0') || 'zz'
            FROM generate_series(0, 8999) g;
        INSERT INTO shop.letters SELECT g, 'le' || lpad((g % 20)::text, 6, '0') || 'zz' FROM generate_series(1, 200) g;
        RESET ROLE;
        """

    /// People with these numbers are erased: every twentieth. All letters are theirs.
    static let victims = Set((0..<20).map { $0 * 20 })

    func build() async throws {
        try await run(Self.schema)
        let statements =
            Companion.statements(eraser: "habeas_eraser", verifier: "habeas_verifier", retention: "habeas_retention")
            + MaintainerRole.statements()
        try await PostgresConnection.withConnection(to: target()) { try await $0.apply(statements, passwords: []) }
        try await run("VACUUM (ANALYZE)")
    }

    func target(as user: String? = nil) -> ConnectionTarget {
        ConnectionTarget(cluster.connectionString(database: name), user: user)
    }

    func run(_ sql: String) async throws {
        try await PostgresConnection.withConnection(to: target()) { try await $0.run(unsafeSQL: sql) }
    }

    func query(_ sql: String, _ parameters: [String?] = []) async throws -> [[String?]] {
        try await PostgresConnection.withConnection(to: target()) { try await $0.query(sql, parameters) }
    }

    /// Deletes the victims' rows.
    func erase() async throws {
        try await run(
            """
            DELETE FROM shop.events WHERE person_id % 20 = 0;
            DELETE FROM shop.people WHERE id % 20 = 0;
            DELETE FROM shop.letters;
            """)
    }

    // MARK: the purge

    func plan(_ question: PurgeQuestion = PurgeQuestion(tables: tables), as user: String? = nil) async throws
        -> PurgePlan
    {
        try await PostgresConnection.withConnection(to: target(as: user)) {
            try await PurgePlan.make(question, over: $0)
        }
    }

    /// Without patience, so that tests are short.
    static var settings: PurgeSettings {
        var settings = PurgeSettings()
        settings.lockTimeout = .milliseconds(150)
        settings.attempts = 2
        settings.retryPause = .milliseconds(10)
        settings.patience = .zero
        settings.rest = 0
        settings.vacuumDelay = .zero
        return settings
    }

    func purger(
        settings: PurgeSettings = settings, people: [HuntedPerson] = [], repack: Purger.Repack? = nil,
        as user: String? = nil, now: @escaping @Sendable () -> Instant = { Instant(microseconds: 0) },
        note: @escaping @Sendable (Purger.Event) async throws -> Void = { _ in }
    ) -> Purger {
        Purger(target(as: user), settings: settings, people: people, repack: repack, now: now, note: note)
    }

    // MARK: marks

    /// How many marks of victims are in the files of each table and index, by kind of mark: `shop.people em` → 20. Counted
    /// by grep(1).
    func marks() async throws -> [String: Int] {
        try await run("CHECKPOINT")
        let names = try await query(
            """
            SELECT coalesce(pg_relation_filenode(c.oid), 0)::text, coalesce(t.relname || ' TOAST', c.relname)
              FROM pg_class c LEFT JOIN pg_class t ON t.reltoastrelid = c.oid
             WHERE c.relkind IN ('r', 'i', 't', 'm')
            """)
        let known = Dictionary(names.map { ($0[0] ?? "", $0[1] ?? "") }) { first, _ in first }
        let base = try await query("SELECT oid::text FROM pg_database WHERE datname = current_database()")
        let folder = "\(cluster.data)/base/\(base[0][0] ?? "")"
        let found = try await Program.run("grep", ["-aorE", "[a-z]{2}[0-9]{6}zz", folder])
        var counts: [String: Int] = [:]
        for line in found.output.split(separator: "\n") {
            let parts = line.split(separator: ":")
            guard parts.count == 2, let number = Int(parts[1].dropFirst(2).prefix(6)) else { continue }
            let kind = String(parts[1].prefix(2))
            guard kind == "le" || Self.victims.contains(number) else { continue }
            let file = String(parts[0].split(separator: "/").last ?? "").prefix { $0.isNumber }
            counts["\(known[String(file)] ?? "gone file") \(kind)", default: 0] += 1
        }
        return counts
    }
}

/// A session beside the purge.
enum Bystander {
    /// Runs statements in a transaction, and keeps it open while the body runs; the body gets the session's process.
    static func with<Value: Sendable>(
        _ statements: [String], in shop: PurgedShop, _ body: (String) async throws -> Value
    ) async throws -> Value {
        try await PostgresConnection.withConnection(to: shop.target()) { connection in
            for statement in statements { try await connection.run(unsafeSQL: statement) }
            let pid = try await connection.query("SELECT pg_backend_pid()::text")[0][0] ?? ""
            let value = try await body(pid)
            try await connection.run(unsafeSQL: "ROLLBACK")
            return value
        }
    }
}

extension PurgedShop {
    /// Runs pg_repack as its manual says.
    func repack(_ table: TableName) async throws {
        let outcome = try await Program.run(
            "pg_repack", ["--no-order", "--no-kill-backend", "--table=\(table.written)", "-d", name],
            environment: ["PGHOST": "\(cluster.base)/run", "PGUSER": "postgres"])
        guard outcome.status == 0 else { throw RepackFailure(words: outcome.errors) }
    }

    private struct RepackFailure: Error { let words: String }
}
