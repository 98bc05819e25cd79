internal import DataMap
internal import PostgresAccess
internal import RightsCore
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

/// What a transaction of an erasure begins with, by one question.
struct StoreOpening {
    let role: String
    let bypassesRowSecurity: Bool
    let moment: Instant
    let fingerprint: String
}

extension PostgresConnection {
    /// Makes settings hold until the transaction ends, and says as whom, when, and over which catalogue.
    func open(with settings: [(name: String, value: String)]) async throws(PostgresError) -> StoreOpening {
        let calls = settings.indices.map { "pg_catalog.set_config($\($0 * 2 + 1), $\($0 * 2 + 2), true)" }
        let rows = try await query(
            """
            SELECT current_user, (SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user),
                   (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, \(Self.catalogueFingerprint),
                   \(calls.joined(separator: ", "))
            """, settings.flatMap { [$0.name, $0.value] })
        let row = rows.first ?? ["?", "f", "0", ""]
        return StoreOpening(
            role: row[0] ?? "?", bypassesRowSecurity: row[1] == "t",
            moment: Instant(microseconds: row[2].flatMap { Int64($0) } ?? 0), fingerprint: row[3] ?? "")
    }

    /// A text that differs when any table, column, key, index, trigger, policy, rule, type or function of the product's
    /// differs: how many there are, and the newest transaction that wrote one.
    private static var catalogueFingerprint: String {
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
        return "concat_ws(',', \(parts.joined(separator: ", ")))"
    }
}
