internal import AuditLedger
internal import Erasing
internal import ErasureLedger
package import RequestLedger
internal import RightsCore

extension Engine {
    /// Takes rows that the product itself deleted into the erasure ledger, so that a restored backup doesn't bring them
    /// back unseen.
    ///
    /// - Parameters:
    ///   - keys: the rows' keys as text; only their keyed hashes are kept.
    ///   - deed: names the report: one that is sent again under the same name appends nothing twice. Nil is a new one.
    /// - Returns: how many were new to the ledger.
    package func reportDeletions(
        in collection: String, keys: [String], deed: String?, _ tools: ErasureTools, by caller: StaffCaller,
        in transaction: ControlTransaction
    ) async throws -> Int {
        try caller.require(.reportDeletions)
        let known = tools.eraser.collectionNames
        guard known.contains(collection) else {
            throw EngineError(
                .invalid, "the data map has no collection of that name",
                hint: "collections: \(known.joined(separator: ", "))", field: "collection")
        }
        let ledger = try await tools.ledger()
        let place = try StorePlace(try await tools.eraser.position())
        var new = 0
        for key in keys {
            let hash = tools.keys.recordHash(collection: collection, key: key)
            let draft = try LedgerDraft(
                .productDeletion, run: deed.map { run(of: $0, caller, hash) } ?? makeID(), store: tools.service,
                subject: LedgerSubject(kind: collection, keyID: tools.keys.subjectKeyID, hash: hash),
                record: LedgerRecord(collection: collection, hash: hash), place: place)
            if try await ledger.append(draft, at: now()).isNew { new += 1 }
        }
        _ = try await transaction.connection.append(
            AuditEntry(
                .productDeleted, by: caller.actor,
                [
                    "collection": .code(collection), "rows": .number(keys.count), "new": .number(new),
                ]))
        return new
    }

    /// The same for the same row of the same report, so that the ledger knows it again.
    private func run(of deed: String, _ caller: StaffCaller, _ row: Hash256) -> ErasureRunID {
        var digits = Array(people.hash("product deletion", "\(caller.id) \(row.hex) \(deed)").hex.prefix(32))
        for place in [20, 16, 12, 8] { digits.insert("-", at: place) }
        guard let run = ErasureRunID(String(digits)) else { preconditionFailure("32 digits make a UUID") }
        return run
    }
}
