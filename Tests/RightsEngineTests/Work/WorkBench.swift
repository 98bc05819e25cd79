import AuditLedger
import Crypto
import Foundation
import Logging
import ObjectStore
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import RightsEngine

/// A control database, an archives' folder and an engine on them, for one test.
struct WorkBench: Sendable {
    let database: TestDatabase
    let folder: String
    let pool: PostgresPool
    var engine: Engine
    let clock: TestTime

    var archives: String { "\(folder)/archives" }

    static func with<Value>(
        connections: Int = 24, _ body: (WorkBench) async throws -> sending Value
    ) async throws -> sending Value {
        try await TestCluster.withDatabase { database in
            try await withFolder { folder in
                let bench = try await WorkBench(database, folder, connections)
                do {
                    let value = try await body(bench)
                    await bench.pool.close()
                    return value
                } catch {
                    await bench.pool.close()
                    throw error
                }
            }
        }
    }

    init(_ database: TestDatabase, _ folder: String, _ connections: Int) async throws {
        self.database = database
        self.folder = folder
        try await PostgresConnection.withConnection(to: database.target()) {
            _ = try await Migrator.migrate($0, controlRole: "habeas_control", password: nil)
        }
        try FileManager.default.createDirectory(atPath: "\(folder)/archives", withIntermediateDirectories: true)
        _ = try KeyRing.create(folder: "\(folder)/keys", now: Instant(microseconds: 0))
        pool = PostgresPool(to: database.target(as: "habeas_control"), limit: connections)
        let clock = TestTime()
        self.clock = clock
        var settings = EngineSettings(
            publicURL: "https://privacy.test", defaultRegime: "gdpr", clock: try .berlin(),
            archives: "\(folder)/archives")
        settings.operatorsAddress = "operators@privacy.test"
        engine = Engine(
            control: ControlDatabase(pool: pool), people: try PersonKeys(folder: "\(folder)/keys"), settings: settings,
            directory: PersonDirectory { reference in
                PersonDirectory.Person(reference: reference, address: "\(reference)@people.test")
            }, now: { clock.now })
    }

    // MARK: asking

    /// A request of a signed-in person, queued with its export.
    func ask(_ person: String = "user:1") async throws -> RequestRecord {
        let (secret, _) = try await engine.signIn(reference: person)
        let session = try await engine.session(secret)
        return try await engine.ask(
            ClaimInput(
                address: "", right: .access, format: .json, language: .english, zone: nil, regime: nil), by: session)
    }

    func request(_ id: RequestID) async throws -> RequestRecord {
        try await engine.control.transaction { try #require(await $0.request(id)) }
    }

    func exportJob(of id: RequestID) async throws -> JobRecord {
        try await engine.control.transaction { try #require(await $0.exportJob(of: id)) }
    }

    /// Jobs that aren't exports would run beside what a test looks at.
    func dropErrands() async throws { try await database.run("DELETE FROM habeas.job WHERE kind <> 'export'") }

    /// Revives a dead job.
    func retry(_ job: JobID) async throws {
        let engine = engine
        _ = try await engine.control.transaction { try await engine.retryJob(job, by: .system, in: $0) }
    }

    // MARK: looking

    /// The first value of a query.
    func value(_ sql: String, _ parameters: [String?] = []) async throws -> String {
        try await database.query(sql, parameters).first?.first.flatMap { $0 } ?? ""
    }

    /// Waits until a query that gives one Boolean says yes.
    func until(_ sql: String, _ parameters: [String?] = [], _ location: SourceLocation = #_sourceLocation) async throws
    {
        for _ in 0..<3000 {
            let isSo = try await database.query("SELECT (\(sql))::text", parameters).first?.first == "true"
            if isSo { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        let jobs = try await database.query("SELECT kind, state, attempts::text, waits_for, error FROM habeas.job")
        Issue.record("never came true: \(sql); jobs: \(jobs)", sourceLocation: location)
        throw CancellationError()
    }

    /// The audited actions about a request, in their order; moves as `from-to`.
    func story(of id: RequestID) async throws -> [String] {
        try await database.query(
            """
            SELECT CASE action WHEN 'request.moved' THEN facts::json->>'from' || '-' || (facts::json->>'to')
                ELSE action END
            FROM habeas.audit_entry WHERE request_id = $1 ORDER BY seq
            """, [id.text]
        ).map { $0[0] ?? "" }
    }

    /// The files of the archives' folder.
    func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: archives).sorted() }

    /// Waits until the archives' folder is empty: clearing up comes after a job's end is written down.
    func untilNoFiles() async throws {
        for _ in 0..<3000 where try !files().isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    }

    // MARK: working

    /// A worker of quick habits.
    func settings(_ name: String = "test:1") -> WorkerSettings {
        var settings = WorkerSettings(name: name)
        settings.lease = .seconds(6)
        settings.pollPause = .milliseconds(200)
        settings.waitPause = .milliseconds(100)
        settings.dutyPause = .seconds(3600)
        return settings
    }

    /// Lets a worker work while the body runs; cancelled after it, as a process that is killed.
    func withWorker<Value>(
        _ workshop: Workshop, _ settings: WorkerSettings? = nil, _ body: () async throws -> sending Value
    ) async throws -> sending Value {
        let worker = Worker(engine: engine, workshop: workshop, settings: settings ?? self.settings())
        let running = Task { try await worker.run() }
        do {
            let value = try await body()
            running.cancel()
            try await running.value
            return value
        } catch {
            running.cancel()
            try? await running.value
            throw error
        }
    }
}

/// A clock that a test can move; it stands at the real time to begin with.
final class TestTime: Sendable {
    private let ahead = Mutex<Duration>(.zero)

    var now: Instant {
        let seconds = Date().timeIntervalSince1970
        return Instant(microseconds: Int64(seconds * 1_000_000)) + ahead.withLock { $0 }
    }

    func advance(by duration: Duration) { ahead.withLock { $0 += duration } }

    /// Stands at that instant and goes on from there.
    func set(_ instant: Instant) {
        advance(by: .microseconds(instant.microseconds - now.microseconds))
    }
}

/// Counts things by name.
final class Tally: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func add(_ name: String) { counts.withLock { $0[name, default: 0] += 1 } }
    var all: [String: Int] { counts.withLock { $0 } }
    subscript(_ name: String) -> Int { all[name] ?? 0 }
}

extension Workshop {
    /// A workshop whose archives are made by `make`, and that posts into `post`.
    static func test(
        _ archives: ArchiveMaker, post: @escaping PostOffice = { _ in .handedOver(replyCode: 250) },
        webhook: @escaping @Sendable (WebhookRecord, WebhookEndpoint) async throws -> Int? = { _, _ in 200 }
    ) -> Workshop {
        Workshop(archives: archives, postOffice: post, callWebhook: webhook, signCheckpoint: {})
    }
}

extension ArchiveMaker {
    static let key = WrappingKey(id: "test", key: SymmetricKey(size: .bits256))

    /// Seals a small file as the archive; before and after it lets a test step in.
    static func small(
        in folder: String, rows: Int = 10, bytes: Int = 1000,
        before: @escaping @Sendable (ExportOrder) async throws -> Void = { _ in },
        after: @escaping @Sendable (ExportOrder) async throws -> Void = { _ in }
    ) -> ArchiveMaker {
        ArchiveMaker(
            measure: { _ in ExportMeasure(rows: rows, bytes: bytes) },
            make: { order, objects, progress in
                progress(JobProgress(phase: "reading", done: 1, total: rows))
                try await before(order)
                let writer = try SealedFolder(folder).create("\(objects).zip", wrappedBy: key)
                let content = Array("an archive".utf8)
                try writer.write(content.span.bytes)
                try writer.finish()
                try writer.publish()
                try await after(order)
                return MadeArchive(
                    parts: [.init(object: "\(objects).zip", fileName: "your-data.zip", bytes: UInt64(content.count))],
                    contents: #"{"tasks":10}"#, rows: rows, missing: 0)
            })
    }
}
