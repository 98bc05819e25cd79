import Foundation
import PostgresTestKit
import PrivatePostgres
import SystemPackage
import Testing

/// No personal data and no secret of the service where they don't belong, whatever is done with it and whatever fails:
/// logs, metrics, URLs, answers, subjects of mails, webhooks, the control database, names of files, PostgreSQL.
@Suite(.timeLimit(.minutes(15))) struct ServiceCanaryTests {
    @Test func nothingLeaksFromTheService() async throws {
        try await Workbench.with { bench in
            try await ServiceScene.play(on: bench) { scene in
                try await scene.playAll()
                let hunt = try await scene.hunt()
                #expect(hunt.leaks == [])
                let kinds = Set(hunt.places.filter { !$0.text.isEmpty }.map(\.name))
                #expect(
                    kinds.isSuperset(of: [
                        "the log", "metrics", "a webhook", "header of a mail", "names of files",
                        "the audit log's export", "PostgreSQL's log", "pg_stat_activity", "table request",
                        "table sealed", "table words", "table claim", "table code", "table job", "table notice",
                        "table idempotency", "table audit_entry", "table webhook_event", "table download", "table hold",
                        "body of POST /v1/requests", "header of POST /p/ask",
                    ]))
                // The hunt sees: a marker planted in any place, in any disguise, is found.
                #expect(hunt.blindSpots == [])
            }
        }
    }

    /// The same hunt finds what is planted into the service itself: a table, the log, a name of a file.
    @Test func theHuntFindsWhatIsPlanted() async throws {
        try await Workbench.with { bench in
            try await ServiceScene.play(on: bench) { scene in
                #expect(try await scene.hunt().leaks == [])
                let marker = ServiceScene.markers["address"] ?? ""
                try await bench.database.run(
                    "INSERT INTO habeas.queue_pause VALUES ('mail', now(), 'x\(Data(marker.utf8).base64EncodedString())')"
                )
                try Data().write(to: URL(filePath: "\(bench.folder)/archives/\(marker).zip"))
                let found = try await scene.hunt().leaks

                #expect(found.contains("table queue_pause: address"))
                #expect(found.contains("names of files: address"))
            }
        }
    }
}

/// A service with a person whose every word is marked, and all that can be done with it.
struct ServiceScene: Sendable {
    let service: RunningService
    let visitor: ServiceVisitor
    let receiver: RunningProgram
    let tokens: [String: String]
    let person: String

    static let address = "mkaddress7731@example.com"
    static let contact = "mkcontact7733@example.org"
    static let unknown = "mkunknown7732@example.com"
    static let record = "77507750-7750-4750-8750-775077507750"

    /// What is looked for; the person's own words in the product's tables carry the demo's canary.
    static let markers = [
        "address": address, "contact": contact, "unknown": unknown, "canary": "cnrygblmrv0000",
        "name": "Mkdisplay7730", "words": "mkwords7734", "refusal": "mkrefusal7735", "claims": "mktoken7736",
        "claimed-address": "mkclaim7737@example.com", "staff": "Mkstaff7738", "sign-in": "mksubject7739",
        "json": "mkjson7740", "path": "mkpath7741", "query": "mkquery7742", "agent": "mkagent7743",
        "referer": "mkreferer7744", "request-id": "mkrequestid7745", "forwarded": "mkforwarded7746",
        "cookie": "mkcookie7747", "key": "mkkey7748", "bearer": "mkbearer7749", "record": record,
        "bad-address": "mkbad7751", "method": "MKMETHOD7752", "code": "mkcode7753",
    ]

    /// Sent with every request.
    private static let headers = [
        "User-Agent: mkagent7743/1.0", "Referer: https://mkreferer7744.example/", "X-Request-ID: mkrequestid7745",
        "X-Forwarded-For: mkforwarded7746", "Forwarded: for=mkforwarded7746", "Accept-Language: en",
    ]

    // MARK: setting

    static func play(on bench: Workbench, _ body: @Sendable (ServiceScene) async throws -> Void) async throws {
        let person = try await markPerson(bench.database)
        try await bench.database.run("ALTER DATABASE \(bench.database.name) SET log_min_duration_statement = 0")
        try bench.ownObjects()
        let keys = "\(bench.folder)/identity"
        try FileManager.default.createDirectory(atPath: keys, withIntermediateDirectories: true)
        try await LineServer.with("tokens.py", [keys, "1790000000", person, "mksubject7739"]) { publisher in
            let tokens = try JSONDecoder().decode(
                [String: String].self, from: Data(contentsOf: URL(filePath: "\(keys)/tokens.json")))
            let jwks = "http://127.0.0.1:\(publisher.port)/jwks.json"
            try await withReceiver { receiver, port in
                let port = Int(port) ?? 0
                let environment = settings(jwks: jwks, receiver: port)
                try await withService(bench, environment) { service in
                    let visitor = ServiceVisitor(
                        url: service.url, jar: "\(bench.folder)/jar", headers: headers, answers: Answers())
                    try await body(
                        ServiceScene(
                            service: service, visitor: visitor, receiver: receiver, tokens: tokens, person: person))
                }
            }
        }
    }

    private static func markPerson(_ database: TestDatabase) async throws -> String {
        let person =
            try await database.query(
                """
                UPDATE workspace.users SET email = '\(address)', display_name = 'Mkdisplay7730 Lovelace'
                WHERE email = 'ada@example.com' RETURNING id::text
                """)[0][0] ?? ""
        try await database.run(
            "INSERT INTO workspace.contacts (id, user_id, name) VALUES ('\(record)', '\(person)', 'x')")
        return person
    }

    private static func settings(jwks: String, receiver: Int) -> [String: String] {
        let secret = "whsec_\(Data((0..<32).map { UInt8($0) }).base64EncodedString())"
        return [
            "HABEAS_SERVICE_INTAKE_BURST": "1000",
            "HABEAS_OPERATORS_ADDRESS": "operators@workspace.example",
            "HABEAS_PERSON_TOKENS_KEYS": jwks, "HABEAS_PERSON_TOKENS_ISSUER": "https://id.example",
            "HABEAS_PERSON_TOKENS_AUDIENCE": "habeas", "HABEAS_PERSON_TOKENS_KIND": "user",
            "HABEAS_PERSON_TOKENS_ORIGINS": "https://app.example", "HABEAS_PERSON_TOKENS_MAX_AGE": "1h",
            "HABEAS_STAFF_TOKENS_KEYS": jwks, "HABEAS_STAFF_TOKENS_ISSUER": "https://id.example",
            "HABEAS_STAFF_TOKENS_AUDIENCE": "habeas", "HABEAS_WEBHOOKS_NAMES": "crm,broken",
            "HABEAS_WEBHOOKS_CRM_URL": "http://127.0.0.1:\(receiver)/ok", "HABEAS_WEBHOOKS_CRM_SECRET": secret,
            "HABEAS_WEBHOOKS_BROKEN_URL": "http://127.0.0.1:\(receiver)/broken",
            "HABEAS_WEBHOOKS_BROKEN_SECRET": secret,
        ]
    }

    /// Runs a receiver of webhooks whose lines can be looked at as a log.
    private static func withReceiver(_ body: @Sendable (RunningProgram, String) async throws -> Void) async throws {
        let script =
            "exec '\(Checkout.python)' '\(Checkout.path)/Tests/Judges/webhook_server.py' '\(Checkout.path)/docs/notices.md' 1>&2"
        _ = try await RunningProgram.with("/bin/sh", ["-c", script]) { receiver in
            // The first line is its port.
            for _ in 0..<600 where receiver.log.isEmpty { try await Task.sleep(for: .milliseconds(50)) }
            try await body(receiver, receiver.log)
        }
    }

    private static func withService(
        _ bench: Workbench, _ environment: [String: String],
        _ body: @Sendable (RunningService) async throws -> Void
    ) async throws {
        let port = try FreePort.find()
        try bench.writeServiceSettings(port: port)
        let initial = try await bench.habeas("init")
        try #require(initial.status == 0, "\(initial.errors)")
        let outcome = try await RunningProgram.with(
            Checkout.binary, ["serve", "--log", "debug"], in: bench.folder, environment: environment
        ) { program in
            let line = await program.line(with: "listens on 127.0.0.1:\(port)")
            try #require(line != nil, "\(program.log)")
            try await body(RunningService(bench: bench, port: port, program: program))
        }
        #expect(outcome.status == 0)
    }

    // MARK: waiting

    /// Waits until something is so.
    func until(_ what: String, _ isSo: () async throws -> Bool) async throws {
        for _ in 0..<400 {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("never happened: \(what)")
        throw CancellationError()
    }

    private func value(_ sql: String) async throws -> String {
        try await service.bench.database.query(sql).first?.first.flatMap { $0 } ?? ""
    }

    private func state(of request: String) async throws -> String {
        try await value("SELECT state FROM habeas.request WHERE id = '\(request)'")
    }

    /// Codes that were mailed, the newest last.
    func mailedCodes() throws -> [String] {
        try service.mails.flatMap { mail in
            mail.matches(of: #/[\s>](\d{4}-\d{4})[\s<.]/#).prefix(1).map { String($0.1) }
        }
    }

    private func code(after count: Int) async throws -> String {
        try await until("a code is mailed") { try mailedCodes().count > count }
        return try mailedCodes().last ?? ""
    }

    func linkTokens() throws -> Set<String> {
        let text = try service.mails.joined().replacing("=\r\n", with: "").replacing("=\n", with: "")
        return Set(text.matches(of: #/\/p\/d\/([A-Za-z0-9_-]{43})/#).map { String($0.1) })
    }

    // MARK: acts

    static let ground: [String: any Sendable] = ["ticket": "T-77", "reason": "person-asked:mkwords7734 on the phone"]

    func playAll() async throws {
        let admin = try await service.newStaff("Mkstaff7738 Chief", role: "admin")
        let one = try await colleague("Mkstaff7738 One", by: admin, subject: "mksubject7739")
        let two = try await colleague("Mkstaff7738 Two", by: admin, subject: nil)
        try await personAsks()
        try await staffAct(one, two, admin)
        try await staffHold(one, two)
        try await exportsFail(one)
        try await personSignsIn()
        try await badInput(one)
    }

    private func colleague(_ name: String, by admin: String, subject: String?) async throws -> String {
        var body = Self.ground
        body["name"] = name
        body["roles"] = ["compliance"]
        if let subject { body["sign_in_subject"] = subject }
        let added = try await visitor.call(
            "POST", "/v1/staff", token: admin, body, "-H", "Idempotency-Key: mkkey7748-\(name.suffix(3))")
        try #require(added.status == 201, "\(added.body)")
        _ = try await visitor.call("POST", "/v1/staff", token: admin, body)
        let issued = try await visitor.call(
            "POST", "/v1/staff/\(added.text("id"))/tokens", token: admin, Self.ground)
        try #require(issued.status == 201, "\(issued.body)")
        _ = try await visitor.call("GET", "/v1/staff/\(added.text("id"))/tokens", token: admin)
        return issued.text("token")
    }

    private func personAsks() async throws {
        _ = try await visitor.post("/p/ask", from: "/p/", ["right": "access", "address": "mkbad7751"])
        let stranger = try await visitor.post("/p/ask", from: "/p/", ["right": "access", "address": Self.unknown])
        #expect(stranger.status == 303)
        _ = try await visitor.post("\(path(stranger))/code", from: path(stranger), ["code": "1234-5678"])
        let codes = try mailedCodes().count
        let asked = try await visitor.post(
            "/p/ask", from: "/p/", ["right": "access", "format": "both", "address": Self.address.uppercased()])
        let claim = path(asked)
        let right = try await code(after: codes)
        _ = try await visitor.post("\(claim)/code", from: claim, ["code": "mkcode7753"])
        let wrong = try await visitor.post("\(claim)/code", from: claim, ["code": "0000-0001"])
        #expect(wrong.status == 422 || wrong.status == 200)
        let proven = try await visitor.post("\(claim)/code", from: claim, ["code": right])
        #expect(proven.status == 303)
        let page = path(proven)
        try await until("the archive is ready") {
            let progress = try await visitor.get("\(page)/progress", "-H", "Accept: application/json")
            return progress.body.contains("ready")
        }
        try await download()
        _ = try await visitor.get(page)
    }

    private func download() async throws {
        try await until("the link is mailed") { try !linkTokens().isEmpty }
        let link = "/p/d/\(try linkTokens().first ?? "")"
        let codes = try mailedCodes().count
        _ = try await visitor.send("HEAD", link, [])
        _ = try await visitor.get(link)
        _ = try await visitor.get("\(link)/parts/1")
        _ = try await visitor.post("\(link)/code-request", from: link)
        let right = try await code(after: codes)
        _ = try await visitor.post("\(link)/open", from: link, ["code": "0000-0001"])
        let opened = try await visitor.post("\(link)/open", from: link, ["code": right])
        #expect(opened.status == 303)
        _ = try await visitor.get("\(link)/parts/99")
        let file = FileManager.default.temporaryDirectory.appending(path: "downloaded-\(UUID().uuidString).zip").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(try await visitor.download("\(link)/parts/1", to: file) == 200)
    }

    private func path(_ answer: Answer) -> String {
        answer.location.replacing(service.url, with: "")
    }

    private func open(
        _ token: String, _ more: [String: any Sendable], status: Int = 201
    ) async throws -> String {
        var body = Self.ground.merging(["subject": "email:\(Self.address)", "right": "access"]) { $1 }
        body.merge(more) { $1 }
        let answer = try await visitor.call("POST", "/v1/requests", token: token, body)
        #expect(answer.status == status, "\(answer.body)")
        return answer.text("id")
    }

    private func act(_ token: String, _ path: String, _ more: [String: any Sendable] = [:]) async throws -> Answer {
        try await visitor.call("POST", path, token: token, Self.ground.merging(more) { $1 })
    }

    private func vouch(_ token: String, _ id: String) async throws -> Answer {
        try await act(
            token, "/v1/requests/\(id)/verify",
            ["method": "call-back", "evidence": ["invoice-amount"], "accepted": true])
    }

    private func staffAct(_ one: String, _ two: String, _ admin: String) async throws {
        _ = try await open(one, ["subject": "email:\(Self.unknown)"], status: 404)
        let first = try await value("SELECT id FROM habeas.request ORDER BY opened_at LIMIT 1")
        let id = try await open(one, ["right": "export", "contact": Self.contact])
        _ = try await open(one, ["right": "export", "contact": Self.contact], status: 200)
        #expect(try await vouch(one, id).status == 200)
        #expect(try await act(one, "/v1/requests/\(id)/approve").status == 403)
        #expect(try await act(two, "/v1/requests/\(id)/approve").status == 200)
        try await until("the second archive is ready") { try await state(of: id) == "ready" }
        let issued = try await act(one, "/v1/requests/\(id)/links")
        let link = (issued.json["link"] as? [String: Any])?["id"] as? String ?? ""
        _ = try await act(one, "/v1/links/\(link)/renew")
        _ = try await act(one, "/v1/links/\(link)/revoke")
        _ = try await visitor.get(issued.text("url").replacing(service.url, with: ""))
        let refused = try await open(one, ["right": "erasure", "records": ["contacts:\(Self.record)"]])
        let refusal = try await act(
            one, "/v1/requests/\(refused)/refuse", ["reason": "manifestly-unfounded:mkrefusal7735 is not theirs"])
        #expect(refusal.status == 200)
        _ = try await act(one, "/v1/requests/\(first)/cancel")
        for path in ["", "/timeline", "/receipts", "/links"] {
            _ = try await visitor.call("GET", "/v1/requests/\(id)\(path)", token: one)
        }
        _ = try await visitor.call("GET", "/v1/requests?limit=1", token: one)
        _ = try await visitor.call(
            "POST", "/v1/requests/search", token: one, ["subject": "email:\(Self.address)", "limit": 1])
        _ = try await visitor.call("POST", "/v1/requests/search", token: one, ["subject": "email:\(Self.unknown)"])
        for path in ["me", "staff", "jobs", "queue", "audit"] {
            _ = try await visitor.call("GET", "/v1/\(path)", token: admin)
        }
        let notice = try await value(
            "SELECT id FROM habeas.notice WHERE state = 'handed_over' AND request_id IS NOT NULL LIMIT 1")
        #expect(try await act(admin, "/v1/notices/\(notice)/bounce").status == 200)
        let sample = try await value("SELECT id FROM habeas.job LIMIT 1")
        _ = try await visitor.call("GET", "/v1/jobs/\(sample)", token: admin)
    }

    /// A legal hold from its placing to its release.
    private func staffHold(_ one: String, _ two: String) async throws {
        let body: [String: any Sendable] = [
            "matter": "2026-LIT-014", "basis": "gdpr-17-3-e", "subject": "email:\(Self.address)",
            "collections": ["contacts"], "records": [Self.record], "review_on": "2027-05-31",
        ]
        // A year from now on at most.
        let year = Calendar(identifier: .gregorian).component(.year, from: Date()) + 1
        let day: [String: any Sendable] = ["review_on": "\(year)-01-15"]
        let placed = try await act(one, "/v1/holds", body.merging(day) { $1 })
        try #require(placed.status == 201, "\(placed.body)")
        let path = "/v1/holds/\(placed.text("id"))"
        let spoilt: [[String: any Sendable]] = [
            ["subject": "email:\(Self.unknown)"], ["records": [Self.record, Self.record]],
            ["collections": ["mkjson7740"]], ["matter": "mkjson7740 Lovelace"], ["custodian": "mkjson7740"],
        ]
        for more in spoilt {
            let answer = try await act(one, "/v1/holds", body.merging(day) { $1 }.merging(more) { $1 })
            #expect((400..<500).contains(answer.status), "\(answer.body)")
        }
        #expect(try await act(one, "\(path)/confirm").status == 403)
        #expect(try await act(two, "\(path)/confirm").status == 200)
        #expect(try await act(one, "\(path)/review", day).status == 200)
        let erasure = try await open(one, ["right": "erasure"])
        for place in [path, "/v1/holds", "/v1/holds?review=overdue", "/v1/requests/\(erasure)", "/v1/dashboard"] {
            #expect(try await visitor.call("GET", place, token: one).status == 200)
        }
        _ = try await act(one, "/v1/requests/\(erasure)/cancel")
        // One more stays in force, so that its boxes are there to be looked at.
        _ = try await act(two, "/v1/holds", body.merging(day) { $1 })
        #expect(try await act(one, "\(path)/release").status == 200)
        #expect(try await act(two, "\(path)/confirm-release").status == 200)
    }

    /// Exports whose failures could carry values: PostgreSQL names one in its error, the store is away.
    private func exportsFail(_ one: String) async throws {
        let database = service.bench.database
        try await database.run(
            "CREATE POLICY failing ON workspace.tasks AS RESTRICTIVE USING (('x' || title)::int > 0)")
        let id = try await open(one, ["format": "json"])
        _ = try await vouch(one, id)
        try await until("an export fails in the database") { try await hasFailed(id) }
        _ = try await act(one, "/v1/requests/\(id)/cancel")
        try await database.run("DROP POLICY failing ON workspace.tasks")

        let objects = "\(service.bench.folder)/objects"
        try FileManager.default.moveItem(atPath: objects, toPath: "\(objects)-away")
        let next = try await open(one, ["format": "csv"])
        _ = try await vouch(one, next)
        try await until("an export ends without its store") {
            if try await hasFailed(next) { return true }
            return try await state(of: next) == "ready"
        }
        try FileManager.default.moveItem(atPath: "\(objects)-away", toPath: objects)
        _ = try await act(one, "/v1/requests/\(next)/cancel")
    }

    private func hasFailed(_ request: String) async throws -> Bool {
        try await value(
            "SELECT count(*) FROM habeas.job WHERE kind = 'export' AND request_id = '\(request)' AND error IS NOT NULL")
            != "0"
    }

    private func personSignsIn() async throws {
        let token = tokens["live \(person)"] ?? ""
        let origin = ["-H", "Origin: https://app.example"]
        let elsewhere = try await visitor.post(
            "/p/sign-in", ["token": token], "-H", "Origin: https://mkreferer7744.example")
        #expect(elsewhere.status == 403)
        let spoilt = try await visitor.post("/p/sign-in", ["token": token + "x"], origin[0], origin[1])
        #expect(spoilt.status == 401)
        _ = try await visitor.post("/p/sign-in", ["token": "mkbearer7749"], origin[0], origin[1])
        let signedIn = try await visitor.post("/p/sign-in", ["token": token], origin[0], origin[1])
        #expect(signedIn.status == 303 && path(signedIn) == "/p/requests")
        let requests = try await visitor.get("/p/requests")
        #expect(requests.status == 200)

        // The whole way without a mailed code: asked, made, downloaded by the session.
        let codes = try mailedCodes().count
        let asked = try await visitor.post("/p/requests", from: "/p/requests", ["right": "access", "format": "json"])
        #expect(asked.status == 303)
        let id = String(path(asked).split(separator: "/").last ?? "")
        let links = try linkTokens()
        try await until("the third archive is ready") { try await state(of: id) == "ready" }
        try await until("its link is mailed") { try !linkTokens().subtracting(links).isEmpty }
        let link = "/p/d/\(try linkTokens().subtracting(links).first ?? "")"
        let opened = try await visitor.post("\(link)/open", from: link)
        #expect(opened.status == 303)
        let file = FileManager.default.temporaryDirectory.appending(path: "downloaded-\(UUID().uuidString).zip").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(try await visitor.download("\(link)/parts/1", to: file) == 200)
        #expect(try mailedCodes().count == codes)

        let erasure = try await visitor.post("/p/requests", from: "/p/requests", ["right": "erasure"])
        let page = path(erasure)
        _ = try await visitor.post("\(page)/confirm", from: "\(page)/confirm", ["sure": "yes"])
        _ = try await visitor.post("\(page)/cancel", from: "\(page)/cancel")
        _ = try await visitor.get(page)
        _ = try await visitor.post("/p/sign-out", from: page)
        let me = try await visitor.call("GET", "/v1/me", token: tokens["live mksubject7739"] ?? "")
        #expect(me.status == 200 && me.text("name") == "Mkstaff7738 One")
        #expect(try await visitor.call("GET", "/v1/me", token: token).status == 401)
    }

    private func badInput(_ one: String) async throws {
        for text in [
            #"{"mkjson7740": "#, #"{"mkjson7740": 1}"#, #""mkjson7740""#, #"{"subject": ["mkjson7740"]}"#,
            #"{"subject": "mkjson7740", "right": "mkjson7740", "ticket": "mkjson7740", "reason": "Mkjson7740"}"#,
            #"{"subject": "email:mkjson7740", "right": "access", "ticket": "mkjson7740", "reason": "a:b", "zone": "mk json7740"}"#,
            #"{"subject": "mkjson:7740", "right": "access", "ticket": "mkjson7740", "reason": "mkjson7740 "}"#,
        ] {
            let answer = try await visitor.call("POST", "/v1/requests", token: one, text: text)
            #expect((400..<500).contains(answer.status))
        }
        for path in [
            "/mkpath7741?mkquery7742=1", "/v1/mkpath7741", "/v1/requests/mkpath7741?q=mkquery7742",
            "/v1/requests?state=mkquery7742", "/v1/requests?cursor=mkquery7742", "/v1/audit?action=mkquery7742",
            "/v1/requests/%6dkpath7741%00", "/v1/queue/mkpath7741/pause",
        ] {
            for method in ["GET", "POST", "MKMETHOD7752"] {
                _ = try await visitor.send(method, path, ["-H", "Authorization: Bearer \(one)"])
            }
        }
        for path in ["/p/mkpath7741", "/p/d/mkpath7741", "/p/claims/mkpath7741", "/p/requests/mkpath7741?mkquery7742"] {
            _ = try await visitor.send(
                "GET", path, ["-H", "Cookie: habeas_session=mkcookie7747; habeas_claim=mkcookie7747"])
            _ = try await visitor.send(
                "POST", path, ["-H", "Cookie: habeas_csrf=mkcookie7747", "-d", "csrf=mkcookie7747"])
        }
        for token in ["mkbearer7749", "habeas_mkbearer7749", "habeas_0123456789abcdef_mkbearer7749", "mk.bearer.7749"] {
            #expect(try await visitor.call("GET", "/v1/me", token: token).status == 401)
        }
        _ = try await visitor.send("POST", "/p/ask", ["-d", "mkjson7740=1"])
        _ = try await visitor.send(
            "POST", "/v1/requests",
            ["-H", "Authorization: Bearer \(one)", "-H", "Content-Type: text/mkjson7740", "-d", "x"])
    }
}

// MARK: - hunting

extension ServiceScene {
    /// Everything that was left behind, before the service ends.
    func hunt() async throws -> LeakHunt {
        var hunt = LeakHunt(Self.markers)
        for (number, code) in Set(try mailedCodes()).sorted().enumerated() {
            hunt.look(for: code, called: "code \(number)")
            // Alone they may be part of a larger number.
            for before in [" ", "=", ":", "\"", ",", "("] {
                hunt.look(for: before + code.replacing("-", with: ""), called: "code \(number) after \(before)")
            }
        }
        for (number, token) in try linkTokens().sorted().enumerated() {
            hunt.look(for: token, called: "link \(number)")
        }
        for (name, secret) in try cookies() { hunt.look(for: secret, called: name) }
        hunt.look(for: person, called: "person")

        hunt.add("the log", service.program.log)
        hunt.add("metrics", try await visitor.get("/metrics").body)
        addAnswers(to: &hunt)
        try addMails(to: &hunt)
        for line in receiver.log.split(separator: "\n").dropFirst() { hunt.add("a webhook", String(line)) }
        for (table, rows) in try await service.bench.database.controlRows() {
            // Colleagues are known by name there, and by what their sign-in service calls them.
            hunt.add("table \(table)", rows, allowing: table == "staff" ? ["staff", "sign-in"] : [])
        }
        hunt.add("names of files", try names().joined(separator: "\n"))
        let file = "audit-\(UUID().uuidString).jsonl"
        let audit = try await service.bench.habeas("audit", "export", "--output", file)
        #expect(audit.status == 0, "\(audit.errors)")
        hunt.add(
            "the audit log's export", try String(contentsOfFile: "\(service.bench.folder)/\(file)", encoding: .utf8)
        )
        try await addServer(to: &hunt)
        return hunt
    }

    private func cookies() throws -> [String: String] {
        guard FileManager.default.fileExists(atPath: visitor.jar) else { return [:] }
        var cookies: [String: String] = [:]
        for line in try String(contentsOfFile: visitor.jar, encoding: .utf8).split(separator: "\n") {
            let fields = line.split(separator: "\t")
            if fields.count == 7, fields[6].count > 20 { cookies["cookie \(fields[5])"] = String(fields[6]) }
        }
        return cookies
    }

    private func addAnswers(to hunt: inout LeakHunt) {
        for answer in visitor.answers.all {
            let links = Set(hunt.secrets.keys.filter { $0.hasPrefix("link") })
            let cookies = Set(hunt.secrets.keys.filter { $0.hasPrefix("cookie") })
            // A link's own pages lead to it; cookies are set by their header.
            hunt.add(
                "header of \(answer.method) \(answer.path)", answer.head.replacing(answer.path, with: ""),
                allowing: cookies.union(answer.path.hasPrefix("/p/d/") ? links : []))
            hunt.add(
                "body of \(answer.method) \(answer.path)", answer.body, allowing: links.union(allowed(in: answer)))
        }
    }

    /// What an answer says because it was asked for it.
    private func allowed(in answer: Answer) -> Set<String> {
        let path = answer.path
        if path.hasPrefix("/v1/staff") || path == "/v1/me" { return ["staff", "sign-in"] }
        // The words of reasons, for those who may read a request's story.
        if path.hasSuffix("/timeline") { return ["words", "refusal"] }
        // Whoever misspelt a field is told which; the answer goes to nobody else.
        if answer.status == 400 || answer.status == 422, answer.body.contains("unknown field") { return ["json"] }
        // What they typed stands in the form again.
        if path == "/p/ask" { return ["bad-address"] }
        return []
    }

    private func addMails(to hunt: inout LeakHunt) throws {
        for mail in try service.mails {
            let parts = mail.replacing("\r\n", with: "\n").split(separator: "\n\n", maxSplits: 1)
            let head = (parts.first ?? "").replacing("\n ", with: " ").split(separator: "\n")
            let subject = head.first { $0.hasPrefix("Subject:") } ?? ""
            hunt.add("header of a mail", head.filter { !$0.hasPrefix("To:") }.joined(separator: "\n"))
            let secrets = Set(hunt.secrets.keys.filter { $0.hasPrefix("link") || $0.hasPrefix("code") })
            hunt.add(
                "body of a mail:\(subject.dropFirst(8))", String(parts.last ?? "").replacing("=\n", with: ""),
                allowing: secrets.union(["refusal"]))
        }
    }

    private func names() throws -> [String] {
        let folder = service.bench.folder
        return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { !$0.hasPrefix("objects") }
    }

    /// What PostgreSQL logged of our roles with every statement logged, and what it shows of their sessions.
    private func addServer(to hunt: inout LeakHunt) async throws {
        let database = service.bench.database
        let log = try String(contentsOfFile: database.cluster.log.string, encoding: .utf8)
        // A log entry runs to the next line that begins with a date.
        let entries = log.split(separator: #/\n(?=\d{4}-\d\d-\d\d )/#)
        let ours = entries.filter { $0.contains(" habeas_") && $0.contains("@\(database.name) ") }
        #expect(ours.contains { $0.contains("habeas.request") })
        hunt.add("PostgreSQL's log", ours.joined(separator: "\n"))
        let sessions = try await database.query(
            "SELECT a::text FROM pg_stat_activity a WHERE datname = current_database() AND usename LIKE 'habeas_%'")
        #expect(!sessions.isEmpty)
        hunt.add("pg_stat_activity", sessions.map { $0[0] ?? "" }.joined(separator: "\n"))
    }
}
