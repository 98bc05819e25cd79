internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

extension Pages {
    func addClaims(to group: inout RouteGroup) {
        group.get("/claims/{id}") { request, context in try await showClaim(request, context) }
        group.post("/claims/{id}/code", rate: .code) { request, context in try await enterCode(request, context) }
        group.post("/claims/{id}/again", rate: .code) { request, context in try await sendAgain(request, context) }
    }

    // What the page says is the same whether anybody has that address: it comes from the claim's id alone, and a claim
    // counts its tries in any case.

    private func showClaim(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let id: ClaimID = try context.id("id")
        let visit = claimVisit(id, request, context)
        let claim = try await engine.claim(id, secret: claimSecret(of: request))
        switch claim.state {
        case .locked: return notice(.locked, visit, status: .forbidden)
        case .proven: return try await leaveClaim(claim, visit, request)
        case .new, .waiting, .unmatched, .expired:
            return claimPage(id, visit, wasSent: request.queryValue("sent") != nil)
        }
    }

    /// A claim whose code was entered leads to its request, as long as this browser is signed in.
    private func leaveClaim(_ claim: ClaimRecord, _ visit: PageVisit, _ request: Request) async throws -> Response {
        guard let id = claim.request, let session = try? await session(of: request),
            (try? await engine.view(id, by: session)) != nil
        else { return notice(.claimDone, visit, status: .ok) }
        return .seeOther("/p/requests/\(id.text)")
    }

    private func enterCode(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let id: ClaimID = try context.id("id")
        let fields = try await request.form(["csrf", "code"], context)
        try protection.check(fields, of: request)
        let visit = claimVisit(id, request, context)
        guard let code = EnteredCode(fields["code"] ?? "") else {
            return claimPage(id, visit, fault: "code_form")
        }
        let proven: ProvenClaim
        do {
            proven = try await engine.prove(id, secret: claimSecret(of: request), code: code.digits)
        } catch let error as EngineError {
            guard let fault = error.code.codeFault else { throw error }
            return claimPage(id, visit, fault: fault)
        }
        var response = Response.seeOther("/p/requests/\(proven.request.text)")
        response.set(sessionCookie(proven.session, context))
        return response
    }

    private func sendAgain(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let id: ClaimID = try context.id("id")
        try protection.check(try await request.form(["csrf"], context), of: request)
        do {
            try await engine.askCodeAgain(id, secret: claimSecret(of: request))
        } catch let error as EngineError {
            guard error.code == .codeTooSoon else { throw error }
            return claimPage(id, claimVisit(id, request, context), notice: "too_soon_text", status: .tooManyRequests)
        }
        return .seeOther("/p/claims/\(id.text)?sent=1")
    }

    // MARK: the page

    private func claimPage(
        _ id: ClaimID, _ visit: PageVisit, fault: String? = nil, notice: String? = nil, wasSent: Bool = false,
        status: HTTPResponse.Status = .unprocessableContent
    ) -> Response {
        var facts: [String: Any] = ["id": id.text, "code_hint": codeHint(visit.texts)]
        if wasSent { facts["sent"] = true }
        let faults =
            [fault].compactMap { $0 }.map { PageVisit.Fault(field: "code", text: visit.texts[$0]) }
            + [notice].compactMap { $0 }.map { PageVisit.Fault(field: nil, text: visit.texts[$0]) }
        return visit.page(
            .claim, title: visit.texts["claim_title"], facts, faults: faults, status: faults.isEmpty ? .ok : status)
    }

    /// How long codes are good, and how often one may be wrong.
    func codeHint(_ texts: PageTexts) -> String {
        texts(
            "code_hint",
            [
                "minutes": String(engine.settings.codeLifetime.components.seconds / 60),
                "tries": String(engine.settings.codeTries),
            ])
    }

    private func claimVisit(_ id: ClaimID, _ request: Request, _ context: HabeasContext) -> PageVisit {
        PageVisit(self, request, context, path: "/p/claims/\(id.text)")
    }

    private func claimSecret(of request: Request) -> String { request.cookieValue(PageCookie.claim) ?? "" }
}

/// Eight digits, however they were typed: in groups, with dashes, spaces or neither.
struct EnteredCode {
    let digits: String

    init?(_ text: String) {
        let typed = text.filter {
            !$0.isWhitespace && !"-\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}".contains($0)
        }
        guard typed.utf8.count == 8, typed.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        digits = typed
    }
}

extension EngineError.Code {
    /// What is said beside a code's field; nil for what has a page of its own.
    var codeFault: String? {
        switch self {
        case .codeWrong: "code_wrong"
        case .codeExpired: "code_expired"
        default: nil
        }
    }
}
