import ArchiveFormat
import AuditLedger
import Exporting
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// The person's own trail in their access archive: in every form asked for, told on the first page, verified.
@Suite struct TrailTests {
    private static func entries(_ id: RequestID) -> [TrailEntry] {
        [
            TrailEntry(
                at: Instant(microseconds: 1_790_000_000_000_000), actor: "person", action: "request.opened",
                requestID: id.text),
            TrailEntry(
                at: Instant(microseconds: 1_790_000_000_500_000), actor: "staff", action: "request.seen",
                reasonCode: "support", words: "=she said \"call\" <b>me</b>,\r\ntoday é", requestID: id.text),
        ]
    }

    private static let judge = """
        import csv, json, sys, jsonschema
        folder = sys.argv[1]
        rows = json.load(open(f"{folder}/data/json/audit-trail.json"))
        schema = json.load(open(f"{folder}/schemas/audit-trail.schema.json"))
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(rows, schema)
        cells = list(csv.DictReader(open(f"{folder}/data/csv/audit-trail.csv", newline="")))
        assert len(rows) == len(cells)
        for row, cell in zip(rows, cells):
            assert list(row) == list(cell), (row, cell)
            for key, value in row.items():
                assert cell[key] in (value or "", "'" + (value or "")), (key, value, cell[key])
        print(json.dumps(rows))
        """

    private func export(
        _ fixture: ExportFixture, _ trail: [TrailEntry]?, right: Right = .access, format: DataFormat = .both,
        name: String
    ) async throws -> UnpackedArchive {
        var request = fixture.request(right: right, only: ["account"], format: format)
        request.trail = trail
        let archive = try await fixture.export(request, name: name)
        let report = try ArchiveVerifier.verify(path: archive.path, keys: try fixture.keys.rawKeys())
        #expect(report.isComplete, "\(report.checks)")
        return archive
    }

    @Test func theTrailIsReadByPeopleAndPrograms() async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let entries = Self.entries(fixture.request().id)
                let archive = try await export(fixture, entries, name: "a.zip")

                let judged = try await Program.run(Checkout.python, ["-c", Self.judge, archive.folder])
                #expect(judged.status == 0, "\(judged.errors)")
                let rows = try archive.rows("audit-trail")
                #expect(rows.map { $0["action"] as? String } == ["request.opened", "request.seen"])
                #expect(rows[1]["words"] as? String == "=she said \"call\" <b>me</b>,\r\ntoday é")
                #expect(rows[0]["reason"] is NSNull && rows[0]["at"] as? String == "2026-09-21T14:13:20Z")

                let page = try archive.text("START_HERE.html")
                #expect(page.contains("Who asked for, looked at or downloaded your data"))
                #expect(page.contains("=she said &quot;call&quot; &lt;b&gt;me&lt;/b&gt;"))
                #expect(archive.outcome.manifest.trail?.entries == 2)
                #expect(!archive.outcome.manifest.collections.contains { $0.name == "audit-trail" })
                #expect("\(entries)".contains("she said") == false)
            }
        }
    }

    @Test func anEmptyTrailSaysSoAndNoneIsAbsent() async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let empty = try await export(fixture, [], format: .json, name: "e.zip")
                #expect(try empty.text("data/json/audit-trail.json") == "[\n]\n")
                #expect(try empty.text("START_HERE.html").contains("Nobody, as far as our log goes back."))

                let portable = try await export(
                    fixture, Self.entries(fixture.request().id), right: .export, name: "p.zip")
                for archive in [portable, try await export(fixture, nil, name: "n.zip")] {
                    #expect(archive.outcome.manifest.trail == nil)
                    #expect(!archive.outcome.manifest.files.contains { $0.path.contains("audit-trail") })
                    #expect(!(try archive.text("START_HERE.html").contains("Who asked for")))
                }
            }
        }
    }
}
