package import PostgresAccess

/// The whole chain of a control database.
package enum AuditLog {
    /// Judges the chain as it stands, in one snapshot.
    ///
    /// - Parameters:
    ///   - keys: raw bytes of the published keys.
    ///   - copies: the object store's copies; nil when they aren't at hand.
    package static func verify(
        on connection: PostgresConnection, keys: [[UInt8]], copies: CheckpointCopies?
    ) async throws -> AuditReport {
        // Copies before the snapshot: what they name was committed before.
        let copied = try copies?.all()
        return try await connection.withTransaction(.snapshot) { connection in
            let reader = AuditReader(connection)
            var verifier = AuditVerifier(keys: keys, checkpoints: try await reader.checkpoints(), copies: copied)
            try await reader.forEachPage { page in for record in page { verifier.take(record) } }
            return verifier.finish(head: try await reader.head())
        }
    }
}
