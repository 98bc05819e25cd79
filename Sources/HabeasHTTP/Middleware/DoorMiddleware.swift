internal import HTTPTypes
internal import Hummingbird
package import HummingbirdCore
internal import RightsEngine

/// Answers 503 to everything while the service is closed, health and readiness too.
package struct DoorMiddleware: RouterMiddleware {
    let door: ServiceDoor

    package func handle(
        _ request: Request, context: HabeasContext,
        next: @concurrent (Request, HabeasContext) async throws -> Response
    ) async throws -> Response {
        guard let why = door.closed else { return try await next(request, context) }
        throw Problem(
            status: .serviceUnavailable, code: why.code, title: "closed", detail: why.words, hint: why.hint,
            headers: [.retryAfter: "30"])
    }
}
