import ArchiveFormat
import DataMap
import Exporting
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// The two worked examples of docs/map-examples.md: everything a map can say, on databases that need it.
@Suite struct MapExamplesTests {
    private func withExample(
        _ name: String, rows: String, change: String = "",
        _ body: (ExportFixture) async throws -> Void
    ) async throws {
        let map = try Checkout.text("schemas/examples/\(name).map.yaml")
        try await TestCluster.withDatabase { database in
            try await database.run(try Checkout.text("schemas/examples/\(name).sql") + ";" + rows)
            try await database.grantExport(of: try DataMap(yaml: map))
            try await database.run(change)
            try await withFolder { folder in
                try await body(try ExportFixture(database, folder: folder, map: map))
            }
        }
    }

    private func ids(_ archive: UnpackedArchive, _ collection: String) throws -> [Int] {
        try archive.rows(collection).compactMap { $0["id"] as? Int }
    }

    // MARK: the housing association

    private static let ada = "0190aaaa-0000-7000-8000-00000000000a"
    private static let ben = "0190aaaa-0000-7000-8000-00000000000b"
    private static let cem = "0190aaaa-0000-7000-8000-00000000000c"
    private static let housing = """
        INSERT INTO housing.addresses VALUES (1, 'Lärchenweg 4', 'Graz'), (2, 'Hafengasse 9', 'Graz'), (3, 'Leer 1', 'Graz');
        INSERT INTO people.tenants VALUES
            ('\(ada)', 'Ada', 'ada@example.com', 1, '2020-01-01'), ('\(ben)', 'Ben', 'ben@example.com', 1, '2020-01-01'),
            ('\(cem)', 'Cem', 'cem@example.com', 2, '2021-01-01');
        INSERT INTO people.emergency_contacts (tenant_id, name, email, relation, remarks) VALUES
            ('\(ada)', 'Zoe', 'zoe@example.net', 'sister', 'secret-of-ada'), ('\(cem)', 'Zoë', 'zoe@example.net', 'friend', 'secret-of-cem'),
            ('\(ben)', 'Yan', 'yan@example.net', 'brother', NULL);
        INSERT INTO housing.folders VALUES
            (1, '\(ada)', NULL, 'ada'), (2, NULL, 1, 'ada/contract'), (3, NULL, 2, 'ada/contract/old'),
            (4, '\(ben)', NULL, 'ben'), (5, NULL, 4, 'ben/contract'), (6, NULL, NULL, 'nobody'), (7, '\(ada)', NULL, 'ada too');
        INSERT INTO housing.papers VALUES (1, 3, 'lease'), (2, 3, 'annex'), (3, 5, 'lease'), (4, 1, 'letter'), (5, 6, 'lost');
        INSERT INTO housing.complaints VALUES
            (1, '\(ada)', '\(ben)', 'noise', 'ada-writes-of-ben', '2026-01-01'), (2, '\(ben)', '\(ada)', 'bicycles', 'ben-writes-of-ada', '2026-01-02'),
            (3, '\(cem)', NULL, 'lift', 'cem-writes', '2026-01-03'), (4, '\(ada)', '\(ada)', 'both', 'of myself', '2026-01-04');
        """

    @Test func sharedMentionedAndBranchingRowsAreThere() async throws {
        try await withExample("housing", rows: Self.housing) { fixture in
            let archive = try await fixture.export(fixture.request("email:ada@example.com"))

            #expect(archive.outcome.manifest.collections.allSatisfy { $0.rowSecurity == "same_rows" })
            #expect(try archive.rows("address").map { $0["street"] as? String } == ["Lärchenweg 4"])
            let folders = try archive.rows("folders")
            #expect(folders.compactMap { $0["id"] as? Int } == [1, 2, 3, 7])
            #expect(
                folders.map { ($0["papers"] as? [[String: Any]])?.compactMap { $0["id"] as? Int } } == [
                    [4], [], [1, 2], [],
                ])
            #expect(try ids(archive, "complaints") == [1, 4])
            let about = try archive.rows("complaints_about_you")
            #expect(about.map { $0["subject"] as? String } == ["bicycles", "both"])
            #expect(about.allSatisfy { Set($0.keys) == ["about", "subject", "made_at"] })
            let everything = String(decoding: try archive.everything(), as: UTF8.self)
            for foreign in ["ben-writes-of-ada", Self.ben.uppercased(), "cem-writes", "secret-of-cem"] {
                #expect(!everything.contains(foreign))
            }
            let omitted = archive.outcome.manifest.notIncluded.map(\.what)
            #expect(omitted.contains("complaints_about_you.body"))
            #expect(omitted.contains("complaints_about_you.made_by"))
        }
    }

    @Test func somebodyWhoIsOnlyAContactGetsWhatIsAboutThem() async throws {
        try await withExample("housing", rows: Self.housing) { fixture in
            let archive = try await fixture.export(fixture.request("contact:zoe@example.net"))

            #expect(try archive.rows("named_by_others").map { $0["name"] as? String } == ["Zoe", "Zoë"])
            let everything = String(decoding: try archive.everything(), as: UTF8.self)
            #expect(!everything.contains("secret-of"))
            #expect(!everything.contains(Self.ada))
            #expect(archive.outcome.manifest.collections.map(\.name) == ["named_by_others"])
        }
    }

    @Test(arguments: [
        "CREATE POLICY stray ON housing.folders AS RESTRICTIVE USING (id <> 3)",
        "CREATE POLICY stray ON housing.addresses AS RESTRICTIVE USING (false)",
        "DROP POLICY about ON housing.complaints",
    ])
    func hiddenRowsOfAnyKindWithholdTheArchive(change: String) async throws {
        try await withExample("housing", rows: Self.housing, change: change) { fixture in
            let error = await #expect(throws: ExportError.self) {
                _ = try await fixture.export(fixture.request("tenant:\(Self.ada)"))
            }
            #expect(error?.code == .countMismatch)
            let leftovers = try fixture.leftovers
            #expect(leftovers.isEmpty)
        }
    }

    /// A folder inside Ada's that names Ben is Ben's, and so is what lies in it.
    @Test func aTreeEndsWhereARowNamesSomebodyItself() async throws {
        let change = """
            INSERT INTO housing.folders VALUES (8, '\(Self.ben)', 1, 'bens in adas'), (9, NULL, 8, 'below bens');
            CREATE OR REPLACE FUNCTION housing.folders_of_tenant() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER
                SET search_path = pg_catalog, pg_temp SET row_security = off
            BEGIN ATOMIC
                WITH RECURSIVE tree AS (
                    SELECT id FROM housing.folders WHERE tenant_id = housing.tenant()
                    UNION SELECT f.id FROM housing.folders f JOIN tree ON f.parent_id = tree.id AND f.tenant_id IS NULL)
                SELECT id FROM tree;
            END
            """
        try await withExample("housing", rows: Self.housing, change: change) { fixture in
            let adas = try await fixture.export(fixture.request("email:ada@example.com"))
            #expect(try ids(adas, "folders") == [1, 2, 3, 7])
            let bens = try await fixture.export(fixture.request("email:ben@example.com"), name: "b.zip")
            #expect(try ids(bens, "folders") == [4, 5, 8, 9])
        }
    }

    // MARK: the forum

    private static let forum = """
        INSERT INTO forum.members VALUES
            (1, 7, '\(ada)', 'ada', 'ada@example.com', 'x'), (1, 8, '\(ben)', 'ben', 'ben@example.com', 'x'),
            (2, 7, '\(cem)', 'cem', 'cem@example.com', 'x');
        BEGIN;
        INSERT INTO forum.threads VALUES (1, 1, 7, 10, 'hello'), (2, 2, 7, 11, 'other community'), (3, 1, 8, NULL, 'bens');
        INSERT INTO forum.posts VALUES
            (10, 1, 'ada', NULL, 'first', '2026-01-01'), (11, 2, 'cem', NULL, 'cems', '2026-01-02'),
            (12, 1, 'ben', 10, 'answer', '2026-01-03'), (13, 1, 'ada', 12, 'again', '2026-01-01');
        COMMIT;
        INSERT INTO forum.letters VALUES (1, 1, 7, 8, 'to ben'), (2, 1, 8, 7, 'to ada'), (3, 1, 8, 8, 'to myself'), (4, 2, 7, 7, 'cem');
        INSERT INTO forum.mailings VALUES
            (1, 'ada@example.com', NULL, 'a'), (2, NULL, '\(ada)', 'b'), (3, 'ada@example.com', '\(ada)', 'c'),
            (4, 'ben@example.com', '\(ben)', 'd'), (5, 'gone@example.com', NULL, 'e');
        """

    @Test(arguments: ["member:1,7", "email:ada@example.com", "handle:ada"])
    func keysOfTwoColumnsTextsAndTwoOwnersLeadToTheirRows(subject: String) async throws {
        try await withExample("forum", rows: Self.forum) { fixture in
            let archive = try await fixture.export(fixture.request(subject))

            #expect(try ids(archive, "threads") == [1])
            #expect(try ids(archive, "posts") == [10, 13])
            #expect(try ids(archive, "letters") == [1, 2])
            #expect(try ids(archive, "mailings") == [1, 2, 3])
            #expect(try archive.rows("account").map { $0["handle"] as? String } == ["ada"])
        }
    }

    @Test func aKeyOfTooFewPartsIsRefusedWithItsForm() async throws {
        try await withExample("forum", rows: Self.forum) { fixture in
            let error = await #expect(throws: ExportError.self) {
                _ = try await fixture.export(fixture.request("member:7"))
            }
            #expect(error?.code == .unknownReference)
            #expect(error?.hint?.contains("member:community,number") ?? false)
        }
    }

    @Test func aPathOverHalfAKeyOrTheWrongColumnIsRefused() async throws {
        try await withExample("forum", rows: Self.forum) { fixture in
            for (right, wrong) in [
                ("key: [community, number]", "key: number"),
                ("(community, started_by) -> forum.members(community, number)", "started_by -> forum.members(number)"),
            ] {
                let map = try Checkout.text("schemas/examples/forum.map.yaml").replacing(right, with: wrong)
                let findings = try await PostgresConnection.withConnection(to: fixture.database.target()) {
                    MapCheck.findings(try DataMap(yaml: map), try await $0.readCatalogue(), reader: "habeas_exporter")
                }
                #expect(findings.contains { $0.blocksExport && "\($0.object)".contains("members") })
            }
        }
    }

    @Test(arguments: ["housing", "forum"]) func theExampleHasNoFindings(name: String) async throws {
        try await withExample(name, rows: "SELECT 1") { fixture in
            let findings = try await PostgresConnection.withConnection(to: fixture.database.target()) {
                MapCheck.findings(fixture.map, try await $0.readCatalogue(), reader: "habeas_exporter")
            }
            #expect(findings.map(\.description) == [])
        }
    }
}
