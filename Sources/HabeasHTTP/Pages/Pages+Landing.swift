internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RightsCore
internal import RightsEngine

extension Pages {
    func addLanding(to group: inout RouteGroup) {
        group.get("/d/{token}") { request, context in try await land(request, context) }
        group.post("/d/{token}/code-request", rate: .code) { request, context in
            try await requestDownloadCode(request, context)
        }
        group.post("/d/{token}/open", rate: .code) { request, context in try await openDownload(request, context) }
    }

    // MARK: looking

    /// Only reads: whoever scans mails may look as often as they like.
    private func land(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let token = try context.parameters.require("token")
        let wasSent = request.queryValue("sent") != nil
        return try await landingPage(token, request, context, wasSent: wasSent)
    }

    private func landingPage(
        _ token: String, _ request: Request, _ context: HabeasContext, faults: [(field: String?, key: String)] = [],
        wasSent: Bool = false, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let landing = try await engine.landing(token)
        var visit = PageVisit(self, request, context, path: "/p/d/\(token)")
        visit.zone = landing.zone
        if let notice = PageNotice(landing.state) { return gone(notice, landing, visit) }
        let access = try await access(to: landing, token, request)
        visit.isSignedIn = access.isOwner
        var facts = LandingFacts(landing, visit).all
        facts["token"] = token
        facts["code_hint"] = codeHint(visit.texts)
        facts["sent"] = wasSent
        facts["opened"] = access.isOpened
        facts["owner"] = !access.isOpened && access.isOwner
        facts["stranger"] = !access.isOpened && !access.isOwner
        let lead = access.isOpened ? "landing_lead_open" : access.isOwner ? "landing_lead_owner" : "landing_lead_closed"
        facts["landing_lead"] = visit.texts[lead]
        return visit.page(
            .landing, title: visit.texts["landing_title"], facts,
            faults: faults.map { .init(field: $0.field, text: visit.texts[$0.key]) }, status: status)
    }

    private func gone(_ notice: PageNotice, _ landing: Landing, _ visit: PageVisit) -> Response {
        var facts: [String: Any] = [:]
        if notice == .linkExpired, let keepUntil = landing.keepUntil { facts["kept"] = visit.moment(keepUntil) }
        return self.notice(notice, visit, status: notice == .linkNotReady ? .notFound : .gone, facts: facts)
    }

    /// What this browser may do with a link.
    private func access(
        to landing: Landing, _ token: String, _ request: Request
    ) async throws -> (isOpened: Bool, isOwner: Bool) {
        var isOpened = false
        if let secret = request.cookieValue(PageCookie.download) {
            isOpened = try await engine.downloadSession(token, secret: secret) != nil
        }
        guard request.cookieValue(PageCookie.session) != nil else { return (isOpened, false) }
        do {
            _ = try await engine.view(landing.request, by: try await session(of: request))
            return (isOpened, true)
        } catch is EngineError {
            // Signed out, or somebody else: both are strangers to this link.
            return (isOpened, false)
        }
    }

    // MARK: opening

    private func requestDownloadCode(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let token = try context.parameters.require("token")
        try protection.check(try await request.form(["csrf"], context), of: request)
        do { try await engine.askDownloadCode(token) } catch let error as EngineError {
            return try await refuse(error, token, request, context)
        }
        return .seeOther("/p/d/\(token)?sent=1")
    }

    private func openDownload(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let token = try context.parameters.require("token")
        let fields = try await request.form(["csrf", "code"], context)
        try protection.check(fields, of: request)
        let opened: OpenedDownload
        do { opened = try await open(token, fields["code"], request) } catch let error as EngineError {
            return try await refuse(error, token, request, context)
        } catch is MistypedCode {
            return try await landingPage(
                token, request, context, faults: [("code", "code_form")], status: .unprocessableContent)
        }
        var response = Response.seeOther("/p/d/\(token)")
        let seconds = max(1, opened.expiresAt.seconds - engine.now().seconds)
        response.set(
            SetCookie(
                PageCookie.download, opened.secret, path: "/p/d/", sameSite: .lax, isSecure: context.isSecure,
                maxAge: .seconds(seconds)))
        return response
    }

    /// Opens by the code, or without one by the session of whoever is signed in.
    private func open(_ token: String, _ text: String?, _ request: Request) async throws -> OpenedDownload {
        let old = request.cookieValue(PageCookie.download)
        guard let text else {
            let session = try await session(of: request)
            return try await engine.openDownload(token, session: session, continuing: old)
        }
        guard let code = EnteredCode(text) else { throw MistypedCode() }
        return try await engine.openDownload(token, code: code.digits, continuing: old)
    }

    private func refuse(
        _ error: EngineError, _ token: String, _ request: Request, _ context: HabeasContext
    ) async throws -> Response {
        switch error.code {
        case .codeWrong, .codeExpired:
            let key = error.code.codeFault ?? "code_wrong"
            return try await landingPage(
                token, request, context, faults: [("code", key)], status: .unprocessableContent)
        case .codeTooSoon:
            return try await landingPage(
                token, request, context, faults: [(nil, "too_soon_text")], status: .tooManyRequests)
        case .codeLocked:
            let visit = PageVisit(self, request, context, path: "/p/d/\(token)")
            return notice(.lockedLink, visit, status: .forbidden)
        // The link's page says what became of it, or how to show who one is.
        case .linkGone, .noArchive, .noSession: return .seeOther("/p/d/\(token)")
        default: throw error
        }
    }
}

/// What was entered can't be a code, so it isn't counted as a wrong one.
private struct MistypedCode: Error {}

/// What a link's page shows.
private struct LandingFacts {
    let landing: Landing
    let visit: PageVisit

    init(_ landing: Landing, _ visit: PageVisit) {
        self.landing = landing
        self.visit = visit
    }

    var all: [String: Any] {
        let contents = contents
        var facts: [String: Any] = [
            "right_name": visit.texts["right_\(landing.right.rawValue)"], "size": visit.size(landing.bytes),
            "several": landing.parts.count > 1, "parts_count": landing.parts.count,
            "until": visit.moment(landing.expiresAt), "files": files, "contents": contents,
            "has_contents": !contents.isEmpty,
        ]
        if let readyAt = landing.readyAt { facts["made"] = visit.moment(readyAt) }
        return facts
    }

    private var files: [[String: Any]] {
        landing.parts.map { part in
            let values = ["number": String(part.number), "count": String(landing.parts.count)]
            let label = landing.parts.count > 1 ? visit.texts("files_part", values) : visit.texts["files_one"]
            return ["number": part.number, "name": part.fileName, "size": visit.size(part.bytes), "label": label]
        }
    }

    /// Counts by collection; none when an archive of another version says something else.
    private var contents: [[String: Any]] {
        guard let text = landing.contents,
            let counts = try? JSONDecoder().decode([String: Int].self, from: Data(text.utf8))
        else { return [] }
        return counts.sorted { $0.key < $1.key }.map { ["name": $0.key, "count": $0.value] }
    }
}
