internal import RightsCore
package import PostgresAccess

extension PostgresConnection {
    /// Appends an entry to the chain, in the transaction of what it tells of. Do it last: whoever appends holds the
    /// chain's end until the commit.
    ///
    /// - Returns: the entry's number.
    @discardableResult
    package nonisolated func append(_ entry: AuditEntry) async throws -> Int {
        let rows = try await query(
            "SELECT habeas.audit_append($1, $2, $3, $4, $5)",
            [
                entry.action.rawValue, entry.actor.description, entry.request?.text,
                entry.subject.map { "\\x" + $0.hex }, entry.factsText,
            ])
        return rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
    }
}
