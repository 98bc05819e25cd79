package import Hummingbird
internal import HTTPTypes
internal import NIOCore
internal import RightsCore

/// What is known of a request beside its content.
package struct HabeasContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The id under which the request is logged and answered.
    package internal(set) var requestID = ""
    /// The address the connection comes from; nil on a unix socket.
    package let peer: IPAddress?
    /// The client's address, past the proxies we trust. Never logged.
    package internal(set) var clientAddress: IPAddress?
    /// Whether the person's browser speaks TLS to us or to a proxy before us.
    package internal(set) var isSecure = false
    /// How long a body may be.
    package internal(set) var bodyLimit = 64 << 10
    /// The life of the server, for downloads.
    package internal(set) var life = ServerLife()
    /// Who asks, once a middleware has found out.
    private var authenticated: (any Sendable)?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
    }

    /// Upper bound of what Hummingbird's own decoding would take.
    package var maxUploadSize: Int { bodyLimit }

    /// Whether no route fits path and method.
    var isUnrouted: Bool { endpointPath == nil || endpointPath == "NotFound" }

    /// The context with a caller.
    package func authenticated(as caller: some Sendable) -> HabeasContext {
        var context = self
        context.authenticated = caller
        return context
    }

    /// Who asks; nil when nobody is known, or somebody of another kind.
    package func caller<Caller: Sendable>(as type: Caller.Type = Caller.self) -> Caller? { authenticated as? Caller }

    /// Who asks; 401 when nobody is known.
    package func requireCaller<Caller: Sendable>(as type: Caller.Type = Caller.self) throws(Problem) -> Caller {
        guard let caller = authenticated as? Caller else { throw Problem(.unauthenticated) }
        return caller
    }
}
