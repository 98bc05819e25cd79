package import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
package import Logging
internal import NIOCore
internal import NIOSSL
package import RightsCore
package import RightsEngine
internal import ServiceLifecycle

/// The HTTP server: routes behind the same middlewares, plain or by TLS, and an orderly end.
///
/// Told to stop, it first says so at `/readyz` (for `stopNotice`), then stops listening and lets what is under way
/// finish (for `stopGrace`), then cuts it off.
package struct HabeasServer: Service {
    /// What the server is made of, beside its settings.
    package struct Parts: Sendable {
        /// The routes, system routes included.
        package var groups: [RouteGroup] = []
        /// Translate other modules' errors into problems.
        package var translators: [ProblemTranslation.Translator] = []
        /// Renders problems as pages under `/p`.
        package var problemPage: ProblemMiddleware.Page?
        /// Whether the server stops; the same one the system routes were given.
        package var life = ServerLife()
        /// Whether the service serves at all.
        package var door = ServiceDoor()
        /// Where the server's measurements go.
        package var metrics = MetricsRegistry()
        /// Told the port once the server listens.
        package var onListening: @Sendable (Int) async -> Void = { _ in }
        /// The wall clock.
        package var now: @Sendable () -> Instant

        package init(now: @escaping @Sendable () -> Instant) { self.now = now }
    }

    private let settings: ServerSettings
    private let life: ServerLife
    private let logger: Logger
    /// The application, for tests of routes without a socket.
    package let application: Application<RouterResponder<HabeasContext>>

    /// Builds the server; throws `ServerError` when the certificate can't be used.
    package init(settings: ServerSettings, parts: Parts, logger: Logger) throws(ServerError) {
        self.settings = settings
        self.life = parts.life
        self.logger = logger
        let onListening = parts.onListening
        application = Application(
            router: Self.router(settings, parts), server: try Self.builder(settings),
            configuration: Self.configuration(settings, logger: logger),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? settings.port) },
            logger: logger)
    }

    package func run() async throws {
        // Services are stopped from the last to the first: the notice ends before the application hears of it.
        var configuration = ServiceGroupConfiguration(
            services: [application, StopNotice(life: life, duration: settings.stopNotice)], logger: logger)
        configuration.maximumGracefulShutdownDuration = settings.stopNotice + settings.stopGrace
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            throw ServerError(
                .cannotListen, "\(settings.host):\(settings.port) can't be listened on: \(error.localizedDescription)",
                hint: "is another service there already, or is the address none of this machine's?")
        }
    }

    private static func router(_ settings: ServerSettings, _ parts: Parts) -> Router<HabeasContext> {
        let table = RouteTable(parts.groups)
        let router = Router(context: HabeasContext.self)
        let limiter = RateLimiter(limits: settings.rateLimits, capacity: settings.rateLimitMemory)
        let begin = ContinuousClock.now
        router.add(middleware: RequestMiddleware(settings: settings, life: parts.life, now: parts.now))
        router.add(middleware: SecurityHeaders(isSecure: settings.isSecure))
        router.add(middleware: AccessLog(metrics: HTTPMetrics(parts.metrics, routes: table.names)))
        router.add(
            middleware: ProblemMiddleware(
                table: table, translation: ProblemTranslation(parts.translators), page: parts.problemPage))
        router.add(middleware: DoorMiddleware(door: parts.door))
        router.add(
            middleware: RateLimitMiddleware(table: table, limiter: limiter) { begin.duration(to: .now) })
        router.add(middleware: PathMiddleware())
        for group in parts.groups { group.add(to: router) }
        return router
    }

    private static func configuration(_ settings: ServerSettings, logger: Logger) -> ApplicationConfiguration {
        ApplicationConfiguration(
            address: .hostname(settings.host, port: settings.port), backlog: 512,
            availableConnectionsDelegate: MaximumAvailableConnections(settings.connectionLimit, logger: logger))
    }

    private static func builder(_ settings: ServerSettings) throws(ServerError) -> HTTPServerBuilder {
        let limits = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: settings.headerLimit, maxHeaderListSize: settings.headerLimit,
            maxHeaderFieldCount: settings.headerCountLimit)
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionGuard(settings: settings)],
                idleTimeout: TimeAmount(settings.idleTimeout), httpDecoderConfiguration: limits))
        guard let files = settings.tls else { return plain }
        return try files.builder(over: plain)
    }
}

/// Says that the server stops, and waits until those who ask can have heard it.
private struct StopNotice: Service {
    let life: ServerLife
    let duration: Duration

    func run() async throws {
        try? await gracefulShutdown()  // throws when cancelled: then there is nobody to tell
        life.stop()
        try await Task.sleep(for: duration)
    }
}
