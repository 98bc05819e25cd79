internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// What a person decides about a request of theirs: each on a page that says what it means first.
extension Pages {
    func addDecisions(to group: inout RouteGroup) {
        group.get("/requests/{id}/cancel") { request, context in
            let (view, visit) = try await view(request, context, under: "/cancel")
            let facts = RequestFacts(view, visit)
            guard facts.mayCancel else { return .seeOther(path(of: view.request.id)) }
            return visit.page(.cancel, title: visit.texts["cancel_title"], facts.short)
        }
        group.post("/requests/{id}/cancel", rate: .intake) { request, context in
            try await decide(request, context) { try await engine.cancel($0, by: $1) }
        }
        group.get("/requests/{id}/confirm") { request, context in
            let (view, visit) = try await view(request, context, under: "/confirm")
            let facts = RequestFacts(view, visit)
            guard facts.awaitsConfirmation else { return .seeOther(path(of: view.request.id)) }
            return visit.page(.confirm, title: visit.texts["confirm_title"], facts.short)
        }
        group.post("/requests/{id}/confirm", rate: .intake) { request, context in
            try await confirm(request, context)
        }
        group.post("/requests/{id}/contact", rate: .intake) { request, context in
            try await decide(request, context) { try await engine.dropContact($0, by: $1) }
        }
    }

    private func decide(
        _ request: Request, _ context: HabeasContext,
        _ decision: (RightsCore.RequestID, SessionRecord) async throws -> Void
    ) async throws -> Response {
        try protection.check(try await request.form(["csrf"], context), of: request)
        let id: RightsCore.RequestID = try context.id("id")
        try await decision(id, try await session(of: request))
        return .seeOther(path(of: id))
    }

    private func confirm(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let fields = try await request.form(["csrf", "sure"], context)
        try protection.check(fields, of: request)
        guard fields["sure"] == "yes" else {
            let (view, visit) = try await view(request, context, under: "/confirm")
            return visit.page(
                .confirm, title: visit.texts["confirm_title"], RequestFacts(view, visit).short,
                faults: [.init(field: "sure", text: visit.texts["confirm_sure_missing"])],
                status: .unprocessableContent)
        }
        let id: RightsCore.RequestID = try context.id("id")
        try await engine.confirm(id, by: try await session(of: request))
        return .seeOther(path(of: id))
    }

    private func path(of id: RightsCore.RequestID) -> String { "/p/requests/\(id.text)" }
}
