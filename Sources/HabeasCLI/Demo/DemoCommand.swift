internal import ArchiveFormat
internal import ArgumentParser
internal import AuditLedger
internal import DataMap
internal import DemoWorkspace
internal import Exporting
internal import FoundationEssentials
internal import ObjectStore
internal import PostgresAccess
internal import PrivatePostgres
internal import RequestLedger
internal import RightsCore
internal import SystemPackage
internal import SubjectAccess

/// `habeas demo`: the workspace database, its people, one export and one erasure, end to end.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Start a private PostgreSQL, load the workspace, export one person, erase another.",
        discussion: """
            Everything lies in --state (./.habeas unless given). Set HABEAS_DATABASE_URL to \
            use a database of a real server instead; it must be empty of a schema \
            “workspace”. Run it again: what is there is used again.

            EXAMPLES
              habeas demo
              habeas demo --size crowd --state /var/tmp/habeas-demo
              habeas demo --backups
              habeas demo --stop
            """)

    @Option(help: ArgumentHelp("How many people.", valueName: "demo|crowd|heavy"))
    var size: String = "demo"

    @Option(help: ArgumentHelp("Messages of the one heavy person, for --size heavy.", valueName: "number"))
    var heavyMessages: Int = 3_000_000

    @Option(help: ArgumentHelp("Where everything lies.", valueName: "folder"))
    var state: String = ".habeas"

    @Option(help: ArgumentHelp("Where workspace.sql and workspace.map.yaml lie.", valueName: "folder"))
    var schemas: String = "schemas"

    @Flag(help: "Tell the whole story of backups instead, with pgBackRest: from an erasure to a restore.")
    var backups = false

    @Flag(help: "Load the workspace and stop there.")
    var loadOnly = false

    @Flag(help: "Stop the service and the private PostgreSQL.")
    var stop = false

    @Flag(help: "Stop the service and the private PostgreSQL, and remove everything in --state.")
    var remove = false

    func run() async throws {
        guard let size = WorkspaceSize(rawValue: size) else {
            throw CommandFailure(.usage, code: "usage", "--size is demo, crowd or heavy")
        }
        guard heavyMessages > 0 else {
            throw CommandFailure(.usage, code: "usage", "--heavy-messages is a number above 0")
        }
        let folder = DemoFolder(state: state, schemas: schemas, size: size)
        if stop || remove { return try await stopServer() }
        if backups { return try await BackupStory.tell(in: state, schemas: schemas) }
        let schema = String(decoding: try WholeFile.read(folder.schema), as: UTF8.self)
        try folder.make()
        let lock = try await FolderLock(FilePath("\(state)/demo.lock"), patience: .seconds(600))
        defer { lock.release() }
        let external = ProcessInfo.processInfo.environment["HABEAS_DATABASE_URL"].flatMap { $0.isEmpty ? nil : $0 }
        let url: String
        if let external {
            Terminal.note("using the server of HABEAS_DATABASE_URL")
            url = external
        } else {
            url = try await startServer(folder)
        }
        try await load(schema, folder, url, isExternal: external != nil)
        try folder.writeSettings(databaseURL: external == nil ? url : nil, port: try await folder.servicePort())
        let flags = external.map { ["database.url": $0] } ?? [:]
        let settings = try await Settings(file: folder.settings, flags: flags, ignoresEnvironment: true)
        try await prepare(settings, folder)
        Terminal.note("settings: \(folder.settings)")
        if loadOnly { return }
        try await exportAda(settings, folder)
        try await runService(settings, folder, isOurs: external == nil)
    }

    // MARK: steps

    private func stopServer() async throws {
        for size in WorkspaceSize.allCases {
            try await DemoFolder(state: state, schemas: schemas, size: size).background.stop()
        }
        guard FileManager.default.fileExists(atPath: state) else {
            throw CommandFailure(.notFound, code: "demo.no-state", "there is no folder \(state), so nothing runs there")
        }
        try await BackupStory.stop(in: state, isRemoved: remove)
        let cluster = try PrivateCluster(state: FilePath(state))
        try await cluster.stop()
        guard remove else { return Terminal.note("the service and the private PostgreSQL of \(state) are stopped") }
        for path in [cluster.base.string, state] where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
        Terminal.note("the service and the private PostgreSQL of \(state) are stopped, and everything in it removed")
    }

    /// Leaves a service running, with one request that it has carried out.
    private func runService(_ settings: Settings, _ folder: DemoFolder, isOurs: Bool) async throws {
        guard isOurs else {
            return Terminal.note(
                "\nthe service isn't started on a server of yours: HABEAS_DATABASE_URL=… habeas serve --config \(folder.settings)"
            )
        }
        let url = "http://127.0.0.1:\(try await folder.servicePort())"
        Terminal.note("\nstarting the service …")
        try await folder.background.start(url: url)
        let service = try await DemoService.prepare(settings, folder: folder.home)
        guard let support = try service.token(of: .support), let compliance = try service.token(of: .compliance) else {
            return
        }
        let address = try ServiceAddress(url)
        try await StaffClient.with(SignIn(address: address, token: support)) { desk in
            Terminal.note("asking for Ada's copy as support …")
            let request = try await DemoRequest(desk)
            try await StaffClient.with(SignIn(address: address, token: compliance)) {
                try await eraseSomebody(settings, folder, desk, $0)
            }
            printService(url, request, support, folder)
        }
    }

    /// Erases the first plain person who is still there.
    private func eraseSomebody(
        _ settings: Settings, _ folder: DemoFolder, _ support: StaffClient, _ compliance: StaffClient
    ) async throws {
        guard !FileManager.default.fileExists(atPath: folder.erased) else { return }
        let people = try folder.people(of: "plain")
        let left = try await PostgresConnection.withConnection(to: try settings.operatorTarget()) {
            try await $0.query("SELECT id::text FROM workspace.users").compactMap { $0[0] }
        }
        guard let person = people.first(where: Set(left).contains) else { return }
        Terminal.note("erasing user:\(person): written down by support, approved by compliance …\n")
        let erasure = try await DemoErasure(of: "user:\(person)", support: support, compliance: compliance)
        Terminal.print(try CertificateSummary.text(erasure.certificate))
        try WholeFile.replace(folder.erased, with: Array("\(erasure.id)\n".utf8), mode: 0o600)
    }

    private func printService(_ url: String, _ request: DemoRequest, _ token: StaffToken, _ folder: DemoFolder) {
        let habeas = CommandLine.arguments.first ?? "habeas"
        let tokens = ["support", "compliance", "admin"].map { "\(folder.home)/\($0).token" }.joined(separator: ", ")
        Terminal.print(
            """

            SERVICE   \(url), until `\(habeas) demo --stop --state \(state)`, or for 12 hours
            person    \(url)/p/  (ask as ada@example.com; the code comes by mail)
            mail      \(folder.home)/mail  (one file each, the newest is the last)
            download  \(request.link)
                      (the link alone opens nothing: a code is mailed first)
            staff     export HABEAS_URL=\(url)
                      export HABEAS_TOKEN=\(token.reveal())
                      \(habeas) request list
                      \(habeas) request show \(request.id)
            tokens    \(tokens)
            audit     \(habeas) audit verify --config \(folder.settings)
            log       \(folder.background.logPath)
            """)
    }

    private func startServer(_ folder: DemoFolder) async throws -> String {
        Terminal.note("starting a private PostgreSQL …")
        let cluster = try PrivateCluster(state: FilePath(state))
        try await cluster.start()
        try await PostgresConnection.withConnection(to: ConnectionTarget(cluster.connectionString)) { connection in
            // Rows without the files they point to are no workspace.
            if !folder.hasData { try await connection.dropDatabase(folder.database) }
            try await connection.ensureDatabase(folder.database)
        }
        Terminal.note("running in \(cluster.base)")
        return cluster.connectionString(database: folder.database)
    }

    private func load(_ schema: String, _ folder: DemoFolder, _ url: String, isExternal: Bool) async throws {
        let generator = WorkspaceGenerator(size: folder.size, heavyMessages: heavyMessages)
        let data = folder.data
        try await PostgresConnection.withConnection(to: ConnectionTarget(url)) { connection in
            if try await WorkspaceLoader.isLoaded(connection) {
                guard folder.hasData || !isExternal else {
                    throw CommandFailure(
                        .refused, code: "demo.not-ours",
                        "the database of HABEAS_DATABASE_URL holds a schema “workspace”",
                        hint: "it isn't this demonstration's; name an empty database")
                }
                return Terminal.note("the workspace is loaded already")
            }
            Terminal.note("loading the workspace, size \(folder.size.rawValue) …")
            let summary = try await WorkspaceLoader(generator, schema: schema).load(into: connection, folder: data)
            Terminal.note("\(summary.people) people, \(summary.rows) rows, \(summary.files) files")
        }
        try folder.markLoaded()
    }

    private func prepare(_ settings: Settings, _ folder: DemoFolder) async throws {
        if !FileManager.default.fileExists(atPath: "\(settings.keysPath)/keys.json") {
            _ = try KeyRing.create(folder: settings.keysPath, now: Clock.now)
        } else if !ErasureKeys.exist(in: settings.keysPath) {
            // A demonstration of a build that had no service, or didn't erase.
            var keys = try KeyRing(folder: settings.keysPath)
            try keys.rotate(now: Clock.now)
        }
        try await DatabaseRoles(settings).make(for: try settings.map())
        _ = try await DemoService.prepare(settings, folder: folder.home)
    }

    private func exportAda(_ settings: Settings, _ folder: DemoFolder) async throws {
        let map = try settings.map()
        let keys = try KeyRing(folder: settings.keysPath)
        var random = SystemRandomNumberGenerator()
        let id = RequestID(now: Clock.now, using: &random)
        guard let subject = SubjectReference("email:ada@example.com") else { return }
        let request = ExportRequest(
            id: id, subject: subject, right: .access, regime: map.defaultRegime, format: .both, only: [],
            ticket: "DEMO-1", reasonCode: "demonstration")
        let path = "\(folder.archives)/\(request.archiveName(service: map.service, on: Clock.now.utcDate)).zip"
        Terminal.note("exporting email:ada@example.com …\n")
        let outcome = try await ExportSession(settings: settings, map: map, keys: keys)
            .write(request, to: path)
        Terminal.print(ArchiveListing(outcome.manifest).text)
        let report = try ArchiveVerifier.verify(path: path, keys: try keys.rawKeys())
        Terminal.print(
            "\n" + Terminal.table(["", "Check", "Found"], report.checks.map { ["ok", $0.name, $0.detail] }))
        guard report.isComplete else { throw ExitStatusError(status: .verificationFailed) }
        try folder.writePublishedKey(keys)
        printNextSteps(path, outcome, folder)
    }

    private func printNextSteps(_ path: String, _ outcome: ExportOutcome, _ folder: DemoFolder) {
        // As it was called: a program just built is seldom on the search path.
        let habeas = CommandLine.arguments.first ?? "habeas"
        Terminal.print(
            """

            archive   \(path)  (\(Terminal.size(outcome.bytes)))
            check it  \(habeas) verify \(path) --key \(folder.publishedKey)
            without us
                      unzip -q \(path) -d \(folder.archives) && cd \(folder.archives)/\(outcome.root)
                      sha256sum -c manifest-sha256.txt && sha256sum -c tagmanifest-sha256.txt
                      openssl pkeyutl -verify -pubin -inkey \(folder.absolute(folder.publishedKey)) -rawin \\
                          -in habeas-manifest.json -sigfile habeas-manifest.sig
            look      open START_HERE.html in a browser
            others    \(habeas) --help; people: \(folder.data)/people.tsv; settings: --config \(folder.settings)
            stop      \(habeas) demo --stop --state \(state)
            """)
    }
}
