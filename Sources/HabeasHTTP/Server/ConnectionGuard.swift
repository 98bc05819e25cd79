internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes

/// Ends connections whose client is too slow or sends too much, and answers what isn't HTTP with a problem.
///
/// - A request has to be there whole `requestTimeout` after its first line.
/// - A body much longer than any route takes ends the connection, instead of being read and thrown away.
/// - A client that takes no bytes of an answer for `stalledWriteTimeout` is given up.
/// - Headers that can't be parsed get 400, too long ones 431.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What is read beyond the limit, so that a client who sent a little too much sees the answer that says so.
    private static let bodySlack = 1 << 20

    private let settings: ServerSettings
    private let headers: SecurityHeaders
    private var bodyBytes = 0
    private var requestDeadline: Scheduled<Void>?
    private var writeDeadline: Scheduled<Void>?
    private var fault: HTTPCode?

    init(settings: ServerSettings) {
        self.settings = settings
        self.headers = SecurityHeaders(isSecure: settings.isSecure)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            bodyBytes = 0
            requestDeadline?.cancel()
            requestDeadline = close(context, in: settings.requestTimeout)
        case .body(let buffer):
            bodyBytes += buffer.readableBytes
            if bodyBytes > settings.bodyLimit + Self.bodySlack { return context.close(promise: nil) }
        case .end: requestDeadline?.cancel()
        }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writeDeadline?.cancel()
        if !context.channel.isWritable { writeDeadline = close(context, in: settings.stalledWriteTimeout) }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError {
            fault = error == .headerOverflow ? .headersTooLarge : .malformedRequest
        }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let fault, case .head = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        // The framework answers a parser's error with a bare 400; this is the same with a problem in it.
        self.fault = nil
        let body = ProblemBody(Problem(fault, "the request can't be read"), requestID: nil).json
        var head = HTTPResponse(status: fault.status)
        head.headerFields = [
            .contentType: "application/problem+json", .contentLength: String(body.count), .connection: "close",
        ]
        headers.add(to: &head.headerFields)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) { cancelDeadlines() }

    func channelInactive(context: ChannelHandlerContext) {
        cancelDeadlines()
        context.fireChannelInactive()
    }

    private func cancelDeadlines() {
        requestDeadline?.cancel()
        writeDeadline?.cancel()
    }

    private func close(_ context: ChannelHandlerContext, in time: Duration) -> Scheduled<Void> {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        return context.eventLoop.scheduleTask(in: TimeAmount(time)) { bound.value.close(promise: nil) }
    }
}
