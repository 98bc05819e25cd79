import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import RightsCore
import Testing

// Below the other suite, so that the two don't hold each other's horizon.
extension PurgeTests {
    /// Plans, rights, windows and findings of the purge.
    @Suite struct PurgeRulesTests {
        @Test(arguments: PurgeError.Code.allCases) func codesAreDocumented(code: PurgeError.Code) throws {
            #expect(try Checkout.text("docs/errors.md").contains("`\(code.rawValue)`"))
        }

        @Test(arguments: PurgeObstacle.Kind.allCases) func obstaclesAreDocumented(kind: PurgeObstacle.Kind) throws {
            #expect(try Checkout.text("docs/purge.md").contains("| `\(kind.rawValue)` |"))
        }

        // MARK: windows

        @Test(
            arguments: [
                ("22:30-05:00", "2026-11-22T22:29:59Z", nil), ("22:30-05:00", "2026-11-22T22:30:00Z", 23_400),
                ("22:30-05:00", "2026-11-23T04:59:59Z", 1), ("22:30-05:00", "2026-11-23T05:00:00Z", nil),
                ("01:00-02:00", "2026-11-22T01:15:00Z", 2700), ("01:00-02:00", "2026-11-22T00:59:59Z", nil),
            ] as [(String, String, Int?)])
        func windowsKnowHowLongTheyStayOpen(_ words: String, _ moment: String, _ seconds: Int?) throws {
            let window = try #require(MaintenanceWindow(words, zone: .utc))
            let now = try #require(Instant(rfc3339: moment))
            #expect(window.remaining(at: now) == seconds.map { .seconds($0) })
            #expect(window.text == "\(words) UTC")
        }

        @Test func windowsGoByTheClocksOfTheirPlace() throws {
            let berlin = try ZoneRules.system("Europe/Berlin")
            let window = try #require(MaintenanceWindow("01:00-04:00", zone: berlin))
            let summer = try #require(Instant(rfc3339: "2026-07-01T00:00:00Z"))
            let winter = try #require(Instant(rfc3339: "2026-12-01T00:00:00Z"))
            #expect(window.remaining(at: summer) == .seconds(7200) && window.remaining(at: winter) == .seconds(10_800))
        }

        @Test(arguments: ["", "1:00-02:00", "01:00", "24:00-01:00", "01:00-01:00", "01:60-02:00", "01:00-02:00-03:00"])
        func whatIsNoWindowIsRefused(_ text: String) {
            #expect(MaintenanceWindow(text, zone: .utc) == nil)
        }

        // MARK: plans

        @Test func thePlanForecastsCostsAndLocks() async throws {
            try await PurgeServer.withShop { shop in
                let plan = try await shop.plan()
                let people = try #require(plan.tables.first { $0.name == PurgedShop.table("people") })
                let size = try await shop.query("SELECT pg_total_relation_size('shop.people')")
                let whole = try #require(Int64(size[0][0] ?? ""))
                // Maps of free space and visibility apart.
                #expect(people.bytes <= whole && people.bytes > whole * 9 / 10)
                #expect(people.steps.map(\.action) == [.vacuum, .rewrite, .settle, .analyze])
                #expect(people.steps[1].lock == .accessExclusive && people.steps[1].bytes == people.bytes)
                #expect(plan.forecast.disk >= people.bytes && plan.forecast.wal > people.bytes)
                #expect(plan.forecast.lockedSeconds >= 4)
                let names = plan.tables.map(\.name.written)
                #expect(names.suffix(2) == ["pg_catalog.pg_statistic", "pg_catalog.pg_statistic_ext_data"])
                #expect(
                    Set(names).isSuperset(of: [
                        "shop.events_1", "shop.events_2", "shop.events", "habeas_local.tombstone",
                    ]))
                #expect(plan.tables.first { $0.name.written == "shop.events" }?.steps.map(\.action) == [.analyze])
                #expect(plan.text.contains("shop.people: ") && plan.text.contains("nobody reads or writes it"))
                let json = String(decoding: try JSONEncoder().encode(plan), as: UTF8.self)
                #expect(json.contains("\"reachable\":\"physical\"") && json.contains("ACCESS EXCLUSIVE"))
                await #expect(throws: PurgeError.self) {
                    _ = try await shop.plan(PurgeQuestion(tables: [PurgedShop.table("nobody")]))
                }
            }
        }

        @Test func withoutRewritingIndexesAreBuiltAnew() async throws {
            try await PurgeServer.withShop { shop in
                try await shop.run(
                    """
                    CREATE EXTENSION btree_gist;
                    CREATE TABLE shop.stays (guest text, days int4range, EXCLUDE USING gist (guest WITH =, days WITH &&));
                    ALTER TABLE shop.stays OWNER TO shop_owner;
                    INSERT INTO shop.stays VALUES ('st000000zz', '[1,2]');
                    """)
                try await shop.erase()
                try await shop.run("DELETE FROM shop.stays")
                var question = PurgeQuestion(
                    tables: PurgedShop.tables.union([PurgedShop.table("stays")]), level: .unreferenced, rewriting: .none
                )
                let plan = try await shop.plan(question)
                let stays = try #require(plan.tables.first { $0.name == PurgedShop.table("stays") })
                #expect(stays.obstacles.map(\.kind) == [.notAllowed] && stays.ceiling == .logical)
                question.rewriting = .vacuumFull
                let result = try await shop.purger().run(try await shop.plan(question))
                #expect(result.ending == .purged && result.reached == .unreferenced, "\(result.text)")
                let after = try await shop.marks()
                let kept = after.keys.filter {
                    !["people em", "people nm", "people at", "people TOAST bi", "stays st"].contains($0)
                }
                #expect(
                    kept.allSatisfy { $0.hasPrefix("events_") && !$0.contains("idx") || $0 == "letters le" }, "\(after)"
                )
            }
        }

        @Test func aDisallowedRewritingIsToldAndWithholdsThePosition() async throws {
            try await PurgeServer.withShop { shop in
                try await shop.erase()
                let plan = try await shop.plan(PurgeQuestion(tables: PurgedShop.tables, rewriting: .none))
                #expect(plan.reachable == .unreferenced)
                let result = try await shop.purger().run(plan)
                #expect(result.position == nil && result.ending == .incomplete && result.reached == .unreferenced)
                let people = try #require(result.tables.first { $0.table == "shop.people" })
                #expect(people.obstacles.map(\.kind) == [.notAllowed])
            }
        }

        @Test func pgRepackDoesWithoutALongLock() async throws {
            try await PurgeServer.withShop { shop in
                try await shop.run("CREATE EXTENSION pg_repack")
                try await shop.erase()
                // The companion's tables have keys, too, but for two.
                let plan = try await shop.plan(PurgeQuestion(tables: PurgedShop.tables, rewriting: .repack))
                let result = try await shop.purger(repack: { try await shop.repack($0) }).run(plan)
                for table in result.tables where table.table.hasPrefix("shop.") {
                    #expect(table.level == .physical, "\(result.text)")
                }
                let after = try await shop.marks()
                #expect(after.keys.allSatisfy { $0.hasPrefix("pg_statistic") }, "\(after)")
            }
        }

        // MARK: rights

        @Test func withoutRightsTheSQLIsPrintedForTheOwner() async throws {
            try await PurgeServer.withShop { shop in
                try await shop.erase()
                let closed = try await shop.plan(as: "habeas_maintainer")
                #expect(closed.reachable == .logical && closed.ownersNeeded == ["shop_owner"])
                let people = try #require(closed.tables.first { $0.name == PurgedShop.table("people") })
                #expect(people.obstacles.map(\.kind) == [.rights])
                #expect(people.obstacles[0].mend?.contains("member of shop_owner") == true)
                // A superuser's tables are no reason to make anybody a superuser.
                #expect(
                    !closed.tables.contains {
                        $0.obstacles.contains { $0.mend?.contains("member of postgres") == true }
                    })
                let printed = closed.sql.joined()
                #expect(printed.contains("VACUUM (FULL) \"shop\".\"people\";") && printed.contains("\"pg_statistic\";"))
                let refused = try await shop.purger(as: "habeas_maintainer").run(closed)
                #expect(refused.position == nil)

                for statement in MaintainerRole.opening(owners: closed.ownersNeeded) { try await shop.run(statement) }
                let open = try await shop.plan(as: "habeas_maintainer")
                let result = try await shop.purger(as: "habeas_maintainer").run(open)
                for statement in MaintainerRole.closing(owners: closed.ownersNeeded) { try await shop.run(statement) }

                #expect(open.ownersNeeded.isEmpty && result.ending == .purged, "\(open.text)\n\(result.text)")
                #expect(result.position?.isCheckpointed == true)
                let after = try await shop.marks()
                #expect(after.isEmpty, "\(after)")
            }
        }

        @Test func thePrintedSQLPurges() async throws {
            try await PurgeServer.withShop { shop in
                try await shop.erase()
                let script = try await shop.plan().sql.joined(separator: "\n")
                let outcome = try await Program.run(
                    "psql", ["-v", "ON_ERROR_STOP=1", "-d", shop.cluster.connectionString(database: shop.name)],
                    input: script)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let after = try await shop.marks()
                #expect(after.isEmpty, "\(after)")
            }
        }

        // MARK: needles

        @Test func whatIsStillInAFileIsFound() async throws {
            try await PurgeServer.withShop { shop in
                let raw = try await shop.query("SELECT ref::text, email FROM shop.people WHERE id = 20")
                let person = HuntedPerson(
                    reference: "erasure-20",
                    needles: [
                        Needle(kind: "key", value: raw[0][0] ?? ""), Needle(kind: "email", value: raw[0][1] ?? ""),
                    ])
                let plan = try await shop.plan()
                let alive = try await shop.purger(people: [person]).run(plan)
                let people = try #require(alive.tables.first { $0.table == "shop.people" })
                #expect(alive.position == nil && alive.ending == .incomplete)
                #expect(people.search == .files && people.level == .unreferenced)
                // The UUID's bytes, and the address in the table and two indexes.
                #expect(people.obstacles.map(\.kind) == [.found] && people.obstacles[0].message.contains("4 times"))
                try await shop.erase()
                let gone = try await shop.purger(people: [person]).run(try await shop.plan())
                #expect(
                    gone.ending == .purged
                        && gone.tables.allSatisfy { !$0.table.hasPrefix("shop.p") || $0.search == .files })
                #expect(!(gone.text + alive.text).contains("purge.example"))
            }
        }

        // MARK: doctor

        @Test func aServerAtRestHasNoProblems() async throws {
            try await PurgeServer.withShop { shop in
                let findings = try await PostgresConnection.withConnection(to: shop.target()) {
                    try await HorizonFinding.look(over: $0)
                }
                #expect(!findings.contains { $0.isProblem } && findings.map(\.kind) == [.recycledLog])
            }
        }
    }
}
