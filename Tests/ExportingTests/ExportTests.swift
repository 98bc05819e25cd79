import ArchiveFormat
import AuditLedger
import Exporting
import Foundation
import ObjectStore
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

@Suite struct ExportTests {
    /// FAILURES F9: one moment over all tables while others write.
    @Test func everythingIsOfOneMoment() async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let exporter = try fixture.exporter()
                let path = "\(folder)/moment.zip"
                let before = try await Self.count(database, "contacts")
                let outcome = try await exporter.withSnapshot(budget: ExportFixture.budget()) { snapshot in
                    try await Self.disturb(database)
                    return try await exporter.export(fixture.request(), of: snapshot, to: path)
                }
                let archived = outcome.manifest.collections.first { $0.name == "contacts" }?.archivedRows
                #expect(archived == before)
                #expect(try await Self.count(database, "contacts") != before)
                let unpacked = try await Program.run("unzip", ["-q", path, "-d", "\(folder)/moment"])
                #expect(unpacked.status == 0)
                try Self.expectReferencesResolve(
                    UnpackedArchive(path: path, folder: "\(folder)/moment/\(outcome.root)", outcome: outcome))
            }
        }
    }

    private static func count(_ database: TestDatabase, _ table: String) async throws -> Int64 {
        let rows = try await database.query(
            "SELECT count(*) FROM workspace.\(table) t JOIN workspace.users u ON u.id = t.user_id WHERE u.email = 'ada@example.com'"
        )
        return Int64(rows[0][0] ?? "") ?? -1
    }

    /// Inserts, updates and deletes, references included.
    private static func disturb(_ database: TestDatabase) async throws {
        let ada = "(SELECT id FROM workspace.users WHERE email = 'ada@example.com')"
        try await database.run(
            """
            UPDATE workspace.tasks SET contact_id = NULL, parent_id = NULL;
            DELETE FROM workspace.contacts WHERE user_id = \(ada) AND is_favourite;
            DELETE FROM workspace.messages WHERE id % 2 = 0;
            UPDATE workspace.conversations SET title = 'changed';
            INSERT INTO workspace.contacts (user_id, name) SELECT \(ada), 'new' FROM generate_series(1, 500);
            INSERT INTO workspace.tasks (user_id, contact_id, title) SELECT user_id, id, 'late' FROM workspace.contacts
                WHERE name = 'new'
            """)
    }

    private static func expectReferencesResolve(_ archive: UnpackedArchive) throws {
        let contacts = Set(try archive.rows("contacts").compactMap { $0["id"] as? String })
        let tasks = try archive.rows("tasks")
        let taskIDs = Set(tasks.compactMap { $0["id"] as? String })
        #expect(taskIDs.count == tasks.count)
        for task in tasks {
            if let contact = task["contact_id"] as? String { #expect(contacts.contains(contact)) }
            if let parent = task["parent_id"] as? String { #expect(taskIDs.contains(parent)) }
        }
        for conversation in try archive.rows("conversations") {
            for message in conversation["messages"] as? [[String: Any]] ?? [] {
                #expect(message["conversation_id"] as? String == conversation["id"] as? String)
            }
        }
    }

    @Test func theSameRequestOverTheSameSnapshotGivesTheSameBytes() async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let exporter = try fixture.exporter()
                let request = fixture.request()
                try await exporter.withSnapshot(budget: ExportFixture.budget()) { snapshot in
                    _ = try await exporter.export(request, of: snapshot, to: "\(folder)/1.zip")
                    _ = try await exporter.export(request, of: snapshot, to: "\(folder)/2.zip")
                }
                let first = try Data(contentsOf: URL(filePath: "\(folder)/1.zip"))
                #expect(try first == Data(contentsOf: URL(filePath: "\(folder)/2.zip")))
                #expect(first.count > 100_000)
            }
        }
    }

    /// FAILURES F12: what is lost among the files is listed, and the archive is still made.
    @Test func lostFilesAreListed() async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let objects = "\(folder)/objects"
                try FileManager.default.copyItem(atPath: "\(database.demoFolder)/objects", toPath: objects)
                let keys = try await database.query(
                    "SELECT d.storage_key FROM workspace.documents d JOIN workspace.users u ON u.id = d.user_id "
                        + "WHERE u.email = 'ada@example.com' AND d.byte_size > 100 ORDER BY d.id LIMIT 4")
                let paths = keys.map { "\(objects)/\($0[0] ?? "")" }
                try FileManager.default.removeItem(atPath: paths[0])
                try FileHandle(forWritingTo: URL(filePath: paths[1])).truncate(atOffset: 50)
                var bytes = try Data(contentsOf: URL(filePath: paths[2]))
                bytes[0] ^= 1
                try bytes.write(to: URL(filePath: paths[2]))
                try FileManager.default.removeItem(atPath: paths[3])
                try FileManager.default.createDirectory(atPath: paths[3], withIntermediateDirectories: false)

                let fixture = try ExportFixture(database, folder: folder, objects: objects)
                let archive = try await fixture.export()

                let missing = archive.outcome.manifest.missing
                #expect(missing.map(\.reason).sorted() == ["changed", "missing", "truncated", "unreadable"])
                #expect(missing.first { $0.reason == "truncated" }?.foundBytes == 50)
                #expect(try archive.text("NOT_INCLUDED.txt").contains("no longer in our storage"))
                #expect(try archive.text("START_HERE.html").contains("no longer in our storage"))
            }
        }
    }

    @Test func aStoreThatIsGoneIsNoReasonToCallEveryFileMissing() async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder, objects: "\(folder)/nowhere")
                let error = await #expect(throws: ExportError.self) { _ = try await fixture.export() }
                #expect(error?.code == .storeUnavailable)
                #expect(try fixture.leftovers.isEmpty)
            }
        }
    }

    @Test func anExportLeavesOutWhatIsInferredAndAnAccessKeepsIt() async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let portable = try await fixture.export(fixture.request(right: .export), name: "p.zip")
                let access = try await fixture.export(fixture.request(right: .access), name: "q.zip")

                #expect(!FileManager.default.fileExists(atPath: "\(portable.folder)/data/json/briefings.json"))
                #expect(try portable.rows("contacts")[0]["closeness"] == nil)
                #expect(try access.rows("contacts")[0]["closeness"] != nil)
                #expect(try !access.rows("briefings").isEmpty)
                #expect(try portable.text("NOT_INCLUDED.txt").contains("briefings: inferred"))
                let addresses = try Set(
                    portable.rows("conversations").flatMap { $0["messages"] as? [[String: Any]] ?? [] }
                        .compactMap { $0["author_email"] as? String })
                #expect(addresses == ["[redacted]"])
            }
        }
    }

    @Test func onlyWhatIsAskedForIsRead() async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let archive = try await fixture.export(fixture.request(only: ["contacts", "messages"], format: .json))

                #expect(archive.outcome.manifest.collections.map(\.name) == ["contacts", "conversations", "messages"])
                #expect(try archive.text("NOT_INCLUDED.txt").contains("tasks: not asked for in this request"))
                let error = await #expect(throws: ExportError.self) {
                    _ = try await fixture.export(fixture.request(only: ["contact"]), name: "b.zip")
                }
                #expect(error?.code == .unknownCollection)
            }
        }
    }

    @Test(arguments: [
        ("email:nobody@example.com", ExportError.Code.noSuchSubject), ("user:not-a-uuid", .noSuchSubject),
        ("user:00000000-0000-0000-0000-000000000000", .noSuchSubject), ("phone:1", .unknownReference),
    ])
    func nobodyGivesNoArchive(subject: String, code: ExportError.Code) async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let error = await #expect(throws: ExportError.self) {
                    _ = try await fixture.export(fixture.request(subject))
                }
                #expect(error?.code == code)
                #expect(try fixture.leftovers.isEmpty)
            }
        }
    }

    @Test func driftStopsTheExport() async throws {
        for (sql, object) in [
            ("ALTER TABLE workspace.contacts ADD COLUMN nickname text", "workspace.contacts.nickname"),
            ("CREATE TABLE workspace.notes (id int)", "workspace.notes"),
            ("ALTER TABLE workspace.tasks RENAME COLUMN notes TO remarks", "workspace.tasks"),
            ("DROP TABLE workspace.api_keys", "workspace.api_keys"),
        ] {
            try await TestCluster.withWorkspace { database in
                try await database.run(sql)
                try await withFolder { folder in
                    let fixture = try ExportFixture(database, folder: folder)
                    let error = await #expect(throws: ExportError.self) { _ = try await fixture.export() }
                    #expect(error?.code == .mapDoesNotFit)
                    #expect(error?.description.contains(object) == true, "\(error?.description ?? "")")
                }
            }
        }
    }

    @Test func aSnapshotIsNotHeldForEver() async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let attempts = Counter()
                let exporter = try fixture.exporter()
                let error = await #expect(throws: ExportError.self) {
                    _ = try await exporter.export(
                        fixture.request(), to: "\(folder)/a.zip",
                        makeBudget: {
                            attempts.add()
                            return SnapshotBudget(limit: .seconds(1)) { .seconds(2) }
                        })
                }
                #expect(error?.code == .budgetSpent)
                #expect(attempts.value == 2)
                #expect(try fixture.leftovers.isEmpty)
            }
        }
    }

    /// FAILURES F1: a finished archive that can't be read back is never called ready.
    @Test func anArchiveThatFailsItsReadBackIsWithheld() async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let pools = ExportDatabase(
                    exporter: PostgresPool(to: database.target(as: "habeas_exporter"), limit: 4),
                    verifier: PostgresPool(to: database.target(as: "habeas_verifier"), limit: 1))
                // A broken signer: what it signs isn't what the published key verifies.
                let keys = fixture.keys
                let exporter = Exporter(
                    map: fixture.map, database: pools, stores: fixture.stores, generator: "test",
                    publicKeys: try keys.rawKeys(), sign: { try keys.sign($0 + [0]) })
                let error = await #expect(throws: ExportError.self) { _ = try await fixture.export(by: exporter) }
                #expect(error?.code == .readBackFailed)
                #expect(try fixture.leftovers.isEmpty)
            }
        }
    }

    @Test func anEmptyPersonGetsAWholeArchive() async throws {
        try await TestCluster.withWorkspace { database in
            let ids = try await database.query(
                "SELECT id::text FROM workspace.users u WHERE NOT EXISTS (SELECT FROM workspace.profiles p WHERE p.user_id = u.id) "
                    + "AND NOT EXISTS (SELECT FROM workspace.billing_customers b WHERE b.user_id = u.id) LIMIT 1")
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let archive = try await fixture.export(fixture.request("user:\(ids[0][0] ?? "")"))

                #expect(try archive.text("data/json/contacts.json") == "[\n]\n")
                #expect(try archive.rows("account").count == 1)
                #expect(archive.outcome.manifest.collections.map(\.sourceRows).reduce(0, +) == 1)
            }
        }
    }
}

/// Counts across tasks.
final class Counter: Sendable {
    private let lock = NSLock()
    nonisolated(unsafe) private var count = 0
    var value: Int { lock.withLock { count } }
    func add() { lock.withLock { count += 1 } }
}
