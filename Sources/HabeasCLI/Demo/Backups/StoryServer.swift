internal import FoundationEssentials
internal import ObjectStore
internal import PostgresAccess
internal import PrivatePostgres
internal import SystemPackage

/// The story's PostgreSQL with its pgBackRest repository, which isn't compressed: bytes can be looked for in it.
struct StoryServer: Sendable {
    /// How many full backups pgBackRest keeps.
    static let kept = 3
    static let restorePoint = "before_erasure"

    let cluster: PrivateCluster
    private let database: String

    private var base: String { cluster.base.string }
    private var repository: String { "\(base)/repo" }
    /// A copy of the repository that nobody declared.
    private var aside: String { "\(base)/repo-aside" }
    /// The settings of pgBackRest.
    var configuration: String { "\(base)/pgbackrest.conf" }

    init(state: String, database: String) throws {
        self.database = database
        let base = try PrivateCluster(state: FilePath(state)).base.string
        guard !base.contains(where: \.isWhitespace) else {
            throw CommandFailure(
                .usage, code: "usage", "\(base) has a blank, and declared copies are named by paths without",
                hint: "name another folder: habeas demo --backups --state /var/tmp/habeas-demo")
        }
        let archive = "pgbackrest --config=\"\(base)/pgbackrest.conf\" --stanza=main archive-push \"%p\""
        cluster = try PrivateCluster(
            state: FilePath(state),
            settings: [
                "archive_mode": "on", "archive_command": archive, "full_page_writes": "on", "max_connections": "100",
                "shared_buffers": "64MB", "max_wal_size": "1GB",
            ])
    }

    var url: String { cluster.connectionString(database: database) }

    /// How commands call pgBackRest: as the server's user.
    var command: [String] { cluster.asServerUser(["pgbackrest"]) }

    // MARK: the server

    /// Starts an empty server with a repository.
    func start() async throws {
        try writeConfiguration("pgbackrest.conf", repository: repository)
        try writeConfiguration("aside.conf", repository: aside)
        try await cluster.start()
        try await PostgresConnection.withConnection(to: ConnectionTarget(cluster.connectionString)) {
            try await $0.ensureDatabase(database)
        }
        try await pgbackrest(["stanza-create"])
    }

    /// A file that the server's user may read; there is no secret in it.
    private func writeConfiguration(_ name: String, repository: String) throws {
        let text = """
            [global]
            repo1-path=\(repository)
            repo1-retention-full=\(Self.kept)
            lock-path=\(base)/locks
            spool-path=\(base)/spool
            log-level-file=off
            compress-type=none
            start-fast=y
            [main]
            pg1-path=\(cluster.data)
            pg1-socket-path=\(base)/run
            pg1-user=postgres

            """
        try WholeFile.replace("\(base)/\(name)", with: Array(text.utf8), mode: 0o644)
    }

    func query(_ sql: String, _ parameters: [String?] = []) async throws -> [[String?]] {
        try await PostgresConnection.withConnection(to: ConnectionTarget(url)) { try await $0.query(sql, parameters) }
    }

    /// What somebody gets who logs in as a role; nil when they are let in.
    func refusal(of role: String) async -> String? {
        do {
            _ = try await PostgresConnection.withConnection(to: ConnectionTarget(url, user: role)) {
                try await $0.query("SELECT 1")
            }
            return nil
        } catch {
            // libpq says before it where it connected to.
            let words = "\(error)"
            return words.firstRange(of: "FATAL:").map { String(words[$0.lowerBound...]) } ?? words
        }
    }

    // MARK: backups

    private func pgbackrest(_ arguments: [String], configuration name: String = "pgbackrest.conf") async throws {
        try await StoryProgram(command + ["--config=\(base)/\(name)", "--stanza=main"] + arguments).run()
    }

    /// Takes a full backup; gives its label.
    func backUp() async throws -> String {
        try await pgbackrest(["--type=full", "backup"])
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(repository)/backup/main")
        return names.filter { $0.hasSuffix("F") }.max() ?? ""
    }

    /// The bytes of a backup.
    func size(of label: String) async throws -> UInt64 {
        let words = try await StoryProgram(["du", "-s", "-B1", "\(repository)/backup/main/\(label)"]).run()
        return words.split(separator: "\t").first.flatMap { UInt64($0) } ?? 0
    }

    /// How many files of the repository hold one of the markers, as grep finds them.
    func files(with markers: [String]) async throws -> Int {
        // The markers go through standard input: arguments can be seen by every user of the machine.
        let outcome = try await StoryProgram(["grep", "-r", "-a", "-l", "-F", "-f", "-", repository])
            .outcome(input: markers.joined(separator: "\n") + "\n")
        guard outcome.status <= 1, outcome.errors.isEmpty else {
            throw CommandFailure(
                .failed, code: "demo.story-stopped", "the repository can't be searched for bytes: \(outcome.errors)")
        }
        return outcome.output.split(separator: "\n").count
    }

    /// Has the server's log archived up to now.
    func archiveLog() async throws {
        let name = try await query("SELECT pg_walfile_name(pg_switch_wal())").first?.first.flatMap { $0 } ?? ""
        let start = ContinuousClock.now
        while start.duration(to: .now) < .seconds(60) {
            let waiting = try await query(
                "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'")
            let archived = try await query("SELECT last_archived_wal FROM pg_stat_archiver").first?.first.flatMap { $0 }
            if waiting.first?.first == "0", (archived ?? "") >= name { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw CommandFailure(
            .failed, code: "demo.story-stopped", "the server's log isn't archived; its log: \(cluster.log)")
    }

    /// Puts a copy of the whole repository aside.
    func copyRepository() async throws {
        try await StoryProgram(cluster.asServerUser(["/bin/cp", "-a", repository, aside])).run()
    }

    // MARK: restoring

    /// Loses the server's files, and restores them from the copy that was put aside to the point before the erasure.
    func restore() async throws {
        try await cluster.stop()
        try await StoryProgram(cluster.asServerUser(["/bin/rm", "-rf", cluster.data.string])).run()
        try await pgbackrest(
            [
                "--type=name", "--target=\(Self.restorePoint)", "--target-action=promote", "--archive-mode=off",
                "--recovery-option=hot_standby=off", "restore",
            ], configuration: "aside.conf")
        try await startRestored()
    }

    /// `pg_ctl -w` comes back while a server without hot standby still recovers: its log says when it is done.
    private func startRestored() async throws {
        let before = try log().utf8.count
        let words = ["-D", cluster.data.string, "-l", cluster.log.string, "-w", "-t", "120", "start"]
        try await StoryProgram(cluster.asServerUser([cluster.program("pg_ctl")] + words)).run()
        let start = ContinuousClock.now
        while start.duration(to: .now) < .seconds(120) {
            let said = String(decoding: try log().utf8.dropFirst(before), as: UTF8.self)
            if said.contains("ready to accept connections") { return }
            guard try await cluster.isRunning() else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw CommandFailure(
            .failed, code: "demo.story-stopped", "the restored server doesn't come up; its log: \(cluster.log)")
    }

    private func log() throws -> String { String(decoding: try WholeFile.read(cluster.log.string), as: UTF8.self) }

    /// Whether the fence said that it closed the server.
    func saysClosed() throws -> Bool { try log().contains("habeas fence: closed") }
}
