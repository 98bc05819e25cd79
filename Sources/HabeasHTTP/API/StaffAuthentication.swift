internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RightsEngine

/// Finds out who calls: by one of our tokens, or by one of the sign-in service's (RFC 6750 §2.1).
///
/// Calendar programs can't send headers: at the calendar, and nowhere else, a token that opens nothing but it may stand in
/// the query (RFC 6750 §2.3). Nothing of ours logs queries.
struct StaffAuthentication: RouterMiddleware {
    let engine: Engine
    let signIn: TokenVerifier?

    func handle(
        _ request: Request, context: HabeasContext,
        next: @concurrent (Request, HabeasContext) async throws -> Response
    ) async throws -> Response {
        let caller = try await caller(of: request)
        return try await next(request, context.authenticated(as: caller))
    }

    private func caller(of request: Request) async throws -> StaffCaller {
        if let token = try Self.calendarToken(of: request) { return try await calendarCaller(token) }
        let token = try Self.token(of: request)
        if token.hasPrefix("habeas_") { return try await engine.caller(token: token) }
        guard let signIn, token.count(where: { $0 == "." }) == 2 else {
            throw EngineError(
                .unauthenticated, "the token isn't accepted", hint: "sign in again with `habeas login`")
        }
        return try await engine.caller(signInSubject: try await signIn.subject(of: token))
    }

    private func calendarCaller(_ token: String) async throws -> StaffCaller {
        let caller = try await engine.caller(token: token)
        guard caller.isForCalendarOnly else {
            throw EngineError(
                .unauthenticated, "only a token narrowed to calendar.read is accepted in an address",
                hint: "this one may have been seen by others now: revoke it, and make one with --scope calendar.read")
        }
        return caller
    }

    private static func calendarToken(of request: Request) throws(Problem) -> String? {
        guard request.uri.path == CalendarFeed.path, request.headers[.authorization] == nil else { return nil }
        return try request.query(["token", "regime", "assignee"])["token"]
    }

    private static func token(of request: Request) throws(Problem) -> String {
        let parts = (request.headers[.authorization] ?? "").split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bearer", (1...16_384).contains(parts[1].utf8.count) else {
            throw Problem(
                .unauthenticated, "this needs a bearer token", hint: "send it as Authorization: Bearer TOKEN",
                headers: [.wwwAuthenticate: "Bearer realm=\"habeas\""])
        }
        return String(parts[1])
    }
}
