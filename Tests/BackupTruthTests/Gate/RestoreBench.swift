import AuditLedger
import Foundation
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import RightsCore
import SystemPackage
import Testing

/// A server with archived log, a base backup of it, and what is restored of them: PostgreSQL's own programs and nothing of
/// ours but the fence.
struct RestoreBench: Sendable {
    let folder: String
    let source: PrivateCluster
    var base: String { source.base.string }
    var archive: String { "\(base)/archive" }
    private var backup: String { "\(base)/backup" }
    static let programs = "/usr/lib/postgresql/15/bin"

    /// Lends a server with the shop, the fence, keys and settings.
    ///
    /// - Parameter archiveCommand: where `BASE` stands for the server's folder; a copy into a folder unless said.
    static func with(
        fence: Bool = true, archiveCommand: String = "cp %p BASE/archive/%f",
        _ body: (RestoreBench) async throws -> Void
    ) async throws {
        let folder = "/var/tmp/habeas-restore-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        let bench = try RestoreBench(folder, archiveCommand)
        let outcome: Result<Void, any Error>
        do {
            try await bench.start(fence: fence)
            outcome = .success(try await body(bench))
        } catch { outcome = .failure(error) }
        for name in try FileManager.default.contentsOfDirectory(atPath: bench.base) where name.hasPrefix("restored-") {
            _ = try await bench.server("pg_ctl", ["-D", "\(bench.base)/\(name)", "-m", "immediate", "-w", "stop"])
        }
        try await bench.source.stop()
        try FileManager.default.removeItem(atPath: bench.base)
        try FileManager.default.removeItem(atPath: folder)
        try outcome.get()
    }

    private init(_ folder: String, _ archiveCommand: String) throws {
        self.folder = folder
        let probe = try PrivateCluster(state: FilePath(folder))
        let command = archiveCommand.replacing("BASE", with: probe.base.string)
        source = try PrivateCluster(
            state: FilePath(folder),
            settings: [
                "archive_mode": "on", "archive_command": command, "wal_level": "replica",
                "max_connections": "40", "shared_buffers": "32MB", "log_line_prefix": "%m [%p] ", "autovacuum": "off",
            ])
    }

    private func start(fence: Bool) async throws {
        _ = try await asServer("/bin/mkdir", ["-p", archive])
        try await source.start()
        try await PostgresConnection.withConnection(to: ConnectionTarget(source.connectionString)) {
            try await $0.ensureDatabase("shop")
        }
        try ShopBench.yaml.write(toFile: "\(folder)/shop.map.yaml", atomically: true, encoding: .utf8)
        try """
        database:
          url: "\(source.connectionString(database: "shop"))"
        map: shop.map.yaml
        keys: keys
        """.write(toFile: "\(folder)/habeas.yaml", atomically: true, encoding: .utf8)
        try await expect("keys", "init")
        try await ShopBench.prepare(shop)
        try await expect("init")
        try await sql(
            """
            CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA shop TO app;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO app
            """)
        if fence { try await expect("fence", "install", "--access", "trust") }
    }

    var shop: ConnectionTarget { ConnectionTarget(source.connectionString(database: "shop")) }

    // MARK: programs

    /// Runs a program as the server's user.
    func asServer(_ program: String, _ arguments: [String]) async throws -> ProgramOutcome {
        guard geteuid() == 0 else { return try await Program.run(program, arguments, in: "/") }
        let change = ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", program]
        return try await Program.run("/usr/bin/setpriv", change + arguments, in: "/")
    }

    func server(_ program: String, _ arguments: [String]) async throws -> ProgramOutcome {
        try await asServer("\(Self.programs)/\(program)", arguments)
    }

    func habeas(_ arguments: [String]) async throws -> ProgramOutcome {
        try await Program.habeas(arguments, in: folder)
    }

    @discardableResult
    func expect(_ arguments: String..., status: Int32 = 0) async throws -> ProgramOutcome {
        let outcome = try await habeas(arguments)
        try #require(outcome.status == status, "habeas \(arguments): \(outcome.output)\(outcome.errors)")
        return outcome
    }

    func sql(_ text: String) async throws {
        try await PostgresConnection.withConnection(to: shop) { try await $0.run(unsafeSQL: text) }
    }

    // MARK: backup and restore

    func takeBackup() async throws {
        let outcome = try await server(
            "pg_basebackup", ["-D", backup, "-h", "\(base)/run", "-U", "postgres", "--checkpoint=fast"])
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    /// A moment to restore to: everything committed before it is in.
    func mark() async throws -> String {
        try await PostgresConnection.withConnection(to: shop) { connection in
            try await connection.query("SELECT pg_switch_wal()")
            return try await connection.query("SELECT pg_create_restore_point('mark'), pg_current_wal_lsn()")[0][1]
                ?? ""
        }
    }

    /// Has everything archived, and stops the server that the backups are of.
    func endSource() async throws {
        try await PostgresConnection.withConnection(to: shop) { connection in
            let name = try await connection.query("SELECT pg_walfile_name(pg_switch_wal())")[0][0] ?? ""
            for _ in 0..<600 {
                if FileManager.default.fileExists(atPath: "\(archive)/\(name)") { return }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        try await source.stop()
    }

    /// Restores the backup to a place in the log, and lets it be promoted.
    func restore(
        _ name: String, to target: String, settings: [String] = ["hot_standby = off"],
        signal: String? = "recovery.signal",
        expecting status: Int32 = 0
    ) async throws -> RestoredServer {
        let restored = RestoredServer(bench: self, data: "\(base)/restored-\(name)", run: "\(base)/r-\(name)")
        for (program, arguments) in [
            ("/bin/cp", ["-a", backup, restored.data]), ("/bin/mkdir", ["-p", restored.run]),
        ] { _ = try await asServer(program, arguments) }
        if let signal { try await restored.touch(signal) }
        let lines =
            settings + [
                "restore_command = 'cp \(archive)/%f %p'", "unix_socket_directories = '\(restored.run)'",
                "archive_mode = off",
            ] + (target.isEmpty ? [] : ["recovery_target_lsn = '\(target)'", "recovery_target_action = 'promote'"])
        try restored.set(lines)
        let started = try await restored.start()
        try #require((started.status == 0) == (status == 0), "\(started.output) \(restored.log)")
        return restored
    }
}

/// A server that was restored.
struct RestoredServer: Sendable {
    let bench: RestoreBench
    let data: String
    let run: String

    var url: String { "host='\(run)' user=postgres dbname=shop" }
    var target: ConnectionTarget { ConnectionTarget(url) }
    var log: String { (try? String(contentsOfFile: "\(data)/start.log", encoding: .utf8)) ?? "" }

    /// Starts it and waits until its recovery is over, or it is.
    func start() async throws -> ProgramOutcome {
        let before = log.utf8.count
        let started = try await bench.server(
            "pg_ctl", ["-D", data, "-l", "\(data)/start.log", "-w", "-t", "60", "start"])
        for _ in 0..<1200 {
            let state = try await bench.server("pg_ctl", ["-D", data, "status"])
            let said = log.utf8.dropFirst(before)
            if state.status != 0 { return state }
            if String(decoding: said, as: UTF8.self).contains("ready to accept") { return started }
            try await Task.sleep(for: .milliseconds(50))
        }
        return started
    }

    /// Appends settings, of which the last ones count.
    func set(_ lines: [String]) throws {
        let file = try FileHandle(forUpdating: URL(filePath: "\(data)/postgresql.auto.conf"))
        try file.seekToEnd()
        try file.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
        try file.close()
    }

    func touch(_ name: String) async throws { _ = try await bench.asServer("/usr/bin/touch", ["\(data)/\(name)"]) }

    func stop() async throws { _ = try await bench.server("pg_ctl", ["-D", data, "-m", "fast", "-w", "stop"]) }

    /// What the product's role gets.
    func asApp(_ sql: String = "SELECT count(*) FROM shop.customers") async throws -> ProgramOutcome {
        try await Program.run(
            "\(RestoreBench.programs)/psql", ["-X", "-w", "-A", "-t", "-h", run, "-U", "app", "-d", "shop", "-c", sql])
    }

    func replay(_ more: String...) async throws -> ProgramOutcome {
        try await bench.habeas(["replay", "--database", url] + more)
    }
}
