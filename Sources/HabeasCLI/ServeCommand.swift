internal import ArgumentParser
internal import HabeasHTTP
internal import Logging
internal import RightsEngine

/// Options of the commands that run on and on.
struct ServiceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How much is logged.", valueName: "debug|info|warning|error"))
    var log: String = "info"

    /// The log, to standard error, one line an event.
    func logger() throws -> Logger {
        guard let level = Logger.Level(rawValue: log) else {
            throw CommandFailure(.usage, code: "usage", "--log is debug, info, warning or error")
        }
        var logger = Logger(label: "habeas") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }
}

/// `habeas serve`: HTTP and workers in one process.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the service: the API, people's pages, downloads, and workers.",
        discussion: """
            Listens on service.host and service.port (127.0.0.1:8180 unless set). It needs \
            habeas init, habeas keys init, and settings for mail (docs/service.md). SIGTERM \
            and Ctrl-C end it in order: nothing new is begun, what runs is finished or \
            handed back; a second one ends it at once.

            EXAMPLES
              habeas serve
              HABEAS_SERVICE_PORT=9000 habeas serve --log debug
            """)

    @OptionGroup var mapOptions: MapOptions
    @OptionGroup var service: ServiceOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings(file: common.config, flags: mapOptions.flags)
        let habeas = try await HabeasService(settings, logger: try service.logger())
        let host = habeas.settings.server.host
        let url = habeas.settings.engine.publicURL
        try await habeas.run(hasServer: true) { port in
            Terminal.note("habeas listens on \(host):\(port); people's page: \(url)/p")
        }
    }
}

/// `habeas worker`: workers alone.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run workers alone: any number of processes, on any number of machines.",
        discussion: """
            They take jobs from the control database, and must all see the same folder of \
            archives. SIGTERM and Ctrl-C end a worker in order: it finishes what is nearly \
            done and hands the rest back (docs/queue.md).

            EXAMPLES
              habeas worker
              HABEAS_WORKERS_EXPORTS=4 habeas worker
            """)

    @OptionGroup var mapOptions: MapOptions
    @OptionGroup var service: ServiceOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings(file: common.config, flags: mapOptions.flags)
        let habeas = try await HabeasService(settings, logger: try service.logger())
        Terminal.note("working on the queue")
        try await habeas.run(hasServer: false)
    }
}
