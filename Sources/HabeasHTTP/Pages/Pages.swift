internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
package import RightsEngine

/// The person's pages under `/p`: asking, showing who they are, following, downloading.
package struct Pages: Sendable {
    let engine: Engine
    let archiveKeys: ArchiveKeys
    let protection: FormProtection
    let verifier: TokenVerifier?
    let settings: PageSettings
    private let english: PageTexts
    private let german: PageTexts

    /// Pages by what they work with.
    ///
    /// - Parameters:
    ///   - archiveKeys: the keys that archives are unsealed with while they go out.
    ///   - verifier: checks the product's tokens; nil when the product doesn't sign anybody in.
    package init(
        engine: Engine, archiveKeys: ArchiveKeys, protection: FormProtection, verifier: TokenVerifier?,
        settings: PageSettings
    ) {
        self.engine = engine
        self.archiveKeys = archiveKeys
        self.protection = protection
        self.verifier = verifier
        self.settings = settings
        english = PageTexts(.english, service: settings.service)
        german = PageTexts(.german, service: settings.service)
    }

    var defaultLanguage: Language { engine.settings.defaultLanguage }

    func texts(_ language: Language) -> PageTexts {
        switch language {
        case .english: english
        case .german: german
        }
    }

    // MARK: routes

    /// Every route of the pages. The server needs ``StaffAPI/translator`` and ``problemPage`` beside them.
    package var groups: [RouteGroup] {
        var group = RouteGroup("/p", rate: .page, through: [protection])
        addAsking(to: &group)
        addClaims(to: &group)
        addRequests(to: &group)
        addCertificates(to: &group)
        addDecisions(to: &group)
        addLanding(to: &group)
        addParts(to: &group)
        return [group, assets, signIn]
    }

    private var assets: RouteGroup {
        var group = RouteGroup("/p/assets", rate: .open)
        group.get("/{name}") { _, context in
            let name = try context.parameters.require("name")
            guard let asset = PageAsset.all.first(where: { $0.name == name }) else { throw Problem(.notFound) }
            return asset.response
        }
        return group
    }

    // MARK: problems

    /// Shows a problem as a page in the reader's language.
    package var problemPage: ProblemMiddleware.Page {
        { problem, request, context in
            let visit = PageVisit(self, request, context, path: "/p/")
            return self.notice(PageNotice(problem), visit, status: problem.status, number: context.requestID)
        }
    }

    /// A page that says what is wrong, and what to do.
    func notice(
        _ notice: PageNotice, _ visit: PageVisit, status: HTTPResponse.Status, number: String? = nil,
        facts: [String: Any] = [:]
    ) -> Response {
        var facts = facts
        facts["text"] = visit.texts[notice.textKey]
        if let next = visit.texts.words[notice.nextKey] { facts["next"] = next }
        if let number, status.kind == .serverError { facts["number"] = number }
        facts["action"] = ["href": "/p/", "label": visit.texts["action_start"]]
        return visit.page(.message, title: visit.texts[notice.titleKey], facts, status: status)
    }

    // MARK: sessions

    /// The session of a browser.
    ///
    /// - Throws: `EngineError` when nobody is signed in.
    func session(of request: Request) async throws -> SessionRecord {
        try await engine.session(request.cookieValue(PageCookie.session) ?? "")
    }

    func sessionCookie(_ secret: String, _ context: HabeasContext) -> SetCookie {
        SetCookie(
            PageCookie.session, secret, path: "/p", sameSite: .lax, isSecure: context.isSecure,
            maxAge: engine.settings.sessionLifetime)
    }
}

extension HabeasContext {
    /// An id of the path; a path without one leads nowhere.
    func id<Owner>(_ name: String) throws -> ID<Owner> {
        guard let id = ID<Owner>(try parameters.require(name)) else { throw Problem(.notFound) }
        return id
    }
}
