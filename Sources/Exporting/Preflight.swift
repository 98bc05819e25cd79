internal import DataMap
internal import PostgresAccess

/// What must hold before a row is read: the map fits, the roles are what they claim.
struct Preflight {
    let map: DataMap
    let snapshot: HeldSnapshot

    func check() async throws {
        guard let lane = snapshot.lanes.first else { preconditionFailure("a snapshot has a lane") }
        let reader = try await lane.facts()
        let verifier = try await snapshot.verifier.facts()
        if reader.bypassesRowSecurity {
            throw ExportError(
                .wrongRole, "the exporter's role \(reader.role) is not bound by row security",
                hint: "ALTER ROLE \(Identifier(reader.role).quoted) NOSUPERUSER NOBYPASSRLS, or run `habeas init`")
        }
        if !verifier.bypassesRowSecurity {
            throw ExportError(
                .wrongRole, "the verifier's role \(verifier.role) is bound by row security, so it can't count past it",
                hint: "ALTER ROLE \(Identifier(verifier.role).quoted) BYPASSRLS, or run `habeas init`")
        }
        let findings = MapCheck.findings(map, snapshot.catalogue, reader: reader.role).filter(\.blocksExport)
        guard let first = findings.first else { return try await holdTables() }
        let others = findings.count > 1 ? ", and \(findings.count - 1) more" : ""
        throw ExportError(
            .mapDoesNotFit, "the map doesn't fit the database: \(first.object): \(first.message)\(others)",
            hint: "\(first.mend); `habeas map check` shows all")
    }

    /// Keeps the tables as the snapshot has them: a table that is rewritten or emptied by TRUNCATE after the snapshot and
    /// before its first reading looks empty to it, to reader and counter alike.
    private func holdTables() async throws {
        let named = Set(map.collections.map(\.table)).union(map.collections.flatMap(\.steps).joined().map(\.to))
            .union(map.subjects.map(\.table))
        let tables = named.sorted().compactMap { snapshot.catalogue[$0] }
        // Reading nothing of a table is enough to hold it until the transaction ends.
        let holds = tables.map { "(SELECT 1 FROM \($0.name.quoted) LIMIT 0)" }
        try await snapshot.verifier.query("SELECT \(holds.joined(separator: ", "))")
        let schemas = Set(tables.map(\.name.schema)).sorted()
        let parameters = schemas.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        // The row of pg_class is the snapshot's, the function tells what is true now.
        let rewritten = try await snapshot.verifier.query(
            """
            SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname IN (\(parameters)) AND c.relfilenode <> 0
               AND c.relfilenode IS DISTINCT FROM pg_relation_filenode(c.oid) AND c.relkind IN ('r', 'm') LIMIT 1
            """, schemas.map(\.text))
        guard let name = rewritten.first?.first.flatMap({ $0 }) else { return }
        throw ExportError(
            .tableRewritten, "\(name) was rewritten or emptied in the moment the snapshot was taken",
            hint: "run it again when the migration is done")
    }
}
