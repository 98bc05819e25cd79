internal import DataMap
internal import RightsCore
internal import Synchronization

/// What is the same for everybody of a kind who asks for the same under the same law, made once for a snapshot.
struct PreparedPlan: Sendable {
    let plan: ExportPlan
    /// JSON Schemas of the archive's JSON files: path and bytes; none when no JSON is asked for.
    let schemas: [(path: String, bytes: [UInt8])]
}

/// The plans made over one snapshot's catalogue.
final class PlanCache: Sendable {
    private struct Key: Hashable {
        let kind: String
        let right: Right
        let regime: RegimeID
        let format: DataFormat
        let only: [String]
    }
    private let plans = Mutex<[Key: PreparedPlan]>([:])

    /// The plan of a request for a person of that kind.
    ///
    /// - Throws: `ExportError` when the request or the map can't be honoured.
    func plan(
        _ request: ExportRequest, for kind: SubjectKind, _ map: DataMap, _ catalogue: Catalogue
    ) throws -> PreparedPlan {
        let key = Key(
            kind: kind.name, right: request.right, regime: request.regime, format: request.format, only: request.only)
        if let made = plans.withLock({ $0[key] }) { return made }
        let plan = try ExportPlan(
            map, catalogue, kind: kind, right: request.right, regime: request.regime, only: request.only)
        let made = PreparedPlan(plan: plan, schemas: request.format.hasJSON ? try SchemaBuilder(plan).schemas() : [])
        plans.withLock { $0[key] = made }
        return made
    }
}
