/// How a transaction reads and writes.
package enum TransactionMode: String, Sendable {
    /// One consistent state, nothing written: what an export reads.
    case snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    /// The default for writing.
    case readCommitted = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
}

extension PostgresConnection {
    /// Lends the connection inside a transaction: committed when the closure returns, rolled back when it throws.
    ///
    /// - Throws: what the closure throws, or `PostgresError` of BEGIN or COMMIT.
    package nonisolated func withTransaction<Value>(
        _ mode: TransactionMode, _ body: (PostgresConnection) async throws -> sending Value
    ) async throws -> sending Value {
        try await query(mode.rawValue)
        do {
            let value = try await body(self)
            try await query("COMMIT")
            return value
        } catch {
            await rollBackOrClose()
            throw error
        }
    }

    /// Rolls back; a connection that can't is closed, which rolls back too.
    private func rollBackOrClose() async {
        guard canRollBack else { return close() }
        do { try await query("ROLLBACK") } catch { close() }
    }

    /// Makes the transaction's snapshot one that another exported (SET TRANSACTION, PostgreSQL manual).
    package func importSnapshot(_ id: SnapshotID) async throws(PostgresError) {
        try await query("SET TRANSACTION SNAPSHOT '\(id.text)'")
    }

    /// Makes settings hold until the end of the transaction.
    package func set(_ settings: [(name: String, value: String)]) async throws(PostgresError) {
        try await set(settings, inTransactionOnly: true)
    }

    func set(
        _ settings: [(name: String, value: String)], inTransactionOnly isLocal: Bool
    ) async throws(PostgresError) {
        let calls = settings.indices.map { "pg_catalog.set_config($\($0 * 2 + 1), $\($0 * 2 + 2), \(isLocal))" }
        try await query("SELECT \(calls.joined(separator: ", "))", settings.flatMap { [$0.name, $0.value] })
    }
}

/// The name of an exported snapshot: hexadecimal digits and dashes, as `pg_export_snapshot()` gives it.
package struct SnapshotID: Sendable, Hashable {
    /// The text.
    package let text: String

    /// Takes the server's own text; nil when it is something else, since it stands in a statement.
    package init?(_ text: String) {
        guard !text.isEmpty, text.allSatisfy({ $0.isHexDigit || $0 == "-" }) else { return nil }
        self.text = text
    }
}
