import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// The connection is cut before and after each statement, then the run is finished: the same is left, done once.
@Suite(.serialized) struct KilledErasureTests {
    @Test func anErasureAtOnceIsFinishedWhereverItIsCut() async throws {
        try await cutEverywhere(isBatched: false)
    }

    @Test func anErasureInBatchesIsFinishedWhereverItIsCut() async throws {
        try await cutEverywhere(isBatched: true)
    }

    /// A small world with every kind of row.
    private static func world(isBatched: Bool) throws -> World {
        let kinds: Set<String> = ["shared", "invoices"]
        var world = try #require(
            (1...2000).lazy.map { WorldMaker.world($0) }.first { world in
                let names = Set(world.tables.flatMap(\.collections).map(\.name))
                let hasMention = names.contains { $0.hasPrefix("notes") }
                let hasCircle = world.tables.contains { $0.references.contains { $0.columns[0].hasPrefix("first") } }
                return kinds.isSubset(of: names) && hasMention && hasCircle && world.tables.count < 9
            })
        if isBatched { world.policy = "{ rows_in_one_transaction: 1 }" }
        return world
    }

    private func cutEverywhere(isBatched: Bool) async throws {
        let world = try Self.world(isBatched: isBatched)
        try await TestCluster.withDatabase { database in
            try await WorldServer.prepare(database)
            let cutter = try Cutter(database)
            try await LineServer.with("cutting_proxy.py", [cutter.socket, cutter.folder]) { proxy in
                try cutter.order(0, isAfter: false)
                try await run(world, in: database, cutter, proxy.port, "uncut")
                let count = try cutter.count()
                #expect(count > 15)
                for number in 1...count {
                    for isAfter in [false, true] {
                        try cutter.order(number, isAfter: isAfter)
                        let what = "\(isAfter ? "after" : "before") statement \(number) of \(count)"
                        try await run(world, in: database, cutter, proxy.port, Comment(rawValue: what))
                        #expect(try cutter.count() >= number, Comment(rawValue: what))
                    }
                }
            }
        }
    }

    private func run(
        _ world: World, in database: TestDatabase, _ cutter: Cutter, _ port: Int, _ what: Comment
    ) async throws {
        try await world.build(in: database)
        let whole = try await WorldServer.fixture(world.map, in: database, batch: 12)
        let question = ErasureQuestion(
            target: try await whole.eraser.canonical(whole.question(world.victimReference).target),
            regime: whole.map.defaultRegime, today: ErasureFixture.today)
        let plan = try await whole.eraser.plan(question)
        let before = try await world.rows(in: database)
        let order = whole.order(question, plan)
        let cut = try await WorldServer.fixture(
            world.map, in: database, batch: 12,
            target: ConnectionTarget("host=127.0.0.1 port=\(port) dbname=\(database.name)", user: "habeas_eraser"))
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
        #expect(whole.intents.count == 1, what)
        await whole.close()
    }
}

/// What tells the proxy where to cut.
private struct Cutter {
    let folder: String
    let socket: String

    init(_ database: TestDatabase) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("cut-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let parts = database.url.split(separator: " ").map(String.init)
        func value(_ key: String) -> String? {
            parts.first { $0.hasPrefix("\(key)=") }?.dropFirst(key.count + 1)
                .trimmingCharacters(in: CharacterSet(charactersIn: "'"))
        }
        socket = "\(value("host") ?? "")/.s.PGSQL.\(value("port") ?? "5432")"
    }

    func order(_ number: Int, isAfter: Bool) throws {
        let text = "{\"id\": \"\(UUID().uuidString)\", \"cut\": \(number), \"after\": \(isAfter)}"
        try text.write(toFile: "\(folder)/order", atomically: true, encoding: .utf8)
    }

    func count() throws -> Int {
        Int(try String(contentsOfFile: "\(folder)/count", encoding: .utf8)) ?? -1
    }
}
