internal import Hummingbird
package import HummingbirdCore

/// Refuses paths that proxies and we could read differently.
package struct PathMiddleware: RouterMiddleware {
    package func handle(
        _ request: Request, context: HabeasContext,
        next: @concurrent (Request, HabeasContext) async throws -> Response
    ) async throws -> Response {
        if let fault = RequestPath.fault(in: request.uri.string) { throw Problem(.badPath, fault) }
        return try await next(request, context)
    }
}
