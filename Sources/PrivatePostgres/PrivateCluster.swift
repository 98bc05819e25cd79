// PrivatePostgres: a PostgreSQL server of our own, in a folder, on a unix socket.
//
// Owns initdb, start and stop. It must never touch a server it didn't start, or listen on a network by default.

internal import Crypto
internal import Glibc
internal import Subprocess
package import SystemPackage

/// A PostgreSQL server that lives in one state folder and is reached by one unix socket.
///
/// Run as root it drops to `postgres` (or `nobody`), because PostgreSQL refuses root. Where that user can't reach the
/// state folder, the server's files lie in `/var/tmp`, under a name made from the folder's path.
package struct PrivateCluster: Sendable {
    /// Where the server keeps its files: `data`, `run`, `log`.
    package let base: FilePath
    let programs: FilePath
    let user: ServerUser
    private let settings: [String: String]

    /// Finds the programs and the place for a cluster that belongs to `state`.
    ///
    /// - Parameter settings: server settings on top of the defaults, by name.
    /// - Throws: `PrivateClusterError` when PostgreSQL isn't installed or the folder can't be made.
    package init(state: FilePath, settings: [String: String] = [:]) throws(PrivateClusterError) {
        programs = try ServerPrograms.folder()
        user = try ServerUser.current()
        base = try ServerFolder.prepared(for: state, user: user)
        self.settings = settings
    }

    /// The connection string of its superuser.
    package var connectionString: String { connectionString(database: "postgres") }

    /// The connection string of its superuser for a database.
    package func connectionString(database: String) -> String {
        let host = socketFolder.string.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
        return "host='\(host)' user=postgres dbname=\(database)"
    }

    /// The server's own log.
    package var log: FilePath { base.appending("log") }
    /// The data folder.
    package var data: FilePath { base.appending("data") }
    private var socketFolder: FilePath { base.appending("run") }

    /// Makes the cluster if needed and starts it if it doesn't run. Safe to call from several processes at once.
    package func start() async throws(PrivateClusterError) {
        let lock = try await FolderLock(base.appending("lock"))
        defer { lock.release() }
        if access(data.appending("PG_VERSION").string, F_OK) != 0 { try await create() }
        if try await isRunning() { return }
        try writeSettings()
        let arguments = ["-D", data.string, "-l", log.string, "-w", "-t", "60", "start"]
        guard try await run("pg_ctl", arguments) == 0 else {
            throw PrivateClusterError(.cannotStart, "PostgreSQL did not start; its log: \(log)")
        }
    }

    /// Stops the server and waits for it. A server that doesn't run is no error.
    package func stop() async throws(PrivateClusterError) {
        let lock = try await FolderLock(base.appending("lock"))
        defer { lock.release() }
        guard try await isRunning() else { return }
        guard try await run("pg_ctl", ["-D", data.string, "-m", "fast", "-w", "stop"]) == 0 else {
            throw PrivateClusterError(.cannotStop, "PostgreSQL did not stop; its log: \(log)")
        }
    }

    /// Whether the server runs (`pg_ctl status` exits 0).
    package func isRunning() async throws(PrivateClusterError) -> Bool {
        try await run("pg_ctl", ["-D", data.string, "status"]) == 0
    }

    /// Settings go through a file: on a command line, a path with spaces or quotes would not survive.
    private func writeSettings() throws(PrivateClusterError) {
        let lines = defaults.merging(settings) { $1 }.sorted { $0.key < $1.key }
            .map { "\($0.key) = '\($0.value.replacing("'", with: "''"))'\n" }.joined()
        let path = data.appending("postgresql.auto.conf")
        do {
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter { _ = try file.writeAll(lines.utf8) }
        } catch {
            throw PrivateClusterError(.cannotStart, "\(path) can't be written")
        }
    }

    /// Durability is given up: everything in here can be made again.
    private var defaults: [String: String] {
        [
            "listen_addresses": "",
            "unix_socket_directories": "\"\(socketFolder.string.replacing("\"", with: "\"\""))\"", "fsync": "off",
            "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "400",
            "shared_buffers": "256MB", "max_wal_size": "4GB", "logging_collector": "off", "autovacuum": "on",
        ]
    }

    /// A crash in the middle leaves no PG_VERSION that would be taken for a whole cluster: initdb cleans up, and what a
    /// killed one left is removed first.
    private func create() async throws(PrivateClusterError) {
        _ = try await execute("/bin/rm", ["-rf", data.string])
        let arguments = [
            "-D", data.string, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust",
            "--auth-host=scram-sha-256", "--no-sync",
        ]
        guard try await run("initdb", arguments) == 0 else {
            throw PrivateClusterError(
                .cannotStart, "initdb failed in \(data); is there space, and may \(user.name) write?")
        }
    }

    private func run(_ program: String, _ arguments: [String]) async throws(PrivateClusterError) -> Int32 {
        try await execute(programs.appending(program).string, arguments)
    }

    private func execute(_ path: String, _ arguments: [String]) async throws(PrivateClusterError) -> Int32 {
        let (program, arguments) = user.command(FilePath(path), arguments)
        do {
            let outcome = try await Subprocess.run(
                .path(program), arguments: Arguments(arguments), workingDirectory: "/",
                platformOptions: user.platformOptions, output: .discarded, error: .discarded)
            if case .exited(let code) = outcome.terminationStatus { return code }
            return -1
        } catch {
            throw PrivateClusterError(.cannotStart, "\(path) can't be run")
        }
    }
}

/// Why a private server isn't there.
package struct PrivateClusterError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        case notInstalled = "cluster.not-installed"
        case noFolder = "cluster.no-folder"
        case cannotStart = "cluster.cannot-start"
        case cannotStop = "cluster.cannot-stop"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people.
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
