package import PostgresAccess
package import RightsCore

/// Signs how the chain stands, records that beside it, and copies it to the object store: what is rewritten afterwards
/// shows, even when the whole database was.
package struct AuditCheckpoints: Sendable {
    private let keys: KeyRing
    /// Where the copies lie.
    package let copies: CheckpointCopies
    /// How many of the newest checkpoints a signing looks at.
    private static let recent = 20

    /// Checkpoints under the service's keys, copied into the folder of archives.
    package init(keys: KeyRing, archives folder: String) {
        self.keys = keys
        copies = CheckpointCopies(archives: folder)
    }

    /// Signs the chain's end, unless no entry came since the last time. What was added since is checked first: a broken
    /// chain is never vouched for. Safe at any time, by several at once, and after being killed midway.
    ///
    /// - Returns: the new checkpoint; nil when nothing was added.
    /// - Throws: `AuditError.broken` with the first bad entry.
    @discardableResult
    package func sign(
        on connection: PostgresConnection, now: Instant
    ) async throws -> AuditCheckpoint? {
        try await completeCopies(on: connection)
        guard let end = try await checkedEnd(connection) else { return nil }
        return try await record(.init(seq: end.seq, kind: .standing), hash: end.hash, on: connection, now: now)
    }

    /// The chain's end; nil when the last checkpoint is about it already.
    private func checkedEnd(_ connection: PostgresConnection) async throws -> AuditVerifier.Link? {
        // Copies before the snapshot: what they name was committed before.
        let copied = try copies.all(newest: Self.recent)
        return try await connection.withTransaction(.snapshot) { connection in
            let reader = AuditReader(connection)
            let recorded = try await reader.checkpoints(newest: Self.recent)
            let base = Set(recorded + copied).compactMap(\.statement).max { $0.seq < $1.seq }
            let head = try await reader.head()
            if head?.seq == base?.seq ?? 0, head?.hash.hex == base?.hash ?? AuditRecord.beginning.hex { return nil }
            let report = try await check(after: base, upTo: nil, recorded: recorded, copied: copied, reader)
            guard report.isSound, let head else { throw Self.broken(report) }
            return AuditVerifier.Link(seq: head.seq, hash: head.hash)
        }
    }

    /// Checks the chain after a signed entry, to its end.
    private func check(
        after base: AuditCheckpoint.Statement?, upTo: Int?, recorded: [AuditCheckpoint], copied: [AuditCheckpoint],
        _ reader: AuditReader
    ) async throws -> AuditReport {
        let from = base?.seq ?? 0
        let link = base.flatMap { base in [UInt8](hex: base.hash).map { AuditVerifier.Link(seq: base.seq, hash: $0) } }
        var verifier = AuditVerifier(
            keys: try keys.rawKeys(), checkpoints: recorded.filter { $0.name.seq >= from },
            copies: copied.filter { $0.name.seq >= from }, startingAfter: link)
        try await reader.forEachPage(after: base?.seq ?? .min) { page in for record in page { verifier.take(record) } }
        return verifier.finish(head: try await reader.head())
    }

    static func broken(_ report: AuditReport) -> AuditError {
        AuditError(
            .broken, "the audit chain is broken, nothing was signed: \(report.firstBad?.message ?? "it has no end")",
            hint: "`habeas audit verify` shows all that is wrong")
    }

    /// Signs, records, copies. What another process recorded first is what counts.
    func record(
        _ name: AuditCheckpoint.Name, hash: [UInt8], on connection: PostgresConnection, now: Instant
    ) async throws -> AuditCheckpoint? {
        let checkpoint = try AuditCheckpoint.signed(name, hash: hash, keys: keys, now: now)
        try await connection.query(
            "SELECT habeas.audit_record_checkpoint($1, $2, $3, $4)",
            [String(name.seq), name.kind.rawValue, checkpoint.document, "\\x" + checkpoint.signature.hex])
        let recorded = try await AuditReader(connection).checkpoint(name)
        if let recorded { try copies.keep(recorded) }
        return recorded
    }

    /// Copies what was recorded and, because the process was killed then, not copied.
    func completeCopies(on connection: PostgresConnection) async throws {
        let reader = AuditReader(connection)
        let published = PublishedKeys(try keys.rawKeys())
        let copied = try copies.names()
        for name in try await reader.checkpointNames() where !copied.contains(name) {
            guard let checkpoint = try await reader.checkpoint(name), let statement = checkpoint.statement,
                published.signed(checkpoint.document, checkpoint.signature, by: statement.key)
            else { continue }
            try copies.keep(checkpoint)
        }
    }
}
