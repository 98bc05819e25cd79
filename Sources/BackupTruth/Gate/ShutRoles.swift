internal import DataMap
package import PostgresAccess

/// The product's roles, shut out of a database that was rewound.
package struct ShutRoles: Sendable {
    private let connection: PostgresConnection

    /// - Parameter connection: of a role that may alter the others.
    package init(on connection: PostgresConnection) { self.connection = connection }

    /// Keeps roles from logging in, ends their sessions, and notes which could before.
    ///
    /// - Returns: the roles that were shut out now.
    package func shutOut(_ roles: [String]) async throws -> [String] {
        let found = try await connection.query(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY ($1::text[]) AND rolcanlogin ORDER BY 1",
            [roles.sqlArray]
        ).compactMap { $0[0] }
        for role in found {
            // The note first: a role that nobody remembers would stay out for good.
            try await connection.query(
                "INSERT INTO habeas_local.shut_role (role) VALUES ($1) ON CONFLICT DO NOTHING", [role])
            try await connection.run(unsafeSQL: "ALTER ROLE \(Identifier(role).quoted) NOLOGIN")
        }
        try await connection.query(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE usename = ANY ($1::text[]) AND pid <> pg_backend_pid()
            """, [roles.sqlArray])
        return found
    }

    /// The same, for whoever may.
    package static func statements(_ roles: [String]) -> [String] {
        roles.flatMap { role in
            let literal = "'" + role.replacing("'", with: "''") + "'"
            return [
                "INSERT INTO habeas_local.shut_role (role) VALUES (\(literal)) ON CONFLICT DO NOTHING",
                "ALTER ROLE \(Identifier(role).quoted) NOLOGIN",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = \(literal)",
            ]
        }
    }

    /// Lets those log in again that were shut out.
    package func readmit() async throws {
        let isThere = try await connection.query("SELECT to_regclass('habeas_local.shut_role') IS NOT NULL")
        guard isThere.first?.first == "t" else { return }
        for role in try await connection.query("SELECT role FROM habeas_local.shut_role ORDER BY 1").compactMap({
            $0[0]
        }) {
            let exists = try await connection.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role])
            if !exists.isEmpty { try await connection.run(unsafeSQL: "ALTER ROLE \(Identifier(role).quoted) LOGIN") }
            try await connection.query("DELETE FROM habeas_local.shut_role WHERE role = $1", [role])
        }
    }
}
