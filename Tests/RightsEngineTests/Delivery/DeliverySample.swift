import AuditLedger
import Foundation
import ObjectStore
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import Synchronization
import Testing

@testable import RightsEngine

/// A time that moves only when a test says so.
final class TestClock: Sendable {
    private let instant = Mutex(Instant(microseconds: 1_790_000_000_000_000))

    var now: Instant { instant.withLock { $0 } }
    func pass(_ duration: Duration) { instant.withLock { $0 = $0 + duration } }
}

/// An engine over a migrated database of its own, keys, and a folder of sealed archives.
struct DeliverySample {
    let database: TestDatabase
    let folder: String
    let clock: TestClock
    let engine: Engine
    let keys: ArchiveKeys
    private let ring: KeyRing

    var store: SealedFolder { SealedFolder(engine.settings.archives) }

    /// Lends a sample.
    static func with<Value>(_ body: (DeliverySample) async throws -> sending Value) async throws -> sending Value {
        try await TestCluster.withDatabase { database in
            try await PostgresConnection.withConnection(to: database.target()) {
                _ = try await Migrator.migrate($0, controlRole: "habeas_control", password: nil)
            }
            return try await withFolder { folder in
                let sample = try DeliverySample(database, folder: folder, clock: TestClock())
                do {
                    let value = try await body(sample)
                    await sample.engine.control.close()
                    return value
                } catch {
                    await sample.engine.control.close()
                    throw error
                }
            }
        }
    }

    private init(_ database: TestDatabase, folder: String, clock: TestClock) throws {
        self.database = database
        self.folder = folder
        self.clock = clock
        ring = try KeyRing.create(folder: "\(folder)/keys", now: clock.now)
        keys = ArchiveKeys(folder: "\(folder)/keys")
        try FileManager.default.createDirectory(atPath: "\(folder)/archives", withIntermediateDirectories: true)
        engine = try Self.engine(database, folder: folder, clock: clock)
    }

    private static func engine(_ database: TestDatabase, folder: String, clock: TestClock) throws -> Engine {
        Engine(
            control: ControlDatabase(pool: PostgresPool(to: database.target(as: "habeas_control"), limit: 6)),
            people: try PersonKeys(folder: "\(folder)/keys"),
            settings: EngineSettings(
                publicURL: "https://privacy.example", defaultRegime: "gdpr", clock: try .berlin(),
                archives: "\(folder)/archives"),
            directory: PersonDirectory { _ in nil }, now: { clock.now })
    }

    /// Another process over the same database and folder.
    func restarted() throws -> Engine { try Self.engine(database, folder: folder, clock: clock) }

    // MARK: requests

    /// A request of a person that a worker has.
    func running(_ person: String = "user:1") async throws -> RequestRecord {
        var draft = RequestRecord(
            id: engine.makeID(), right: .access, regime: "gdpr", channel: .web, receivedAt: clock.now,
            openedAt: clock.now, actor: "person", subject: engine.people.hash("person", person),
            scope: engine.people.hash("scope", ""), collections: [], format: .json, language: .german,
            zone: "Europe/Berlin", ticket: nil)
        draft.life = RequestLife(state: .running, pausedFrom: nil)
        let request = draft
        try await engine.control.transaction { transaction in
            _ = try await transaction.open(request)
            try await transaction.store(request)
        }
        return request
    }

    /// Makes a request ready as a worker does: parts sealed, rows, link, in one transaction.
    func finish(_ running: RequestRecord, parts: [[UInt8]], fence: Int = 1) async throws -> LinkRecord {
        let objects = (1...parts.count).map { "\(running.id)-\(fence)-part\($0).zip" }
        for (object, content) in zip(objects, parts) { try seal(content, as: object) }
        return try await engine.control.transaction { transaction in
            var request = try await engine.locked(running.id, in: transaction)
            request.readyAt = clock.now
            request.keepUntil = clock.now + engine.settings.archiveKeep
            request.contents = #"{"tasks":3}"#
            for (index, object) in objects.enumerated() {
                try await transaction.insert(
                    ArchiveRecord(
                        request: request.id, part: index + 1, object: object, fileName: "data-\(index + 1).zip",
                        bytes: UInt64(parts[index].count), madeAt: clock.now))
            }
            try await engine.move(&request, .finish, by: .system, in: transaction)
            return try await engine.issueLink(for: request, by: .system, in: transaction)
        }
    }

    /// A request that is ready, its link's token and one opened download.
    func ready(_ parts: [[UInt8]], person: String = "user:1") async throws -> ReadyDownload {
        let link = try await finish(try await running(person), parts: parts)
        let token = String(try engine.url(of: link).split(separator: "/").last ?? "")
        let secret = try await open(token)
        return ReadyDownload(link: link, token: token, secret: secret)
    }

    /// Opens a download with a mailed code.
    func open(_ token: String, continuing old: String? = nil) async throws -> String {
        try await engine.openDownload(token, code: try await mailedCode(token), continuing: old).secret
    }

    /// Asks for a code and reads the mail.
    func mailedCode(_ token: String) async throws -> String {
        clock.pass(.seconds(61))
        try await engine.askDownloadCode(token)
        let rows = try await database.query(
            "SELECT id FROM habeas.notice WHERE kind = 'one-time-code' ORDER BY made_at DESC, id DESC LIMIT 1")
        let id = try #require(rows.first?.first.flatMap { $0 }.flatMap { NoticeID($0) })
        let stored = try await engine.control.transaction { try await $0.notice(id) }
        let code = try await engine.makeCode(for: try #require(stored))
        return try #require(code)
    }

    func request(_ id: RequestID) async throws -> RequestRecord {
        let stored = try await engine.control.transaction { try await $0.request(id) }
        return try #require(stored)
    }

    // MARK: archives

    func seal(_ bytes: [UInt8], as name: String) throws {
        let writer = try store.create(name, wrappedBy: try ring.wrapping.active())
        try writer.write(bytes.span.bytes)
        try writer.finish()
        try writer.publish()
    }

    /// Bytes in which every place differs from those around it; 65,521 is prime, so no border repeats.
    static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SystemSeed(state: seed)
        let block = (0..<65_521).map { _ in UInt8.random(in: 0...255, using: &random) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + block.count)
        while bytes.count < count { bytes += block }
        return Array(bytes.prefix(count))
    }

    // MARK: looking

    /// What the audit chain says of a request, in its order.
    func actions(of request: RequestID) async throws -> [String] {
        try await database.query(
            "SELECT action FROM habeas.audit_entry WHERE request_id = $1 ORDER BY seq", [request.text]
        )
        .compactMap { $0.first.flatMap { $0 } }
    }

    /// The notices of a request by kind, in their order.
    func notices(of request: RequestID) async throws -> [String] {
        try await database.query(
            "SELECT kind FROM habeas.notice WHERE request_id = $1 ORDER BY made_at, id", [request.text]
        )
        .compactMap { $0.first.flatMap { $0 } }
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
}

/// A link whose download a browser has opened.
struct ReadyDownload {
    let link: LinkRecord
    let token: String
    let secret: String
    var request: RequestID { link.request }
}

/// SplitMix64.
struct SystemSeed: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The client's end of a connection.
final class Receiver: Sendable {
    struct Lost: Error {}
    private let content = Mutex<[UInt8]>([])
    private let largest = Mutex(0)
    private let loss: Int?

    /// A client that takes everything, or whose connection breaks once it has so many bytes.
    init(losingAfter loss: Int? = nil) { self.loss = loss }

    var bytes: [UInt8] { content.withLock { $0 } }
    /// The largest piece that came at once.
    var largestPiece: Int { largest.withLock { $0 } }

    func take(_ piece: [UInt8]) throws {
        largest.withLock { $0 = max($0, piece.count) }
        try content.withLock { content in
            if let loss, content.count + piece.count > loss { throw Lost() }
            content += piece
        }
    }
}

extension DeliverySample {
    /// Fetches a range of a part, as HTTP's GET does.
    @discardableResult
    func fetch(
        _ download: ReadyDownload, part: Int = 1, _ range: Range<Int>? = nil, by engine: Engine? = nil,
        into receiver: Receiver = Receiver()
    ) async throws -> [UInt8] {
        let transfer = try await (engine ?? self.engine).transfer(
            download.token, part: part, secret: download.secret, keys: keys)
        let wanted = range.map { UInt64($0.lowerBound)..<UInt64($0.upperBound) } ?? 0..<transfer.bytes
        try await transfer.send(wanted) { try receiver.take($0) }
        return receiver.bytes
    }
}

/// The engine's refusal of what is tried; nil when it was done.
func refusal(_ body: () async throws -> Void) async throws -> EngineError.Code? {
    do {
        try await body()
        return nil
    } catch let error as EngineError { return error.code }
}
