internal import FoundationEssentials
internal import Glibc
internal import PostgresAccess

/// A restored server in a scratch folder: on a unix socket, with settings of ours alone, reaching nobody's archive.
struct ScratchServer: Sendable {
    let folder: ScratchFolder
    let account: ServerAccount
    let programs: String
    let patience: Duration
    /// Who may come in.
    let user: String
    /// What the restored settings say of the end of recovery.
    let recovery: RecoverySettings
    /// Whether recovery was asked for at all: without it no command runs at its end.
    let hasSignal: Bool
    let fence: FenceProgram?

    private var rules: String { "\(folder.settings)/pg_hba.conf" }

    /// Prepares the restored folder.
    init(
        _ folder: ScratchFolder, _ account: ServerAccount, patience: Duration, users: [String]
    ) async throws {
        self.folder = folder
        self.account = account
        self.patience = patience
        let version = try Self.text("\(folder.data)/PG_VERSION").prefix { !$0.isNewline }
        programs = try await account.programs(String(version))
        // A backup that isn't of a server with ALTER SYSTEM has no such file.
        let settings = (try? Self.text("\(folder.data)/postgresql.auto.conf")) ?? ""
        recovery = RecoverySettings(settings)
        hasSignal = FileManager.default.fileExists(atPath: "\(folder.data)/recovery.signal")
        // One from before the fence has none.
        fence = (try? Self.text("\(folder.data)/\(FenceProgram.name)")).flatMap(FenceProgram.init(read:))
        user = fence?.role ?? users.first ?? "postgres"
        try await writeSettings()
    }

    private static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// Whether the fence will run.
    var isFenced: Bool { hasSignal && fence != nil && recovery.endCommand == FenceProgram.command }

    /// Why it won't.
    var whyNotFenced: String {
        if !hasSignal { return "without recovery.signal the server runs no command at the end of recovery" }
        if let other = recovery.endCommand, other != FenceProgram.command {
            return "recovery_end_command is another one, which drills don't run: \(other.prefix(100))"
        }
        return "the backup has no fence: it is from before `habeas fence install`, or its settings were written anew"
    }

    // MARK: settings

    /// The restored server's own settings aren't read: they name its archive, its log, its sockets, its libraries.
    private func writeSettings() async throws {
        let lines = [
            "listen_addresses = ''", "port = 5432", "unix_socket_directories = \(RecoverySettings.quoted(folder.run))",
            "unix_socket_permissions = 0700", "hba_file = \(RecoverySettings.quoted(rules))",
            "ident_file = \(RecoverySettings.quoted("\(folder.settings)/pg_ident.conf"))", "external_pid_file = ''",
            "archive_mode = off", "archive_command = ''", "archive_cleanup_command = ''", "hot_standby = off",
            "primary_conninfo = ''", "primary_slot_name = ''", "synchronous_standby_names = ''",
            "shared_preload_libraries = ''", "session_preload_libraries = ''", "local_preload_libraries = ''",
            "max_wal_senders = 0", "wal_level = logical", "max_replication_slots = 100",
            "max_logical_replication_workers = 0", "max_connections = 50", "max_prepared_transactions = 200",
            "max_locks_per_transaction = 256", "shared_buffers = 64MB", "fsync = off", "full_page_writes = off",
            "synchronous_commit = off", "autovacuum = off", "ssl = off", "logging_collector = off",
            "log_destination = 'stderr'", "log_statement = 'none'", "log_min_duration_statement = -1",
            "log_min_error_statement = panic", "log_error_verbosity = terse", "lc_messages = 'C'", "jit = off",
            "restart_after_crash = off", "cluster_name = 'habeas drill'",
        ]
        let files = [
            "\(folder.settings)/postgresql.conf": lines, rules: ["local all all trust"],
            "\(folder.settings)/pg_ident.conf": [], "\(folder.data)/postgresql.auto.conf": recovery.lines(),
        ]
        for (path, lines) in files {
            try Data(lines.map { "\($0)\n" }.joined().utf8).write(to: URL(filePath: path))
        }
        try await account.give(folder.path)
    }

    // MARK: life

    /// Starts it and waits until its recovery is over.
    func start() async throws {
        let seconds = "\(max(1, Int(patience.components.seconds)))"
        let arguments = [
            // pgBackRest's own archive would be asked ahead, by a process that outlives us.
            "PGBACKREST_ARCHIVE_ASYNC=n", "PGBACKREST_LOG_LEVEL_FILE=off", "\(programs)/pg_ctl", "-D", folder.data,
            "-l", folder.log, "-w", "-t", seconds, "-o", "-c config_file=\(folder.settings)/postgresql.conf", "start",
        ]
        let deadline = ContinuousClock.now + patience
        switch await account.run("/usr/bin/env", arguments) {
        case .success(let output) where output.status == 0: try await waitUntilReady(deadline)
        case .success: throw DrillStop(.noStart, "the restored server doesn't start\(lastWords)")
        case .failure(let failure): throw DrillStop(.noStart, "the restored server: \(failure.reason)\(lastWords)")
        }
    }

    /// Without hot_standby pg_ctl waits for nothing but the beginning of recovery.
    private func waitUntilReady(_ deadline: ContinuousClock.Instant) async throws {
        while ContinuousClock.now < deadline {
            // The server removes the file when it ends.
            let lines = (try? Self.text("\(folder.data)/postmaster.pid"))?.split(whereSeparator: \.isNewline) ?? []
            guard let pid = lines.first.flatMap({ pid_t($0) }), kill(pid, 0) == 0 || errno == EPERM else {
                throw DrillStop(.noStart, "the restored server ended its start\(lastWords)")
            }
            if lines.last?.hasPrefix("ready") == true { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw DrillStop(.timedOut, "recovery: no end after \(patience)")
    }

    /// What the server said last of why, without anything that a terminal would obey.
    private var lastWords: String {
        guard let bytes = FileManager.default.contents(atPath: folder.log) else { return "" }
        let telling = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).filter {
            $0.contains("FATAL:") || $0.contains("PANIC:") || $0.hasPrefix("habeas fence:")
        }
        let shown = (telling.last ?? "").prefix(240).unicodeScalars.map {
            $0.value >= 0x20 && $0.value != 0x7f ? $0 : "?"
        }
        return shown.isEmpty ? "" : ": " + String(String.UnicodeScalarView(shown))
    }

    // MARK: coming in

    /// The restored database for somebody.
    func target(_ user: String, database: String) -> ConnectionTarget {
        ConnectionTarget(url(user, database: database))
    }

    /// A connection string that says everything, so that no variable of the environment leads elsewhere.
    func url(_ user: String, database: String) -> String {
        func quoted(_ text: String) -> String {
            "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
        }
        return "host=\(quoted(folder.run)) port=5432 user=\(quoted(user)) dbname=\(quoted(database))"
    }

    /// Makes sure that whoever answers is the scratch server, before anything is erased in it.
    func requireItself(_ connection: PostgresConnection) async throws {
        let place = try await connection.query("SELECT current_setting('data_directory')").first?.first.flatMap { $0 }
        guard place == folder.data else {
            throw DrillStop(.noStart, "another server answers than the restored one; is PGHOSTADDR set?")
        }
    }

    /// Lets the one role of the closed fence in without proving who it is: the socket is the drill's alone. The mark, and the
    /// refusals of everybody else, stay as the fence wrote them.
    func openForUs() async throws {
        let closed = try Self.text(rules)
        guard closed.hasPrefix(FenceProgram.mark) else { return }
        let lines = closed.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("local all \"\(user)\" ") ? "local all \"\(user)\" trust" : String(line)
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: rules))
        try await account.give(folder.settings)
        _ = await account.run("\(programs)/pg_ctl", ["-D", folder.data, "reload"])
    }

    /// Whether the fence has closed the server.
    var isClosed: Bool { ((try? Self.text(rules)) ?? "").hasPrefix(FenceProgram.mark) }

    /// Whether somebody is let in.
    func letsIn(_ role: String, database: String) async throws -> Bool {
        do {
            try await PostgresConnection.withConnection(to: target(role, database: database)) {
                _ = try await $0.query("SELECT 1")
            }
            return true
        } catch is PostgresError {
            try Task.checkCancellation()
            return false
        }
    }
}
