internal import Hummingbird
package import HummingbirdCore
internal import HTTPTypes
internal import Logging

/// One line and one set of measurements per request, when its last byte was handed over: method, route template,
/// status, milliseconds, bytes and the request's id. Never the path, the query, the address or the user agent: paths
/// hold tokens, the others are personal data.
package struct AccessLog: RouterMiddleware {
    /// Answers up to this size are taken as sent when they are handed over; longer ones are watched to their end.
    private static let watchedSize = 64 << 10

    let metrics: HTTPMetrics

    package func handle(
        _ request: Request, context: HabeasContext,
        next: @concurrent (Request, HabeasContext) async throws -> Response
    ) async throws -> Response {
        let exchange = Exchange(
            metrics: metrics, method: request.method, context: context, begin: ContinuousClock.now)
        metrics.begin()
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            exchange.end(status: 500, bytes: 0)
            throw error
        }
        let status = response.status.code
        if let length = response.body.contentLength, length <= Self.watchedSize {
            exchange.end(status: status, bytes: length)
        } else {
            response.watchBody { sent in exchange.end(status: status, bytes: sent) }
        }
        return response
    }
}

/// One request on its way.
private struct Exchange: Sendable {
    let metrics: HTTPMetrics
    let method: HTTPRequest.Method
    let context: HabeasContext
    let begin: ContinuousClock.Instant

    func end(status: Int, bytes: Int) {
        let duration = begin.duration(to: .now)
        let route = context.isUnrouted ? RouteTable.unrouted : context.endpointPath ?? RouteTable.unrouted
        metrics.end(route: route, method: method, status: status, duration: duration, bytes: bytes)
        context.logger.info(
            "request",
            metadata: [
                "habeas.http.method": "\(HTTPRequest.Method.shown(method))",
                "habeas.http.route": "\(route)", "habeas.http.status": "\(status)",
                "habeas.http.milliseconds": "\(Int(duration.inSeconds * 1000))", "habeas.http.bytes": "\(bytes)",
            ])
    }
}

extension HTTPRequest.Method {
    /// The name of a known method; anything else comes from the client's own hand.
    fileprivate static func shown(_ method: Self) -> String {
        let known: [Self] = [.get, .head, .post, .put, .patch, .delete, .options]
        return known.contains(method) ? method.rawValue : "other"
    }
}

extension Response {
    /// Calls `ended` with the bytes that were sent, when the body ended or broke off.
    fileprivate mutating func watchBody(_ ended: @escaping @Sendable (Int) -> Void) {
        let body = body
        self.body = ResponseBody(contentLength: body.contentLength) { writer in
            let sent = SentBytes()
            defer { ended(sent.count) }
            try await body.write(CountingWriter(writer, sent: sent))
        }
    }
}
