import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// Random products, erased from: what the generator knows of its rows must be what is left. `HABEAS_ERASURE_SEEDS` says
/// how many, `HABEAS_SEED` tries a single one.
@Suite struct RandomErasureTests {
    private static let seeds: [UInt64] = {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["HABEAS_SEED"].flatMap({ UInt64($0) }) { return [one] }
        return Array(1...(environment["HABEAS_ERASURE_SEEDS"].flatMap { UInt64($0) } ?? 100))
    }()

    @Test(arguments: UInt64(0)..<4) func whatIsLeftIsWhatTheMapSays(_ quarter: UInt64) async throws {
        let seeds = Self.seeds.filter { $0 % 4 == quarter }
        try await TestCluster.withDatabase { database in
            try await WorldServer.prepare(database)
            for seed in seeds {
                let world = WorldMaker.world(seed)
                do {
                    if seed.isMultiple(of: 3) {
                        try await refuse(WorldSpoil.spoil(Int(seed / 3), of: world), in: database, seed)
                    } else {
                        try await erase(world, in: database, seed)
                    }
                } catch { Issue.record(error, "seed \(seed)") }
            }
        }
    }

    // MARK: erased

    private func erase(_ world: World, in database: TestDatabase, _ seed: UInt64) async throws {
        for isBatched in [false, true] {
            var world = world
            if isBatched { world.policy = "{ rows_in_one_transaction: 1 }" }
            try await world.build(in: database)
            let fixture = try await WorldServer.fixture(world.map, in: database, batch: 3)
            let before = try await world.rows(in: database)
            let target = world.victimReference
            let question = ErasureQuestion(
                target: try await fixture.eraser.canonical(fixture.question(target).target),
                regime: fixture.map.defaultRegime, today: ErasureFixture.today)
            let plan = try await fixture.eraser.plan(question)
            let order = fixture.order(question, plan)
            let receipt = try await fixture.eraser.run(order)
            let what = Comment(rawValue: "seed \(seed), \(receipt.regime)")
            let after = try await world.rows(in: database)
            #expect(world.differences(from: before, to: after) == [], what)
            #expect(try await World.orphans(in: database) == [], what)
            #expect(plan.goingRows == world.goingRows, what)
            let gone = receipt.done.collections.filter { ["delete", "retain"].contains($0.outcome) }
            #expect(gone.reduce(0) { $0 + $1.rows } == world.goingRows, what)
            #expect(receipt.done.deviations == [], what)
            try await expectRetained(world, in: database, what)
            // Again: the same run gives its receipt, another finds nobody.
            #expect(try await fixture.eraser.run(order) == receipt, what)
            await #expect(throws: ErasureError.self, what) { try await fixture.erase(target) }
            #expect(try await world.rows(in: database) == after, what)
            #expect(fixture.intents.count == 1, what)
            await fixture.close()
        }
    }

    private func expectRetained(_ world: World, in database: TestDatabase, _ what: Comment) async throws {
        let kept = try await database.query(
            """
            SELECT record->'invoices'->>'row_no', issued_on::text, jsonb_array_length(record->'lines')::text,
                   (record->'customers' ? 'called')::text
              FROM habeas_local.retained_billing ORDER BY (record->'invoices'->>'row_no')::bigint
            """)
        let expected = world.retained().sorted { (Int($0.row) ?? 0) < (Int($1.row) ?? 0) }
        #expect(kept == expected.map { [$0.row, $0.issued, "\($0.lines)", "true"] }, what)
    }

    // MARK: refused

    private func refuse(_ spoil: WorldSpoil, in database: TestDatabase, _ seed: UInt64) async throws {
        let what = Comment(rawValue: "seed \(seed), \(spoil.name)")
        try await spoil.world.build(in: database)
        let fixture = try await WorldServer.fixture(spoil.map, in: database, role: spoil.role)
        let before = try await fixture.tableHashes()
        do {
            try await fixture.erase(spoil.world.victimReference)
            Issue.record("seed \(seed), \(spoil.name): not refused")
        } catch let error as ErasureError {
            #expect(spoil.codes.contains(error.code), "\(what): \(error)")
            #expect(error.description.contains(spoil.names), "\(what): \(error)")
        }
        #expect(try await fixture.tableHashes() == before, what)
        #expect(try await fixture.count("SELECT count(*) FROM habeas_local.receipt") == 0, what)
        await fixture.close()
    }
}
