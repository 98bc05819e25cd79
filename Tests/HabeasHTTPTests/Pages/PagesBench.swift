import AuditLedger
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import ObjectStore
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import Synchronization
import Testing

@testable import HabeasHTTP
@testable import RightsEngine

/// The pages before a real engine, over a workspace of its own.
struct PagesBench: Sendable {
    let database: TestDatabase
    let folder: String
    let clock: PagesClock
    let engine: Engine
    let pages: Pages
    private let ring: KeyRing

    /// Somebody of the workspace.
    static let known = "ada@demo.example"

    static func with<Value: Sendable>(
        _ body: @escaping @Sendable (PagesBench, any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        try await TestCluster.withWorkspace { database in
            try await PostgresConnection.withConnection(to: database.target()) {
                _ = try await Migrator.migrate($0, controlRole: "habeas_control", password: nil)
            }
            try await database.run(
                "UPDATE workspace.users SET email = '\(known)' WHERE id = (SELECT id FROM workspace.users ORDER BY id LIMIT 1)"
            )
            return try await withFolder { folder in
                let bench = try PagesBench(database, folder)
                do {
                    let value = try await bench.server().application.test(.router) { try await body(bench, $0) }
                    await bench.engine.control.close()
                    return value
                } catch {
                    await bench.engine.control.close()
                    throw error
                }
            }
        }
    }

    private init(_ database: TestDatabase, _ folder: String) throws {
        self.database = database
        self.folder = folder
        let clock = PagesClock()
        self.clock = clock
        ring = try KeyRing.create(folder: "\(folder)/keys", now: clock.now)
        try FileManager.default.createDirectory(atPath: "\(folder)/archives", withIntermediateDirectories: true)
        engine = Engine(
            control: ControlDatabase(pool: PostgresPool(to: database.target(as: "habeas_control"), limit: 4)),
            people: try PersonKeys(folder: "\(folder)/keys"),
            settings: EngineSettings(
                publicURL: "https://privacy.example.com", defaultRegime: "gdpr", clock: try .berlin(),
                archives: "\(folder)/archives"),
            directory: PersonDirectory { try await Self.find($0, in: database) }, now: { clock.now })
        var settings = PageSettings(
            service: "Workspace <Demo>", controller: "Demo & Sons GmbH", contact: "privacy@demo.example",
            privacyNotice: "https://demo.example/privacy")
        settings.productOrigins = ["https://app.demo.example"]
        pages = Pages(
            engine: engine, archiveKeys: ArchiveKeys(folder: "\(folder)/keys"), protection: SampleServer.protection,
            verifier: TokenVerifier(
                TokenIssuer(keys: "\(folder)/none", issuer: "https://id.demo.example", audience: "habeas")
            ) { clock.now }, settings: settings)
    }

    private static func find(
        _ reference: String, in database: TestDatabase
    ) async throws -> PersonDirectory.Person? {
        let parts = reference.split(separator: ":", maxSplits: 1).map(String.init)
        let column = parts[0] == "email" ? "email" : "id::text"
        let rows = try await database.query(
            "SELECT id, email FROM workspace.users WHERE \(column) = $1", [parts[1]])
        return rows.first.map { PersonDirectory.Person(reference: "user:\($0[0] ?? "")", address: $0[1]) }
    }

    private func server() throws -> HabeasServer {
        var parts = HabeasServer.Parts { clock.now }
        parts.groups = pages.groups
        parts.translators = [StaffAPI.translator]
        parts.problemPage = pages.problemPage
        return try SampleServer.server(parts: parts)
    }

    // MARK: codes

    /// What the claim's mail says: the code, made as the mail job makes it; nil when no code was mailed.
    func mailedCode(of claim: ClaimID) async throws -> String? {
        try await engine.resolve(claim)
        return try await latestCode("claim_id = '\(claim.text)'")
    }

    func latestCode(_ condition: String) async throws -> String? {
        let rows = try await database.query(
            """
            SELECT id FROM habeas.notice WHERE kind = 'one-time-code' AND \(condition) ORDER BY made_at DESC, id DESC
            LIMIT 1
            """)
        guard let id = rows.first?.first.flatMap({ $0 }).flatMap({ NoticeID($0) }) else { return nil }
        let stored = try await engine.control.transaction { try await $0.notice(id) }
        return try await engine.makeCode(for: try #require(stored))
    }

    // MARK: archives

    /// Makes a request's archive, as a worker does, and gives its link's token.
    func finish(_ id: RightsCore.RequestID, parts: [[UInt8]]) async throws -> String {
        let store = SealedFolder("\(folder)/archives")
        for (index, content) in parts.enumerated() {
            let writer = try store.create("\(id)-1-part\(index + 1).zip", wrappedBy: try ring.wrapping.active())
            try writer.write(content.span.bytes)
            try writer.finish()
            try writer.publish()
        }
        let now = clock.now
        let link = try await engine.control.transaction { transaction in
            var request = try await engine.locked(id, in: transaction)
            try await engine.move(&request, .start, by: .system, in: transaction)
            request.readyAt = now
            request.keepUntil = now + engine.settings.archiveKeep
            request.contents = #"{"contacts":12,"tasks":3}"#
            for (index, content) in parts.enumerated() {
                try await transaction.insert(
                    ArchiveRecord(
                        request: id, part: index + 1, object: "\(id)-1-part\(index + 1).zip",
                        fileName: "personal-data_\(index + 1).zip", bytes: UInt64(content.count), madeAt: now))
            }
            try await engine.move(&request, .finish, by: .system, in: transaction)
            return try await engine.issueLink(for: request, by: .system, in: transaction)
        }
        return String(try engine.url(of: link).split(separator: "/").last ?? "")
    }

    /// Every row of the control database.
    func dump() async throws -> [String] {
        let tables = try await database.query("SELECT tablename FROM pg_tables WHERE schemaname = 'habeas' ORDER BY 1")
        var dump: [String] = []
        for table in tables.compactMap({ $0.first.flatMap { $0 } }) {
            dump += try await database.query("SELECT '\(table) ' || t::text FROM habeas.\(table) t ORDER BY 1")
                .compactMap { $0.first.flatMap { $0 } }
        }
        return dump
    }

    /// How many rows each table has.
    func counts() async throws -> [String: Int] {
        Dictionary(grouping: try await dump()) { String($0.prefix { $0 != " " }) }.mapValues(\.count)
    }
}

/// A time that moves when a test says so.
final class PagesClock: Sendable {
    private let instant = Mutex(Instant(microseconds: 1_790_000_000_000_000))

    var now: Instant { instant.withLock { $0 } }
    func pass(_ duration: Duration) { instant.withLock { $0 = $0 + duration } }
}

/// A browser without a script: keeps cookies, sends forms with the token of the page it was on.
final class PageBrowser {
    private let client: any TestClientProtocol
    private(set) var cookies: [String: String] = [:]
    private(set) var seen: [String] = []
    var headers: HTTPFields = [.accept: "text/html,application/xhtml+xml", .acceptLanguage: "en"]

    init(_ client: any TestClientProtocol) { self.client = client }

    func get(
        _ path: String, _ extra: HTTPFields = [:], method: HTTPRequest.Method = .get
    ) async throws -> TestResponse {
        take(try await client.execute(uri: path, method: method, headers: fields(extra)))
    }

    /// Sends a form of the page before.
    func post(_ path: String, _ form: [String: String] = [:], extra: HTTPFields = [:]) async throws -> TestResponse {
        var form = form
        let token = seen.last.flatMap { $0.firstMatch(of: #/name="csrf" value="([^"]+)"/#) }.map { String($0.1) }
        form["csrf"] = form["csrf"] ?? token
        return try await send(path, form, extra: extra)
    }

    /// Sends a form as it is.
    func send(_ path: String, _ form: [String: String], extra: HTTPFields = [:]) async throws -> TestResponse {
        let body = form.map { "\($0.key)=\($0.value.formEncoded)" }.joined(separator: "&")
        var headers = fields(extra)
        headers[.contentType] = "application/x-www-form-urlencoded"
        return take(
            try await client.execute(uri: path, method: .post, headers: headers, body: ByteBuffer(string: body)))
    }

    func forget(_ cookie: String) { cookies[cookie] = nil }

    private func fields(_ extra: HTTPFields) -> HTTPFields {
        var all = headers
        if !cookies.isEmpty { all[.cookie] = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        for field in extra { all[field.name] = field.value }
        return all
    }

    private func take(_ response: TestResponse) -> TestResponse {
        for field in response.headers[values: .setCookie] {
            let pair = field.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            cookies[String(pair[0])] = pair[1].isEmpty ? nil : String(pair[1])
        }
        if response.headers[.contentType]?.hasPrefix("text/html") == true { seen.append(response.text) }
        return response
    }
}

extension String {
    fileprivate var formEncoded: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}

extension TestResponse {
    /// The last part of where it leads.
    var target: String { headers[.location]?.split(separator: "/").last.map(String.init) ?? "" }
}

extension PagesBench {
    /// Asks for something with an address, and gives the claim.
    func ask(
        _ browser: PageBrowser, _ address: String = known, right: String = "access"
    ) async throws -> ClaimID {
        _ = try await browser.get("/p/")
        let answer = try await browser.post(
            "/p/ask", ["right": right, "format": "both", "address": address, "zone": "Europe/Berlin"])
        #expect(answer.status == .seeOther)
        return try #require(ClaimID(answer.target))
    }

    /// Asks and enters the code; gives the request.
    func prove(_ browser: PageBrowser, right: String = "access") async throws -> RightsCore.RequestID {
        let claim = try await ask(browser, right: right)
        let code = try #require(try await mailedCode(of: claim))
        _ = try await browser.get("/p/claims/\(claim)")
        let answer = try await browser.post("/p/claims/\(claim)/code", ["code": code])
        #expect(answer.status == .seeOther)
        let id = RightsCore.RequestID(answer.target)
        return try #require(id)
    }
}
