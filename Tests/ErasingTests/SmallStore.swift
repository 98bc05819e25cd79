import DataMap
import Erasing
import PostgresAccess
import PostgresTestKit

/// A small product written by hand: its tables, and its map.
struct SmallStore {
    let tables: String
    var map: String

    /// Customers of a shop, with whatever else a test needs.
    init(_ tables: String, collections: [String], subjects: String = "", rest: String = "") {
        self.tables = """
            CREATE SCHEMA shop;
            CREATE TABLE shop.customers (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL);
            INSERT INTO shop.customers VALUES (1, 'ann@example.com', 'Ann'), (2, 'bob@example.com', 'Bob'),
                (11, 'cleo@example.com', 'Cleo');
            """ + tables
        let customers = Self.collection(
            "customers", "shop.customers", ["id", "email", "name"], paths: ["{ subject: customer, hops: [] }"])
        map = """
            habeas_map: 1
            service: shop
            controller: { name: Shop, contact: privacy@shop.example, complaint_authority: the authority }
            default_regime: GDPR
            schemas: [shop]
            row_security: optional
            subjects:
              customer: { table: shop.customers, key: id, identifiers: { email: email }, row_security: none }
            \(subjects)
            collections:
            \((collections.contains { $0.hasPrefix("  customers:") } ? collections : [customers] + collections)
                .joined(separator: "\n"))
            \(rest)
            """
    }

    /// A collection as a map writes it; `paths` are steps, or whole paths in braces.
    static func collection(
        _ name: String, _ table: String, _ fields: [String], paths: [String] = [], inside: String? = nil,
        erasure: String = "delete"
    ) -> String {
        let ways =
            inside.map { "    inside: \($0)" }
            ?? "    paths: [\(paths.map { $0.hasPrefix("{") ? $0 : "\"\($0)\"" }.joined(separator: ", "))]"
        return """
              \(name):
                title: \(name)
                table: \(table)
                category: things
                purpose: testing
                origin: provided
                legal_basis: contract
            \(ways)
                fields: { \(fields.map { $0.contains(":") ? $0 : "\($0): thing" }.joined(separator: ", ")) }
                erasure: \(erasure)
            """
    }

    /// Lends the store in a database of its own, with an eraser.
    func with(
        batch: Int = 5000, objects: String? = nil, zone: String = "UTC", _ body: (ErasureFixture) async throws -> Void
    ) async throws {
        try await TestCluster.withDatabase { database in
            try await WorldServer.prepare(database)
            try await database.run(tables)
            let fixture = try await WorldServer.fixture(map, in: database, batch: batch, objects: objects, zone: zone)
            try await body(fixture)
            await fixture.close()
        }
    }
}

extension ErasureFixture {
    /// A canonical question, as the engine asks it.
    func canonicalQuestion(_ target: String, holds: [RowHold] = []) async throws -> ErasureQuestion {
        let question = question(target, holds: holds)
        return ErasureQuestion(
            target: try await eraser.canonical(question.target), regime: question.regime, holds: holds,
            today: question.today)
    }

    /// The only value of a query.
    func value(_ sql: String) async throws -> String? { try await database.query(sql)[0][0] }
}
