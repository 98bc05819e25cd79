import ArchiveFormat
import DataMap
import Exporting
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// Keys that SQL can be wrong about: of limited length, in narrower columns, null, written in two ways, inherited, seen by
/// several mentions; and tables that a migration rewrites while the snapshot is taken.
@Suite struct KeyFormsTests {
    private static let schema = """
        CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext;
        CREATE SCHEMA k;
        CREATE TABLE k.people (code char(9) PRIMARY KEY, number bigint NOT NULL UNIQUE, mail ext.citext NOT NULL UNIQUE,
            tenant text NOT NULL, UNIQUE (tenant, mail));
        CREATE TABLE k.short (id int PRIMARY KEY, code varchar(5) NOT NULL);
        CREATE TABLE k.narrow (id int PRIMARY KEY, number int NOT NULL);
        CREATE TABLE k.mails (id int PRIMARY KEY, tenant text NOT NULL, mail ext.citext NOT NULL,
            FOREIGN KEY (tenant, mail) REFERENCES k.people (tenant, mail));
        CREATE TABLE k.notes (id int PRIMARY KEY, number bigint NOT NULL REFERENCES k.people (number));
        CREATE TABLE k.long_notes (more text, PRIMARY KEY (id), FOREIGN KEY (number) REFERENCES k.people (number))
            INHERITS (k.notes);
        CREATE TABLE k.changes (id int PRIMARY KEY, made_by bigint REFERENCES k.people (number),
            seen_by bigint REFERENCES k.people (number), words text);
        INSERT INTO k.people VALUES ('123456789', 5000000000, 'Ann@x', 't'), ('abcde', 7, 'b@x', 't'), ('abcdefgh', 8, 'c@x', 't');
        INSERT INTO k.short VALUES (1, 'abcde');
        INSERT INTO k.narrow VALUES (1, 7);
        INSERT INTO k.mails VALUES (1, 't', 'ann@X');
        INSERT INTO k.notes VALUES (1, 7); INSERT INTO k.long_notes VALUES (2, 7, 'more');
        INSERT INTO k.changes VALUES (1, 7, 8, 'mine'), (2, 8, 7, 'theirs'), (3, 8, 8, 'none');
        """

    private static let map: String = {
        func collection(_ name: String, _ paths: String, _ fields: String) -> String {
            """
              \(name): {title: \(name), table: k.\(name), category: a, purpose: p, origin: provided, legal_basis: contract,
                paths: \(paths), fields: {\(fields)}, erasure: delete}

            """
        }
        let head = """
            habeas_map: 1
            service: keys
            controller: {name: K, contact: k@example.com, complaint_authority: CNIL}
            default_regime: GDPR
            schemas: [k]
            row_security: optional
            subjects:
              person: {table: k.people, key: code, identifiers: {number: number, mail: mail}, row_security: none}
            collections:

            """
        return head + collection("people", "[{hops: []}]", "code: a, number: a, mail: a, tenant: a")
            + collection("short", "[\"code -> k.people(code) unenforced\"]", "id: a, code: a")
            + collection("narrow", "[\"number -> k.people(number) unenforced\"]", "id: a, number: a")
            + collection("mails", "[\"(tenant, mail) -> k.people(tenant, mail)\"]", "id: a, tenant: a, mail: a")
            + collection("notes", "[\"number -> k.people(number)\"]", "id: a, number: a")
            + collection("long_notes", "[\"number -> k.people(number)\"]", "id: a, number: a, more: a")
            + collection(
                "changes",
                "[{ownership: mention, fields: [id, made_by], hops: [\"made_by -> k.people(number)\"]}, "
                    + "{ownership: mention, fields: [id, seen_by], hops: [\"seen_by -> k.people(number)\"]}]",
                "id: a, made_by: a, seen_by: a, words: a")
    }()

    private func withKeys(_ body: (ExportFixture) async throws -> Void) async throws {
        try await TestCluster.withDatabase { database in
            try await database.run(Self.schema)
            try await database.grantExport(of: try DataMap(yaml: Self.map))
            try await withFolder { folder in
                try await body(try ExportFixture(database, folder: folder, map: Self.map))
            }
        }
    }

    @Test func aKeyIsNeverCutToAColumnsLength() async throws {
        try await withKeys { fixture in
            let error = await #expect(throws: ExportError.self) {
                _ = try await fixture.export(fixture.request("person:1234567890"))
            }
            #expect(error?.code == .noSuchSubject)
            let archive = try await fixture.export(fixture.request("person:abcdefgh"))
            #expect(try archive.rows("short").isEmpty)
            #expect(try archive.rows("narrow").isEmpty)
        }
    }

    @Test func narrowerNumbersAndCaseDontHideRows() async throws {
        try await withKeys { fixture in
            let ann = try await fixture.export(fixture.request("number:5000000000"))
            #expect(try ann.rows("mails").count == 1)
            #expect(try ann.rows("narrow").isEmpty)
            let other = try await fixture.export(fixture.request("mail:B@X"), name: "b.zip")
            #expect(try other.rows("narrow").count == 1)
            #expect(try other.rows("short").count == 1)
        }
    }

    @Test func inheritedRowsComeOnce() async throws {
        try await withKeys { fixture in
            let archive = try await fixture.export(fixture.request("person:abcde"))
            #expect(try archive.rows("notes").compactMap { $0["id"] as? Int } == [1])
            #expect(try archive.rows("long_notes").compactMap { $0["id"] as? Int } == [2])
        }
    }

    @Test func eachMentionShowsItsOwnColumns() async throws {
        try await withKeys { fixture in
            let rows = try await fixture.export(fixture.request("person:abcde")).rows("changes")
            #expect(rows.compactMap { $0["id"] as? Int } == [1, 2])
            #expect(rows.map { $0["made_by"] as? Int } == [7, nil])
            #expect(rows.map { $0["seen_by"] as? Int } == [nil, 7])
            #expect(rows.allSatisfy { $0["words"] == nil })
        }
    }

    /// Exports one after another from a snapshot: the table that is emptied meanwhile is held, or the export says so.
    @Test func aTableThatIsRewrittenBesideTheSnapshotIsntTakenForEmpty() async throws {
        try await withKeys { fixture in
            let exporter = try fixture.exporter()
            let database = fixture.database
            let outcome = try await exporter.withSnapshot(budget: ExportFixture.budget()) { snapshot in
                let blocked = await #expect(throws: PostgresError.self) {
                    try await database.run("SET lock_timeout = '200ms'; TRUNCATE k.notes, k.long_notes")
                }
                #expect(blocked != nil)
                return try await exporter.export(
                    fixture.request("person:abcde"), of: snapshot, to: "\(fixture.folder)/held.zip")
            }
            #expect(outcome.manifest.collections.first { $0.name == "notes" }?.sourceRows == 1)
        }
    }

    @Test func aTableElsewhereThatRefersToPeopleIsNoticed() async throws {
        try await withKeys { fixture in
            try await fixture.database.run(
                "CREATE SCHEMA other; CREATE TABLE other.cards (id int, number bigint REFERENCES k.people (number))")
            let error = await #expect(throws: ExportError.self) {
                _ = try await fixture.export(fixture.request("person:abcde"))
            }
            #expect(error?.code == .mapDoesNotFit)
            #expect(error?.description.contains("other.cards") ?? false)
        }
    }
}
