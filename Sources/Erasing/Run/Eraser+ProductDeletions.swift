internal import PostgresAccess

/// A row that the product itself deleted. Its key may tell who somebody is: it goes into a keyed hash and nowhere else.
package struct ProductDeletion: Sendable, CustomStringConvertible, CustomReflectable {
    /// Its number in the store.
    package let id: Int64
    package let collection: String
    package let key: String
    /// When, as the store wrote it.
    package let at: String
    /// Where the store's log stood.
    package let lsn: String

    package var description: String { "<personal>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Eraser {
    /// What the product deleted by itself and the ledger doesn't have yet, in order.
    package func productDeletions(after id: Int64, limit: Int) async throws -> [ProductDeletion] {
        try await companion { connection in
            try await connection.query(
                """
                SELECT id, collection, row_key, extract(epoch FROM at)::text, lsn FROM habeas_local.product_deletion
                 WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint
                """, [String(id), String(limit)])
        }.compactMap { row in
            guard let id = row[0].flatMap({ Int64($0) }) else { return nil }
            return ProductDeletion(
                id: id, collection: row[1] ?? "", key: row[2] ?? "", at: row[3] ?? "", lsn: row[4] ?? "")
        }
    }

    /// Forgets what is in the ledger.
    package func forget(_ deletions: [ProductDeletion]) async throws {
        guard !deletions.isEmpty else { return }
        _ = try await companion { connection in
            try await connection.query(
                "DELETE FROM habeas_local.product_deletion WHERE id = ANY ($1::bigint[])",
                [deletions.map { String($0.id) }.sqlArray])
        }
    }
}
