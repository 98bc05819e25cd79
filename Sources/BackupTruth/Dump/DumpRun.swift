internal import Crypto
package import ErasureLedger
internal import FoundationEssentials
internal import ObjectStore
package import PostgresAccess
package import RightsCore
internal import Subprocess
internal import SystemPackage

/// A `pg_dump` whose place in the server's history is known: it gets a sidecar by which it is judged later.
package struct DumpRun: Sendable {
    /// What `pg_dump` writes (pg_dump(1), `--format`).
    package enum Format: String, Sendable, CaseIterable {
        /// One compressed file for pg_restore.
        case custom
        /// SQL.
        case plain
        /// A folder of files.
        case directory
    }

    private let target: ConnectionTarget
    private let program: String
    private let format: Format

    /// A dump of the target's database.
    ///
    /// - Parameter program: `pg_dump`, or where it lies.
    package init(_ target: ConnectionTarget, program: String = "pg_dump", format: Format = .custom) {
        self.target = target
        self.program = program
        self.format = format
    }

    /// Dumps to a path that doesn't exist yet, and writes the sidecar beside it.
    ///
    /// The position is read after a record of our own was written to the log and before the snapshot is taken: every
    /// erasure that committed before it is missing in the dump.
    /// - Parameter ledger: how far the erasure ledger goes.
    /// - Throws: `BackupError.dumpFailed`, with nothing left under the dump's name; `PostgresError`.
    package func run(to path: String, ledger: LedgerHead, now: Instant) async throws -> DumpSidecar {
        for name in [path, path + DumpSidecar.suffix] where FileManager.default.fileExists(atPath: name) {
            throw BackupError(.dumpFailed, "\(name) is there already", hint: "name a file that doesn't exist yet")
        }
        let partial = path + ".habeas-partial"
        try? FileManager.default.removeItem(atPath: partial)
        do {
            let point = try await PostgresConnection.withConnection(to: target) { connection in
                let point = try await Self.point(over: connection)
                try await connection.withTransaction(.snapshot) { connection in
                    let rows = try await connection.query("SELECT pg_export_snapshot()")
                    try await dump(to: partial, snapshot: rows.first?.first.flatMap { $0 } ?? "")
                }
                return point
            }
            let sidecar = DumpSidecar(point: point, ledger: ledger, digest: try digest(of: partial), started: now)
            try publish(partial, as: path)
            try WholeFile.replace(path + DumpSidecar.suffix, with: try sidecar.encoded(), mode: 0o600)
            return sidecar
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            throw error
        }
    }

    private static func point(over connection: PostgresConnection) async throws -> HistoryPoint {
        _ = try await connection.query("SELECT pg_logical_emit_message(false, 'habeas', 'dump')")
        guard let place = try await connection.logPlace(), let system = UInt64(place.system),
            let position = LogPosition(place.lsn)
        else { throw BackupError(.unreadable, "the server doesn't say where its log stands") }
        return HistoryPoint(system: system, timeline: place.timeline, position: position)
    }

    private func dump(to path: String, snapshot: String) async throws {
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in try target.environment() { variables[Environment.Key(stringLiteral: name)] = value }
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        let status: TerminationStatus
        let words: [UInt8]
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program),
                arguments: [
                    "--snapshot=\(snapshot)", "--format=\(format.rawValue)", "--file=\(path)", "--no-password",
                ],
                environment: .inherit.updating(variables), platformOptions: options, output: .discarded,
                error: .bytes(limit: 1 << 20))
            (status, words) = (result.terminationStatus, result.standardError)
        } catch {
            throw BackupError(.dumpFailed, "\(program) can't be run", hint: "install the client programs of PostgreSQL")
        }
        guard case .exited(0) = status else {
            throw BackupError(
                .dumpFailed, "pg_dump ended with an error; nothing was kept",
                hint: ToolOutput([], errors: words).obstacle("pg_dump")?.description)
        }
    }

    // MARK: what was written

    private func digest(of path: String) throws -> DumpSidecar.Digest {
        guard format == .directory else { return .file(try Self.hash(path)) }
        var hashes: [String: Hash256] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            hashes[name] = try Self.hash("\(path)/\(name)")
        }
        return .folder(hashes)
    }

    private static func hash(_ path: String) throws -> Hash256 {
        let file = try FileDescriptor.open(FilePath(path), .readOnly)
        defer { try? file.close() }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
            guard count > 0 else { break }
            hash.update(data: buffer[..<count])
        }
        guard let digest = Hash256(hash.finalize()) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }

    private func publish(_ partial: String, as path: String) throws {
        do { try FileManager.default.moveItem(atPath: partial, toPath: path) } catch {
            throw BackupError(.dumpFailed, "\(path) can't be named: something is there, or the folder isn't writable")
        }
    }
}
