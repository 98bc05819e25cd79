import Foundation
import PostgresTestKit
import PrivatePostgres
import RightsCore
import Testing

@testable import BackupTruth

/// A bench whose backups are declared, and drilled by the real program.
extension RestoreBench {
    static let pgBackRest = "pgbackrest --config=BASE/pgbackrest.conf --stanza=main archive-push %p"
    static let barman = "mkdir -p BASE/barman/main/incoming && cp %p BASE/barman/main/incoming/%f"

    /// Where drills restore to.
    var scratch: String { "\(folder)/s" }

    /// Adds copies to the settings.
    func declare(_ copies: String) throws {
        let path = "\(folder)/habeas.yaml"
        let plain = try String(contentsOfFile: path, encoding: .utf8)
        try (plain + "\nbackups:\n" + copies).write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    }

    /// What stands before a tool so that it runs as the server's user, as a list in YAML.
    func command(_ tool: String) -> String {
        let change = ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        return "[" + ((geteuid() == 0 ? change : []) + [tool]).map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(base)/\(name)", atomically: true, encoding: .utf8)
        var facts = stat()
        if stat(base, &facts) == 0 { _ = chown("\(base)/\(name)", facts.st_uid, facts.st_gid) }
    }

    /// Runs a program as the server's user, and expects it to succeed.
    func tool(_ words: String...) async throws {
        let outcome = try await asServer("/usr/bin/env", ["HOME=\(base)"] + words)
        try #require(outcome.status == 0, "\(words): \(outcome.errors) \(outcome.output)")
    }

    // MARK: tools

    /// Two repositories, the second encrypted.
    func configurePgBackRest(passphrase: String = "right") throws {
        try write(
            """
            [global]
            repo1-path=\(base)/repo1
            repo1-retention-full=9
            repo2-path=\(base)/repo2
            repo2-retention-full=9
            repo2-cipher-type=aes-256-cbc
            repo2-cipher-pass=\(passphrase)
            lock-path=\(base)/locks
            spool-path=\(base)/spool
            log-level-file=off
            compress-type=none
            start-fast=y
            [main]
            pg1-path=\(source.data)
            pg1-socket-path=\(base)/run
            pg1-user=postgres
            """, to: "pgbackrest.conf")
    }

    func declarePgBackRest(repositories: ClosedRange<Int>) throws {
        try declare(
            repositories.map {
                """
                  repo\($0):
                    kind: pgbackrest
                    command: \(command("pgbackrest"))
                    config: \(base)/pgbackrest.conf
                    stanza: main
                    repository: \($0)
                    policy: {count: 9, every: 1 day}

                """
            }.joined())
    }

    func pgbackrest(_ words: String...) async throws {
        let outcome = try await asServer(
            "/usr/bin/pgbackrest", ["--config=\(base)/pgbackrest.conf", "--stanza=main"] + words)
        try #require(outcome.status == 0, "\(words): \(outcome.errors) \(outcome.output)")
    }

    func makeBarman() async throws {
        try write(
            """
            [barman]
            barman_user = \(geteuid() == 0 ? "postgres" : NSUserName())
            barman_home = \(base)/barman
            configuration_files_directory = \(base)/barman.d
            log_file = \(base)/barman.log
            [main]
            description = main
            conninfo = host=\(base)/run user=postgres dbname=postgres
            streaming_conninfo = host=\(base)/run user=postgres
            backup_method = postgres
            immediate_checkpoint = true
            archiver = on
            path_prefix = \(Self.programs)
            """, to: "barman.conf")
        try await tool("mkdir", "-p", "\(base)/barman.d", "\(base)/barman")
        try await barman("cron")
        try await barman("switch-wal", "--force", "--archive", "main")
        try declare(
            """
              barman:
                kind: barman
                command: \(command("barman"))
                config: \(base)/barman.conf
                server: main
                policy: {count: 9, every: 1 day}

            """)
    }

    func barman(_ words: String...) async throws {
        let outcome = try await asServer(
            "/usr/bin/env", ["HOME=\(base)", "barman", "--config", "\(base)/barman.conf"] + words)
        try #require(outcome.status == 0, "\(words): \(outcome.errors) \(outcome.output)")
    }

    /// A base backup as a folder among others.
    func baseBackup(_ name: String) async throws {
        try await tool("mkdir", "-p", "\(base)/bases")
        let outcome = try await server(
            "pg_basebackup",
            ["-D", "\(base)/bases/\(name)", "-h", "\(base)/run", "-U", "postgres", "--checkpoint=fast"])
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    // MARK: drilling

    struct Drilled {
        let status: Int32
        let said: String
        let report: DrillReport?

        func backup(_ copy: String, _ role: String) throws -> DrillReport.Backup {
            let found = report?.copies.first { $0.name == copy }?.backups.first { $0.roles.contains(role) }
            return try #require(found, "\(said)")
        }

        var codes: Set<DrillReport.Code> { Set(report?.findings.map(\.finding.code) ?? []) }
    }

    /// Drills; the canaries go through a file.
    func drill(canaries: [String], _ more: String...) async throws -> Drilled {
        try canaries.joined(separator: "\n").write(
            toFile: "\(folder)/canaries.txt", atomically: true, encoding: .utf8)
        let outcome = try await habeas(
            [
                "backups", "drill", "--json", "--scratch", scratch, "--canaries", "\(folder)/canaries.txt", "--output",
                "\(folder)/out",
            ] + more)
        let said = "\(outcome.output)\(outcome.errors)"
        for canary in canaries { #expect(!said.contains(canary)) }
        return Drilled(
            status: outcome.status, said: said,
            report: DrillReport(canonicalBytes: Array(outcome.output.utf8.dropLast())))
    }

    /// The SHA-256 of every file under folders, but Barman's locks, in which each of its processes writes its number.
    func digests(_ folders: String...) async throws -> String {
        let words = folders.map { "'\($0)'" }.joined(separator: " ")
        return try await Program.run(
            "/bin/sh", ["-c", "find \(words) -type f ! -name '*.lock' | sort | xargs -d '\\n' sha256sum"]
        ).output
    }

    /// What a drill left in its folder, and processes that still work there.
    func leftovers() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch)
        return names + ScratchKeeper.processes(in: scratch).map { "process \($0)" }
    }
}
