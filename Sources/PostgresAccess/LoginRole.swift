/// A role that may log in and has no power beyond what it is granted.
package enum LoginRole {
    /// SQL that makes a role one, if it isn't yet. Roles are the whole cluster's: when another database of it is set up
    /// at the same moment, one of the two sees “tuple concurrently updated” and looks again.
    package static func statement(_ name: String, bypassesRowSecurity: Bool) -> String {
        let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
        let literal = "'" + name.replacing("'", with: "''") + "'"
        let row = bypassesRowSecurity ? "BYPASSRLS" : "NOBYPASSRLS"
        return """
            DO $$ BEGIN FOR attempt IN 1..100 LOOP BEGIN \
            IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = \(literal) AND rolcanlogin \
            AND rolbypassrls = \(bypassesRowSecurity) \
            AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication)) THEN RETURN; END IF; \
            ALTER ROLE \(quoted) LOGIN NOSUPERUSER \(row) NOCREATEDB NOCREATEROLE NOREPLICATION; RETURN; \
            EXCEPTION WHEN internal_error THEN NULL; END; END LOOP; \
            RAISE EXCEPTION 'others keep changing a role of this cluster'; END $$
            """
    }
}
