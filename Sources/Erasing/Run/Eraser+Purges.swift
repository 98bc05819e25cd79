internal import PostgresAccess
package import RightsCore

/// A purge that reached what was asked of it (docs/purge.md).
package struct PurgedPoint: Sendable, Hashable {
    /// Where its covering ends: erasures whose position isn't beyond.
    package let covers: ErasurePosition
    /// Behind everything it wrote (`P`).
    package let position: ErasurePosition
    /// When it was done.
    package let at: Instant
}

extension Eraser {
    /// The purges that left no byte in the live files, the first first.
    package func purges() async throws -> [PurgedPoint] {
        let rows = try await companion { connection in
            try await connection.query(
                """
                SELECT system_identifier, timeline, covers, purged_at,
                       (extract(epoch FROM ended_at) * 1000000)::bigint
                  FROM habeas_local.purge_run WHERE level = 'physical' AND purged_at IS NOT NULL ORDER BY ended_at
                """)
        }
        return rows.compactMap { row in
            guard let system = row[0], let timeline = row[1].flatMap({ Int($0) }), let covers = row[2],
                let position = row[3], let at = row[4].flatMap({ Int64($0) })
            else { return nil }
            return PurgedPoint(
                covers: ErasurePosition(systemIdentifier: system, timeline: timeline, lsn: covers),
                position: ErasurePosition(systemIdentifier: system, timeline: timeline, lsn: position),
                at: Instant(microseconds: at))
        }
    }
}
