internal import AuditLedger
internal import DemoWorkspace
internal import Erasing
internal import FoundationEssentials
internal import ObjectStore
internal import PostgresAccess
internal import PrivatePostgres
internal import RequestLedger
internal import RightsCore
internal import SystemPackage

/// The whole story of backups, with a real PostgreSQL and a real pgBackRest: somebody is erased, the bytes are purged, the
/// backups age out, the certificate is completed; then the server is restored to before all of it.
///
/// Every step is a command that anyone can repeat. It stops at the first one that isn't as it must be.
struct BackupStory {
    private let folder: DemoFolder
    private let server: StoryServer
    private var page = StoryPage()

    // MARK: the stage

    /// Tells it from the beginning to the end.
    static func tell(in state: String, schemas: String) async throws {
        guard try await StoryProgram.exists("pgbackrest") else {
            throw CommandFailure(
                .failed, code: "demo.no-pgbackrest", "pgBackRest isn't installed, or isn't on the search path",
                hint: "install the package pgbackrest: apt-get install pgbackrest")
        }
        try WholeFile.makeFolder(state, mode: 0o755)
        let lock = try await FolderLock(FilePath("\(state)/backups.lock"), patience: .seconds(1))
        defer { lock.release() }
        // What an earlier telling left would be part of this one.
        try await stop(in: state, isRemoved: true)
        var story = try BackupStory(home: home(state), schemas: schemas)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await story.play()) } catch { outcome = .failure(error) }
        try await stop(in: state, isRemoved: false)
        try outcome.get()
    }

    /// Stops what runs of it.
    static func stop(in state: String, isRemoved: Bool) async throws {
        let home = home(state)
        guard FileManager.default.fileExists(atPath: home) else { return }
        try await DemoFolder(state: home, schemas: "", size: .demo).background.stop()
        let cluster = try PrivateCluster(state: FilePath(home))
        try await cluster.stop()
        guard isRemoved else { return }
        for path in [cluster.base.string, home] where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }

    private static func home(_ state: String) -> String { "\(state)/backups" }

    private init(home: String, schemas: String) throws {
        folder = DemoFolder(state: home, schemas: schemas, size: .demo)
        try folder.make()
        server = try StoryServer(state: home, database: folder.database)
    }

    /// Server, workspace, settings, keys, roles and staff.
    private func prepare() async throws -> (Settings, DemoService) {
        try await server.start()
        let schema = String(decoding: try WholeFile.read(folder.schema), as: UTF8.self)
        try await PostgresConnection.withConnection(to: ConnectionTarget(server.url)) {
            _ = try await WorkspaceLoader(WorkspaceGenerator(size: .demo), schema: schema)
                .load(into: $0, folder: folder.data)
        }
        let command = server.command.map { "\"\($0)\"" }.joined(separator: ", ")
        try folder.writeSettings(
            databaseURL: server.url, port: try await BackgroundService.freePort(),
            more: """
                fence: { roles: workspace_app, interval: 1s }
                workers: { lease: 6s }
                backups:
                  pgbackrest:
                    kind: pgbackrest
                    command: [\(command)]
                    config: \(server.configuration)
                    stanza: main
                    policy: { count: \(StoryServer.kept), every: 1 day }

                """)
        let settings = try await Settings(file: folder.settings, ignoresEnvironment: true)
        let keys = try KeyRing.create(folder: settings.keysPath, now: Clock.now)
        try folder.writePublishedKey(keys)
        try await DatabaseRoles(settings).make(for: try settings.map())
        return (settings, try await DemoService.prepare(settings, folder: folder.home))
    }

    // MARK: the acts

    private mutating func play() async throws {
        let begun = ContinuousClock.now
        Terminal.note("a private PostgreSQL and a pgBackRest repository are made in \(server.cluster.base) …")
        let (settings, service) = try await prepare()
        let person = try await StoryPerson(
            amongst: try folder.people(of: "plain"), of: server)
        let before = try await StoryRows(of: server)
        page.tell(
            "workspace",
            "\(before.count) rows; pgBackRest keeps \(StoryServer.kept) full backups, one stands for one day")
        try await fence()
        for _ in 1...2 { _ = try await backUp(person, "before the erasure") }
        _ = try await server.query("SELECT pg_create_restore_point($1)", [StoryServer.restorePoint])
        guard let support = try service.token(of: .support), let compliance = try service.token(of: .compliance) else {
            preconditionFailure("a token was just made")
        }
        let url = "http://127.0.0.1:\(try await folder.servicePort())"
        try await folder.background.start(url: url)
        let address = try ServiceAddress(url)
        let folder = folder
        let after: StoryRows = try await StaffClient.with(SignIn(address: address, token: support)) { support in
            try await StaffClient.with(SignIn(address: address, token: compliance)) { compliance in
                try await age(person, settings, support, compliance, before)
            }
        }
        try await folder.background.stop()
        try await restore(before, after)
        let seconds = begun.duration(to: .now).components.seconds
        Terminal.print(
            """

            Everything was as it must be, in \(seconds) s: no byte in the backups when the verdict said purged, and nobody who was
            erased behind an open door after the restore. Certificate, keys, ledger and mails: \(folder.home)
            """)
    }

    private mutating func fence() async throws {
        // Nobody but the server's user reaches the socket's folder.
        _ = try await habeas(["fence", "install", "--access", "trust"])
        let status = try await habeas(["fence", "status"])
        try page.require(status.status == 0, "the fence isn't installed: \(status.output)")
        page.tell("fence", "installed: copies taken from now on are gated (habeas fence install)")
    }

    /// From the erasure to the completed certificate; gives the rows that are left.
    private mutating func age(
        _ person: StoryPerson, _ settings: Settings, _ support: StaffClient, _ compliance: StaffClient,
        _ before: StoryRows
    ) async throws -> StoryRows {
        let erasure = try await DemoErasure(of: "user:\(person.id)", support: support, compliance: compliance)
        let (certificate, _) = try erasure.certificate.read()
        guard let day = certificate.backups?.first?.until else {
            throw CommandFailure(.failed, code: "demo.story-stopped", "the certificate foretells no day")
        }
        let after = try await StoryRows(of: server)
        try await waitForLetter(saying: day.written)
        page.tell(
            "erasure",
            "\(certificate.collections.reduce(0) { $0 + $1.rows }) rows gone; letter and certificate say: in backups until \(day.written)"
        )
        try page.require(after.count < before.count, "no row is gone")
        try await server.archiveLog()
        try await server.copyRepository()
        page.tell("a copy", "of the repository is put aside, which nobody declared: for the restore below")
        try await look(at: erasure.id, expecting: .canResurrect)
        let status = try await habeas(["backups", "status"])
        try page.require(status.output.contains("can_resurrect"), "the status isn't what was seen: \(status.output)")
        page.tell("the daily look", "can_resurrect (habeas backups status)")

        try await age(person, .canResurrect, "not purged yet")
        let purge = try await habeas(["purge", "run", "--operator", "--json"])
        let purged = try JSONDecoder.ofCommands.decode(StoryPurge.self, from: Data(purge.output.utf8))
        try page.require(purge.status == 0 && purged.position != nil, "the purge didn't get there: \(purge.output)")
        page.tell(
            "purge", "\(purged.tables.count) tables written anew; P = \(purged.position?.lsn ?? "?") (habeas purge run)"
        )
        var taken = 0
        for wanted in [StoryStanding.canResurrect, .mayHoldBytes, .purged] {
            taken += 1
            try await age(person, wanted, "\(taken) after the purge")
        }
        page.tell("foretold", "\(StoryServer.kept) daily backups after the purge; it was \(taken)")
        try page.require(taken == StoryServer.kept, "the policy foretold \(StoryServer.kept)")

        try await acknowledge(erasure.id, compliance)
        try await look(at: erasure.id, expecting: .purged)
        try await complete(erasure.id, support)
        return after
    }

    /// Waits until a mail to the person has these words.
    private func waitForLetter(saying words: String) async throws {
        let mails = "\(folder.home)/mail"
        let start = ContinuousClock.now
        while start.duration(to: .now) < .seconds(60) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: mails)) ?? []
            for name in names where name.hasSuffix(".eml") {
                // Quoted-printable breaks lines anywhere (RFC 2045).
                let text = String(decoding: try WholeFile.read("\(mails)/\(name)"), as: UTF8.self)
                if text.replacing("=\r\n", with: "").replacing("=\n", with: "").contains(words) { return }
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw CommandFailure(.failed, code: "demo.story-stopped", "no letter says “\(words)”; they are in \(mails)")
    }

    // MARK: backups

    @discardableResult
    private mutating func backUp(_ person: StoryPerson, _ when: String) async throws -> Int {
        let label = try await server.backUp()
        let files = try await server.files(with: person.markers)
        let size = Terminal.size(try await server.size(of: label))
        page.tell("full backup", "\(label), \(size), \(when); the person's bytes are in \(Self.files(files))")
        return files
    }

    /// One more backup, after which the verdict must be this; it is never `purged` while a byte is found.
    private mutating func age(_ person: StoryPerson, _ wanted: StoryStanding, _ when: String) async throws {
        let files = try await backUp(person, when)
        let scan = try await habeas(["backups", "scan", "--json"])
        try page.require(scan.status == 0, "a copy can't be read whole: \(scan.output)\(scan.errors)")
        let seen = try JSONDecoder.ofCommands.decode(StoryScan.self, from: Data(scan.output.utf8))
        guard let erasure = seen.erasures.first, seen.erasures.count == 1 else {
            throw CommandFailure(.failed, code: "demo.story-stopped", "the erasure isn't judged: \(scan.output)")
        }
        let copy = erasure.copies.first
        let standing = erasure.standing
        let held =
            "\(Terminal.count(copy?.resurrecting.count ?? 0, "backup")) of \(seen.copies.first?.backups.count ?? 0) "
        page.tell("verdict", "\(standing): \(held)can bring the person back, \(copy?.holding ?? 0) may hold bytes")
        try page.require(standing != StoryStanding.purged.rawValue || files == 0, "purged, but there are bytes")
        try page.require(standing == wanted.rawValue, "it had to be \(wanted.rawValue)")
    }

    private static func files(_ count: Int) -> String { count == 0 ? "no file" : Terminal.count(count, "file") }

    // MARK: the daily look

    /// Lets a day pass for the service, and waits until it has looked at the copies.
    private func look(at request: String, expecting wanted: StoryStanding) async throws {
        _ = try await server.query(
            "UPDATE habeas.backup_watch SET looked_at = 'epoch' WHERE request_id = $1::uuid", [request])
        _ = try await server.query(
            "UPDATE habeas.job SET ended_at = ended_at - interval '1 day' WHERE kind = 'backups' AND ended_at IS NOT NULL"
        )
        let start = ContinuousClock.now
        while start.duration(to: .now) < .seconds(90) {
            let seen = try await server.query(
                "SELECT standing FROM habeas.backup_watch WHERE request_id = $1::uuid AND looked_at > 'epoch'",
                [request])
            if let standing = seen.first?.first {
                return try page.require(standing == wanted.rawValue, "the daily look found \(standing ?? "nothing")")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw CommandFailure(
            .failed, code: "demo.story-stopped",
            "the service didn't look at the backups; its log: \(folder.background.logPath)")
    }

    /// Those who had copies of the rows answer that they erased them.
    private mutating func acknowledge(_ request: String, _ client: StaffClient) async throws {
        struct Answer: Encodable, Sendable {
            var outcome = "acknowledged"
            var ticket = "DEMO-4"
            var reason = "demonstration"
        }
        let duties = try await client.get("/v1/recipients", [("request", request)]).read(PageOf<RecipientDocument>.self)
        for duty in duties.items { _ = try await client.post("/v1/recipients/\(duty.id)/confirm", Answer()) }
        page.tell("recipients", "\(duties.items.count) said that they erased their copies")
    }

    /// The certificate of the end, judged by two programs.
    private mutating func complete(_ id: String, _ client: StaffClient) async throws {
        let request = try await client.get("/v1/requests/\(id)").read(RequestDetailDocument.self).request
        try page.require(request.state == "fulfilled", "the request is \(request.state)")
        let document = try await client.get("/v1/requests/\(id)/certificate").read(CertificateDocument.self)
        let (certificate, _) = try document.read()
        try page.require(certificate.backups == [], "the certificate still names backups")
        let path = "\(folder.absolute(folder.home))/certificate"
        try document.write(to: path)
        let key = folder.absolute(folder.publishedKey)
        let verified = try await habeas(["verify", "\(path)/certificate.json", "--key", key])
        try page.require(verified.status == 0, "habeas verify: \(verified.output)\(verified.errors)")
        try await StoryProgram([
            "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", "\(path)/certificate.json",
            "-sigfile", "\(path)/certificate.sig",
        ]).run()
        try await waitForLetter(saying: "Now no backup that")
        page.tell("certificate", "signed anew: nothing is left in any backup; habeas verify and openssl agree")
        page.tell("request", "fulfilled")
    }

    // MARK: the restore

    private mutating func restore(_ before: StoryRows, _ after: StoryRows) async throws {
        try await server.restore()
        try page.require(try server.saysClosed(), "the fence didn't close: \(server.cluster.log)")
        page.tell("restore", "from the copy that was put aside, to the point before the erasure (pgbackrest restore)")
        guard let refusal = await server.refusal(of: "workspace_app") else {
            return try page.require(false, "the product's role may log in to a restored server")
        }
        page.tell("the product", "is refused: \(refusal)")
        let back = try await StoryRows(of: server)
        try page.require(back == before, "the restored rows aren't those of before the erasure")
        page.tell("the person", "is back, behind the fence: all \(back.count) rows are as before the erasure")
        let replay = try await habeas(["replay", "--json"])
        let replayed = try JSONDecoder.ofCommands.decode(StoryReplay.self, from: Data(replay.output.utf8))
        try page.require(
            replay.status == 0 && replayed.fence == "lifted" && replayed.report.erasedAgain == 1,
            "the replay: \(replay.output)\(replay.errors)")
        page.tell(
            "replay", "1 erased again, \(replayed.report.rows) rows; verified; the fence is lifted (habeas replay)")
        let end = try await StoryRows(of: server)
        try page.require(end == after, "the rows aren't those that the erasure left")
        page.tell("the others", "are intact: all \(end.count) rows are those that the erasure had left")
        let second = await server.refusal(of: "workspace_app")
        try page.require(second == nil, "the product is still refused: \(second ?? "")")
        page.tell("the product", "logs in again")
    }

    // MARK: programs

    private func habeas(_ arguments: [String]) async throws -> StoryProgram.Outcome {
        try await StoryProgram.habeas(arguments + ["--config", folder.absolute(folder.settings)]).outcome()
    }
}

extension CivilDate {
    /// As letters in English write it.
    fileprivate var written: String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
            "December",
        ]
        return "\(day) \(months[month - 1]) \(year)"
    }
}
