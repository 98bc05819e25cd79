import ArchiveFormat
import DataMap
import Exporting
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// Tables as the world has them: without primary keys, without row security, with files shared by two rows.
@Suite struct OddTablesTests {
    private static let schema = """
        CREATE SCHEMA shop;
        CREATE TABLE shop.users (id int PRIMARY KEY, email text UNIQUE);
        CREATE TABLE shop.parents (code text NOT NULL UNIQUE, user_id int NOT NULL REFERENCES shop.users (id));
        CREATE TABLE shop.kids (parent_code text REFERENCES shop.parents (code), v json);
        CREATE TABLE shop.logs (user_id int REFERENCES shop.users (id), line text, secret text, file text);
        INSERT INTO shop.users VALUES (1, 'a@example.com'), (2, 'b@example.com');
        INSERT INTO shop.parents VALUES ('p2', 1), ('p1', 1), ('p3', 2), ('p4', 1);
        INSERT INTO shop.kids VALUES ('p1', '{"a":1}'), ('p1', '{"a":1}'), ('p2', '2'), ('p3', '"other"'), (NULL, '3');
        INSERT INTO shop.logs VALUES (1, 'x', 's', 'same'), (1, 'x', 's', 'same'), (1, 'y', 's', NULL), (2, 'z', 's', 'same')
        """

    private static let map = """
        habeas_map: 1
        service: shop
        controller: {name: Shop, contact: x@shop.example, complaint_authority: CNIL}
        default_regime: GDPR
        schemas: [shop]
        row_security: optional
        subjects:
          user: {table: shop.users, key: id, identifiers: {email: email}, row_security: none}
        collections:
          account: {title: A, table: shop.users, category: a, purpose: p, origin: provided, legal_basis: contract,
                    paths: [{hops: []}], fields: {id: a, email: a}, erasure: delete}
          parents: {title: P, table: shop.parents, category: a, purpose: p, origin: provided, legal_basis: contract,
                    paths: ["user_id -> shop.users(id)"], fields: {code: a, user_id: a}, erasure: delete}
          kids: {title: K, table: shop.kids, category: a, purpose: p, origin: provided, legal_basis: contract,
                 inside: {collection: parents, as: kids, by: "parent_code -> shop.parents(code)"},
                 fields: {parent_code: a, v: a}, erasure: delete}
          logs: {title: L, table: shop.logs, category: a, purpose: p, origin: observed, legal_basis: contract,
                 paths: ["user_id -> shop.users(id)"], files: [{store: objects, key: file, suffix: .log}],
                 fields: {user_id: a, line: a, secret: {never_export: s}, file: {never_export: s}}, erasure: delete}
        """

    private func export(
        _ request: (ExportFixture) -> ExportRequest, map: String = map, after change: String = "",
        _ check: (UnpackedArchive) throws -> Void
    ) async throws {
        try await TestCluster.withDatabase { database in
            try await database.run(Self.schema + "; " + change)
            try await database.grantExport(of: try DataMap(yaml: map))
            try await withFolder { folder in
                try FileManager.default.createDirectory(atPath: "\(folder)/objects", withIntermediateDirectories: true)
                try Data("log".utf8).write(to: URL(filePath: "\(folder)/objects/same"))
                let fixture = try ExportFixture(database, folder: folder, map: map, objects: "\(folder)/objects")
                try check(try await fixture.export(request(fixture)))
            }
        }
    }

    @Test func nestedRowsOfParentsWithoutAPrimaryKeyAreThere() async throws {
        try await export({ $0.request("user:1") }) { archive in
            let parents = try archive.rows("parents")
            #expect(parents.map { $0["code"] as? String } == ["p1", "p2", "p4"])
            #expect(archive.outcome.manifest.collections.allSatisfy { $0.rowSecurity == "none" })
            #expect(parents.map { ($0["kids"] as? [Any])?.count } == [2, 1, 0])
            #expect(try archive.text("data/csv/kids.csv").split(separator: "\r\n").count == 4)
        }
    }

    @Test func rowsWithoutAKeyAreCompleteAndTheirFilesApart() async throws {
        try await export({ $0.request("email:a@example.com") }) { archive in
            #expect(try archive.rows("logs").compactMap { $0["line"] as? String } == ["x", "x", "y"])
            let files = archive.outcome.manifest.files.map(\.path).filter { $0.hasPrefix("data/files/") }
            #expect(files == ["data/files/logs/row-1/file.log", "data/files/logs/row-2/file.log"])
            let everything = String(decoding: try archive.everything(), as: UTF8.self)
            #expect(!everything.contains("b@example.com"))
        }
    }

    @Test func whatIsNestedInSomethingLeftOutIsNamed() async throws {
        let inferred = Self.map.replacingOccurrences(
            of: "table: shop.parents, category: a, purpose: p, origin: provided",
            with: "table: shop.parents, category: a, purpose: p, origin: inferred")
        try await export({ $0.request("user:1", right: .export) }, map: inferred) { archive in
            let left = Set(archive.outcome.manifest.notIncluded.map(\.what))
            #expect(left.isSuperset(of: ["parents", "kids"]))
        }
        let error = await #expect(throws: ExportError.self) {
            try await export({ $0.request("user:1", right: .export, only: ["kids"]) }, map: inferred) { _ in }
        }
        #expect(error?.code == .nothingToExport)
    }

    @Test func aDatabaseWithoutRowSecurityIsReadByTheMapsPaths() async throws {
        try await export({ $0.request("user:2", format: .csv) }) { archive in
            #expect(archive.outcome.manifest.collections.map(\.sourceRows) == [1, 1, 1, 1])
            #expect(!FileManager.default.fileExists(atPath: "\(archive.folder)/schemas"))
            let readme = try archive.text("README.txt")
            #expect(!readme.contains("data/json"))
        }
    }

    @Test func nothingIsNestedInRowsThatCannotBeToldApart() async throws {
        let error = await #expect(throws: ExportError.self) {
            try await export(
                { $0.request("user:1") },
                after:
                    "ALTER TABLE shop.parents ALTER COLUMN code DROP NOT NULL; UPDATE shop.parents SET code = NULL WHERE code = 'p4'"
            ) { _ in }
        }
        #expect(error?.code == .mapDoesNotFit)
        #expect(error?.description.contains("shop.parents") == true)
    }

    @Test func twoCollectionsUnderOneKeyAreRefused() {
        let twice =
            Self.map + """

                  more: {title: M, table: shop.kids, category: a, purpose: p, origin: provided, legal_basis: contract,
                         inside: {collection: parents, as: kids, by: "parent_code -> shop.parents(code)"},
                         fields: {parent_code: a, v: a}, erasure: delete}
                """
        let error = #expect(throws: DataMapError.self) { try DataMap(yaml: twice) }
        #expect(error?.description.contains("stands in parents as “kids” too") == true)
    }
}
