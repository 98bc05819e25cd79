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
        guard let first = findings.first else { return }
        let others = findings.count > 1 ? ", and \(findings.count - 1) more" : ""
        throw ExportError(
            .mapDoesNotFit, "the map doesn't fit the database: \(first.object): \(first.message)\(others)",
            hint: "\(first.mend); `habeas map check` shows all")
    }
}
