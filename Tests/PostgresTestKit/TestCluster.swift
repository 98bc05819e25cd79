// PostgresTestKit: a private PostgreSQL for one test process, with template databases.

internal import DemoWorkspace
internal import Erasing
internal import Exporting
package import DataMap
internal import Foundation
package import PostgresAccess
package import PrivatePostgres
internal import SystemPackage

/// One server a test process, started at first use and removed at exit.
package final class TestCluster: Sendable {
    /// The server.
    package let cluster: PrivateCluster
    /// What the template's generator wrote beside the rows: `owned.tsv`, `people.tsv`, `objects`.
    package let demoFolder: String
    private static let template = "demo_template"

    private static let starting = Task { try await TestCluster() }

    /// The server of this process, with the demo workspace as a template.
    package static var shared: TestCluster {
        get async throws { try await starting.value }
    }

    private init() async throws {
        let state = "\(Checkout.path)/.habeas/tests-\(getpid())"
        try await Self.removeOrphans()
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        cluster = try PrivateCluster(
            state: FilePath(state),
            settings: [
                "log_line_prefix": "%m [%p] %u@%d ", "log_parameter_max_length": "0", "max_connections": "600",
            ])
        demoFolder = "\(state)/demo"
        AtExit.remove(state: state, base: cluster.base.string)
        try await cluster.start()
        try FileManager.default.createDirectory(atPath: demoFolder, withIntermediateDirectories: true)
        try await makeTemplate()
    }

    private func makeTemplate() async throws {
        let admin = ConnectionTarget(cluster.connectionString)
        try await PostgresConnection.withConnection(to: admin) { try await $0.ensureDatabase(Self.template) }
        let target = ConnectionTarget(cluster.connectionString(database: Self.template))
        try await Self.loadWorkspace(into: target, folder: demoFolder)
        try await PostgresConnection.withConnection(to: target) { connection in
            let map = try DataMap(yaml: Checkout.workspaceMap())
            let statements = ExportRoles.statements(
                map, try await connection.readCatalogue(), exporter: "habeas_exporter", verifier: "habeas_verifier")
            try await connection.apply(
                statements + Self.erasing(map, try await connection.readCatalogue()), passwords: [])
        }
    }

    /// Loads the demo workspace into an empty database; what the generator writes beside the rows goes into `folder`.
    package static func loadWorkspace(into target: ConnectionTarget, folder: String) async throws {
        let schema = try Checkout.text("schemas/workspace.sql")
        _ = try await PostgresConnection.withConnection(to: target) {
            try await WorkspaceLoader(WorkspaceGenerator(size: .demo), schema: schema).load(into: $0, folder: folder)
        }
    }

    /// What makes a database one that can be erased from.
    static func erasing(_ map: DataMap, _ catalogue: Catalogue) -> [String] {
        Companion.statements(eraser: "habeas_eraser", verifier: "habeas_verifier", retention: "habeas_retention")
            + EraserRoles.statements(map, catalogue, eraser: "habeas_eraser", verifier: "habeas_verifier")
    }

    /// Lends a fresh copy of the demo workspace.
    package static func withWorkspace<Value>(
        _ body: (TestDatabase) async throws -> sending Value
    ) async throws -> sending Value {
        try await shared.lend(template: template, body)
    }

    /// Lends an empty database.
    package static func withDatabase<Value>(
        _ body: (TestDatabase) async throws -> sending Value
    ) async throws -> sending Value {
        try await shared.lend(template: "template0", body)
    }

    private func lend<Value>(
        template: String, _ body: (TestDatabase) async throws -> sending Value
    ) async throws -> sending Value {
        let name = "t_\(UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: ""))"
        try await administer("CREATE DATABASE \(name) TEMPLATE \(template)")
        let database = TestDatabase(name: name, cluster: cluster, demoFolder: demoFolder)
        do {
            let value = try await body(database)
            try await administer("DROP DATABASE \(name) WITH (FORCE)")
            return value
        } catch {
            // The first failure is the one to show.
            try? await administer("DROP DATABASE \(name) WITH (FORCE)")
            throw error
        }
    }

    /// Runs a statement in the cluster's own database.
    package func administer(_ sql: String) async throws {
        try await PostgresConnection.withConnection(to: ConnectionTarget(cluster.connectionString)) {
            try await $0.run(unsafeSQL: sql)
        }
    }

    /// Servers of test processes that were killed.
    private static func removeOrphans() async throws {
        let folder = "\(Checkout.path)/.habeas"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix("tests-") {
            guard let pid = pid_t(name.dropFirst(6).prefix { $0.isNumber }), kill(pid, 0) != 0 else { continue }
            let cluster = try PrivateCluster(state: FilePath("\(folder)/\(name)"))
            try await cluster.stop()
            try? FileManager.default.removeItem(atPath: cluster.base.string)
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }
}

/// One database of a test, dropped when the test ends.
package struct TestDatabase: Sendable {
    /// Its name.
    package let name: String
    /// The server.
    package let cluster: PrivateCluster
    /// What the demo's generator wrote.
    package let demoFolder: String

    /// A database of a server of a test's own.
    package init(name: String, cluster: PrivateCluster, demoFolder: String) {
        self.name = name
        self.cluster = cluster
        self.demoFolder = demoFolder
    }

    /// The superuser's connection string.
    package var url: String { cluster.connectionString(database: name) }

    /// The superuser's way in, or another role's.
    package func target(as user: String? = nil) -> ConnectionTarget { ConnectionTarget(url, user: user) }

    /// Runs statements as superuser.
    package func run(_ sql: String) async throws {
        try await PostgresConnection.withConnection(to: target()) { try await $0.run(unsafeSQL: sql) }
    }

    /// Gives the test's roles what a map needs; the roles themselves are the whole cluster's.
    package func grantExport(of map: DataMap) async throws {
        try await PostgresConnection.withConnection(to: target()) { connection in
            let statements = ExportRoles.statements(
                map, try await connection.readCatalogue(), exporter: "habeas_exporter", verifier: "habeas_verifier")
            try await connection.apply(statements.filter { $0.hasPrefix("GRANT") }, passwords: [])
        }
    }

    /// Makes the database one that can be erased from by a map.
    package func grantErasure(of map: DataMap) async throws {
        try await PostgresConnection.withConnection(to: target()) { connection in
            let statements = TestCluster.erasing(map, try await connection.readCatalogue())
            try await connection.apply(statements, passwords: [])
        }
    }

    /// Rows of a query as superuser.
    package func query(_ sql: String, _ parameters: [String?] = []) async throws -> [[String?]] {
        try await PostgresConnection.withConnection(to: target()) { try await $0.query(sql, parameters) }
    }
}
