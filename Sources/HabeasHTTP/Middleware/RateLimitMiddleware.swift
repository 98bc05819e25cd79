internal import Hummingbird
package import HummingbirdCore
internal import HTTPTypes

/// Answers 429 to a client that asks too often. Without an address (a unix socket) nobody is limited.
package struct RateLimitMiddleware: RouterMiddleware {
    let table: RouteTable
    let limiter: RateLimiter
    /// A monotonic clock's reading.
    let now: @Sendable () -> Duration

    package func handle(
        _ request: Request, context: HabeasContext,
        next: @concurrent (Request, HabeasContext) async throws -> Response
    ) async throws -> Response {
        let rate = table.rate(request.method, template: context.endpointPath) ?? .unrouted
        if let client = context.clientAddress, let wait = limiter.take(rate, client: client, at: now()) {
            throw Self.problem(wait)
        }
        return try await next(request, context)
    }

    private static func problem(_ wait: Duration) -> Problem {
        let seconds = max(1, Int(wait.inSeconds.rounded(.up)))
        return Problem(
            .rateLimited, "too many requests came from this address", hint: "try again in \(seconds) s",
            headers: [.retryAfter: String(seconds)])
    }
}
