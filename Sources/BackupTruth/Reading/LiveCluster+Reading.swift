package import PostgresAccess

extension LiveCluster {
    /// Asks a running server; the role needs EXECUTE on `pg_ls_archive_statusdir()`.
    ///
    /// - Throws: `BackupError.unreadable` when its answer can't be understood; `PostgresError`.
    package static func read(over connection: PostgresConnection) async throws -> LiveCluster {
        let rows = try await connection.query(
            """
            SELECT (SELECT system_identifier FROM pg_control_system()),
                   (SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'), NULL
            UNION ALL
            SELECT NULL, NULL, name FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'
            """)
        guard let facts = rows.first(where: { $0[0] != nil }), let system = facts[0].flatMap({ UInt64($0) }),
            let size = facts[1].flatMap({ UInt64($0) }).flatMap({ SegmentSize(bytes: $0) })
        else { throw BackupError(.unreadable, "the server doesn't say who it is and how its log is cut") }
        return LiveCluster(system: system, segmentSize: size, archiveStatus: rows.compactMap { $0[2] })
    }
}
