import DataMap
import Exporting
import Foundation
import PostgresAccess
import PostgresTestKit
import SubjectAccess
import Testing

/// What intake asks of an exporter before anything is exported: who is meant, where to write to, how much it is.
@Suite struct FindingTests {
    private static let schema = """
        CREATE SCHEMA shop;
        CREATE TABLE shop.users (id int PRIMARY KEY, email text, note text);
        CREATE TABLE shop.orders (id int PRIMARY KEY, user_id int REFERENCES shop.users (id), body text, size bigint, key text);
        CREATE TABLE shop.members (team text, nick text, email varchar(60), PRIMARY KEY (team, nick));
        CREATE INDEX ON shop.orders (user_id);
        INSERT INTO shop.users VALUES (1, 'Ada@Example.com', 'x'), (2, 'ben@example.com', 'x'), (3, 'BEN@example.com', 'x'),
            (4, NULL, 'x'), (5, 'İris@example.com', 'x'), (6, 'KIM@example.com', 'x');
        INSERT INTO shop.orders SELECT n, 1, repeat('o', 100), n, 'k' || n FROM generate_series(1, 40) n;
        INSERT INTO shop.orders VALUES (41, 1, 'b', NULL, 'k41'), (42, 1, 'b', 7, NULL), (43, 2, 'b', 9, 'k43');
        INSERT INTO shop.members VALUES ('a,b', 'c\\d', 'team@example.com'), ('a', 'b,c\\d', NULL);
        ANALYZE;
        """
    private static let map = """
        habeas_map: 1
        service: shop
        controller: {name: S, contact: s@example.com, complaint_authority: CNIL}
        default_regime: GDPR
        schemas: [shop]
        row_security: optional
        subjects:
          user: {table: shop.users, key: id, identifiers: {email: email}, row_security: none}
          member: {table: shop.members, key: [team, nick], identifiers: {member_email: email}, row_security: none}
        collections:
          account: {title: A, table: shop.users, category: a, purpose: p, origin: provided, legal_basis: contract,
                    paths: [{subject: user, hops: []}], fields: {id: a, email: a, note: a}, erasure: delete}
          orders: {title: O, table: shop.orders, category: a, purpose: p, origin: provided, legal_basis: contract,
                   paths: [{subject: user, hops: ["user_id -> shop.users(id)"]}],
                   files: [{store: objects, key: key, bytes: size}],
                   fields: {id: a, user_id: a, body: a, size: a, key: {never_export: s}}, erasure: delete}
          membership: {title: M, table: shop.members, category: a, purpose: p, origin: provided, legal_basis: contract,
                       paths: [{subject: member, hops: []}], fields: {team: a, nick: a, email: a}, erasure: delete}
        """

    private func with(_ body: (Exporter, ExportFixture) async throws -> Void) async throws {
        try await TestCluster.withDatabase { database in
            try await database.run(Self.schema)
            try await database.grantExport(of: try DataMap(yaml: Self.map))
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder, map: Self.map)
                try await body(try fixture.exporter(), fixture)
            }
        }
    }

    private func reference(_ text: String) throws -> SubjectReference { try #require(SubjectReference(text)) }

    @Test func aPersonIsFoundByKeyAndByAddressInAnyCase() async throws {
        try await with { exporter, _ in
            let cases: [(asked: String, found: String?)] = [
                ("user:1", "user:1"), ("user:01", "user:1"), ("email:Ada@Example.com", "user:1"),
                ("email:ada@example.com", "user:1"), ("email:ADA@EXAMPLE.COM", "user:1"),
                ("email:ben@example.com", "user:2"), ("email:BEN@example.com", "user:3"), ("user:99", nil),
                ("email:nobody@example.com", nil), ("user:x", nil), ("email:kim@example.com", "user:6"),
                // The Kelvin sign and the dotted capital İ are lower-cased into ASCII letters by some locales.
                ("email:\u{212A}im@example.com", nil), ("email:iris@example.com", nil), ("email:%@example.com", nil),
            ]
            for (asked, expected) in cases {
                let found = try await exporter.find(try reference(asked))
                #expect(found?.reference.reveal() == expected, "\(asked)")
            }
        }
    }

    @Test func addressesThatFitTwoPeopleAreRefused() async throws {
        try await with { exporter, _ in
            let mixed = try reference("email:Ben@Example.com")
            let error = await #expect(throws: ExportError.self) { _ = try await exporter.find(mixed) }
            #expect(error?.code == .ambiguousSubject)
        }
    }

    @Test func aKeyOfSeveralColumnsIsWrittenInOneWay() async throws {
        try await with { exporter, _ in
            let found = try #require(try await exporter.find(try reference("member_email:team@example.com")))
            let again = try await exporter.find(found.reference)
            #expect(found.kind == "member" && found.reference.reveal() == "member:a\\,b,c\\\\d")
            #expect(again?.reference.reveal() == found.reference.reveal())
        }
    }

    @Test func theAddressOnFileIsTheOneTheProductHasNow() async throws {
        try await with { exporter, fixture in
            let ada = try #require(try await exporter.find(try reference("email:ada@example.com")))
            let address = try await exporter.address(of: ada.reference)
            #expect(address?.reveal() == "Ada@Example.com")
            #expect("\(address as Any) \(ada) \(ada.reference)".contains("@") == false)
            try await fixture.database.run("UPDATE shop.users SET email = 'new@example.com' WHERE id = 1")
            let changed = try await exporter.address(of: ada.reference)
            #expect(changed?.reveal() == "new@example.com")
            let none = try await exporter.address(of: try reference("user:4"))
            #expect(none == nil)
            let unnamed = try await exporter.address(of: try reference("member:a\\,b,c\\\\d"))
            #expect(unnamed == nil)
            let gone = try reference("user:99")
            let error = await #expect(throws: ExportError.self) { _ = try await exporter.address(of: gone) }
            #expect(error?.code == .noSuchSubject)
        }
    }

    @Test func whatAnExportWouldReadIsCountedBeforeIt() async throws {
        try await with { exporter, fixture in
            let all = try #require(try await exporter.measure(fixture.request("user:1")))
            #expect(all.rows == ["account": 1, "orders": 42] && all.totalRows == 43)
            #expect(all.files == 41 && all.fileBytes == 820 && all.filesOfUnknownSize == 1)
            #expect(all.rowBytes > 4000 && all.bytes == all.rowBytes + 820)
            let one = try #require(try await exporter.measure(fixture.request("user:2", only: ["account"])))
            #expect(one.rows == ["account": 1] && one.files == 0 && one.fileBytes == 0)
        }
    }

    @Test func whatTakesTooLongIsNotCounted() async throws {
        try await with { exporter, fixture in
            let request = fixture.request("user:1")
            try await PostgresConnection.withConnection(to: fixture.database.target()) { connection in
                try await connection.withTransaction(.readCommitted) { connection in
                    try await connection.query("LOCK TABLE shop.orders IN ACCESS EXCLUSIVE MODE")
                    let estimate = try await exporter.measure(request, within: .milliseconds(300))
                    #expect(estimate == nil)
                }
            }
            let estimate = try await exporter.measure(request)
            #expect(estimate != nil)
        }
    }
}
