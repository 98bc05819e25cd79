import ArchiveFormat
import DataMap
import Exporting
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// Maps proposed for real databases, checked against them and exported with.
@Suite struct ProposedMapTests {
    private func propose(_ database: TestDatabase, schemas: [String] = []) async throws -> (text: String, map: DataMap)
    {
        let catalogue = try await PostgresConnection.withConnection(to: database.target()) {
            try await $0.readCatalogue()
        }
        let text = try MapProposal(catalogue, service: "shop", schemas: schemas.map { Identifier($0) }).text
        let map = try DataMap(yaml: text)
        let errors = MapCheck.findings(map, catalogue, reader: "habeas_exporter").filter { $0.severity == .error }
        #expect(errors.isEmpty, "\(errors)")
        return (text, map)
    }

    /// Proposes a map of a database made by `sql` and exports one person with it.
    private func export(
        _ sql: String, _ subject: String, _ check: (UnpackedArchive, String) throws -> Void
    ) async throws {
        try await TestCluster.withDatabase { database in
            try await database.run(sql)
            let (text, map) = try await propose(database)
            try await database.grantExport(of: map)
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder, map: text)
                try check(try await fixture.export(fixture.request(subject)), text)
            }
        }
    }

    private func ids(_ archive: UnpackedArchive, _ collection: String) throws -> [Int] {
        try archive.rows(collection).compactMap { $0["id"] as? Int }.sorted()
    }

    @Test func theWorkspaceIsExportedAsByTheMapThatWasWrittenByHand() async throws {
        try await TestCluster.withWorkspace { database in
            let (text, map) = try await propose(database)
            try await database.grantExport(of: map)
            try await withFolder { folder in
                let byHand = try ExportFixture(database, folder: "\(folder)")
                let hand = try await byHand.export(name: "hand.zip")
                try await withFolder { other in
                    let fixture = try ExportFixture(database, folder: other, map: text)
                    let archive = try await fixture.export(fixture.request(right: .access), name: "proposed.zip")

                    #expect(try rows(archive, map) == rows(hand, byHand.map))
                    #expect(try !archive.text("data/json/users.json").contains("password_hash"))
                }
            }
            #expect(map.subjects[0].scope == .setting("app.user_id") && !map.subjects[0].seesMoreThanOwn)
            #expect(map.rowSecurity == .required)
        }
    }

    /// Rows counted past row security, by table.
    private func rows(_ archive: UnpackedArchive, _ map: DataMap) throws -> [TableName: Int] {
        var rows: [TableName: Int] = [:]
        for entry in archive.outcome.manifest.collections {
            rows[try #require(map.collection(entry.name)).table, default: 0] += Int(entry.sourceRows)
        }
        return rows
    }

    @Test func theHousingAssociationIsExportedAsItsOwnMapWould() async throws {
        let ada = "0190aaaa-0000-7000-8000-00000000000a"
        let ben = "0190aaaa-0000-7000-8000-00000000000b"
        let rows = """
            INSERT INTO housing.addresses VALUES (1, 'Lärchenweg 4', 'Graz'), (2, 'Hafengasse 9', 'Graz');
            INSERT INTO people.tenants VALUES ('\(ada)', 'Ada', 'ada@example.com', 1, '2020-01-01'),
                ('\(ben)', 'Ben', 'ben@example.com', 2, '2020-01-01');
            INSERT INTO housing.folders VALUES (1, '\(ada)', NULL, 'a'), (2, NULL, 1, 'b'), (3, NULL, 2, 'c'), (4, '\(ben)', NULL, 'd');
            INSERT INTO housing.papers VALUES (1, 3, 'lease'), (2, 1, 'annex'), (3, 4, 'lease');
            INSERT INTO housing.complaints VALUES (1, '\(ada)', '\(ben)', 'noise', 'ada-writes', '2026-01-01'),
                (2, '\(ben)', '\(ada)', 'bicycles', 'ben-writes', '2026-01-02')
            """
        try await export(Checkout.text("schemas/examples/housing.sql") + ";" + rows, "email:ada@example.com") {
            archive, _ in
            #expect(try ids(archive, "addresses") == [1])
            #expect(try ids(archive, "folders") == [1, 2, 3])
            #expect(try ids(archive, "papers") == [1, 2])
            #expect(try ids(archive, "complaints") == [1])
            let mentions = try archive.rows("complaints_mentioning")
            #expect(mentions.map { Set($0.keys) } == [["id", "about"]])
            let everything = String(decoding: try archive.everything(), as: UTF8.self)
            #expect(!everything.contains("ben-writes"))
        }
    }

    private static let odd = """
        CREATE SCHEMA "My App"; CREATE SCHEMA legacy;
        CREATE TABLE "My App"."User: #1" (
            tenant int, "no" int, "E-Mail" text UNIQUE, pass_hash text, "It's ""odd"", isn't it" text, PRIMARY KEY (tenant, "no"));
        CREATE TABLE "My App".user_orders (
            id int PRIMARY KEY, tenant int NOT NULL, "user -> no" int NOT NULL, next int, "Name" text, name text,
            FOREIGN KEY (tenant, "user -> no") REFERENCES "My App"."User: #1" (tenant, "no"));
        CREATE TABLE legacy.parts (
            "(id)" int PRIMARY KEY, "a,b" int NOT NULL REFERENCES "My App".user_orders (id), label text);
        ALTER TABLE "My App".user_orders ADD FOREIGN KEY (next) REFERENCES legacy.parts ("(id)");
        CREATE TABLE legacy.events (id int, tenant int NOT NULL, who int NOT NULL, day date NOT NULL,
            FOREIGN KEY (tenant, who) REFERENCES "My App"."User: #1" (tenant, "no")) PARTITION BY RANGE (day);
        CREATE TABLE legacy.events_2026 PARTITION OF legacy.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        INSERT INTO "My App"."User: #1" VALUES (1, 1, 'a@example.com', 's', 'x'), (1, 2, 'b@example.com', 's', 'y'), (2, 1, 'c@example.com', 's', 'z');
        INSERT INTO "My App".user_orders VALUES (1, 1, 1, NULL, 'N', 'n'), (2, 1, 2, NULL, 'N', 'n'), (3, 2, 1, NULL, 'N', 'n');
        INSERT INTO legacy.parts VALUES (10, 1, 'mine'), (20, 2, 'foreign'), (30, 3, 'foreign');
        UPDATE "My App".user_orders SET next = 20 WHERE id = 1;
        INSERT INTO legacy.events VALUES (1, 1, 1, '2026-05-05'), (2, 1, 2, '2026-05-05'), (3, 2, 1, '2026-06-06');
        """

    @Test func oddNamesCyclesCompositeKeysAndPartitionsAreExported() async throws {
        try await export(Self.odd, "email:a@example.com") { archive, _ in
            #expect(try ids(archive, "user_orders") == [1])
            #expect(try archive.rows("user_orders").first?["name_2"] as? String == "n")
            #expect(try archive.rows("parts").compactMap { $0["label"] as? String } == ["mine"])
            #expect(try ids(archive, "events") == [1])
            let person = try #require(try archive.rows("user_1").first)
            #expect(person["It's \"odd\", isn't it"] as? String == "x")
            #expect(person["pass_hash"] == nil)
        }
    }

    @Test func aForumOfFunctionsAndNamesIsUnderstood() async throws {
        try await TestCluster.withDatabase { database in
            try await database.run(Checkout.text("schemas/examples/forum.sql"))
            let (text, map) = try await propose(database)
            #expect(text.contains("{ setting: request.jwt.claims, claim: sub, from: account }  # guess: "))
            let posts = map.collection("posts")?.paths[0].hops.map(\.description)
            #expect(posts == ["author -> forum.members(handle) unenforced"])
        }
    }

    @Test(.timeLimit(.minutes(10))) func aThousandTablesAreDescribedAndChecked() async throws {
        try await TestCluster.withDatabase { database in
            try await database.run(Self.thousandTables)
            let (text, map) = try await propose(database)
            #expect(map.collections.count == 1000)
            #expect(MapMarks.marks(in: text).count > 5000)
        }
    }

    /// Tables of twenty columns that refer to users and to each other, some in cycles.
    private static let thousandTables: String = {
        var sql = "CREATE SCHEMA big; CREATE TABLE big.users (id int8 PRIMARY KEY, email text NOT NULL UNIQUE);"
        for number in 1..<1000 {
            let up = number < 10 ? "users" : "t\(number / 2)"
            let other = number < 20 ? "users" : "t\(number / 3)"
            let rest = (5..<20).map { ", c\($0)_name text" }.joined()
            sql +=
                "CREATE TABLE big.t\(number) (id int8 PRIMARY KEY, up int8 NOT NULL REFERENCES big.\(up), "
                + "other int8 REFERENCES big.\(other), self int8 REFERENCES big.t\(number), email text\(rest));"
        }
        return sql + "ALTER TABLE big.t10 ADD FOREIGN KEY (other) REFERENCES big.t900"
    }()
}
