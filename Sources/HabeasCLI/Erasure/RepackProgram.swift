internal import DataMap
internal import PostgresAccess
internal import Subprocess

/// pg_repack, which writes a table anew while it is used (the extension of that name must be in the database).
struct RepackProgram: Sendable {
    let target: ConnectionTarget

    /// Writes one table anew.
    ///
    /// - Throws: when it can't be run, or failed.
    func run(_ table: TableName) async throws {
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in try target.environment() { variables[Environment.Key(stringLiteral: name)] = value }
        var options = PlatformOptions()
        // It drops its triggers and its copy of the table when it is asked to end.
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(30))]
        options.createSession = true
        let result = try await Subprocess.run(
            .name("pg_repack"), arguments: ["--no-order", "--no-kill-backend", "--table=\(table.quoted)"],
            environment: .inherit.updating(variables), platformOptions: options, output: .discarded,
            error: .bytes(limit: 1 << 20))
        guard case .exited(0) = result.terminationStatus else {
            // The purge names the table, and goes on with the next.
            throw RepackFailure()
        }
    }
}

/// pg_repack ended with an error.
private struct RepackFailure: Error {}
