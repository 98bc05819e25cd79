package import Crypto
internal import HTTPTypes
internal import Hummingbird
package import HummingbirdCore
internal import FoundationEssentials

/// Protects forms from being sent by other sites. Two rules, and both have to hold:
///
/// 1. *Nothing says that it comes from elsewhere.* `Sec-Fetch-Site`, where the browser sends it, has to be
///    `same-origin` (or `none`); `Origin`, where it is sent and isn't `null`, has to be our own. (Our
///    `Referrer-Policy: no-referrer` makes browsers send `Origin: null` with forms, so its absence proves nothing.)
/// 2. *The form's token fits the browser's cookie.* The cookie `habeas_csrf` holds 32 random bytes, the form an
///    HMAC-SHA-256 of them under a key of the server: a site that could plant a cookie still couldn't make a token.
///
/// Rule 1 is a middleware for groups with forms; rule 2 is checked with the form, by `check`.
package struct FormProtection: RouterMiddleware {
    /// The cookie's name.
    package static let cookieName = "habeas_csrf"
    /// The form field's name.
    package static let fieldName = "csrf"

    private let key: SymmetricKey
    private let origin: String

    /// `key` has to outlive restarts, or forms that are open then fail once.
    package init(key: SymmetricKey, publicBaseURL: String) {
        self.key = key
        self.origin = Self.origin(of: publicBaseURL)
    }

    package func handle(
        _ request: Request, context: HabeasContext,
        next: @concurrent (Request, HabeasContext) async throws -> Response
    ) async throws -> Response {
        if request.method != .get, request.method != .head { try checkOrigin(request.headers) }
        return try await next(request, context)
    }

    /// The token for a form, and the cookie to set when the browser has none that fits.
    package func token(for request: Request, isSecure: Bool) -> (field: String, cookie: SetCookie?) {
        if let value = request.cookieValue(Self.cookieName), value.utf8.count == 43 { return (token(value), nil) }
        var random = SystemRandomNumberGenerator()
        let value = Base64URL.encode((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
        // Lax: a link in a mail must not make a new token that the forms in other tabs don't fit.
        let cookie = SetCookie(Self.cookieName, value, path: "/p", sameSite: .lax, isSecure: isSecure)
        return (token(value), cookie)
    }

    /// Throws unless the form's token fits the browser's cookie.
    package func check(_ form: FormFields, of request: Request) throws(Problem) {
        guard let value = request.cookieValue(Self.cookieName), let field = form[Self.fieldName],
            let code = Base64URL.decode(field),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Self.message(value), using: key)
        else { throw Self.problem("the form's token doesn't fit this browser") }
    }

    private func checkOrigin(_ headers: HTTPFields) throws(Problem) {
        if let site = headers[.fetchSite], site != "same-origin", site != "none" {
            throw Self.problem("the form was sent by another site")
        }
        if let sender = headers[.origin], sender != "null", sender.lowercased() != origin {
            throw Self.problem("the form was sent by another site")
        }
    }

    private func token(_ value: String) -> String {
        Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: Self.message(value), using: key)))
    }

    private static func message(_ value: String) -> [UInt8] { Array("habeas form 1\n\(value)".utf8) }

    private static func problem(_ detail: String) -> Problem {
        Problem(.crossSite, detail, hint: "open the page again and send it from there; cookies have to be allowed")
    }

    /// Scheme, host and port of a URL, as `Origin` writes it.
    private static func origin(of url: String) -> String {
        let parts = url.lowercased().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return url.lowercased() }
        var origin = "\(parts[0])//\(parts[2])"
        for (scheme, port) in [("https:", ":443"), ("http:", ":80")] where origin.hasPrefix(scheme) {
            if origin.hasSuffix(port) { origin.removeLast(port.count) }
        }
        return origin
    }
}
