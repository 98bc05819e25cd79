import DataMap
import Foundation
import PostgresAccess
import PostgresTestKit
import RowEncoding
import Testing

/// Rows of a query through COPY binary and the encoder, as text.
func encode(
    _ database: TestDatabase, table: String, syntax: RowSyntax
) async throws -> (text: String, encoder: RowEncoder) {
    try await PostgresConnection.withConnection(to: database.target()) { connection in
        let catalogue = try await connection.readCatalogue()
        let columns = try #require(catalogue[TableName("public.\(table)")!]).columns
        let planned = columns.map { column in
            let form = ValueForm(baseType: column.baseType, isBuiltIn: column.isBuiltIn, kind: column.kind)
            let name = column.name.quoted
            return (
                EncodedColumn(name: column.name.text, form: form), form.isMadeByServer ? "to_json(\(name))::text" : name
            )
        }
        let shape = RowShape(linkFields: 0, keyFields: 0, columns: planned.map(\.0))
        try await connection.startCopy(
            query: "SELECT \(planned.map(\.1).joined(separator: ", ")) FROM public.\(table) ORDER BY id")
        var encoder = RowEncoder(shape, syntax: syntax)
        var cursor = RowCursor()
        var isFirst = true
        nonisolated(unsafe) var bytes: [UInt8] = []
        var out = OutputBuffer { span in span.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        while let batch = try await connection.nextBatch() {
            cursor.beginBatch()
            _ = try batch.withBytes { try encoder.encode($0, at: &cursor, link: [], isFirst: &isFirst, into: &out) }
        }
        try out.flush()
        return (String(decoding: bytes, as: UTF8.self), encoder)
    }
}

@Suite struct RowEncoderTests {
    /// Every type that the encoder reads itself, and several that the server writes.
    private static let table = """
        CREATE EXTENSION citext SCHEMA public;
        CREATE TYPE public.mood AS ENUM ('fine', 'so "so"', 'ä,ö');
        CREATE DOMAIN public.age AS int CHECK (VALUE > 0);
        CREATE TYPE public.pair AS (a int, b text);
        CREATE TABLE public.v (id int PRIMARY KEY, b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8,
            n numeric, t text, vc varchar(80), c char(4), ct public.citext, u uuid, d date, ts timestamp, tz timestamptz,
            iv interval, ip inet, net cidr, j json, jb jsonb, m public.mood, dom public.age, ta text[], ia int[],
            p public.pair, r int4range, mo money, bi bit(3), tm time, nm name, x xml, "aB c" text);
        """

    @Test func jsonEqualsRowToJSON() async throws {
        let (ours, theirs) = try await TestCluster.withDatabase { database in
            try await database.run(Self.table)
            try await database.run(Self.rows)
            let expected = try await database.query("SELECT row_to_json(v)::text FROM public.v ORDER BY id")
            let (text, _) = try await encode(database, table: "v", syntax: .json)
            return (text, expected.compactMap { $0[0] })
        }

        let lines = ours.components(separatedBy: "\n").filter { !$0.isEmpty }
            .map { $0.hasSuffix(",") ? String($0.dropLast()) : $0 }
        #expect(lines.count == theirs.count)
        #expect(theirs.count > 500)
        for (line, expected) in zip(lines, theirs) where line != expected {
            Issue.record("expected \(expected)\n   found \(line)")
            return
        }
    }

    /// Edge cases by hand, then five hundred rows of random values (setseed, so the same every time).
    private static let rows = #"""
        SET timezone = 'UTC'; SET intervalstyle = 'postgres'; SET datestyle = 'ISO, YMD';
        INSERT INTO public.v (id) VALUES (1);
        INSERT INTO public.v VALUES
        (2, true, -32768, -2147483648, -9223372036854775808, 'NaN', 'Infinity', 'NaN', E'a"b\\c\n\r\t\b\f\x01\x1f\x7f/', '',
         'ab', 'Ü', '00000000-0000-0000-0000-000000000000', 'infinity', '-infinity', 'infinity', '1 mon -2 days 03:04:05.6',
         '192.168.1.5', '10.0.0.0/8', '{"a" : 1,  "a":2}', '{"b": [1, null]}', 'so "so"', 5, '{a,NULL,"x\"y"}', '{{1,2},{3,4}}',
         '(1,"q, r")', '[1,5)', 12.5, '101', '12:00:00.5', 'name', '<a>b</a>', 'quoted'),
        (3, false, 32767, 2147483647, 9223372036854775807, '1e10', '1e23', '123456789012345678901234567890.123456789',
         E'\u2028 \u05d0\u0301 😀👩‍👩‍👧 e\u0301', 'x', '    ', '', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '0044-03-15 BC',
         '0001-01-01 00:00:00 BC', '294276-12-31 23:59:59.999999+00', '-178000000 years', '::1', '::/0', 'null', 'null',
         'ä,ö', 1, '{}', '{}', '(,)', 'empty', -1, '000', '24:00:00', '', '', ''),
        (4, null, 0, 0, 0, '-0', '-0', '-0.00', 'x', 'x', 'x', 'x', gen_random_uuid(), '5874897-12-31', '4713-01-01 00:00:00 BC',
         '4714-11-24 00:00:00+00 BC', '0', '1.2.3.4/24', '1.2.3.0/24', '"text"', '"text"', 'fine', 2, '{"null"}', '{1}',
         '(5,)', '(,)', 0, '111', '00:00:00', 'x', 'x', E'\\');
        SELECT setseed(0.42);
        INSERT INTO public.v SELECT g, random() < 0.5, (random()*65535-32768)::int2, (random()*4e9-2e9)::int4,
            (random()*1.8e19-9e18)::int8, (random()-0.5)*power(10, random()*70-35), (random()-0.5)*power(10, random()*600-300),
            (random()*1e12)::numeric / 7, md5(random()::text), md5(random()::text), 'c', md5(random()::text),
            md5(random()::text)::uuid, date '2000-01-01' + (random()*4e6-7e5)::int,
            timestamp '2000-01-01' + (random()*6e11-6e10) * interval '1 second',
            timestamptz '2000-01-01' + (random()*6e11-6e10) * interval '1 second' + (random()*1e6)::int * interval '1 microsecond',
            make_interval(months => (random()*100-50)::int, days => (random()*100-50)::int, secs => random()*1e5-5e4),
            ('10.0.' || (random()*255)::int || '.' || (random()*255)::int)::inet, null,
            json_build_object('k', random()), jsonb_build_array(random(), md5(random()::text)), 'fine', 1 + (random()*50)::int,
            array[md5(random()::text)], array[(random()*10)::int], null, null, null, null, null, null, null, chr(1 + (random()*50000)::int)
        FROM generate_series(5, 600) g;
        """#

    @Test func byteaIsBase64AndUnsafeJSONIsAString() async throws {
        let text = try await TestCluster.withDatabase { database in
            try await database.run(
                #"""
                CREATE TABLE public.w (id int PRIMARY KEY, b bytea, j json);
                INSERT INTO public.w VALUES (1, '\x00ff10', '{"a":"\ud83d\ude00"}'), (2, '', '"\ud800"'),
                    (3, '\xff', '"\u0000"'), (4, '\xffff', '"\\ud800"');
                """#)
            return try await encode(database, table: "w", syntax: .json)
        }

        #expect(text.encoder.stringifiedValues == 2)
        #expect(
            text.text == #"""

                {"id":1,"b":"AP8Q","j":{"a":"\ud83d\ude00"}},
                {"id":2,"b":"","j":"\"\\ud800\""},
                {"id":3,"b":"/w==","j":"\"\\u0000\""},
                {"id":4,"b":"//8=","j":"\\ud800"}
                """#)
    }

    @Test func csvTellsNullFromEmptyAndGuardsFormulas() async throws {
        let (text, encoder) = try await TestCluster.withDatabase { database in
            try await database.run(
                #"""
                CREATE TABLE public.c (id int PRIMARY KEY, t text, n numeric, d date, j jsonb, f float8);
                INSERT INTO public.c VALUES (-1, null, null, null, null, null), (2, '', -5, '-infinity', '-5', '-Infinity'),
                    (3, '=1+1', 0, '2020-01-01', '"x"', 'NaN'), (4, E'+49\n"q"', 1, null, '{"a": 1}', 1e-7),
                    (5, '@x', 1, null, null, 1), (6, E'\tx', 1, null, null, 1), (7, E'\rx', 1, null, null, 1),
                    (8, ' edge ', 1, null, null, 1), (9, 'a,b', 1, null, null, 1);
                """#)
            return try await encode(database, table: "c", syntax: .csv)
        }

        #expect(
            text
                == "-1,,,,,\r\n2,\"\",-5,\"'-infinity\",\"'-5\",-Infinity\r\n3,\"'=1+1\",0,2020-01-01,\"\"\"x\"\"\",NaN\r\n"
                + "4,\"'+49\n\"\"q\"\"\",1,,\"{\"\"a\"\": 1}\",1e-07\r\n5,\"'@x\",1,,,1\r\n6,\"'\tx\",1,,,1\r\n7,\"'\rx\",1,,,1\r\n"
                + "8,\" edge \",1,,,1\r\n9,\"a,b\",1,,,1\r\n")
        #expect(encoder.guardedCells == 7)
        #expect(encoder.rows == 9)
    }

    @Test func brokenBytesAreRefused() {
        var encoder = RowEncoder(
            RowShape(linkFields: 0, keyFields: 0, columns: [EncodedColumn(name: "a", form: .int32)]), syntax: .json)
        var out = OutputBuffer { _ in }
        var isFirst = true
        let header: [UInt8] =
            [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0] + [0, 0, 0, 0, 0, 0, 0, 0]
        for (bytes, expected) in [
            (Array("nonsense and more of it".utf8), RowError.malformed),
            (header + [0, 1, 0, 0, 0, 9, 1], .malformed), (header + [0, 2, 0, 0, 0, 0], .wrongShape),
            (header + [0, 1, 0, 0, 0, 2, 1, 1], .malformed), (header + [0, 1, 0xFF, 0xFF, 0xFF, 0xF0], .malformed),
        ] {
            var cursor = RowCursor()
            let error = #expect(throws: RowError.self) {
                try encoder.encode(bytes.span.bytes, at: &cursor, link: [], isFirst: &isFirst, into: &out)
            }
            #expect(error == expected)
        }
    }
}
