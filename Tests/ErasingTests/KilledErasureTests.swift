import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// The connection is cut before and after each statement, then the run is finished: the same is left, done once.
@Suite struct KilledErasureTests {
    private static let slices = 3
    /// Both ways at each statement of an erasure in batches take minutes: `make soak`.
    private static let isThorough = ProcessInfo.processInfo.environment["HABEAS_ERASURE_SEEDS"] != nil

    @Test(arguments: [false, true], 0..<slices)
    func anErasureIsFinishedWhereverItIsCut(_ isBatched: Bool, _ slice: Int) async throws {
        let world = try Self.world(isBatched: isBatched)
        try await TestCluster.withDatabase { database in
            try await WorldServer.prepare(database)
            try await world.build(in: database)
            let cutter = try await Cutter(database)
            try await LineServer.with("cutting_database.py", [cutter.socket, cutter.folder]) { proxy in
                let trial = try await Trial(world, database, port: proxy.port)
                try cutter.order(0, isAfter: false)
                try await trial.run("uncut")
                let count = try cutter.count()
                try #require(count > (isBatched ? 60 : 15))
                for number in 1...count where number % Self.slices == slice {
                    for isAfter in [false, true]
                    where !isBatched || Self.isThorough || isAfter == number.isMultiple(of: 2) {
                        try cutter.order(number, isAfter: isAfter)
                        let what = "\(isAfter ? "after" : "before") statement \(number) of \(count)"
                        try await trial.run(Comment(rawValue: what))
                        #expect(try cutter.count() >= number, Comment(rawValue: what))
                    }
                }
                await trial.whole.close()
            }
        }
    }

    /// The first world with rows of every kind, and not many of them.
    private static let small: World? = (1...2000).lazy.map { WorldMaker.world($0) }.first { world in
        let names = Set(world.tables.flatMap(\.collections).map(\.name))
        let hasCircle = world.tables.contains { $0.references.contains { $0.columns[0].hasPrefix("first") } }
        return names.isSuperset(of: ["shared", "invoices"]) && names.contains { $0.hasPrefix("notes") } && hasCircle
            && world.tables.count < 8 && (10...30).contains(world.goingRows) && !world.retained().isEmpty
    }

    private static func world(isBatched: Bool) throws -> World {
        var world = try #require(small)
        if isBatched { world.policy = "{ rows_in_one_transaction: 1 }" }
        return world
    }
}

/// One erasure that is tried again and again, each time cut elsewhere.
private struct Trial {
    let world: World
    let database: TestDatabase
    let port: Int
    /// Its connections are never cut.
    let whole: ErasureFixture
    let question: ErasureQuestion
    let plan: ErasurePlan
    let before: [[String: [String?]]]

    init(_ world: World, _ database: TestDatabase, port: Int) async throws {
        self.world = world
        self.database = database
        self.port = port
        whole = try await WorldServer.fixture(world.map, in: database, batch: 20)
        question = try await whole.canonicalQuestion(world.victimReference)
        plan = try await whole.eraser.plan(question)
        before = try await world.rows(in: database)
    }

    func run(_ what: Comment) async throws {
        try await world.refill(in: database)
        let run = UUID().uuidString
        let cut = try ErasureFixture(
            database, map: world.map, budget: WorldServer.budget(batch: 20),
            target: ConnectionTarget("host=127.0.0.1 port=\(port) dbname=\(database.name)", user: "habeas_eraser"))
        let intents = whole.intents.count
        let order = whole.order(question, plan, run: run)
        var first: ErasureReceipt?
        do { first = try await cut.eraser.run(order) } catch let error as PostgresError {
            #expect(error.code == .connectionLost, "\(what): \(error)")
        }
        await cut.close()
        let receipt = try await whole.eraser.run(order)
        if let first { #expect(first == receipt, what) }
        #expect(world.differences(from: before, to: try await world.rows(in: database)) == [], what)
        #expect(try await World.orphans(in: database) == [], what)
        let left = try await database.query(
            """
            SELECT (SELECT count(*) FROM habeas_local.erasure_run), (SELECT count(*) FROM habeas_local.tombstone),
                   (SELECT count(*) FROM pg_class WHERE relname LIKE 'work\\_%'),
                   (SELECT count(*) FROM habeas_local.receipt), (SELECT count(*) FROM habeas_local.retained_billing)
            """)[0]
        #expect(left == ["0", "0", "0", "1", "\(world.retained().count)"], what)
        let gone = receipt.done.collections.filter { ["delete", "retain"].contains($0.outcome) }
        #expect(gone.reduce(0) { $0 + $1.rows } == world.goingRows, what)
        #expect(whole.intents.count == intents + 1, what)
    }
}

/// What tells the proxy where to cut.
private struct Cutter {
    let folder: String
    let socket: String

    init(_ database: TestDatabase) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("cut-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let place = try await database.query(
            "SELECT trim(current_setting('unix_socket_directories'), '\"'), current_setting('port')")[0]
        socket = "\(place[0] ?? "")/.s.PGSQL.\(place[1] ?? "")"
    }

    func order(_ number: Int, isAfter: Bool) throws {
        let text = "{\"id\": \"\(UUID().uuidString)\", \"cut\": \(number), \"after\": \(isAfter)}"
        try text.write(toFile: "\(folder)/order", atomically: true, encoding: .utf8)
    }

    func count() throws -> Int {
        Int(try String(contentsOfFile: "\(folder)/count", encoding: .utf8)) ?? -1
    }
}
