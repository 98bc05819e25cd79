internal import DataMap
internal import PostgresAccess
internal import Synchronization

/// What a store's catalogue said when it was read, and found to fit the map.
struct DescribedStore: Sendable {
    /// What any change to the catalogue changes.
    let fingerprint: String
    let catalogue: Catalogue
    let facts: StoreFacts
}

/// The last description of a store.
final class KnownStore: Sendable {
    private let store = Mutex<DescribedStore?>(nil)

    var value: DescribedStore? {
        get { store.withLock { $0 } }
        set { store.withLock { $0 = newValue } }
    }
}

extension PostgresConnection {
    /// A text that differs when any table, column, key, index, trigger, policy, rule, type or function of the product's
    /// differs: how many there are, and the newest transaction that wrote one.
    func catalogueFingerprint() async throws(PostgresError) -> String {
        // The first object of a database that isn't the server's own (access/transam.h, FirstNormalObjectId).
        let own = 16_384
        let parts = [
            ("pg_class", "oid"), ("pg_attribute", "attrelid"), ("pg_constraint", "oid"), ("pg_index", "indexrelid"),
            ("pg_trigger", "oid"), ("pg_policy", "oid"), ("pg_rewrite", "oid"), ("pg_type", "oid"), ("pg_enum", "oid"),
            ("pg_proc", "oid"),
        ].map { table, oid in
            "(SELECT count(*) || ':' || coalesce(max(xmin::text::bigint), 0) || ':' || coalesce(sum(xmin::text::bigint), 0) "
                + "FROM pg_catalog.\(table) WHERE \(oid) >= \(own))"
        }
        return try await query("SELECT concat_ws(',', \(parts.joined(separator: ", ")))").first?.first.flatMap { $0 }
            ?? ""
    }
}
