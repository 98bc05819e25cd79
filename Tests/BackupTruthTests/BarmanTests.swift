import BackupTruth
import ErasureLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

extension RealBackups {
    /// Real Barman, with backups made by `pg_basebackup` and the log copied into its `incoming`.
    @Suite(.serialized) struct BarmanTests {
        private static let archiveCommand =
            "mkdir -p BASE/barman/main/incoming && cp %p BASE/barman/main/incoming/%f"

        private static func withServer(_ body: (BackupLab) async throws -> Void) async throws {
            try await BackupLab.with(archiveCommand: archiveCommand, tools: ["barman"]) { lab in
                let user = try await lab.run("id", "-un").trimmingCharacters(in: .whitespacesAndNewlines)
                let folder = URL(filePath: lab.program("x")).deletingLastPathComponent().path
                try lab.write(
                    """
                    [barman]
                    barman_user = \(user)
                    barman_home = \(lab.base)/barman
                    configuration_files_directory = \(lab.base)/barman.d
                    log_file = \(lab.base)/barman.log
                    [main]
                    description = main
                    conninfo = host=\(lab.base)/run user=postgres dbname=postgres
                    streaming_conninfo = host=\(lab.base)/run user=postgres
                    backup_method = postgres
                    immediate_checkpoint = true
                    archiver = on
                    path_prefix = \(folder)
                    """, to: "barman.conf")
                try await lab.run("mkdir", "-p", "\(lab.base)/barman.d", "\(lab.base)/barman")
                try await lab.makePeople()
                try await lab.barman("cron")
                try await lab.barman("switch-wal", "--force", "--archive", "main")
                try await body(lab)
            }
        }

        @Test func aPersonAgesOutOfBarman() async throws {
            try await Self.withServer { lab in
                let copies = [lab.barmanCopy()]
                try await lab.barman("backup", "--wait", "main")
                let first = try await lab.onlyBackup()
                let erased = try await lab.erase()
                try await lab.others()
                try await lab.barman("backup", "--wait", "main")
                let open = try await lab.judge(copies, BackupLab.horizon([erased]), searching: "barman").copies[0]
                #expect(open.standing == .canResurrect && open.resurrecting == [first], "\(open)")
                #expect(open.holding.count == 2)

                let horizon = BackupLab.horizon([erased], [try await lab.purge()])
                try await lab.others()
                try await lab.barman("backup", "--wait", "main")
                try await lab.barman("keep", "--target", "full", "main", first)
                let kept = try await lab.judge(copies, horizon, searching: "barman").copies[0]
                #expect(kept.standing == .canResurrect && kept.exempt == [first], "\(kept)")
                try await lab.barman("keep", "--release", "main", first)

                try await lab.barman("delete", "main", first)
                let bytes = try await lab.judge(copies, horizon, searching: "barman").copies[0]
                #expect(bytes.standing == .mayHoldBytes && bytes.holding.count == 1, "\(bytes)")
                try await lab.barman("delete", "main", "oldest")
                let clean = try await lab.judge(copies, horizon, searching: "barman").copies[0]
                #expect(clean.standing == .purged, "\(clean)")
                let traces = try await lab.traces(in: "barman")
                #expect(traces.isEmpty)

                // A folder that isn't mounted makes an empty list with exit status 0.
                try await lab.run("mv", "\(lab.base)/barman", "\(lab.base)/away")
                let unmounted = try await lab.judge(copies, horizon).copies[0]
                #expect(unmounted.standing == .unknown, "\(unmounted)")
                try await lab.run("rm", "-rf", "\(lab.base)/barman")
                try await lab.run("mv", "\(lab.base)/away", "\(lab.base)/barman")
                #expect(try await lab.judge(copies, horizon).standing == .purged)

                #expect(try await lab.startBarmanBackupAndKillIt())
                let killed = try await lab.judge(copies, horizon).copies[0]
                #expect(killed.standing == .unknown, "\(killed)")
                #expect(killed.reasons.contains { $0.kind == .backupRunning }, "\(killed)")
            }
        }
    }

    /// Folders of `pg_basebackup` and `pg_dump`.
    @Suite(.serialized) struct FolderBackupTests {
        @Test func aPersonAgesOutOfBaseBackups() async throws {
            try await BackupLab.with(archiveCommand: "true", tools: ["tar", "sha256sum"]) { lab in
                let copies = [
                    DeclaredCopy(
                        name: "base", source: .baseBackup(FolderCopy(path: "\(lab.base)/base")),
                        policy: CopyPolicy(.count(2, everyDays: 1)))
                ]
                try await lab.makePeople()
                try await lab.run("mkdir", "\(lab.base)/base")
                try await lab.baseBackup("1-plain", "--format=plain")
                try await lab.baseBackup("2-tar", "--format=tar", "--label=\(BackupLab.binding.label)")
                #expect(try await lab.bindings(copies) == [nil, BackupLab.binding])
                let erased = try await lab.erase()
                try await lab.baseBackup("3-between", "--format=tar", "--no-manifest")
                let horizon = BackupLab.horizon([erased], [try await lab.purge()])
                try await lab.others()
                try await lab.baseBackup("4-clean", "--format=plain")
                try await lab.baseBackup("5-clean", "--format=tar", "--gzip")

                let open = try await lab.judge(copies, horizon, searching: "base").copies[0]
                #expect(open.standing == .canResurrect, "\(open)")
                #expect(open.resurrecting == ["1-plain", "2-tar"])
                #expect(open.holding == ["1-plain", "2-tar", "3-between"])
                for old in ["1-plain", "2-tar"] { try await lab.run("rm", "-r", "\(lab.base)/base/\(old)") }
                #expect(try await lab.judge(copies, horizon, searching: "base").standing == .mayHoldBytes)
                try await lab.run("rm", "-r", "\(lab.base)/base/3-between")
                #expect(try await lab.judge(copies, horizon, searching: "base").standing == .purged)
                let traces = try await lab.traces(in: "base")
                #expect(traces.isEmpty)

                // PostgreSQL's own program reads the same system identifier out of pg_control.
                let facts = try await lab.run(lab.program("pg_controldata"), "-D", "\(lab.base)/base/4-clean")
                let system = try await lab.live().system
                #expect(
                    facts.split(separator: "\n").contains {
                        $0.hasSuffix(" \(system)") && $0.hasPrefix("Database system")
                    })

                // One that was killed lies there without its pg_control.
                try await lab.run("rm", "\(lab.base)/base/4-clean/global/pg_control")
                #expect(try await lab.judge(copies, horizon).copies[0].reasons.map(\.kind) == [.unreadable])
            }
        }

        @Test func aPersonAgesOutOfDumps() async throws {
            try await BackupLab.with(archiveCommand: "true", tools: ["sha256sum"]) { lab in
                let copies = [
                    DeclaredCopy(
                        name: "dumps", source: .dump(DumpCopy(path: "\(lab.base)/dumps")),
                        policy: CopyPolicy(.age(days: 7)))
                ]
                try await lab.makePeople()
                try await lab.run("mkdir", "\(lab.base)/dumps")
                try await lab.dump("before.sql")
                let erased = try await lab.erase()
                try await lab.dump("after.sql")
                let horizon = BackupLab.horizon([erased])

                let open = try await lab.judge(copies, horizon, searching: "dumps").copies[0]
                #expect(open.standing == .canResurrect && open.resurrecting == ["before.sql"], "\(open)")
                // The old dump under the new one's name is noticed.
                try await lab.run("cp", "\(lab.base)/dumps/before.sql", "\(lab.base)/dumps/after.sql")
                let exchanged = try await lab.judge(copies, horizon, searching: "dumps").copies[0]
                #expect(exchanged.reasons.map(\.kind) == [.sidecarMismatch])
                try await lab.dump("after.sql")
                try await lab.run("rm", "\(lab.base)/dumps/before.sql")
                #expect(try await lab.judge(copies, horizon, searching: "dumps").standing == .purged)
            }
        }
    }
}

extension BackupLab {
    func barmanCopy() -> DeclaredCopy {
        DeclaredCopy(
            name: "barman",
            source: .barman(
                BarmanCopy(command: asServer + ["barman"], configuration: "\(base)/barman.conf", server: "main")),
            policy: CopyPolicy(.time(days: 7, everyDays: 1)))
    }

    func barman(_ words: String...) async throws {
        let outcome = try await attempt(["barman", "--config", "\(base)/barman.conf"] + words)
        try #require(outcome.status == 0, "\(words): \(outcome.errors) \(outcome.output)")
    }

    /// The id of the one backup there is.
    func onlyBackup() async throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(base)/barman/main/base")
        return try #require(names.count == 1 ? names.first : nil)
    }

    /// Starts a backup, and kills it once Barman has written it down.
    ///
    /// - Returns: whether it was killed in time.
    func startBarmanBackupAndKillIt() async throws -> Bool {
        let folder = "\(base)/barman/main/base"
        let before = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
        let words = asServer + ["/usr/bin/barman", "--config", "\(base)/barman.conf", "backup", "main"]
        return try await RunningProgram.with(words[0], Array(words.dropFirst()), in: "/") { program in
            for _ in 0..<2000 {
                let now = Set(try FileManager.default.contentsOfDirectory(atPath: folder)).subtracting(before)
                if let id = now.first,
                    let text = try? String(contentsOfFile: "\(folder)/\(id)/backup.info", encoding: .utf8),
                    text.contains("status=STARTED")
                {
                    program.send(.kill)
                    await program.waitForEnd()
                    return true
                }
                try await Task.sleep(for: .milliseconds(5))
            }
            return false
        }.value
    }

    func baseBackup(_ name: String, _ options: String...) async throws {
        let words =
            [
                program("pg_basebackup"), "--pgdata=\(base)/base/\(name)", "--host=\(base)/run", "--username=postgres",
                "--checkpoint=fast", "--wal-method=stream",
            ] + options
        let outcome = try await attempt(words)
        try #require(outcome.status == 0, "\(words): \(outcome.errors)")
    }

    /// A dump with its sidecar, as docs/backups.md describes it.
    func dump(_ name: String) async throws {
        _ = try await value("SELECT pg_logical_emit_message(true, 'dump', '')::text")
        let point = try await point()
        try await run(
            program("pg_dump"), "--host=\(base)/run", "--username=postgres", "--file=\(base)/dumps/\(name)", "postgres")
        let sum = try await run("sha256sum", "\(base)/dumps/\(name)")
        let hash = try #require(Hash256(hex: sum.prefix(64)))
        let sidecar = DumpSidecar(
            point: point, ledger: LedgerHead(seq: 1, hash: hash), digest: .file(hash), started: Sample.at)
        try write(String(decoding: try sidecar.encoded(), as: UTF8.self), to: "dumps/\(name).habeas.json")
    }
}
