package import PostgresAccess
package import RightsCore

/// Removes entries at the end of their own retention. A signed checkpoint says up to where, so that the rest of the chain
/// stays verifiable.
package struct AuditPruning: Sendable {
    /// What a pruning did.
    package struct Outcome: Sendable, Hashable {
        /// The last entry that was removed.
        package let through: Int
        /// How many were.
        package let removed: Int
    }

    private let checkpoints: AuditCheckpoints
    private let keys: [[UInt8]]
    /// The shortest retention, in months: 11 CCR 7101(a). The database holds it too.
    package static let shortest = 24

    /// Prunings under the service's keys, their checkpoints copied into the folder of archives.
    package init(keys: KeyRing, archives folder: String) throws(KeyRingError) {
        checkpoints = AuditCheckpoints(keys: keys, archives: folder)
        self.keys = try keys.rawKeys()
    }

    /// Removes what is older than so many months. The whole chain is checked first: what is wrong must not be removed.
    /// Safe to run again, and after being killed midway.
    ///
    /// - Returns: what was removed; nil when nothing is old enough.
    /// - Throws: `AuditError.broken`, `AuditError.retentionTooShort`.
    package func run(
        keepFor months: Int = shortest, by actor: AuditActor, on connection: PostgresConnection, now: Instant
    ) async throws -> Outcome? {
        guard (Self.shortest...1200).contains(months) else {
            throw AuditError(
                .retentionTooShort,
                "entries of the audit chain are kept for \(Self.shortest) to 1200 months, not \(months)",
                hint: "name a whole number of months from \(Self.shortest) on")
        }
        try await checkpoints.completeCopies(on: connection)
        guard let end = try await lastOld(months, connection) else { return nil }
        let report = try await AuditLog.verify(on: connection, keys: keys, copies: checkpoints.copies)
        guard report.isSound else { throw AuditCheckpoints.broken(report) }
        _ = try await checkpoints.record(
            .init(seq: end.seq, kind: .pruned), hash: end.hash, on: connection, now: now)
        return try await remove(through: end.seq, months, actor, connection)
    }

    /// The last entry older than so many months; times never go backwards, so all before it are older too.
    private func lastOld(_ months: Int, _ connection: PostgresConnection) async throws -> AuditVerifier.Link? {
        let rows = try await connection.query(
            """
            SELECT seq, hash FROM habeas.audit_entry WHERE seq < coalesce(
                (SELECT seq FROM habeas.audit_entry WHERE at > clock_timestamp() - make_interval(months => $1)
                 ORDER BY seq LIMIT 1), (SELECT max(seq) + 1 FROM habeas.audit_entry))
            ORDER BY seq DESC LIMIT 1
            """, [String(months)])
        guard let row = rows.first, let seq = row[0].flatMap({ Int($0) }),
            let hash = row[1].flatMap({ [UInt8](hex: $0.dropFirst(2)) })
        else { return nil }
        return AuditVerifier.Link(seq: seq, hash: hash)
    }

    /// Removal and its entry commit together.
    private func remove(
        through seq: Int, _ months: Int, _ actor: AuditActor, _ connection: PostgresConnection
    ) async throws -> Outcome {
        try await connection.withTransaction(.readCommitted) { connection in
            let rows = try await connection.query("SELECT habeas.audit_prune($1)", [String(seq)])
            let removed = rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
            if removed > 0 {
                try await connection.append(
                    AuditEntry(
                        .auditPruned, by: actor,
                        ["through": .number(seq), "removed": .number(removed), "kept_months": .number(months)]))
            }
            return Outcome(through: seq, removed: removed)
        }
    }
}
