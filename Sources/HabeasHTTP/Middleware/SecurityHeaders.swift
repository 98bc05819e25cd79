internal import Hummingbird
package import HummingbirdCore
internal import HTTPTypes

/// Headers that keep browsers from doing more with an answer than showing it. What a handler has set itself stays.
package struct SecurityHeaders: RouterMiddleware {
    private let fields: HTTPFields

    /// HSTS is said only when browsers reach us by TLS, here or at a proxy.
    package init(isSecure: Bool) {
        var fields: HTTPFields = [:]
        for (name, value) in Self.always { fields[HTTPField.Name(name)!] = value }
        if isSecure { fields[.strictTransportSecurity] = "max-age=31536000" }
        self.fields = fields
    }

    static let always = [
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
                + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        (
            "Permissions-Policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=(), interest-cohort=()"
        ),
        ("Cache-Control", "no-store"),
    ]

    package func handle(
        _ request: Request, context: HabeasContext,
        next: @concurrent (Request, HabeasContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        add(to: &response.headers)
        return response
    }

    func add(to headers: inout HTTPFields) {
        for field in fields where !headers.contains(field.name) { headers.append(field) }
    }
}
