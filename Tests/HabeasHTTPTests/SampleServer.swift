import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import Logging
import NIOCore
import RightsCore
import ServiceLifecycle

@testable import HabeasHTTP

/// A server with routes that use everything the door offers.
enum SampleServer {
    static let protection = FormProtection(
        key: SymmetricKey(data: Data(repeating: 7, count: 32)), publicBaseURL: "https://privacy.example.com")

    struct Note: Codable {
        struct Evidence: Codable { let kind: String }
        enum Kind: String, Codable { case access, erasure }
        let requestID: String
        let count: Int?
        let evidence: [Evidence]?
        let kind: Kind?
    }

    struct Unforeseen: Error { let secret = "marker-of-a-person" }

    static func now() -> Instant { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)) }

    static func parts(life: ServerLife = ServerLife(), checks: [ReadinessCheck] = []) -> HabeasServer.Parts {
        var parts = HabeasServer.Parts { now() }
        parts.life = life
        parts.metrics.addProcessMetrics(version: "1.2.3", startedAt: now())
        parts.groups = [api(), pages(), downloads()]
        parts.groups.append(
            .system(
                checks: checks, life: life, metrics: parts.metrics, openAPI: Array("openapi: 3.1.0\n".utf8),
                wellKnown: { Array("{}".utf8) }))
        return parts
    }

    static func server(
        _ change: (inout ServerSettings) -> Void = { _ in }, parts: HabeasServer.Parts = parts(), logger: Logger? = nil
    ) throws -> HabeasServer {
        var settings = ServerSettings(publicBaseURL: "https://privacy.example.com")
        settings.port = 0
        change(&settings)
        return try HabeasServer(
            settings: settings, parts: parts,
            logger: logger ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private static func api() -> RouteGroup {
        var group = RouteGroup("/v1", rate: .api)
        group.post("/notes") { request, context in
            let note = try await request.json(Note.self, context)
            return try .json(note, status: .created)
        }
        group.get("/notes/{id}") { request, context in
            try .json(["id": context.parameters.require("id")])
        }
        group.delete("/notes/{id}") { _, _ in Response(status: .noContent) }
        group.get("/notes") { request, _ in
            let page = try PageRequest<NoteKeys>(request.query(["limit", "cursor"]))
            var response = try Response.json(["limit": page.limit, "after": page.after?.number ?? 0])
            response.link(next: Cursor.text(NoteKeys(number: 12)), of: request)
            return response
        }
        group.get("/fails") { _, _ in throw Unforeseen() }
        group.get("/mine") { _, context in try .json(["name": context.requireCaller(as: String.self)]) }
        return group
    }

    struct NoteKeys: CursorKeys {
        static let list = "notes.1"
        let number: Int
    }

    private static func pages() -> RouteGroup {
        var group = RouteGroup("/p", rate: .page, through: [protection])
        group.get("/ask") { request, context in
            let (field, cookie) = protection.token(for: request, isSecure: context.isSecure)
            var response = Response.html("<input name=csrf value=\(field)>")
            if let cookie { response.set(cookie) }
            return response
        }
        group.post("/ask", rate: .intake) { request, context in
            let form = try await request.form(["csrf", "address"], context)
            try protection.check(form, of: request)
            _ = try form.require("address")
            return .seeOther("/p/ask")
        }
        return group
    }

    static let archive = [UInt8]((0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) })

    private static func downloads() -> RouteGroup {
        var group = RouteGroup("/d", rate: .download)
        let tag = EntityTag("abc-1")
        group.get("/archive") { request, context in
            try context.life.admitLongAnswer()
            let length = archive.count
            let range = ByteRange(
                range: request.headers[.range], ifRange: request.headers[.ifRange], tag: tag, length: length)
            let bytes = try range.bytes(length: length)
            var headers: HTTPFields = [.eTag: tag.header, .acceptRanges: "bytes"]
            headers[.contentRange] = range.contentRange(length: length)
            return .stream(length: bytes.count, type: "application/zip", status: range.status, headers: headers) {
                writer in
                for start in stride(from: bytes.lowerBound, to: bytes.upperBound, by: 65536) {
                    try await writer.write(ByteBuffer(bytes: archive[start..<min(start + 65536, bytes.upperBound)]))
                }
            }
        }
        group.get("/slow") { _, context in
            try context.life.admitLongAnswer()
            return .stream(length: 40 * 4096, type: "text/plain") { writer in
                for _ in 0..<40 {
                    try await writer.write(ByteBuffer(repeating: 0x78, count: 4096))
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
        }
        group.get("/short") { _, _ in
            .stream(length: 1000, type: "text/plain") { writer in try await writer.write(ByteBuffer(string: "x")) }
        }
        return group
    }
}

/// Runs a server on a port while `body` runs, then stops it in good order.
func withServer<Value: Sendable>(
    _ change: (inout ServerSettings) -> Void = { _ in }, parts given: HabeasServer.Parts? = nil,
    logger: Logger? = nil, _ body: (_ port: Int, _ stop: @escaping @Sendable () async -> Void) async throws -> Value
) async throws -> Value {
    var parts = given ?? SampleServer.parts()
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    parts.onListening = { continuation.yield($0) }
    let server = try SampleServer.server(change, parts: parts, logger: logger)
    let group = ServiceGroup(
        configuration: .init(services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    async let running: Void = group.run()
    guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
    do {
        let value = try await body(port) { await group.triggerGracefulShutdown() }
        await group.triggerGracefulShutdown()
        try await running
        return value
    } catch {
        await group.triggerGracefulShutdown()
        try await running
        throw error
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    /// The members of a JSON body.
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]) ?? [:] }

    var code: String { json["code"] as? String ?? "" }
    var detail: String { json["detail"] as? String ?? "" }
}
