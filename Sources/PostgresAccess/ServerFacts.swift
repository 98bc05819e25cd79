/// What a server says of itself and of the session's role.
package struct ServerFacts: Sendable {
    /// Such as `15.18`.
    package let version: String
    /// The database's encoding.
    package let encoding: String
    /// The database's name.
    package let database: String
    /// The session's role.
    package let role: String
    /// Whether the role is not bound by row security.
    package let bypassesRowSecurity: Bool
    /// Whether TLS protects the connection.
    package let isEncrypted: Bool
}

extension PostgresConnection {
    /// Reads the facts of this connection's server and role.
    package func facts() async throws(PostgresError) -> ServerFacts {
        let rows = try await query(
            """
            SELECT rolname, rolbypassrls OR rolsuper, current_database() FROM pg_roles WHERE rolname = current_user
            """)
        let role = rows.first ?? ["?", "f", "?"]
        return ServerFacts(
            version: parameter("server_version") ?? "?", encoding: parameter("server_encoding") ?? "?",
            database: role[2] ?? "?", role: role[0] ?? "?", bypassesRowSecurity: role[1] == "t",
            isEncrypted: isEncrypted())
    }

    /// Drops a database, whoever uses it; one that isn't there is no error.
    package func dropDatabase(_ name: String) async throws(PostgresError) {
        try await run(
            unsafeSQL: "DROP DATABASE IF EXISTS \"\(name.replacing("\"", with: "\"\""))\" WITH (FORCE)")
    }

    /// Makes a database of that name unless it is there.
    package func ensureDatabase(_ name: String) async throws(PostgresError) {
        let rows = try await query("SELECT 1 FROM pg_database WHERE datname = $1", [name])
        if rows.isEmpty { try await run(unsafeSQL: "CREATE DATABASE \"\(name.replacing("\"", with: "\"\""))\"") }
    }
}
