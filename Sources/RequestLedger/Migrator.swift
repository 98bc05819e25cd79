internal import Crypto
package import PostgresAccess
internal import RightsCore

/// Brings the schema `habeas` to the program's version: forward only, safe to run twice, at once, and while workers run.
package enum Migrator {
    /// One step, with the text that ran.
    private struct Migration {
        let version: Int
        let name: String
        let sql: String
        var checksum: String { Array(SHA256.hash(data: Array(sql.utf8))).hex }
    }

    private static var all: [Migration] {
        [
            Migration(version: 1, name: "requests", sql: text(PackageResources.m0001_requests_sql)),
            Migration(version: 2, name: "audit", sql: text(PackageResources.m0002_audit_sql)),
            Migration(version: 3, name: "clock", sql: text(PackageResources.m0003_clock_sql)),
            Migration(version: 4, name: "holds", sql: text(PackageResources.m0004_holds_sql)),
            Migration(version: 5, name: "erasure", sql: text(PackageResources.m0005_erasure_sql)),
            Migration(version: 6, name: "backups", sql: text(PackageResources.m0006_backups_sql)),
        ]
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// The version this program works with.
    package static var version: Int { all.count }

    /// Statements for a DBA to run, in one transaction; with the rights of the control role.
    package static func statements(controlRole: String) -> [String] {
        [prelude] + all.flatMap { [$0.sql, record($0)] } + rights(of: controlRole)
    }

    /// Runs what is missing.
    ///
    /// - Parameter passwords: set as SCRAM verifiers where given.
    /// - Throws: `LedgerError` when the schema is newer than the program or a migration was changed; `PostgresError`.
    package static func migrate(
        _ connection: PostgresConnection, controlRole: String, password: String?
    ) async throws -> [String] {
        let applied = try await connection.withTransaction(.readCommitted) { connection in
            // Two that migrate at once take turns; whoever comes second finds nothing to do.
            try await connection.run(unsafeSQL: takeTurns)
            try await connection.run(unsafeSQL: prelude)
            let known = try await knownMigrations(connection)
            try check(known)
            let missing = all.filter { known[$0.version] == nil }
            for migration in missing {
                try await connection.run(unsafeSQL: migration.sql)
                try await connection.run(unsafeSQL: record(migration))
            }
            return missing.map(\.name)
        }
        // Rights granted at once on the same thing fail, too.
        try await connection.apply([takeTurns] + rights(of: controlRole), passwords: [(controlRole, password)])
        return applied
    }

    /// Refuses to work with a schema of another version.
    package static func check(_ connection: PostgresConnection) async throws {
        let known: [Int: String]
        do { known = try await knownMigrations(connection) } catch {
            guard error.sqlState == "42P01" || error.sqlState == "3F000" else { throw error }
            known = [:]
        }
        try check(known)
        guard known.count == all.count else {
            throw LedgerError(
                .notMigrated,
                known.isEmpty
                    ? "the control database has no schema habeas"
                    : "the schema habeas is at version \(known.count), this program works with \(all.count)",
                hint: "run `habeas init`")
        }
    }

    private static func knownMigrations(_ connection: PostgresConnection) async throws(PostgresError) -> [Int: String] {
        var known: [Int: String] = [:]
        for row in try await connection.query("SELECT version::text, checksum FROM habeas.migration") {
            if let version = row[0].flatMap({ Int($0) }) { known[version] = row[1] ?? "" }
        }
        return known
    }

    private static func check(_ known: [Int: String]) throws(LedgerError) {
        guard known.keys.allSatisfy({ $0 <= all.count }) else {
            throw LedgerError(
                .tooNew,
                "the schema habeas is of a later version than this program (\(known.count) against \(all.count))",
                hint: "run the version of habeas that made it, or a later one")
        }
        for migration in all {
            guard let checksum = known[migration.version] else { continue }
            guard checksum == migration.checksum else {
                throw LedgerError(
                    .migrationChanged, "the migration \(migration.version) (\(migration.name)) ran with another text",
                    hint:
                        "the control database was made by a build that was never released; restore it, or start afresh")
            }
        }
    }

    private static let takeTurns = "SELECT pg_catalog.pg_advisory_xact_lock(7234017283807667301)"

    private static let prelude = """
        CREATE SCHEMA IF NOT EXISTS habeas;
        CREATE TABLE IF NOT EXISTS habeas.migration (
            version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT clock_timestamp())
        """

    private static func record(_ migration: Migration) -> String {
        // All three are the program's own.
        "INSERT INTO habeas.migration (version, name, checksum) VALUES (\(migration.version), '\(migration.name)', "
            + "'\(migration.checksum)')"
    }

    private static func rights(of role: String) -> [String] {
        let name = "\"" + role.replacing("\"", with: "\"\"") + "\""
        return [
            "DO $$ BEGIN CREATE ROLE \(name); EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
            LoginRole.statement(role, bypassesRowSecurity: false),
            "GRANT USAGE ON SCHEMA habeas TO \(name)",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA habeas TO \(name)",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA habeas TO \(name)",
            "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON habeas.audit_entry, habeas.audit_head, habeas.audit_checkpoint, "
                + "habeas.migration FROM \(name)",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA habeas TO \(name)",
        ]
    }
}
