package import PostgresAccess
package import RightsCore

/// The export a piece at a time, for readers that may be slow: no snapshot is held between pieces. What was appended
/// before the first piece never changes, so the pieces make one chain; should it be pruned meanwhile, the export fails.
package struct AuditExportStep: Sendable {
    private enum Place {
        case beginning
        case entries(head: AuditHead, after: AuditRecord?, count: Int)
        case checkpoints(head: AuditHead, entries: Int)
    }

    private let place: Place

    private init(_ place: Place) { self.place = place }

    /// The first step.
    package static let first = AuditExportStep(.beginning)

    /// The piece of this step, and the step after it; nil after the last.
    package func run(
        on connection: PostgresConnection, keys: KeyRing, now: Instant
    ) async throws -> (bytes: [UInt8], next: AuditExportStep?) {
        let reader = AuditReader(connection)
        switch place {
        case .beginning:
            guard let head = try await reader.head() else {
                throw AuditError(
                    .broken, "the database has forgotten where the audit chain ends",
                    hint: "`habeas audit verify` shows all that is wrong")
            }
            let header = AuditExport.Line.Header(
                format: AuditExport.Line.Header.currentFormat, exportedAt: now.rfc3339, keys: keys.publicKeys)
            return (
                try AuditExport.line(.init(header: header)),
                AuditExportStep(.entries(head: head, after: nil, count: 0))
            )
        case .entries(let head, let last, let count):
            return try await entries(head, after: last, count, reader)
        case .checkpoints(let head, let entries):
            return (try await ending(head, entries, reader), nil)
        }
    }

    private func entries(
        _ head: AuditHead, after last: AuditRecord?, _ count: Int, _ reader: AuditReader
    ) async throws -> (bytes: [UInt8], next: AuditExportStep?) {
        let page = try await reader.page(after: last?.seq ?? .min).filter { $0.seq <= head.seq }
        guard let end = page.last else {
            return ([], AuditExportStep(.checkpoints(head: head, entries: count)))
        }
        if let last, last.seq < end.seq, page.first?.seq != last.seq + 1 {
            throw AuditError(
                .broken, "entries of the audit chain were removed while it was exported",
                hint: "export it again; if it is the same, `habeas audit verify` shows what is wrong")
        }
        let bytes = try page.reduce(into: [UInt8]()) { $0 += try AuditExport.line(.init(entry: .init($1))) }
        return (bytes, AuditExportStep(.entries(head: head, after: end, count: count + page.count)))
    }

    private func ending(_ head: AuditHead, _ entries: Int, _ reader: AuditReader) async throws -> [UInt8] {
        let checkpoints = try await reader.checkpoints().filter { $0.name.seq <= head.seq }
        var bytes: [UInt8] = []
        for checkpoint in checkpoints { bytes += try AuditExport.line(.init(checkpoint: .init(checkpoint))) }
        let end = AuditExport.Line.End(
            seq: head.seq, at: head.at.microseconds, hash: head.hash.hex, entries: entries,
            checkpoints: checkpoints.count)
        return bytes + (try AuditExport.line(.init(end: end)))
    }
}
