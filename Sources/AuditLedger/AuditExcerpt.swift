package import PostgresAccess
package import RightsCore

/// What of the chain is about one request, with what proves that it belongs there: stretches of the chain, each from an
/// entry of the request on to the next signed checkpoint (docs/evidence.md).
///
/// Entries of other requests that lie between stand there too, because each hash rests on the one before.
package enum AuditExcerpt {
    static let format = "habeas-audit-excerpt-1"

    /// What was written.
    package struct Outcome: Sendable {
        /// The excerpt as JSON lines.
        package let bytes: [UInt8]
        /// The entries of the request, in order.
        package let records: [AuditRecord]
    }

    /// Writes the excerpt of a request, up to the last signed checkpoint.
    ///
    /// - Throws: `AuditError.broken` when what is there isn't sound.
    package static func write(
        of request: RequestID, from connection: PostgresConnection, keys: KeyRing, now: Instant
    ) async throws -> Outcome {
        let reader = AuditReader(connection)
        let checkpoints = try await reader.checkpoints().filter { $0.name.kind == .standing }
        let signed = checkpoints.last?.name.seq ?? 0
        var own: [AuditRecord] = []
        try await reader.forEachPage(AuditFilter(request: request)) { page in
            own += page.filter { $0.seq <= signed }
        }
        var stretches: [ClosedRange<Int>] = []
        for record in own where record.seq > stretches.last?.upperBound ?? 0 {
            guard let end = checkpoints.first(where: { $0.name.seq >= record.seq }) else { break }
            stretches.append(record.seq...end.name.seq)
        }
        var lines = [
            AuditExport.Line(header: .init(format: format, exportedAt: now.rfc3339, keys: keys.publicKeys))
        ]
        var last: AuditRecord?
        for stretch in stretches {
            for record in try await records(in: stretch, reader) {
                lines.append(AuditExport.Line(entry: .init(record)))
                last = record
            }
        }
        let entries = lines.count - 1
        let vouching = checkpoints.filter { checkpoint in stretches.contains { $0.contains(checkpoint.name.seq) } }
        lines += vouching.map { AuditExport.Line(checkpoint: .init($0)) }
        guard let last else { throw AuditError(.broken, "the audit chain holds nothing signed about the request") }
        lines.append(
            AuditExport.Line(
                end: .init(
                    seq: last.seq, at: last.at.microseconds, hash: last.hash.hex, entries: entries,
                    checkpoints: vouching.count)))
        return Outcome(bytes: try lines.reduce(into: []) { $0 += try AuditExport.line($1) }, records: own)
    }

    private static func records(
        in stretch: ClosedRange<Int>, _ reader: AuditReader
    ) async throws -> [AuditRecord] {
        var found: [AuditRecord] = []
        var after = stretch.lowerBound - 1
        while after < stretch.upperBound {
            let page = try await reader.page(after: after).filter { $0.seq <= stretch.upperBound }
            guard let end = page.last else { break }
            found += page
            after = end.seq
        }
        return found
    }
}
