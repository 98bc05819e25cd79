import ArchiveFormat
import AuditLedger
import DataMap
import DemoWorkspace
import Exporting
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// FAILURES F8: what hides rows or shows others' withholds the archive and names the table.
@Suite struct SomebodyElsesDataTests {
    private func withheld(
        _ sql: String = "", map: (String) -> String = { $0 }, code: ExportError.Code, names: String,
        settings: [(name: String, value: String)] = []
    ) async throws {
        try await TestCluster.withWorkspace { database in
            if !sql.isEmpty { try await database.run(sql) }
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder, map: map(Checkout.workspaceMap()))
                let exporter = try fixture.exporter(settings: settings)
                let error = await #expect(throws: ExportError.self) {
                    _ = try await fixture.export(by: exporter)
                }
                #expect(error?.code == code, "\(error?.description ?? "")")
                #expect(error?.description.contains(names) == true, "\(error?.description ?? "")")
                #expect(try fixture.leftovers.isEmpty)
            }
        }
    }

    @Test func aStrayRestrictivePolicyWithholds() async throws {
        try await withheld(
            "CREATE POLICY stray ON workspace.contacts AS RESTRICTIVE USING (NOT is_favourite)", code: .countMismatch,
            names: "workspace.contacts")
    }

    @Test func aStrayRestrictivePolicyOnNestedRowsWithholds() async throws {
        try await withheld(
            "CREATE POLICY stray ON workspace.messages AS RESTRICTIVE USING (author <> 'outside')",
            code: .countMismatch,
            names: "workspace.messages")
    }

    @Test func rowSecurityWithoutAPolicyWithholds() async throws {
        try await withheld("DROP POLICY own ON workspace.tasks", code: .mapDoesNotFit, names: "workspace.tasks")
    }

    @Test func rowSecurityThatIsNotForcedWithholdsWhereTheMapDemandsIt() async throws {
        try await withheld(
            "ALTER TABLE workspace.tasks NO FORCE ROW LEVEL SECURITY", code: .mapDoesNotFit, names: "workspace.tasks")
    }

    @Test func aWrongKeyInTheMapWithholds() async throws {
        try await withheld(
            map: {
                $0.replacingOccurrences(
                    of: "conversation_id -> workspace.conversations(id)", with: "id -> workspace.conversations(id)")
            },
            code: .mapDoesNotFit, names: "workspace.messages")
        try await withheld(
            map: {
                $0.replacingOccurrences(
                    of: "[\"customer_id -> workspace.billing_customers(id)\", \"user_id -> workspace.users(id)\"]",
                    with:
                        "[\"customer_id -> workspace.billing_customers(id)\", \"id -> workspace.users(id) as text unenforced\"]"
                )
            },
            code: .countMismatch, names: "workspace.invoices")
    }

    /// Real foreign keys, but tasks without a contact have no way to the person by this path.
    @Test func aPathThatIsNullInSomeRowsIsNoticedByTheForeignKeyItForgets() async throws {
        try await withheld(
            "GRANT SELECT (contact_id) ON workspace.tasks TO habeas_verifier", map: tasksByTheirContact,
            code: .mapDoesNotFit, names: "workspace.tasks(user_id)")
    }

    /// Also when the map says, wrongly, that the forgotten one means nothing.
    @Test func aPathThatIsNullInSomeRowsWithholds() async throws {
        try await withheld(
            "GRANT SELECT (contact_id) ON workspace.tasks TO habeas_verifier",
            map: {
                let map = tasksByTheirContact($0)
                let tasks = map.range(of: "  tasks:")!.lowerBound
                let column = map.range(of: "user_id: identifier", range: tasks..<map.endIndex)!
                return map.replacingCharacters(in: column, with: "user_id: {not_a_path: wrongly}")
            }, code: .countMismatch, names: "workspace.tasks")
    }

    private func tasksByTheirContact(_ map: String) -> String {
        let tasks = map.range(of: "  tasks:")!.lowerBound
        let path = map.range(of: "paths: [\"user_id -> workspace.users(id)\"]", range: tasks..<map.endIndex)!
        let steps = "\"contact_id -> workspace.contacts(id)\", \"user_id -> workspace.users(id)\""
        return map.replacingCharacters(in: path, with: "paths: [{hops: [\(steps)]}]")
    }

    @Test func aWrongSettingInTheMapWithholds() async throws {
        try await withheld(
            map: { $0.replacingOccurrences(of: "setting: app.user_id", with: "setting: app.userid") },
            code: .countMismatch, names: "workspace.users")
    }

    @Test func aPolicyThatAsksAPoisonedSettingWithholds() async throws {
        try await withheld(
            """
            CREATE POLICY tenant ON workspace.documents AS RESTRICTIVE
                USING (current_setting('app.tenant', true) IS DISTINCT FROM 'somebody else' OR kind = 'page')
            """, code: .countMismatch, names: "workspace.documents", settings: [("app.tenant", "somebody else")])
    }

    @Test func aPoisonedSubjectSettingShowsNobodyElse() async throws {
        try await TestCluster.withWorkspace { database in
            let bob = try await database.query(
                "SELECT id::text FROM workspace.users WHERE email <> 'ada@example.com' LIMIT 1")
            let settings = [("app.user_id", bob[0][0] ?? ""), ("habeas.subject", bob[0][0] ?? "")]
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let archive = try await fixture.export(
                    by: try fixture.exporter(settings: settings.map { (name: $0.0, value: $0.1) }))
                try expectOnlyAda(archive)
            }
        }
    }

    @Test func anExporterPastRowSecurityIsRefused() async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let exporter = try fixture.exporter(exporterUser: "postgres")
                let error = await #expect(throws: ExportError.self) { _ = try await fixture.export(by: exporter) }
                #expect(error?.code == .wrongRole)
                #expect(try fixture.leftovers.isEmpty)
            }
        }
    }

    @Test func aReusedWorkerNeverMixesPeople() async throws {
        try await TestCluster.withWorkspace { database in
            let people = try await database.query(
                "SELECT id::text FROM workspace.users ORDER BY email <> 'ada@example.com', email LIMIT 4")
            try await withFolder { folder in
                let fixture = try ExportFixture(database, folder: folder)
                let exporter = try fixture.exporter()
                for (index, person) in people.enumerated() {
                    let request = fixture.request("user:\(person[0] ?? "")")
                    let archive = try await fixture.export(request, by: exporter, name: "\(index).zip")
                    if index == 0 { try expectOnlyAda(archive) }
                    let ids = try archive.rows("account").compactMap { $0["id"] as? String }
                    #expect(ids == [person[0]])
                }
            }
        }
    }

    @Test func partitionsAreClosedByName() async throws {
        try await TestCluster.withWorkspace { database in
            try await PostgresConnection.withConnection(to: database.target(as: "habeas_exporter")) { connection in
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.query("SELECT id FROM workspace.activity_2026_03")
                }
                #expect(error?.sqlState == "42501")
            }
        }
    }

    @Test func secretsCannotEvenBeReadByTheExporter() async throws {
        try await TestCluster.withWorkspace { database in
            try await PostgresConnection.withConnection(to: database.target(as: "habeas_exporter")) { connection in
                for column in ["users.password_hash", "users.totp_secret", "sessions.token_hash", "api_keys.key_hash"] {
                    let parts = column.split(separator: ".")
                    let error = await #expect(throws: PostgresError.self) {
                        try await connection.query("SELECT \(parts[1]) FROM workspace.\(parts[0])")
                    }
                    #expect(error?.sqlState == "42501")
                }
            }
        }
    }

    /// Ada's canary is there; nobody else's is.
    private func expectOnlyAda(_ archive: UnpackedArchive) throws {
        let text = String(decoding: try archive.everything(), as: UTF8.self)
        let tokens = Set(text.matches(of: /cnry[a-z0-9]{10}/).map { String($0.output) })
        let ada = WorkspaceGenerator(size: .demo).canary(of: 0)
        #expect(tokens == [ada])
    }
}
