import AuditLedger
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import Synchronization
import Testing

@testable import HabeasHTTP
@testable import RightsEngine

/// The API over a real engine, a migrated control schema and the demo workspace's people.
struct APIBench {
    /// A time that moves only when a test says so.
    final class Clock: Sendable {
        private let instant: Mutex<Instant>

        init(_ start: Instant) { instant = Mutex(start) }
        var now: Instant { instant.withLock { $0 } }
        func pass(_ duration: Duration) { instant.withLock { $0 = $0 + duration } }
    }

    let database: TestDatabase
    let engine: Engine
    let keys: KeyRing
    let clock: Clock
    let server: HabeasServer
    let client: any TestClientProtocol

    /// Lends the API. Requests go to the routes without a socket, or to a port when `isLive`.
    static func with(
        _ change: (inout EngineSettings) -> Void = { _ in },
        signIn: (@Sendable (String, Clock) -> TokenVerifier)? = nil,
        _ body: @escaping @Sendable (APIBench) async throws -> Void
    ) async throws {
        try await withEngine(change) { database, engine, keys, clock, folder in
            let parts = Self.parts(engine, keys, signIn: signIn?(folder, clock), clock: clock)
            let server = try SampleServer.server(parts: parts)
            try await server.application.test(.router) { client in
                try await body(
                    APIBench(
                        database: database, engine: engine, keys: keys, clock: clock, server: server, client: client))
            }
        }
    }

    /// Lends an engine over a workspace of its own.
    static func withEngine(
        _ change: (inout EngineSettings) -> Void = { _ in },
        _ body: (TestDatabase, Engine, KeyRing, Clock, _ folder: String) async throws -> Void
    ) async throws {
        try await TestCluster.withWorkspace { database in
            try await PostgresConnection.withConnection(to: database.target()) {
                _ = try await Migrator.migrate($0, controlRole: "habeas_control", password: nil)
            }
            try await withFolder { folder in
                let clock = Clock(Instant(microseconds: 1_790_000_000_000_000))
                let keys = try KeyRing.create(folder: "\(folder)/keys", now: clock.now)
                let engine = try Self.engine(database, folder: folder, clock: clock, change)
                do {
                    try await body(database, engine, keys, clock, folder)
                } catch {
                    await engine.control.close()
                    throw error
                }
                await engine.control.close()
            }
        }
    }

    private static func engine(
        _ database: TestDatabase, folder: String, clock: Clock, _ change: (inout EngineSettings) -> Void
    ) throws -> Engine {
        var settings = EngineSettings(
            publicURL: "https://privacy.example", defaultRegime: "GDPR", clock: try .berlin(),
            archives: "\(folder)/archives")
        change(&settings)
        return Engine(
            control: ControlDatabase(pool: PostgresPool(to: database.target(as: "habeas_control"), limit: 4)),
            people: try PersonKeys(folder: "\(folder)/keys"), settings: settings,
            directory: directory(database), now: { clock.now })
    }

    /// Finds people in the product's table, by id or address.
    private static func directory(_ database: TestDatabase) -> PersonDirectory {
        PersonDirectory { reference in
            let parts = reference.split(separator: ":", maxSplits: 1).map(String.init)
            let column = ["email": "email::text", "user": "id::text"][parts[0]]
            guard let column else { throw EngineError(.invalid, "no such kind of person", field: "subject") }
            let rows = try await database.query(
                "SELECT id, email FROM workspace.users WHERE lower(\(column)) = lower($1)", [parts[1]])
            return rows.first.map { PersonDirectory.Person(reference: "user:\($0[0] ?? "")", address: $0[1]) }
        }
    }

    static func parts(
        _ engine: Engine, _ keys: KeyRing, signIn: TokenVerifier?, clock: Clock, erasure: ErasureTools? = nil
    ) -> HabeasServer.Parts {
        var parts = HabeasServer.Parts { clock.now }
        parts.groups = [
            StaffAPI(engine: engine, keys: keys, signIn: signIn, erasure: erasure).group,
            .system(
                checks: [], life: parts.life, metrics: parts.metrics, openAPI: StaffAPI.description,
                wellKnown: { try keys.published() }),
        ]
        parts.translators = [StaffAPI.translator]
        return parts
    }

    // MARK: staff

    /// A token of somebody with roles.
    func token(_ roles: StaffRole..., scopes: [Permission] = [], lifetime: Duration = .days(1)) async throws -> String {
        try await Self.token(engine, Set(roles), scopes: scopes, lifetime: lifetime)
    }

    static func token(
        _ engine: Engine, _ roles: Set<StaffRole>, scopes: [Permission] = [], lifetime: Duration = .days(1)
    ) async throws -> String {
        try await engine.control.transaction { transaction in
            let staff = try await engine.addStaff(
                name: "Colleague \(UUID().uuidString)", roles: roles, signInSubject: nil, by: .system, in: transaction)
            return try await engine.issueToken(
                for: staff.id, scopes: scopes, lifetime: lifetime, by: .system, in: transaction
            ).text
        }
    }

    // MARK: calling

    static let ground: [String: any Sendable] = ["ticket": "T-1042", "reason": "person-asked:by phone"]

    /// A call with a token, and a body if there is one.
    func call(
        _ method: HTTPRequest.Method, _ path: String, _ token: String?, _ body: [String: any Sendable]? = nil,
        key: String? = nil
    ) async throws -> TestResponse {
        var headers: HTTPFields = [:]
        if let key { headers[.idempotencyKey] = key }
        let text = try body.map { String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self) }
        return try await send(method, path, token, text, headers)
    }

    /// A write with nothing but a ground.
    func act(_ path: String, _ token: String?, key: String? = nil) async throws -> TestResponse {
        try await call(.post, path, token, Self.ground, key: key)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ token: String?, _ body: String? = nil,
        _ more: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = more
        if let token { headers[.authorization] = "Bearer \(token)" }
        if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }

    // MARK: requests

    /// A person of the demo workspace.
    func address(_ number: Int = 0) async throws -> String {
        let rows = try await database.query(
            "SELECT email FROM workspace.users WHERE email ~* '^[a-z0-9._+-]+@[a-z0-9.-]+$' ORDER BY email LIMIT 1 OFFSET \(number)"
        )
        return try #require(rows.first?.first.flatMap { $0 })
    }

    /// What opens a request.
    func opening(_ person: Int = 0, right: String = "access", _ more: [String: any Sendable] = [:]) async throws
        -> [String: any Sendable]
    {
        let own: [String: any Sendable] = ["subject": "email:\(try await address(person))", "right": right]
        return own.merging(Self.ground) { $1 }.merging(more) { $1 }
    }

    /// The id of a request just opened.
    func opened(_ token: String, _ person: Int = 0, right: String = "access") async throws -> String {
        let response = try await call(.post, "/v1/requests", token, try await opening(person, right: right))
        return try #require(response.json["id"] as? String)
    }

    /// Vouches for the person of a request.
    func verify(_ id: String, _ token: String, accepted: Bool = true) async throws -> TestResponse {
        let body: [String: any Sendable] = [
            "method": "call-back", "evidence": ["invoice-amount"], "accepted": accepted,
        ]
        return try await call(.post, "/v1/requests/\(id)/verify", token, body.merging(Self.ground) { $1 })
    }

    /// Makes a queued request ready, as a worker does, with one part.
    @discardableResult
    static func finish(_ engine: Engine, _ text: String) async throws -> LinkRecord {
        let id = try #require(RequestID(text))
        return try await engine.control.transaction { transaction in
            var request = try await engine.locked(id, in: transaction)
            if request.state == .queued { try await engine.move(&request, .start, by: .system, in: transaction) }
            try await transaction.cancelJobs(of: id, kinds: [.export])
            request.readyAt = engine.now()
            request.keepUntil = engine.now() + engine.settings.archiveKeep
            try await transaction.insert(
                ArchiveRecord(
                    request: id, part: 1, object: "\(id)-1.zip", fileName: "personal-data.zip", bytes: 1000,
                    madeAt: engine.now()))
            try await engine.move(&request, .finish, by: .system, in: transaction)
            return try await engine.issueLink(for: request, by: .system, in: transaction)
        }
    }

    /// How many rows a query counts.
    func count(_ sql: String) async throws -> Int {
        Int(try await database.query(sql).first?.first.flatMap { $0 } ?? "") ?? -1
    }
}

extension TestResponse {
    /// The entries of a list.
    var items: [[String: Any]] { json["items"] as? [[String: Any]] ?? [] }

    func text(_ name: String) -> String? { json[name] as? String }
}
