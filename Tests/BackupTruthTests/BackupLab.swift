import BackupTruth
import ErasureLedger
import Foundation
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import RightsCore
import SystemPackage
import Testing

/// A server of one test's own, with room for repositories beside its files.
struct BackupLab {
    /// What stands in a person's row, and is looked for by byte.
    static let marker = "mrk-7f3a9c-victim@example.org"

    let cluster: PrivateCluster
    let base: String
    private let programs: String

    private static let folder = "/var/tmp"

    /// Lends a running server that archives its log by `archiveCommand`, where `BASE` stands for its folder.
    static func with(
        archiveCommand: String, tools: [String], _ body: (BackupLab) async throws -> Void
    ) async throws {
        for tool in tools {
            let found = try await Program.run("/bin/sh", ["-c", "command -v \(tool)"])
            try #require(found.status == 0, "\(tool) isn't installed: make test-deps")
        }
        try await removeOrphans()
        // The command that archives has no quotes, and the checkout's path may have blanks.
        let state = "\(folder)/habeas-backups-\(getpid())-\(UUID().uuidString.prefix(6))"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        // The command names the server's folder, which is known only once it is made.
        let base = try PrivateCluster(state: FilePath(state)).base.string
        let cluster = try PrivateCluster(
            state: FilePath(state),
            settings: [
                "archive_mode": "on", "archive_command": archiveCommand.replacing("BASE", with: base),
                "autovacuum": "off", "full_page_writes": "on", "shared_buffers": "32MB", "max_connections": "20",
                "max_wal_size": "1GB",
            ])
        let programs = try await Program.run("pg_config", ["--bindir"])
        let lab = BackupLab(
            cluster: cluster, base: base,
            programs: programs.output.trimmingCharacters(in: .whitespacesAndNewlines))
        let outcome: Result<Void, any Error>
        do {
            try await cluster.start()
            try await body(lab)
            outcome = .success(())
        } catch { outcome = .failure(error) }
        try await cluster.stop()
        _ = try await Program.run("/bin/rm", ["-rf", base, state])
        try outcome.get()
    }

    /// Servers of test processes that were killed.
    private static func removeOrphans() async throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix("habeas-backups-") {
            guard let pid = pid_t(name.split(separator: "-")[2]), kill(pid, 0) != 0 else { continue }
            let cluster = try PrivateCluster(state: FilePath("\(folder)/\(name)"))
            try await cluster.stop()
            _ = try await Program.run("/bin/rm", ["-rf", cluster.base.string, "\(folder)/\(name)"])
        }
    }

    // MARK: the server

    /// What a command needs in front to run as the server's user.
    var asServer: [String] {
        var facts = stat()
        guard stat(base, &facts) == 0, facts.st_uid != geteuid() else { return [] }
        return ["/usr/bin/setpriv", "--reuid=\(facts.st_uid)", "--regid=\(facts.st_gid)", "--clear-groups", "--"]
    }

    /// Runs a program as the server's user, and expects it to succeed.
    @discardableResult func run(_ words: String...) async throws -> String {
        let outcome = try await attempt(words)
        try #require(outcome.status == 0, "\(words): \(outcome.errors) \(outcome.output)")
        return outcome.output
    }

    /// Runs a program as the server's user.
    func attempt(_ words: [String]) async throws -> ProgramOutcome {
        let all = asServer + words
        return try await Program.run(all[0], Array(all.dropFirst()), in: "/", environment: ["HOME": base])
    }

    /// A program of PostgreSQL's.
    func program(_ name: String) -> String { "\(programs)/\(name)" }

    /// Starts the server with the settings that lie there, which a restore adds to.
    func startRestored() async throws {
        try await run(program("pg_ctl"), "-D", cluster.data.string, "-l", cluster.log.string, "-w", "start")
        try await sql("DO $$ BEGIN WHILE pg_is_in_recovery() LOOP PERFORM pg_sleep(0.05); END LOOP; END $$")
    }

    func stop() async throws { try await run(program("pg_ctl"), "-D", cluster.data.string, "-m", "fast", "stop") }

    func sql(_ text: String) async throws {
        try await PostgresConnection.withConnection(to: ConnectionTarget(cluster.connectionString)) {
            try await $0.run(unsafeSQL: text)
        }
    }

    func value(_ text: String) async throws -> String {
        try await PostgresConnection.withConnection(to: ConnectionTarget(cluster.connectionString)) { connection in
            try #require(try await connection.query(text, []).first?.first ?? nil)
        }
    }

    /// Writes a file that the server's user can read.
    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(base)/\(name)", atomically: true, encoding: .utf8)
        var facts = stat()
        if stat(base, &facts) == 0 { _ = chown("\(base)/\(name)", facts.st_uid, facts.st_gid) }
    }

    // MARK: the person

    /// A table with people in it, one of whom will be erased.
    func makePeople() async throws {
        try await sql(
            """
            CREATE TABLE public.people (id int PRIMARY KEY, email text, note text);
            INSERT INTO public.people SELECT g, 'other' || g || '@example.org', repeat('x', 200) FROM generate_series(1, 2000) g;
            INSERT INTO public.people VALUES (0, '\(Self.marker)', 'n');
            CREATE INDEX ON public.people (email);
            """)
        try await sql("CHECKPOINT")
    }

    /// Somebody else's changes, so that the log moves on.
    func others() async throws {
        try await sql("UPDATE public.people SET note = 'y' WHERE id > 1990; SELECT pg_switch_wal()")
    }

    /// Where the server is.
    func point() async throws -> HistoryPoint {
        let system = try await value("SELECT system_identifier::text FROM pg_control_system()")
        let timeline = try await value("SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)")
        let position = try await value("SELECT pg_current_wal_insert_lsn()::text")
        return HistoryPoint(
            system: try #require(UInt64(system)), timeline: try #require(UInt32(timeline, radix: 16)),
            position: try #require(LogPosition(position)))
    }

    func live() async throws -> LiveCluster {
        let names = try await value(
            "SELECT coalesce(string_agg(name, ' '), '') FROM pg_ls_archive_statusdir()")
        return LiveCluster(
            system: try await point().system, archiveStatus: names.split(separator: " ").map(String.init))
    }

    /// Erases the person; the point after the commit.
    func erase() async throws -> HistoryPoint {
        try await sql("DELETE FROM public.people WHERE id = 0")
        return try await point()
    }

    /// Purges the bytes; the point after it.
    func purge() async throws -> HistoryPoint {
        try await sql("VACUUM FULL public.people")
        try await sql("CHECKPOINT")
        return try await point()
    }

    /// Erases and purges the person.
    func eraseAndPurge() async throws -> ErasureHorizon {
        let erased = try await erase()
        return Self.horizon([erased], [try await purge()])
    }

    static func horizon(_ erased: [HistoryPoint], _ purged: [HistoryPoint] = []) -> ErasureHorizon {
        ErasureHorizon(
            erased: erased, purged: purged, erasedAt: Sample.at, purgedAt: purged.isEmpty ? nil : Sample.at)
    }

    /// The files under `folder` in which the person's bytes stand.
    func traces(in folder: String) async throws -> [String] {
        let found = try await Program.run("grep", ["-r", "-a", "-l", "-F", Self.marker, "\(base)/\(folder)"])
        return found.output.split(separator: "\n").map(String.init)
    }

    // MARK: judging

    /// A ledger's head to be bound into a backup.
    static let binding = LedgerBinding(
        LedgerHead(seq: 42, hash: Hash256(hex: String(repeating: "5a", count: 32))!))

    /// The heads that backups were bound to.
    func bindings(_ copies: [DeclaredCopy]) async throws -> [LedgerBinding?] {
        let readings = await CopyReader(patience: .seconds(60)).read(copies, live: try await live(), at: Sample.at)
        return readings.flatMap(\.backups).map(\.binding)
    }

    /// The verdict on declared copies as they are now.
    func judge(_ copies: [DeclaredCopy], _ horizon: ErasureHorizon, live: LiveCluster? = nil) async throws
        -> OverallVerdict
    {
        let known: LiveCluster
        if let live { known = live } else { known = try await self.live() }
        let readings = await CopyReader(patience: .seconds(60)).read(copies, live: known, at: Sample.at)
        return VerdictRule(horizon, now: Sample.at).verdict(copies, readings)
    }

    /// The verdict, which is never `purged` where a byte search finds the person.
    func judge(
        _ copies: [DeclaredCopy], _ horizon: ErasureHorizon, searching folder: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> OverallVerdict {
        let verdict = try await judge(copies, horizon)
        let found = try await traces(in: folder)
        #expect(
            found.isEmpty || verdict.standing != .purged, "purged, but: \(found)", sourceLocation: sourceLocation)
        return verdict
    }
}
