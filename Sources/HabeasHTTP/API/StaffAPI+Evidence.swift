internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RightsEngine

extension StaffAPI {
    func addEvidence(to group: inout RouteGroup) {
        group.get("/requests/{id}/evidence") { request, context in
            let caller = try context.requireCaller(as: StaffCaller.self)
            try caller.require(.readAudit)
            try request.requireNoQuery()
            let id = try context.namedRequest()
            try context.life.admitLongAnswer()
            let pack = try await engine.evidence(of: id, keys: keys, by: caller)
            return .bytes(
                pack, type: "application/zip",
                headers: [.contentDisposition: "attachment; filename=\"evidence-\(id).zip\""])
        }
    }
}
