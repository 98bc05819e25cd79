internal import DataMap
internal import PostgresAccess

/// The role of the physical purge. By itself it may nothing but keep the purge's progress and ask for checkpoints; for a
/// maintenance window it becomes a member of those who own the tables and the database.
package enum MaintainerRole {
    /// The role's usual name.
    package static let name = "habeas_maintainer"

    /// Idempotent statements for a superuser, after those of `Companion`, in the store's database.
    package static func statements(maintainer: String = name) -> [String] {
        let role = Identifier(maintainer).quoted
        return [
            "DO $$ BEGIN CREATE ROLE \(role); EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
            LoginRole.statement(maintainer, bypassesRowSecurity: false),
            "REVOKE ALL ON ALL TABLES IN SCHEMA habeas_local FROM \(role)",
            "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA habeas_local FROM \(role)",
            "GRANT SELECT, INSERT, UPDATE ON habeas_local.purge_run TO \(role)",
            "GRANT SELECT, INSERT ON habeas_local.purge_step TO \(role)",
            "GRANT EXECUTE ON FUNCTION habeas_local.forget_statistics(regclass) TO \(role)",
            checkpoints(maintainer),
        ]
    }

    /// Statements that open a window: until ``closing(maintainer:owners:)`` the role may what the owners may. A superuser
    /// among them is refused by the plan's owners and doesn't belong here: hand its SQL over instead.
    package static func opening(maintainer: String = name, owners: [String]) -> [String] {
        owners.map { "GRANT \(Identifier($0).quoted) TO \(Identifier(maintainer).quoted)" }
    }

    /// Statements that end a window.
    package static func closing(maintainer: String = name, owners: [String]) -> [String] {
        owners.map { "REVOKE \(Identifier($0).quoted) FROM \(Identifier(maintainer).quoted)" }
    }

    /// PostgreSQL 15 and later have a role for it. Two who grant in one cluster at the same moment see “tuple concurrently
    /// updated”.
    private static func checkpoints(_ maintainer: String) -> String {
        let literal = "'" + maintainer.replacing("'", with: "''") + "'"
        return """
            DO $$ BEGIN FOR attempt IN 1..100 LOOP BEGIN \
            IF current_setting('server_version_num')::int < 150000 \
            OR pg_has_role(\(literal), 'pg_checkpoint', 'MEMBER') THEN RETURN; END IF; \
            GRANT pg_checkpoint TO \(Identifier(maintainer).quoted); RETURN; \
            EXCEPTION WHEN internal_error THEN NULL; END; END LOOP; \
            RAISE EXCEPTION 'others keep changing a role of this cluster'; END $$
            """
    }
}
