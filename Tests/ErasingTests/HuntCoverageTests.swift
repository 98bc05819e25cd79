import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import SystemPackage
import Testing

/// A hunt says how far it came, and betrays nobody.
@Suite struct HuntCoverageTests {
    private let fixture = HuntFixture()

    @Test func withoutTimeNothingIsClean() async throws {
        let fixture = fixture
        try await TestCluster.withDatabase { database in
            try await database.run("SET search_path = public; CREATE TABLE a (t text); CREATE TABLE b (t text)")
            let report = try await fixture.hunt(database, limits: HuntLimits(budget: .zero))

            #expect(report.tables.map(\.extent) == [.none, .none])
            #expect(report.tables.map(\.obstacle) == [.time, .time])
            #expect(!report.isComplete)
            #expect(report.outcome(of: "erasure-1") == .incomplete)
        }
    }

    @Test func aLargeTableIsSearchedInPart() async throws {
        let fixture = fixture
        try await TestCluster.withDatabase { database in
            try await database.run(
                """
                SET search_path = public;
                CREATE TABLE large (t text); CREATE TABLE app (t text);
                INSERT INTO large SELECT repeat(md5(i::text), 10) FROM generate_series(1, 20000) i
                """)
            try await fixture.plant(database, "INSERT INTO public.app VALUES ($1)", [fixture.mail])
            let clock = CountedClock(readings: 8)
            let report = try await LeftoverHunt([fixture.person], limits: HuntLimits(budget: .seconds(1))).search(
                database.target(), in: .all(except: []), mapped: [], clock: clock)

            #expect(!report.isComplete)
            let large = try #require(report.tables.first { $0.table == "public.large" })
            #expect(large.obstacle == .time)
            #expect(large.rows < 20000)
        }
    }

    @Test func aTableHeldBySomebodyIsReportedAndTheRestSearched() async throws {
        let fixture = fixture
        try await TestCluster.withDatabase { database in
            try await database.run(
                "SET search_path = public; CREATE TABLE a (t text); CREATE TABLE held (t text); CREATE TABLE z (t text)"
            )
            let report = try await PostgresConnection.withConnection(to: database.target()) { holder in
                try await holder.withTransaction(.readCommitted) { holder in
                    try await holder.query("LOCK TABLE public.held IN ACCESS EXCLUSIVE MODE")
                    return try await fixture.hunt(database, limits: HuntLimits(lockWait: .milliseconds(50)))
                }
            }

            let held = try #require(report.tables.first { $0.table == "public.held" })
            #expect(held.extent == .none && held.obstacle == .locked)
            #expect(report.tables.filter { $0.extent == .full }.map(\.table) == ["public.a", "public.z"])
        }
    }

    @Test func whatARoleMayNotReadIsNamedWithTheRightToGive() async throws {
        let fixture = fixture
        try await TestCluster.withDatabase { database in
            let role = "poor_\(database.name)"
            try await database.run(
                """
                SET search_path = public;
                CREATE ROLE \(role) LOGIN; CREATE SCHEMA "Odd"; CREATE TABLE "Odd".hidden (t text);
                CREATE TABLE half (t text, secret text); GRANT SELECT (t) ON half TO \(role);
                CREATE TABLE ruled (t text); ALTER TABLE ruled ENABLE ROW LEVEL SECURITY;
                GRANT SELECT ON ruled TO \(role);
                """)
            try await fixture.plant(database, "INSERT INTO public.half VALUES ($1, $1)", [fixture.mail])
            let report = try await fixture.hunt(database, as: role)
            try await database.run("DROP OWNED BY \(role); DROP ROLE \(role)")

            let byName = Dictionary(uniqueKeysWithValues: report.tables.map { ($0.table, $0) })
            let hidden = try #require(byName["\"Odd\".hidden"] ?? byName["Odd.hidden"])
            #expect(hidden.extent == .none && hidden.obstacle == .permission)
            #expect(
                hidden.hint == "GRANT USAGE ON SCHEMA \"Odd\" TO \(role); GRANT SELECT ON \"Odd\".\"hidden\" TO \(role)"
            )
            let half = try #require(byName["public.half"])
            #expect(half.extent == .part && half.obstacle == .permission && half.rows == 1)
            #expect(byName["public.ruled"]?.obstacle == .rowSecurity)
            #expect(HuntFixture.words(report) == ["public.half t email 1"])
            #expect(!report.isComplete)
        }
    }

    @Test func theHuntersRoleReadsEverythingAndWritesNothing() async throws {
        let fixture = fixture
        try await TestCluster.withDatabase { database in
            try await database.run(
                """
                SET search_path = public;
                CREATE SCHEMA other; CREATE TABLE other.t (t text); ALTER TABLE other.t ENABLE ROW LEVEL SECURITY;
                ALTER TABLE other.t FORCE ROW LEVEL SECURITY; CREATE MATERIALIZED VIEW other.m AS SELECT 'x'::text AS x
                """)
            let role = "hunter_\(database.name)"
            try await PostgresConnection.withConnection(to: database.target()) { connection in
                let statements = HuntRoles.statements(try await connection.readCatalogue(), hunter: role)
                try await connection.apply(statements, passwords: [])
                try await connection.apply(statements, passwords: [])
            }
            try await fixture.plant(database, "INSERT INTO other.t VALUES ($1)", [fixture.mail])
            let report = try await fixture.hunt(database, as: role)
            var states: [String?] = []
            for sql in ["INSERT INTO other.t VALUES ('x')", "DELETE FROM other.t", "CREATE TABLE other.mine (x int)"] {
                do {
                    try await PostgresConnection.withConnection(to: database.target(as: role)) {
                        _ = try await $0.query(sql)
                    }
                    states.append("done")
                } catch let error as PostgresError { states.append(error.sqlState) }
            }
            try await database.run("DROP OWNED BY \(role); DROP ROLE \(role)")

            #expect(report.isComplete)
            #expect(HuntFixture.words(report) == ["other.t t email 1"])
            #expect(states == ["42501", "42501", "42501"])
        }
    }

    @Test func neitherReportNorServerLogNamesAnybody() async throws {
        let fixture = fixture
        let cluster = try await TestCluster.shared.cluster
        try await TestCluster.withDatabase { database in
            try await database.run(
                "SET search_path = public; CREATE TABLE notes (id serial, t text, ba bytea, u uuid, big bigint)")
            try await fixture.plant(
                database, "INSERT INTO public.notes (t, ba, u, big) VALUES ($1, convert_to($2, 'UTF8'), $3, $4)",
                [fixture.mail, fixture.handle, fixture.id, fixture.number])
            try await database.run(
                """
                ALTER DATABASE \(database.name) SET log_statement = 'all';
                ALTER DATABASE \(database.name) SET log_min_duration_statement = 0;
                ALTER DATABASE \(database.name) SET log_parameter_max_length = -1;
                """)
            let before = try Data(contentsOf: URL(filePath: cluster.log.string)).count
            let report = try await fixture.hunt(database)
            let log = try String(
                decoding: Data(contentsOf: URL(filePath: cluster.log.string)).dropFirst(before), as: UTF8.self)
            let encoder = JSONEncoder()
            let json = String(decoding: try encoder.encode(report), as: UTF8.self)
            let words =
                json + "\(report)\(fixture.person)\(fixture.person.needles)" + String(reflecting: fixture.person)

            #expect(report.finds.count == 4)
            #expect(log.contains("COPY (SELECT"), "the server logs what is asked")
            for mark in fixture.marks {
                #expect(!log.contains(mark))
                #expect(!words.contains(mark))
            }
        }
    }

    @Test func whatThePlanKeepsIsExpected() async throws {
        let fixture = fixture
        try await TestCluster.withDatabase { database in
            try await database.run(
                """
                SET search_path = public;
                CREATE SCHEMA habeas_local; CREATE TABLE habeas_local.retained_billing (name text, mail text);
                CREATE TABLE invoices (id int, mail text, note text) PARTITION BY LIST (id);
                CREATE TABLE invoices_1 PARTITION OF invoices FOR VALUES IN (1)
                """)
            try await fixture.plant(
                database, "INSERT INTO habeas_local.retained_billing VALUES ('x', $1)", [fixture.mail])
            try await fixture.plant(database, "INSERT INTO public.invoices VALUES (1, $1, 'x')", [fixture.mail])
            let invoices = TableName(schema: Identifier("public"), name: Identifier("invoices"))
            let billing = TableName(schema: Identifier("habeas_local"), name: Identifier("retained_billing"))
            let keeper = HuntedPerson(
                reference: "kept", needles: fixture.person.needles,
                kept: [HuntPlace(table: billing), HuntPlace(table: invoices, column: Identifier("mail"))])
            let hunt = LeftoverHunt([keeper, fixture.person])
            let kept = try await hunt.search(database.target(), in: .all(except: []), mapped: [])
            try await fixture.plant(database, "UPDATE public.invoices SET note = $1", [fixture.mail])
            let left = try await hunt.search(database.target(), in: .all(except: []), mapped: [])

            #expect(kept.outcome(of: "kept") == .clean)
            #expect(kept.outcome(of: "erasure-1") == .leftovers)
            #expect(kept.finds.count == 4)
            #expect(left.leftovers.filter { $0.person == "kept" }.map(\.column) == ["note"])
        }
    }

    @Test func aTypeWithoutBinaryFormIsReadAsText() async throws {
        let fixture = fixture
        try await TestCluster.withDatabase { database in
            try await database.run(
                """
                SET search_path = public; CREATE TYPE odd;
                CREATE FUNCTION odd_in(cstring) RETURNS odd LANGUAGE internal IMMUTABLE STRICT AS 'textin';
                CREATE FUNCTION odd_out(odd) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
                CREATE TYPE odd (INPUT = odd_in, OUTPUT = odd_out, LIKE = text);
                CREATE TABLE notes (t text, o odd, os odd[])
                """)
            try await fixture.plant(
                database, "INSERT INTO public.notes VALUES ($1, $1::text::public.odd, ARRAY[$1::text::public.odd])",
                [fixture.mail])
            let report = try await fixture.hunt(database)

            #expect(report.isComplete)
            #expect(
                HuntFixture.words(report) == [
                    "public.notes t email 1", "public.notes o email 1", "public.notes os email 1",
                ])
        }
    }

    @Test func onlyTheSchemasAskedForAreRead() async throws {
        let fixture = fixture
        try await TestCluster.withDatabase { database in
            try await database.run(
                "CREATE SCHEMA habeas; CREATE TABLE habeas.jobs (p jsonb); CREATE TABLE public.t (t text)")
            try await fixture.plant(
                database, "INSERT INTO habeas.jobs VALUES (jsonb_build_array($1::text))", [fixture.id])
            try await fixture.plant(database, "INSERT INTO public.t VALUES ($1)", [fixture.id])
            let own = try await fixture.hunt(database, .only([Identifier("habeas")]))
            let product = try await fixture.hunt(database, .all(except: [Identifier("habeas")]))

            #expect(HuntFixture.words(own) == ["habeas.jobs p key 1"])
            #expect(HuntFixture.words(product) == ["public.t t key 1"])
        }
    }

    @Test func aWindowOfErasuresIsOnePass() async throws {
        let people = (0..<200).map { number in
            HuntedPerson(
                reference: "erasure-\(number)",
                needles: [
                    Needle(kind: "email", value: "person.\(number).canary@gmail.com"),
                    Needle(kind: "key", value: UUID().uuidString),
                ])
        }
        try await TestCluster.withDatabase { database in
            try await database.run(
                """
                SET search_path = public;
                CREATE TABLE notes (id int, t text, u uuid);
                INSERT INTO notes SELECT i, 'to person.' || i || '.canary@gmail.com, from someone@gmail.com', gen_random_uuid()
                  FROM generate_series(0, 999) i
                """)
            let report = try await LeftoverHunt(people).search(database.target(), in: .all(except: []), mapped: [])

            #expect(report.finds.count == 200)
            #expect(report.finds.allSatisfy { $0.rows == 1 && $0.column == "t" && $0.kind == "email" })
            #expect(report.rows == 1000, "each row is read once")
        }
    }

    @Test func aValueTooLargeToUnpackIsSaid() async throws {
        let fixture = fixture
        try await TestCluster.withDatabase { database in
            try await database.run("SET search_path = public; CREATE TABLE files (ba bytea)")
            let outcome = try await Program.run(
                Checkout.python, ["-c", "import zlib,sys;sys.stdout.write(zlib.compress(b'x'*5000000).hex())"])
            try await fixture.plant(database, "INSERT INTO public.files VALUES (decode($1, 'hex'))", [outcome.output])
            let report = try await fixture.hunt(database, limits: HuntLimits(unpackedBytes: 1 << 20))

            #expect(report.tables.map(\.obstacle) == [.largeValue])
            #expect(report.tables.map(\.cutValues) == [1])
            #expect(!report.isComplete)
        }
    }

    @Test func largeObjectsAndStrangersAreSaid() async throws {
        try await TestCluster.withDatabase { database in
            try await database.run("SET search_path = public; CREATE TABLE t (id int); SELECT lo_from_bytea(0, 'x')")
            let weak = HuntedPerson(
                reference: "w", needles: [Needle(kind: "key", value: "12"), Needle(kind: "handle", value: "ada")])
            let report = try await LeftoverHunt([weak]).search(database.target(), in: .all(except: []), mapped: [])

            #expect(report.largeObjects == 1)
            #expect(report.untold == ["w"])
            #expect(report.unhunted.map(\.weakness) == [.smallNumber, .shortText])
            #expect(report.outcome(of: "w") == .incomplete)
        }
    }
}

/// A clock that stands still for some readings, then jumps an hour.
private final class CountedClock: Clock, @unchecked Sendable {
    typealias Instant = ContinuousClock.Instant
    // Read by one task at a time.
    private var left: Int
    private let start = ContinuousClock().now

    init(readings: Int) { left = readings }

    var now: Instant {
        left -= 1
        return left >= 0 ? start : start.advanced(by: .seconds(3600))
    }
    var minimumResolution: Duration { .nanoseconds(1) }
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
}
