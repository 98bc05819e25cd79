internal import DataMap
internal import PostgresAccess

/// What stands in the way of erasing any person of a map.
enum ErasureAudit {
    static func findings(_ map: DataMap, on connection: PostgresConnection) async throws -> [PreflightFinding] {
        let catalogue = try await connection.readCatalogue()
        let facts = try await connection.storeFacts()
        var found: Set<PreflightFinding> = []
        for kind in map.subjects {
            var builder = ReachBuilder(map: map, catalogue: catalogue, holds: [], zone: "UTC")
            do {
                let reach = try builder.reach(of: kind)
                let blueprint = try Blueprint(reach, conflicts: builder.conflicts, generated: facts.generated)
                let estimates = try await connection.estimatedRows(of: blueprint.unindexed)
                found.formUnion(
                    ErasurePreflight(map: map, facts: facts, blueprint: blueprint, estimates: estimates).findings())
            } catch let error as ErasureError {
                found.insert(
                    PreflightFinding(isFatal: true, object: "map", message: error.description, mend: error.hint ?? ""))
            }
        }
        return found.sorted {
            ($0.isFatal ? 0 : 1, $0.object, $0.message) < ($1.isFatal ? 0 : 1, $1.object, $1.message)
        }
    }
}
