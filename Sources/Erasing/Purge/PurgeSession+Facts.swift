internal import DataMap
internal import PostgresAccess

extension PurgeSession {
    /// Dead rows of a table and its TOAST, as the server counts them: VACUUM sets the number to what it had to leave.
    func deadRows(of table: TableName) async throws -> Int64 {
        Int64(
            try await value(
                of: table,
                "coalesce(pg_stat_get_dead_tuples(c.oid), 0) + coalesce(pg_stat_get_dead_tuples(c.reltoastrelid), 0)")
                ?? "") ?? 0
    }

    /// How often VACUUM, but for FULL, went over a table.
    func vacuums(of table: TableName) async throws -> Int64 {
        let counts = "pg_stat_get_vacuum_count(c.oid) + pg_stat_get_autovacuum_count(c.oid)"
        return Int64(try await value(of: table, counts) ?? "") ?? 0
    }

    /// Whether VACUUM went over a table; before version 15 the number comes a moment later.
    func hasVacuumed(_ table: TableName, since before: Int64) async throws -> Bool {
        for _ in 1...50 {
            if try await vacuums(of: table) > before { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    /// The number of a table's file.
    func file(of table: TableName) async throws -> String? { try await value(of: table, "pg_relation_filenode(c.oid)") }

    /// The table's number in the catalogue; nil when it is gone.
    func identifier(of table: TableName) async throws -> UInt32? {
        try await value(of: table, "c.oid").flatMap { UInt32($0) }
    }

    /// The horizon that the last rewriting of a table worked by.
    func frozen(_ table: TableName) async throws -> UInt64 {
        let both = try await value(
            of: table, "c.relfrozenxid::text || ' ' || pg_snapshot_xmax(pg_current_snapshot())::text")
        let numbers = (both ?? "").split(separator: " ")
        guard numbers.count == 2, let xid = UInt32(numbers[0]), let next = UInt64(numbers[1]) else { return 0 }
        return TransactionNumber.widened(xid, near: next)
    }

    private func value(of table: TableName, _ expression: String) async throws -> String? {
        let rows = try await connection.query(
            """
            SELECT (\(expression))::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = $1 AND c.relname = $2
            """, [table.schema.text, table.name.text])
        return rows.first?.first.flatMap { $0 }
    }
}
