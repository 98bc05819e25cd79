internal import AuditLedger
internal import Erasing
internal import ErasureLedger
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// The duty of every day: recipients who haven't answered are asked again, certificates follow their answers, what
    /// statutes keep no longer goes, and what the product deleted by itself gets into the ledger.
    func keepRetention(_ tools: ErasureTools) async throws {
        let duties: [() async throws -> Void] = [
            { try await purgeRetained(tools) },
            { try await takeProductDeletions(tools) },
            // What an earlier attempt left goes too.
            { _ = try await tools.eraser.eraseRetainedFiles() },
            { try await chaseRecipients() },
            { try await certifyAnew(tools) },
        ]
        // None keeps the others waiting; the first that failed is what the job failed of.
        var failure: (any Error)?
        for duty in duties {
            do { try await duty() } catch let error as ErasureError where error.code == .noCompanion {
                // Nothing was ever erased from this store, so nothing is kept of what was.
                continue
            } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    private func purgeRetained(_ tools: ErasureTools) async throws {
        let ledger = try await tools.ledger()
        for line in try await tools.eraser.purgeRetained(today: today) {
            _ = try await ledger.append(try line.draft(tools.keys, store: tools.service), at: now())
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

extension PurgedDocuments {
    /// What the ledger is told of documents that a statute kept, and that are gone at their end.
    func draft(_ keys: ErasureKeys, store: String) throws -> LedgerDraft {
        let hash = keys.recordHash(collection: collection, key: run)
        return try LedgerDraft(
            .retentionPurged, run: ErasureRunID(naming: "habeas retention", store, run, collection, "\(until)"),
            store: store, subject: LedgerSubject(kind: collection, keyID: keys.subjectKeyID, hash: hash),
            record: LedgerRecord(collection: collection, hash: hash))
    }
}

extension ErasureTools {
    /// What the ledger is told of a row that the product deleted.
    fileprivate func draft(_ row: ProductDeletion, _ position: ErasurePosition) throws -> LedgerDraft {
        let hash = keys.recordHash(collection: row.collection, key: row.key)
        // The same each time. Numbers come again after a restore, so time and record are part of it.
        let run = ErasureRunID(naming: "habeas product deletion", service, "\(row.id)", "\(row.at)", hash.hex)
        return try LedgerDraft(
            .productDeletion, run: run, store: service,
            subject: LedgerSubject(kind: row.collection, keyID: keys.subjectKeyID, hash: hash),
            record: LedgerRecord(collection: row.collection, hash: hash), place: try StorePlace(position, lsn: row.lsn))
    }
}
