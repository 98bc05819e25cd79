internal import AuditLedger
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

extension StaffAPI {
    func addLinks(to group: inout RouteGroup) {
        group.get("/requests/{id}/links") { request, context in
            try request.requireNoQuery()
            try context.requireCaller(as: StaffCaller.self).require(.readRequests)
            let links = try await engine.links(of: try context.namedRequest())
            let now = engine.now()
            return try .json(ListView(items: links.map { LinkView($0, now: now) }, nextCursor: nil))
        }
        group.post("/requests/{id}/links") { try await issueLink($0, $1) }
        group.post("/links/{id}/renew") { request, context in
            let id: LinkID = try context.linkID()
            return try await changeLink(id, request, context) { caller, facts, transaction in
                _ = try await engine.renewLink(id, by: caller.actor, facts, in: transaction)
            }
        }
        group.post("/links/{id}/revoke") { request, context in
            let id: LinkID = try context.linkID()
            return try await changeLink(id, request, context) { caller, facts, transaction in
                try await engine.revokeLink(id, by: caller.actor, facts, in: transaction)
            }
        }
        group.post("/notices/{id}/bounce") { request, context in
            let id: NoticeID = try context.id(of: "notice")
            return try await write(.reportBounces, request, context) { _, caller, ground, transaction in
                let facts = try await engine.facts(of: ground, request: nil, in: transaction)
                return try StoredAnswer(
                    NoticeView(try await engine.noteBounce(id, by: caller.actor, facts, in: transaction)))
            }.response()
        }
    }

    private func issueLink(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let id = try context.namedRequest()
        var issued: LinkRecord?
        let outcome = try await write(.manageLinks, request, context) { _, caller, ground, transaction in
            let facts = try await engine.facts(of: ground, request: id, in: transaction)
            let link = try await engine.replaceLink(of: id, by: caller.actor, facts, in: transaction)
            issued = link
            let view = IssuedLinkView(
                link: LinkView(link, now: engine.now()), url: nil,
                hint: "the address was shown once, to the first of these requests; the person has it by mail")
            return try StoredAnswer(view, status: .created)
        }
        guard let issued else { return outcome.response() }
        // The address isn't in the stored answer: it stands nowhere in clear.
        return try .json(
            IssuedLinkView(link: LinkView(issued, now: engine.now()), url: try engine.url(of: issued), hint: nil),
            status: .created)
    }

    private func changeLink(
        _ id: LinkID, _ request: Request, _ context: HabeasContext,
        _ change: (StaffCaller, [String: AuditFact], ControlTransaction) async throws -> Void
    ) async throws -> Response {
        try await write(.manageLinks, request, context) { _, caller, ground, transaction in
            let owner = try await transaction.requestOfLink(id)
            let facts = try await engine.facts(of: ground, request: owner, in: transaction)
            try await change(caller, facts, transaction)
            guard let link = try await transaction.link(id) else { throw Engine.noLink }
            return try StoredAnswer(LinkView(link, now: engine.now()))
        }.response()
    }
}

extension HabeasContext {
    fileprivate func linkID() throws -> LinkID {
        guard let id = LinkID(parameters.get("id") ?? "") else { throw Engine.noLink }
        return id
    }
}
