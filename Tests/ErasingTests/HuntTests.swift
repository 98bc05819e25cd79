import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import Testing

/// Canaries wherever a person may be left behind; decoys that are somebody else.
@Suite struct HuntTests {
    private let fixture = HuntFixture()

    private static let schema = """
        CREATE EXTENSION citext SCHEMA public; CREATE EXTENSION hstore SCHEMA public;
        CREATE SCHEMA app; CREATE SCHEMA "Old Stuff";
        CREATE DOMAIN app.address AS text CHECK (value <> '');
        CREATE TYPE app.contact AS (name text, mail text, id uuid);
        CREATE TYPE app.colour AS ENUM ('red', 'blue');
        CREATE TABLE app.people (
            id serial PRIMARY KEY, t text, v varchar(200), b char(60), c public.citext, n name, j json, jb jsonb, x xml,
            u uuid, ba bytea, ta text[], ua uuid[], h public.hstore, d app.address, k app.contact, dd app.address[],
            ts tsvector, big bigint, num numeric, bigs bigint[], colour app.colour, day date);
        CREATE TABLE "Old Stuff"."__old_email" (was text);
        CREATE TABLE app.parts (id int, note text) PARTITION BY RANGE (id);
        CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES FROM (0) TO (10);
        CREATE TABLE app.parts_2 PARTITION OF app.parts FOR VALUES FROM (10) TO (20);
        CREATE TABLE app.base (note text); CREATE TABLE app.heir () INHERITS (app.base);
        """

    @Test(arguments: [
        ("t", "text"), ("v", "varchar"), ("b", "bpchar"), ("c", "public.citext"), ("n", "name"), ("d", "app.address"),
    ])
    func findsAnAddressInATextOfAnyCase(column: String, type: String) async throws {
        let found = try await plantedInPeople(column, "$1::text::\(type)", "ADA.canary+X@kanarie.EXAMPLE")

        #expect(found == ["app.people \(column) email 1"])
    }

    @Test(arguments: [
        ("j", "json_build_object('a', json_build_array(1, json_build_object('to', $1::text)))"),
        ("jb", "jsonb_build_object($1::text, 1)"), ("jb", "jsonb_build_object('a', E'two\\n' || $1::text)"),
        ("j", "json_build_object('a', '<' || $1::text || '>')"),
        ("x", "('<a to=\"' || $1::text || '\"/>')::xml"), ("ba", "convert_to('To: ' || $1::text, 'UTF8')"),
        ("ta", "ARRAY['x', $1::text]"), ("h", "public.hstore('to', $1::text)"),
        ("k", "ROW('', $1::text, null)::app.contact"),
        ("dd", "ARRAY[$1::text]::app.address[]"), ("ts", "array_to_tsvector(ARRAY[$1::text])"),
        ("t", "repeat('x', 3000000) || ' ' || $1::text"), ("t", "'mailto:' || $1::text || '?subject=x'"),
        ("t", "'Write to ' || $1::text || '.'"), ("t", "'to=' || replace(replace($1::text, '+', '%2B'), '@', '%40')"),
        ("t", "'{\"to\":\"\\u003c' || $1::text || '\\u003e\"}'"), ("t", "'’' || $1::text || '’'"),
    ])
    func findsAnAddressInside(column: String, expression: String) async throws {
        let found = try await plantedInPeople(column, expression, fixture.mail)

        #expect(found == ["app.people \(column) email 1"])
    }

    /// Encoded by PostgreSQL, at each of the three places that a text can have in base64.
    @Test(arguments: ["", "a ", "ab ", "{\"to\": \"", "To: A <"], ["", " ", "\", \"b\": 1}", "> and more"])
    func findsAnAddressWithinBase64(before: String, after: String) async throws {
        let found = try await plantedInPeople(
            "t", "'eyJ.' || encode(convert_to('\(before)' || $1::text || '\(after)', 'UTF8'), 'base64') || '.x'",
            fixture.mail)

        #expect(found == ["app.people t email 1"])
    }

    @Test(arguments: ["b", "zz", "abc", "x-", "anna.", "some words, zoe."])
    func leavesOthersAloneWithinBase64(before: String) async throws {
        let found = try await plantedInPeople(
            "t", "encode(convert_to('\(before)' || $1::text || ' ', 'UTF8'), 'base64')", fixture.mail)

        #expect(found == [])
    }

    @Test(arguments: [
        ("u", "$1::text::uuid"), ("ba", "uuid_send($1::text::uuid)"), ("ua", "ARRAY[$1::text::uuid]"),
        ("t", "upper($1::text)"),
        ("t", "'x' || replace($1::text, '-', '') || 'y'"), ("ba", "'\\x00ff'::bytea || uuid_send($1::text::uuid)"),
        ("k", "ROW('', '', $1::text::uuid)::app.contact"), ("jb", "jsonb_build_object('by', $1::text)"),
    ])
    func findsAKey(column: String, expression: String) async throws {
        let found = try await plantedInPeople(column, expression, fixture.id)

        #expect(found == ["app.people \(column) key 1"])
    }

    @Test(arguments: [
        ("big", "$1::text::bigint"), ("num", "$1::text::numeric"), ("bigs", "ARRAY[5, $1::text::bigint]"),
        ("t", "'account ' || $1::text"),
    ])
    func findsALongNumber(column: String, expression: String) async throws {
        let found = try await plantedInPeople(column, expression, fixture.number)

        #expect(found == ["app.people \(column) account 1"])
    }

    @Test(arguments: ["gzip", "zlib", "bz2", "lzma"])
    func findsWhatWasCompressed(format: String) async throws {
        let text = String(repeating: "Nothing to see. ", count: 500) + fixture.mail
        let hex = try await compressed(text, format)
        let found = try await plantedInPeople("ba", "decode($1::text, 'hex')", hex)

        #expect(found == ["app.people ba email 1"])
    }

    /// The same text as `zstd -19` 1.5.4 and `lz4 -9` 1.9.4 pack it.
    @Test(arguments: [
        "28b52ffd04689d010084024e6f7468696e6720746f207365652e204164612e43616e6172792b78404b69652e6578616d"
            + "706c6502002c81d2f2d3cf258e86ef3c",
        "04224d186440a750000000ff014e6f7468696e6720746f207365652e201000ffffffffffffffffffffffffffffffffff"
            + "ffffffffffffffffffffffffffff3ce04164612e43616e6172792b78404b0900a069652e6578616d706c650000000080"
            + "cb99f1",
    ])
    func findsWhatNewerProgramsCompressed(hex: String) async throws {
        #expect(try await plantedInPeople("ba", "decode($1::text, 'hex')", hex) == ["app.people ba email 1"])
    }

    @Test func findsWhatIsLeftOutsideTheMap() async throws {
        let fixture = fixture
        try await TestCluster.withDatabase { database in
            try await database.run(Self.schema)
            try await fixture.plant(database, "INSERT INTO \"Old Stuff\".\"__old_email\" VALUES ($1)", [fixture.mail])
            try await fixture.plant(
                database, "INSERT INTO app.parts VALUES (1, $1), (11, $2), (12, $2 || ' again')",
                [fixture.mail, fixture.handle])
            try await fixture.plant(database, "INSERT INTO app.base VALUES ($1)", [fixture.mail])
            try await fixture.plant(database, "INSERT INTO app.heir VALUES ($1)", [fixture.handle])
            try await database.run("CREATE MATERIALIZED VIEW app.seen AS SELECT note AS what FROM app.parts")
            try await database.run("CREATE MATERIALIZED VIEW app.empty AS SELECT note FROM app.parts WITH NO DATA")
            try await database.run("ALTER TABLE app.people ADD COLUMN later text")
            try await fixture.plant(database, "INSERT INTO app.people (later) VALUES ($1), ('x'), ($1)", [fixture.mail])
            let report = try await fixture.hunt(database)

            #expect(
                HuntFixture.words(report) == [
                    "\"Old Stuff\".__old_email was email 1", "app.parts_1 note email 1", "app.parts_2 note handle 2",
                    "app.base note email 1", "app.heir note handle 1", "app.seen what email 1",
                    "app.seen what handle 2", "app.people later email 2",
                ])
            #expect(report.isComplete)
            #expect(report.outcome(of: "erasure-1") == .leftovers)
            #expect(report.tables.last?.table == "app.people", "what the map knows comes last")
            #expect(report.unhunted.map(\.kind) == ["row"])
        }
    }

    @Test(arguments: [
        "bada.canary+x@kanarie.example", "zoe.ada.canary+x@kanarie.example", "zoe-ada.canary+x@kanarie.example",
        "ada.canary+x@kanarie.examples", "ada.canary@kanarie.example", "ada_canary+x@kanarie.example",
        "éada.canary+x@kanarie.example", "ada-kanarie-2", "xada-kanarie", "ada-kanaries", "77001234567890",
        "17700123456789", "0199c0de-51f0-7abc-9def-0123456789ac", "4711", "row 4711",
    ])
    func leavesOthersAlone(decoy: String) async throws {
        let found = try await plantedInPeople("t", "$1::text", decoy)

        #expect(found == [])
    }

    @Test func findsNamesBeyondASCII() async throws {
        let person = HuntedPerson(
            reference: "r",
            needles: [Needle(kind: "name", value: "Zoë Ångström"), Needle(kind: "city", value: "東京都港区")])
        try await TestCluster.withDatabase { database in
            try await database.run("SET search_path = public; CREATE TABLE notes (id int, note text, j json)")
            let notes = [
                "ZOË ÅNGSTRÖM", "zoë ångström", "Zoe\u{308} A\u{30A}ngstro\u{308}m", "住所は東京都港区です", "Zoë Ångströms",
            ]
            try await PostgresConnection.withConnection(to: database.target()) { connection in
                for note in notes { try await connection.query("INSERT INTO public.notes VALUES (1, $1)", [note]) }
                try await connection.query(
                    "INSERT INTO public.notes VALUES (1, NULL, $1::json)",
                    [#"{"n": "zo\u00EB \u00e5ngstr\u00f6m"}"#])
            }
            let report = try await LeftoverHunt([person]).search(database.target(), in: .all(except: []), mapped: [])

            #expect(
                HuntFixture.words(report) == [
                    "public.notes note name 3", "public.notes note city 1", "public.notes j name 1",
                ])
        }
    }

    // MARK: means

    private func plantedInPeople(_ column: String, _ expression: String, _ value: String) async throws -> Set<String> {
        let fixture = fixture
        return try await TestCluster.withDatabase { database in
            try await database.run(Self.schema)
            try await fixture.plant(database, "INSERT INTO app.people (\(column)) VALUES (\(expression))", [value])
            let report = try await fixture.hunt(database)
            #expect(report.isComplete)
            return HuntFixture.words(report)
        }
    }

    /// Compressed by programs that aren't ours, as hexadecimal digits.
    private func compressed(_ text: String, _ format: String) async throws -> String {
        let script = """
            import sys, gzip, zlib, bz2, lzma
            data = sys.stdin.buffer.read(); how = sys.argv[1]
            ways = {"gzip": gzip.compress, "zlib": zlib.compress, "bz2": bz2.compress, "lzma": lzma.compress}
            sys.stdout.write(ways[how](data).hex())
            """
        let outcome = try await Program.run(Checkout.python, ["-c", script, format], input: text)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output
    }
}
