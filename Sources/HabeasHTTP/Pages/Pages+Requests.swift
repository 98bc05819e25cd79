internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

extension Pages {
    func addRequests(to group: inout RouteGroup) {
        group.get("/requests") { request, context in try await list(request, context) }
        group.post("/requests", rate: .intake) { request, context in try await askSignedIn(request, context) }
        group.get("/requests/{id}") { request, context in try await show(request, context) }
        group.get("/requests/{id}/progress") { request, context in try await progress(request, context) }
        group.post("/sign-out", rate: .intake) { request, context in try await signOut(request, context) }
    }

    // MARK: all of them

    private func list(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let session = try await session(of: request)
        return try await listPage(session, visit(request, context, path: "/p/requests"), AskForm())
    }

    private func listPage(
        _ session: SessionRecord, _ visit: PageVisit, _ form: AskForm, faults: [PageVisit.Fault] = []
    ) async throws -> Response {
        let requests = try await engine.requests(of: session)
        var facts = form.facts(visit.texts)
        facts["requests"] = requests.map { request in
            var visit = visit
            visit.zone = request.zone
            return visit.moment(request.receivedAt).merging([
                "id": request.id.text, "right": visit.texts["right_\(request.right.rawValue)"],
                "state": visit.texts["state_short_\(request.state.rawValue)"],
            ]) { $1 }
        }
        facts["has_requests"] = !requests.isEmpty
        // A session that came by a mailed code leads to its one request.
        facts["may_ask"] = session.box != nil
        return visit.page(
            .requests, title: visit.texts["requests_title"], facts, faults: faults,
            status: faults.isEmpty ? .ok : .unprocessableContent)
    }

    private func askSignedIn(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let fields = try await request.form(AskForm.fields, context)
        try protection.check(fields, of: request)
        let session = try await session(of: request)
        let visit = visit(request, context, path: "/p/requests")
        let form = try AskForm(fields)
        guard let right = form.right else {
            return try await listPage(session, visit, form, faults: [form.missingRight(visit.texts)])
        }
        let input = ClaimInput(
            address: "", right: right, format: form.format, language: visit.texts.language, zone: form.zone,
            regime: nil)
        let opened = try await engine.ask(input, by: session)
        return .seeOther("/p/requests/\(opened.id.text)")
    }

    // MARK: one

    private func show(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let (view, visit) = try await view(request, context)
        let facts = RequestFacts(view, visit)
        return visit.page(.request, title: facts.title, facts.all)
    }

    private func progress(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let (view, visit) = try await view(request, context)
        return try .json(RequestFacts(view, visit).progress)
    }

    /// The request of the path as its person sees it.
    func view(
        _ request: Request, _ context: HabeasContext, under page: String = ""
    ) async throws -> (PersonView, PageVisit) {
        let id: RightsCore.RequestID = try context.id("id")
        let view = try await engine.view(id, by: try await session(of: request))
        var visit = visit(request, context, path: "/p/requests/\(id.text)\(page)")
        visit.zone = view.request.zone
        return (view, visit)
    }

    private func visit(_ request: Request, _ context: HabeasContext, path: String) -> PageVisit {
        var visit = PageVisit(self, request, context, path: path)
        visit.isSignedIn = true
        return visit
    }
}
