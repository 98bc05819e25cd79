import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Synchronization
import Testing

/// Marks of erased people are counted in the files of a real server.
@Suite(.serialized) struct PurgeTests {
    /// BACKUPS.md 3.1: what stays after DELETE and after VACUUM, and what a purge leaves.
    @Test func nothingIsLeftInAnyFile() async throws {
        try await PurgeServer.withShop { shop in
            let before = try await shop.marks()
            for place in [
                "people em", "people_email_key em", "people TOAST bi", "people_attrs at", "people_name nm",
                "events_2 ev", "events_2_note_idx ev", "events_2_brin ev", "letters le", "pg_statistic le",
            ] {
                #expect((before[place] ?? 0) > 0, "\(place) before: \(before)")
            }
            try await shop.erase()
            let deleted = try await shop.marks()
            #expect((deleted["people_attrs at"] ?? 0) >= 20 && (deleted["people TOAST bi"] ?? 0) >= 20, "\(deleted)")
            try await shop.run("VACUUM (ANALYZE)")
            let vacuumed = try await shop.marks()
            // VACUUM never removes keys from GIN, nor ANALYZE the statistics of a table that is empty.
            #expect((vacuumed["people_attrs at"] ?? 0) >= 20, "\(vacuumed)")
            #expect((vacuumed["events_2 ev"] ?? 0) > 500, "\(vacuumed)")
            #expect((vacuumed["pg_statistic le"] ?? 0) > 0, "\(vacuumed)")

            let plan = try await shop.plan()
            let result = try await shop.purger().run(plan)

            #expect(result.ending == .purged && result.reached == .physical, "\(result.text)")
            let position = try #require(result.position)
            #expect(position.isCheckpointed && position.place.systemIdentifier == result.covers.systemIdentifier)
            let order = try await shop.query(
                "SELECT $1::pg_lsn > $2::pg_lsn", [position.place.lsn, result.covers.lsn])
            #expect(order[0][0] == "t")
            let after = try await shop.marks()
            #expect(after.isEmpty, "\(after)")
            let others = try await shop.query("SELECT count(*) FROM shop.people WHERE email LIKE 'em%'")
            #expect(others[0][0] == "380")
            let open = try await shop.query("SELECT count(*) FROM habeas_local.purge_run WHERE ended_at IS NULL")
            #expect(open[0][0] == "0")
            let words = plan.text + result.text + plan.sql.joined()
            #expect(!words.contains("zz@purge.example"))
        }
    }

    /// BACKUPS.md 3.3: VACUUM FULL takes dead rows along for an old snapshot, even of another table.
    @Test func anOldSnapshotWithholdsThePosition() async throws {
        try await PurgeServer.withShop { shop in
            let open = ["BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM pg_class"]
            try await Bystander.with(open, in: shop) { pid in
                try await shop.erase()
                let result = try await shop.purger().run(try await shop.plan())
                #expect(result.ending == .incomplete && result.position == nil && result.reached == .logical)
                let people = try #require(result.tables.first { $0.table == "shop.people" })
                let obstacle = try #require(people.obstacles.first)
                #expect(obstacle.kind == .horizon && obstacle.message.contains("session \(pid) of"))
                #expect(obstacle.mend?.contains("pg_terminate_backend(\(pid))") == true)
                try await shop.run("VACUUM FULL shop.people")
                #expect((try await shop.marks())["people em"] == 20)
            }
            let result = try await shop.purger().run(try await shop.plan())
            #expect(result.ending == .purged, "\(result.text)")
            let after = try await shop.marks()
            #expect(after.isEmpty, "\(after)")
        }
    }

    /// One that comes between the look and the rewriting is found by what the server says of the new file.
    @Test func aPreparedTransactionAndASlotAreNamed() async throws {
        try await PurgeServer.withShop { shop in
            try await shop.run("BEGIN; INSERT INTO shop.letters VALUES (1000, 'x'); PREPARE TRANSACTION 'held'")
            try await shop.erase()
            let held = try await shop.purger().run(try await shop.plan())
            #expect(held.position == nil)
            #expect(held.tables.contains { $0.obstacles.contains { $0.message.contains("prepared transaction") } })
            try await shop.run("ROLLBACK PREPARED 'held'")
            try await shop.run("SELECT pg_create_logical_replication_slot('lagging', 'test_decoding')")
            let lagging = try await shop.purger().run(try await shop.plan())
            // It holds the rows of catalogues only.
            #expect(
                lagging.tables.filter { $0.level < .physical }.map(\.table).sorted() == [
                    "pg_catalog.pg_statistic", "pg_catalog.pg_statistic_ext_data",
                ])
            let findings = try await PostgresConnection.withConnection(to: shop.target()) {
                try await HorizonFinding.look(over: $0)
            }
            #expect(findings.contains { $0.kind == .slot && $0.message.contains("lagging") && $0.isProblem })
            try await shop.run("SELECT pg_drop_replication_slot('lagging')")
            let result = try await shop.purger().run(try await shop.plan())
            #expect(result.ending == .purged, "\(result.text)")
        }
    }

    // MARK: kills

    @Test func aKilledPurgeIsFinishedWhereverItWasCut() async throws {
        try await PurgeServer.withShop { shop in
            try await shop.erase()
            let plan = try await shop.plan()
            let steps = plan.tables.reduce(0) { $0 + $1.steps.count }
            let begun = Mutex<[PurgeStep]>([])
            var runs: Set<String> = []
            for _ in 0..<steps {
                let mark = begun.withLock { $0.count }
                await #expect(throws: PostgresError.self) {
                    _ = try await shop.purger(note: { event in
                        guard case .began(let step) = event else { return }
                        let seen = begun.withLock {
                            $0.append(step)
                            return $0.count
                        }
                        // The first step of a run was cut by the run before; now it is done.
                        guard seen == mark + (mark == 0 ? 1 : 2) || step == plan.tables.last?.steps.last else { return }
                        _ = try await shop.query(Self.terminate)
                    }).run(plan)
                }
                runs.formUnion(
                    try await shop.query("SELECT run FROM habeas_local.purge_run WHERE ended_at IS NULL").compactMap {
                        $0[0]
                    })
                if begun.withLock({ $0.last }) == plan.tables.last?.steps.last { break }
            }
            let result = try await shop.purger().run(plan)
            #expect(result.ending == .purged, "\(result.text)")
            // Until a step is done, a run is begun anew; then it is gone on with.
            #expect(runs.count <= 2 && runs.contains(result.run))
            let counts = begun.withLock { Dictionary(grouping: $0, by: \.self).mapValues(\.count) }
            #expect(counts.count == steps && counts.values.allSatisfy { $0 <= 3 })
            let after = try await shop.marks()
            #expect(after.isEmpty, "\(after)")
        }
    }

    private static let terminate =
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'habeas purge' "
        + "AND datname = current_database()"

    @Test func aBrokenIndexOfAKilledRebuildIsDropped() async throws {
        try await PurgeServer.withShop { shop in
            try await shop.erase()
            let question = PurgeQuestion(tables: [PurgedShop.table("people")], level: .unreferenced, rewriting: .none)
            let plan = try await shop.plan(question)
            // REINDEX CONCURRENTLY waits for a transaction that has locked the table.
            let open = ["BEGIN", "LOCK TABLE shop.people IN ROW EXCLUSIVE MODE"]
            try await Bystander.with(open, in: shop) { _ in
                async let killing: Void = Self.killWhenWaiting(shop)
                var settings = PurgedShop.settings
                settings.lockTimeout = .seconds(20)
                await #expect(throws: PostgresError.self) { _ = try await shop.purger(settings: settings).run(plan) }
                try await killing
            }
            let broken = "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT indisvalid"
            #expect(try await shop.query(broken).count == 1)
            let result = try await shop.purger().run(try await shop.plan(question))
            #expect(result.ending == .purged && result.reached == .unreferenced, "\(result.text)")
            #expect(try await shop.query(broken).isEmpty)
            let after = try await shop.marks()
            #expect(
                ["people_attrs at", "people_name nm", "people_email_key em"].allSatisfy { after[$0] == nil }, "\(after)"
            )
        }
    }

    private static func killWhenWaiting(_ shop: PurgedShop) async throws {
        for _ in 0..<1000 {
            let waiting = try await shop.query(
                "SELECT 1 FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%'")
            if !waiting.isEmpty { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        _ = try await shop.query(terminate)
    }

    // MARK: others at work

    @Test func aSecondPurgeIsRefused() async throws {
        try await PurgeServer.withShop { shop in
            let plan = try await shop.plan()
            let refusals = Mutex<[PurgeError.Code]>([])
            let result = try await shop.purger(note: { event in
                guard case .began(let step) = event, step.action == .statistics else { return }
                do { _ = try await shop.purger().run(plan) } catch let error as PurgeError {
                    refusals.withLock { $0.append(error.code) }
                }
            }).run(plan)
            #expect(result.ending == .purged && refusals.withLock { $0 } == [.alreadyRunning, .alreadyRunning])
        }
    }

    @Test func aHeldLockIsToldAndNothingIsLost() async throws {
        try await PurgeServer.withShop { shop in
            try await shop.erase()
            let plan = try await shop.plan()
            let first = try await Bystander.with(["BEGIN", "LOCK TABLE shop.people IN ACCESS SHARE MODE"], in: shop) {
                pid in
                let result = try await shop.purger().run(plan)
                let people = try #require(result.tables.first { $0.table == "shop.people" })
                #expect(
                    people.level == .logical
                        && people.obstacles.contains { $0.kind == .locked && $0.message.contains(pid) })
                #expect(result.tables.first { $0.table == "shop.events_2" }?.level == .physical)
                #expect(result.ending == .incomplete && result.position == nil)
                return result.run
            }
            let second = try await shop.purger().run(plan)
            #expect(second.ending == .purged && second.run == first, "\(second.text)")
            let rows = try await shop.query("SELECT count(*) FROM shop.people")
            #expect(rows[0][0] == "380")
        }
    }

    @Test func aWindowThatClosesIsGoneOnWith() async throws {
        try await PurgeServer.withShop { shop in
            try await shop.erase()
            let plan = try await shop.plan()
            var settings = PurgedShop.settings
            settings.window = MaintenanceWindow("00:00-01:00", zone: .utc)
            let minutes = Mutex<Int64>(61)
            let now: @Sendable () -> Instant = {
                Instant(
                    microseconds: minutes.withLock { value in
                        value += 10; return value - 10
                    } * 60_000_000)
            }
            let closed = try await shop.purger(settings: settings, now: now).run(plan)
            #expect(closed.ending == .windowClosed && closed.reached == .logical)
            var last = closed
            for _ in 0..<20 where last.ending != .purged {
                minutes.withLock { $0 = 0 }
                last = try await shop.purger(settings: settings, now: now).run(plan)
                #expect(last.ending != .incomplete, "\(last.text)")
            }
            #expect(last.ending == .purged)
            let after = try await shop.marks()
            #expect(after.isEmpty, "\(after)")
        }
    }
}
