internal import FoundationEssentials
package import PostgresAccess

/// The companion schema `habeas_local` of a store, and the roles that use it.
package enum Companion {
    /// Idempotent statements for a superuser, to run in one transaction in the store's database.
    ///
    /// - Parameters:
    ///   - eraser: the role that deletes.
    ///   - verifier: the role that counts; the eraser becomes it for the recount.
    ///   - retention: the role that reads what statutes keep, each time for a purpose, and ends it.
    package static func statements(eraser: String, verifier: String, retention: String) -> [String] {
        let (e, v, r) = (quoted(eraser), quoted(verifier), quoted(retention))
        let all = "\(e), \(v), \(r)"
        return [
            create(e), create(v), create(r), LoginRole.statement(eraser, bypassesRowSecurity: true),
            LoginRole.statement(verifier, bypassesRowSecurity: true),
            LoginRole.statement(retention, bypassesRowSecurity: false),
            "GRANT \(v) TO \(e)", schema,
            "REVOKE ALL ON ALL TABLES IN SCHEMA habeas_local FROM PUBLIC, \(all)",
            "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA habeas_local FROM PUBLIC, \(all)",
            // The work lists of an erasure in batches are tables of the eraser's own.
            "GRANT USAGE, CREATE ON SCHEMA habeas_local TO \(e)", "GRANT USAGE ON SCHEMA habeas_local TO PUBLIC",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON habeas_local.erasure_run, habeas_local.tombstone, "
                + "habeas_local.file_duty, habeas_local.restriction, habeas_local.suppression TO \(e)",
            "GRANT SELECT, INSERT ON habeas_local.receipt, habeas_local.replay TO \(e)",
            "GRANT INSERT ON habeas_local.retained_billing TO \(e)",
            "GRANT SELECT, DELETE ON habeas_local.product_deletion TO \(e)",
            "GRANT EXECUTE ON FUNCTION habeas_local.is_tombstoned(text, text), habeas_local.is_suppressed(bytea), "
                + "habeas_local.is_restricted(text, jsonb) TO PUBLIC",
            "GRANT EXECUTE ON FUNCTION habeas_local.is_retained_file(text, text) TO \(e)",
            "GRANT EXECUTE ON FUNCTION habeas_local.count_retained(uuid) TO \(e), \(r)",
            "GRANT EXECUTE ON FUNCTION habeas_local.read_retained(text), habeas_local.purge_retained(date) TO \(r)",
            "GRANT EXECUTE ON FUNCTION habeas_local.purge_retained(date) TO \(e)",
            "GRANT EXECUTE ON FUNCTION habeas_local.note_deletion() TO PUBLIC",
            // How far a purge came, and which of the log still waits to get into backups.
            "GRANT SELECT ON habeas_local.purge_run TO \(e)",
            "GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_archive_statusdir() TO \(e)",
        ]
    }

    /// The schema itself.
    private static let schema = String(decoding: PackageResources.companion_sql, as: UTF8.self)

    /// Whether the schema is there with every table of this version.
    package static func isWhole(on connection: PostgresConnection) async throws -> Bool {
        let tables = [
            "erasure_run", "tombstone", "receipt", "file_duty", "restriction", "retained_billing", "retained_access",
            "suppression", "product_deletion", "purge_run", "purge_step", "replay", "shut_role",
        ]
        let rows = try await connection.query(
            """
            SELECT (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r'
                       AND c.relname = ANY ($1::text[])),
                   (SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
                     WHERE c.relnamespace = n.oid AND c.relname || '.' || a.attname = ANY ($2::text[]))
              FROM pg_namespace n WHERE n.nspname = 'habeas_local'
            """, ["{\(tables.joined(separator: ","))}", "{\(laterColumns.joined(separator: ","))}"])
        return rows.first == ["\(tables.count)", "\(laterColumns.count)"]
    }

    /// Columns that came after the first version.
    private static let laterColumns = ["erasure_run.side", "file_duty.was_retained", "retained_billing.files"]

    private static func create(_ role: String) -> String {
        "DO $$ BEGIN CREATE ROLE \(role); EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    }

    private static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }
}
