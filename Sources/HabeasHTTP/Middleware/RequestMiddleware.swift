internal import Hummingbird
package import HummingbirdCore
internal import HTTPTypes
internal import Logging
internal import RightsCore

/// The first middleware: gives the request its id, its client and a logger of its own, and echoes the id.
///
/// The id is ours, a UUID of version 7. One from outside is taken only from a proxy we trust, and only when it is a
/// UUID: anybody else could write the id of somebody else's request into our log.
package struct RequestMiddleware: RouterMiddleware {
    let settings: ServerSettings
    let life: ServerLife
    let now: @Sendable () -> Instant

    package func handle(
        _ request: Request, context: HabeasContext,
        next: @concurrent (Request, HabeasContext) async throws -> Response
    ) async throws -> Response {
        let context = prepared(context, for: request)
        var response = try await withLogger(context.logger) { _ in try await next(request, context) }
        response.headers[.requestID] = context.requestID
        return response
    }

    private func prepared(_ context: HabeasContext, for request: Request) -> HabeasContext {
        var context = context
        context.requestID = requestID(request, peer: context.peer)
        context.clientAddress = context.peer.map { settings.trustedProxies.client(of: $0, headers: request.headers) }
        context.isSecure = settings.isSecure
        context.bodyLimit = settings.bodyLimit
        context.life = life
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "habeas.http.request"] = "\(context.requestID)"
        return context
    }

    private func requestID(_ request: Request, peer: IPAddress?) -> String {
        if let peer, settings.trustedProxies.trusts(peer), let given = request.headers[.requestID],
            let id = RightsCore.RequestID(given)
        {
            return id.text
        }
        var random = SystemRandomNumberGenerator()
        return RightsCore.RequestID(now: now(), using: &random).text
    }
}
