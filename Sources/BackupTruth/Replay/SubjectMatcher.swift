package import AuditLedger
package import PostgresAccess
package import RightsCore

/// Somebody or something found again. It names a person, so it prints itself as `<personal>`.
package struct FoundKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// The kind of person, or the collection.
    package let scope: String
    /// The keyed hash.
    package let hash: Hash256
    /// The key as it is hashed and as references write it.
    package let key: String

    package var description: String { "<personal>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Finds those of known keyed hashes among all keys of a database. Keys are hashed here, so that neither a key nor the
/// hashing key is in any statement, and memory is bounded by a few batches whatever the number of rows.
package struct SubjectMatcher: Sendable {
    /// Batches that are hashed while the next one is read.
    private static let lanes = 2

    /// How far a search is.
    package let progress: @Sendable (_ scope: String, _ rows: Int) -> Void

    /// A matcher that tells somebody how far it is.
    package init(progress: @escaping @Sendable (_ scope: String, _ rows: Int) -> Void = { _, _ in }) {
        self.progress = progress
    }

    /// The keys of a source whose hashes are among `hashes`, and how many rows were looked at.
    ///
    /// - Parameter connection: of a role that sees every row; within a transaction when more is to be of the same moment.
    /// - Throws: `RestoreError`, `PostgresError`.
    package func find(
        _ hashes: [Hash256], in source: KeySource, hashedBy hashing: KeyedHashing, on connection: PostgresConnection
    ) async throws -> (found: [FoundKey], rows: Int) {
        let search = KeySearch(forms: source.forms, hashing: hashing, index: HashIndex(hashes))
        var rows = 0
        var found: [FoundKey] = []
        func take(_ outcome: KeySearch.Outcome) {
            rows += outcome.rows
            found += outcome.found.map { FoundKey(scope: source.scope, hash: hashes[$0.number], key: $0.key) }
            progress(source.scope, rows)
        }
        do {
            try await connection.startCopy(query: source.query)
            try await withThrowingTaskGroup(of: KeySearch.Outcome.self) { group in
                var running = 0
                var isFirst = true
                while let batch = try await connection.nextBatch() {
                    if running == Self.lanes, let outcome = try await group.next() {
                        take(outcome)
                        running -= 1
                    }
                    let begins = isFirst
                    isFirst = false
                    group.addTask { try search.outcome(of: batch, isFirst: begins) }
                    running += 1
                }
                for try await outcome in group { take(outcome) }
            }
        } catch is KeySearch.Unreadable {
            throw RestoreError(.mapDoesNotFit, "the server sent keys of \(source.scope) that can't be read")
        }
        return (found, rows)
    }
}
