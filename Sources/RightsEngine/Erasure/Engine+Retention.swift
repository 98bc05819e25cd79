internal import AuditLedger
internal import Crypto
internal import Erasing
internal import ErasureLedger
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// The duty of every day: recipients who haven't answered are asked again, certificates follow their answers, what
    /// statutes keep no longer goes, and what the product deleted by itself gets into the ledger.
    func keepRetention(_ tools: ErasureTools) async throws {
        try await chaseRecipients()
        try await certifyAnew(tools)
        do {
            try await purgeRetained(tools)
            try await takeProductDeletions(tools)
            // Last: a store that isn't there keeps nothing else waiting. What an earlier attempt left goes too.
            _ = try await tools.eraser.eraseRetainedFiles()
        } catch let error as ErasureError where error.code == .noCompanion {
            // Nothing was ever erased from this store, so nothing is kept of what was.
            return
        }
    }

    private func purgeRetained(_ tools: ErasureTools) async throws {
        for line in try await tools.eraser.purgeRetained(today: today) {
            _ = try await control.transaction { transaction in
                try await transaction.connection.append(
                    AuditEntry(
                        .retentionPurged, by: .system,
                        [
                            "run": .id(line.run), "documents": .number(line.documents),
                            "collection": .code(line.collection.replacing("_", with: "-")),
                        ]))
            }
        }
    }

    // MARK: the product's own deletions

    /// Takes what the product deleted into the ledger, in order. A crash repeats nothing: each row has a run of its own,
    /// made from what it says.
    private func takeProductDeletions(_ tools: ErasureTools) async throws {
        var last: Int64 = 0
        var refused: ErasureLedgerError?
        while true {
            let rows = try await tools.eraser.productDeletions(after: last, limit: 1000)
            guard let end = rows.last else { break }
            last = end.id
            let position = try await tools.eraser.position()
            let ledger = try await tools.ledger()
            var taken: [ProductDeletion] = []
            for row in rows {
                do {
                    _ = try await ledger.append(try tools.draft(row, position), at: now())
                    taken.append(row)
                } catch let error as ErasureLedgerError where error.code == .badEntry {
                    // One with a name that can't stand there keeps no other out.
                    refused = refused ?? error
                }
            }
            try await noteDeletions(taken)
            try await tools.eraser.forget(taken)
        }
        if let refused { throw refused }
    }

    private func noteDeletions(_ taken: [ProductDeletion]) async throws {
        let counts = Dictionary(grouping: taken, by: \.collection).mapValues(\.count)
        guard !counts.isEmpty else { return }
        try await control.transaction { transaction in
            for (collection, count) in counts.sorted(by: { $0.key < $1.key }) {
                try await transaction.connection.append(
                    AuditEntry(
                        .productDeleted, by: .product,
                        ["records": .number(count), "collection": .code(collection.replacing("_", with: "-"))]))
            }
        }
    }
}

extension ErasureTools {
    /// What the ledger is told of a row that the product deleted.
    fileprivate func draft(_ row: ProductDeletion, _ position: ErasurePosition) throws -> LedgerDraft {
        let hash = keys.recordHash(collection: row.collection, key: row.key)
        return try LedgerDraft(
            .productDeletion, run: Self.run(service, row, hash), store: service,
            subject: LedgerSubject(kind: row.collection, keyID: keys.subjectKeyID, hash: hash),
            record: LedgerRecord(collection: row.collection, hash: hash), place: try StorePlace(position, lsn: row.lsn))
    }

    /// The run of a row: the same each time. Numbers come again after a restore, so time and record are part of it.
    private static func run(_ service: String, _ row: ProductDeletion, _ hash: Hash256) throws -> ErasureRunID {
        let digest = SHA256.hash(
            data: Array("habeas product deletion\0\(service)\0\(row.id)\0\(row.at)\0\(hash.hex)".utf8))
        var bytes = Array(digest.prefix(16))
        // A UUID of one's own making (RFC 9562 §5.8).
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        let hex = bytes.hex
        var parts: [Substring] = []
        var rest = hex[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        guard let run = ErasureRunID(parts.joined(separator: "-")) else { preconditionFailure("16 bytes are a UUID") }
        return run
    }
}
