package import DataMap
internal import PostgresAccess

/// The statements that make the role of the leftovers hunt: it reads all of a store, past row security, and writes
/// nothing. No other role may: the exporter and the verifier see what the map names and no more.
package enum HuntRoles {
    /// The role's usual name.
    package static let name = "habeas_hunter"

    /// Idempotent statements for a superuser to run in one transaction, in the store's database. Run them again when
    /// schemas or tables were added; until then the hunt reports those as not searched.
    package static func statements(_ catalogue: Catalogue, hunter: String = name) -> [String] {
        let role = Identifier(hunter).quoted
        let schemas = Set(catalogue.tables.keys.map(\.schema)).sorted()
        return [
            "DO $$ BEGIN CREATE ROLE \(role); EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
            LoginRole.statement(hunter, bypassesRowSecurity: true), readOnly(hunter),
        ]
            + schemas.flatMap { schema in
                [
                    "REVOKE ALL ON ALL TABLES IN SCHEMA \(schema.quoted) FROM \(role)",
                    "GRANT USAGE ON SCHEMA \(schema.quoted) TO \(role)",
                    "GRANT SELECT ON ALL TABLES IN SCHEMA \(schema.quoted) TO \(role)",
                ]
            }
    }

    /// Roles are the whole cluster's: two who set one at the same moment see “tuple concurrently updated”.
    private static func readOnly(_ hunter: String) -> String {
        let literal = "'" + hunter.replacing("'", with: "''") + "'"
        return """
            DO $$ BEGIN FOR attempt IN 1..100 LOOP BEGIN \
            IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = \(literal) \
            AND 'default_transaction_read_only=on' = ANY (rolconfig)) THEN RETURN; END IF; \
            ALTER ROLE \(Identifier(hunter).quoted) SET default_transaction_read_only = on; RETURN; \
            EXCEPTION WHEN internal_error THEN NULL; END; END LOOP; \
            RAISE EXCEPTION 'others keep changing a role of this cluster'; END $$
            """
    }
}
