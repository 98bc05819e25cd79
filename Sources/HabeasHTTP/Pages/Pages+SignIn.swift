internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RightsEngine

extension Pages {
    /// The product hands its person over, by a form of its own page: so this route takes forms of other sites, but of
    /// the product's only. A token that somebody else's page sends, to sign a person in as another, comes from another
    /// origin; browsers always name it with a POST, and one without is refused.
    var signIn: RouteGroup {
        var group = RouteGroup("/p", rate: .code)
        guard let verifier else { return group }
        group.post("/sign-in") { request, context in
            guard let origin = request.headers[.origin]?.lowercased(),
                settings.productOrigins.contains(where: { $0.lowercased() == origin })
            else { throw Problem(.crossSite, "the sign-in doesn't come from the product") }
            let fields = try await request.form(["token"], context)
            let reference = try await verifier.subject(of: try fields.require("token"))
            let (secret, _) = try await engine.signIn(reference: reference)
            var response = Response.seeOther("/p/requests")
            response.set(sessionCookie(secret, context))
            return response
        }
        return group
    }

    func signOut(_ request: Request, _ context: HabeasContext) async throws -> Response {
        try protection.check(try await request.form(["csrf"], context), of: request)
        if let secret = request.cookieValue(PageCookie.session) { try await engine.signOut(secret) }
        let visit = PageVisit(self, request, context, path: "/p/")
        var response = notice(.signedOut, visit, status: .ok)
        for (name, path) in [
            (PageCookie.session, "/p"), (PageCookie.claim, "/p"), (PageCookie.download, "/p/d/"),
        ] {
            response.set(.removing(name, path: path, isSecure: context.isSecure))
        }
        return response
    }
}
