// RequestLedger: the schema `habeas`: migrations, requests, claims, jobs, archives, links, staff, notices.
//
// Owns every statement on those tables. It must never know product tables, or hold a person in clear text.

package import PostgresAccess

/// The control database, as the role `habeas_control`.
package struct ControlDatabase: Sendable {
    private let pool: PostgresPool

    /// The database behind a pool.
    package init(pool: PostgresPool) { self.pool = pool }

    /// Lends a transaction: committed when the closure returns, rolled back when it throws.
    package func transaction<Value>(
        _ body: (ControlTransaction) async throws -> sending Value
    ) async throws -> sending Value {
        try await pool.withConnection { connection in
            try await connection.withTransaction(.readCommitted) { connection in
                try await body(ControlTransaction(connection: connection))
            }
        }
    }

    /// Lends a connection outside any transaction: for one statement, a lock held across several, or listening.
    package func connection<Value>(
        _ body: (ControlTransaction) async throws -> sending Value
    ) async throws -> sending Value {
        try await pool.withConnection { try await body(ControlTransaction(connection: $0)) }
    }

    /// Closes the connections.
    package func close() async { await pool.close() }
}

/// Statements of one transaction on the control database.
package struct ControlTransaction: Sendable {
    /// The connection it runs on.
    package let connection: PostgresConnection

    /// Statements on a connection.
    package init(connection: PostgresConnection) { self.connection = connection }

    func rows(_ sql: String, _ parameters: [String?] = []) async throws -> [LedgerRow] {
        try await connection.query(sql, parameters).map { LedgerRow($0) }
    }

    func execute(_ sql: String, _ parameters: [String?] = []) async throws {
        try await connection.query(sql, parameters)
    }

    func first(_ sql: String, _ parameters: [String?] = []) async throws -> LedgerRow? {
        try await rows(sql, parameters).first
    }

    /// Runs a statement that ends in RETURNING and tells whether it touched a row.
    func touched(_ sql: String, _ parameters: [String?]) async throws -> Bool {
        try await !connection.query(sql, parameters).isEmpty
    }
}
