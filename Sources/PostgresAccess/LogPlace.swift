/// Where a server's write-ahead log stands.
package struct LogPlace: Sendable, Hashable {
    /// The server's system identifier, in decimal.
    package let system: String
    /// The timeline that is written to.
    package let timeline: UInt32
    /// The position as PostgreSQL writes it (`pg_lsn`).
    package let lsn: String
}

extension PostgresConnection {
    /// Where the log stands now; nil when the server doesn't say. A standby fails: it writes no log.
    package func logPlace() async throws(PostgresError) -> LogPlace? {
        let rows = try await query(
            """
            SELECT (SELECT system_identifier FROM pg_control_system()),
                   -- Right after a promotion, too, when no checkpoint knows of the new timeline yet.
                   ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int,
                   pg_current_wal_insert_lsn()
            """)
        guard let row = rows.first, let system = row[0], let timeline = row[1].flatMap({ UInt32($0) }),
            let lsn = row[2]
        else { return nil }
        return LogPlace(system: system, timeline: timeline, lsn: lsn)
    }
}
