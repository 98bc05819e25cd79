import DataMap
import Erasing
import Foundation
import LegalRules
import PostgresTestKit
import RightsCore
import Testing

/// What statutes keep of somebody erased: which fields, which files, until which day.
@Suite struct RetentionErasureTests {
    private static let ann = "email:ann@example.com"

    private static func invoices(
        _ rows: String, columns: String = "", fields: [String] = [],
        retain: String = "retain: DE-AO-147, document: invoice",
        kept: [String] = ["id"], issued: String = "date", rest: String = "", files: String = ""
    ) -> SmallStore {
        let collection = SmallStore.collection(
            "invoices", "shop.invoices", ["id", "customer_id", "issued"] + fields,
            paths: ["customer_id -> shop.customers(id)"],
            erasure: "{ \(retain), date: issued, fields: [\(kept.joined(separator: ", "))] }")
        return SmallStore(
            """
            CREATE TABLE shop.invoices (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers,
                issued \(issued)\(columns));
            CREATE INDEX ON shop.invoices (customer_id);
            INSERT INTO shop.invoices VALUES \(rows);
            """, collections: [collection + files], rest: rest)
    }

    // MARK: dates

    private static let days = ["2026-01-01", "2026-06-30", "2026-07-01", "2026-12-31", "2027-01-01", "2028-02-29"]
        .compactMap { CivilDate($0) }
    private static let today = CivilDate("2028-03-01")!

    /// Every document of every country, planned on the last day of its period and on the day after.
    @Test func everyStatuteKeepsUntilItsLastDayAndNoLonger() async throws {
        let statutes = try RuleBook().statutes().filter { $0.effective.contains(Self.today) }
        let cases = Dictionary(grouping: statutes.flatMap { statute in statute.documents.map { (statute, $0) } }) {
            [$0.0.country, $0.1]
        }.mapValues { $0.map(\.0) }
        let rows = Self.days.enumerated().map { "(\($0), 1, '\($1)')" }.joined(separator: ", ")
        try await TestCluster.withDatabase { database in
            try await WorldServer.prepare(database)
            try await database.run(Self.invoices(rows).tables)
            for (name, statutes) in cases.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                let retain = """
                    retain: \(name[0])-X, document: \(name[1]), anchors: { fiscal_year_end: "06-30", tax_year_end: "04-05", \
                    return_due: { months: 8 }, tax_due: { months: 1 } }
                    """
                let fixture = try await WorldServer.fixture(Self.invoices(rows, retain: retain).map, in: database)
                let expected = Dictionary(grouping: Self.days) { Self.lastDay($0, statutes) }.mapValues(\.count)
                func lines(on day: CivilDate) async throws -> [CivilDate: Int] {
                    let plan = try await fixture.eraser.plan(fixture.question(Self.ann, regime: "US-CA", today: day))
                    #expect(plan.conflicts == [], "\(name)")
                    return Dictionary(plan.retained.map { ($0.until, $0.documents) }, uniquingKeysWith: +)
                }
                let now = try await lines(on: Self.today)
                #expect(now == expected, "\(name)")
                for last in [expected.keys.min(), expected.keys.max()].compactMap({ $0 }) {
                    let through = try await lines(on: last)
                    let after = try await lines(on: last.adding(days: 1))
                    #expect(through == expected.filter { $0.key >= last }, "\(name) on \(last)")
                    #expect(after == expected.filter { $0.key > last }, "\(name) after \(last)")
                }
                await fixture.close()
            }
        }
        #expect(cases.count > 60)
    }

    /// Reckoned by hand: from the anchor, or the end of its year, that many years on.
    private static func lastDay(_ day: CivilDate, _ statutes: [RetentionStatute]) -> CivilDate {
        func first(_ month: Int, _ number: Int) -> CivilDate {
            [0, 1].compactMap { CivilDate(year: day.year + $0, month: month, day: number) }.first { $0 >= day }!
        }
        return statutes.map { statute in
            let fiscal = first(6, 30)
            let anchor: CivilDate =
                switch statute.anchor.day {
                case .documentDate: day
                case .fiscalYearEnd: fiscal
                case .taxYearEnd: first(4, 5)
                // 8 months after 30 June is the last of February only where it has 30 days: never.
                case .returnDue: CivilDate.lastDay(ofMonth: 2, year: fiscal.year + 1)
                case .taxDue: CivilDate(year: fiscal.year, month: 7, day: 30)!
                }
            let start = statute.anchor.isYearEnd ? CivilDate(year: anchor.year, month: 12, day: 31)! : anchor
            return CivilDate(year: start.year + statute.years, month: start.month, day: start.day)
                ?? CivilDate(year: start.year + statute.years, month: 2, day: 28)!
        }.max()!
    }

    @Test func aStatuteThatCountsFromAnUnknownDayIsAConflictThatSaysWhatToAdd() async throws {
        for (statute, words) in [
            ("GB-VATA", "anchors: { fiscal_year_end: \"12-31\" }"),
            ("US-IRC", "anchors: { fiscal_year_end: \"12-31\", return_due: { months: 12 } }"),
            ("XX-1", "no statutes of XX are known"),
        ] {
            let retain = "retain: \(statute), document: invoice"
            try await Self.invoices("(1, 1, '2026-03-01')", retain: retain).with { fixture in
                let regime = statute.hasPrefix("GB") ? "UK-GDPR" : "US-CA"
                let plan = try await fixture.eraser.plan(fixture.question(Self.ann, regime: regime))
                #expect(
                    plan.conflicts.contains { $0.hasPrefix("invoices:") && $0.contains(words) }, "\(plan.conflicts)")
            }
        }
        try await Self.invoices("(1, 1, '2026-03-01')", retain: "retain: US-IRC, document: invoice").with { fixture in
            let plan = try await fixture.plan(Self.ann)
            #expect(plan.conflicts.contains { $0.contains("is no ground") })
        }
        let retain = "retain: GB-VATA, document: invoice, anchors: { fiscal_year_end: \"02-29\" }"
        try await Self.invoices("(1, 1, '2026-03-01'), (2, 1, '2026-02-28')", retain: retain).with { fixture in
            let plan = try await fixture.eraser.plan(fixture.question(Self.ann, regime: "UK-GDPR"))
            #expect(plan.conflicts == [])
            #expect(plan.retained.map { "\($0.until)" } == ["2032-02-28", "2033-02-28"])
            #expect(plan.warnings.contains { $0.contains("fiscal_year_end 02-29") })
        }
    }

    @Test(arguments: [("UTC", "2034-12-31", "2"), ("Europe/Berlin", "2035-12-31", "1,2")])
    func aMomentHasItsDayWhereTheControllerIs(_ zone: String, _ until: String, _ held: String) async throws {
        let rows = "(1, 1, '2026-12-31 23:30+00'), (2, 1, '2027-06-01 00:00+00')"
        try await Self.invoices(rows, issued: "timestamptz").with(zone: zone) { fixture in
            let plan = try await fixture.plan(Self.ann)
            #expect(plan.retained.first.map { "\($0.until)" } == until)
            let hold = RowHold(
                id: "h", matter: "m", collections: ["invoices"], column: "issued", from: CivilDate("2027-01-01"))
            try await fixture.erase(Self.ann, holds: [hold])
            #expect(try await fixture.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM shop.invoices") == held)
            let kept = try await fixture.value(
                "SELECT string_agg(retain_until::text, ',') FROM habeas_local.retained_billing")
            #expect(kept == (zone == "UTC" ? until : nil))
        }
        // What has no zone has no other day there.
        try await Self.invoices("(1, 1, '2026-12-31 23:30')", issued: "timestamp").with(zone: zone) { fixture in
            let plan = try await fixture.plan(Self.ann)
            #expect(plan.retained.map { "\($0.until)" } == ["2034-12-31"])
        }
    }

    @Test func aHoldOnWhatTheMapNoLongerHasIsAConflict() async throws {
        try await Self.invoices("(1, 1, '2026-03-01')").with { fixture in
            let plan = try await fixture.plan(
                Self.ann, holds: [RowHold(id: "h", matter: "case 7", collections: ["letters"])])
            #expect(plan.conflicts.contains { $0.contains("case 7") && $0.contains("letters") })
        }
    }

    // MARK: fields

    @Test func aSimplifiedInvoiceNamesNobodyAndACreditNoteSomebody() async throws {
        for type in ["numeric", "money", "integer"] {
            let customers = SmallStore.collection(
                "customers", "shop.customers", ["id", "email", "name"], paths: ["{ subject: customer, hops: [] }"],
                erasure: "{ retain: DE-AO-147, of: invoices, fields: [name] }")
            var store = Self.invoices(
                "(1, 1, '2026-03-01', 250), (2, 1, '2026-03-01', 251), (3, 1, '2026-03-01', -5000), (4, 1, '2026-03-01', NULL), "
                    + "(5, 1, '2026-03-01', -250), (6, 1, '2026-03-01', 0)",
                columns: ", total \(type)", fields: ["total"],
                retain: "retain: DE-AO-147, document: invoice, simplified: { column: total, up_to: 250 }")
            let plain = SmallStore.collection(
                "customers", "shop.customers", ["id", "email", "name"], paths: ["{ subject: customer, hops: [] }"])
            store.map = store.map.replacing(plain, with: customers)
            try await store.with { fixture in
                try await fixture.erase(Self.ann)
                let named = try await fixture.value(
                    """
                    SELECT string_agg(record->'invoices'->>'id', ',' ORDER BY record->'invoices'->>'id')
                      FROM habeas_local.retained_billing WHERE record->'customers'->>'name' = 'Ann'
                    """)
                #expect(named == "2,3,4")
                #expect(try await fixture.count("SELECT count(*) FROM habeas_local.retained_billing") == 6)
            }
        }
    }

    // MARK: files

    /// 1 is over, 2 is kept, 3 is over and has the file of 2, 4 has none.
    @Test(arguments: [50_000, 1], ["uuid", "text"])
    func aFileStaysAsLongAsItsDocument(_ limit: Int, _ type: String) async throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("habeas-files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        let (over, kept) = ("aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002")
        for key in [over, kept] { try Data("x".utf8).write(to: root.appendingPathComponent(key)) }
        func isThere(_ key: String) -> Bool {
            FileManager.default.fileExists(atPath: root.appendingPathComponent(key).path)
        }
        let store = Self.invoices(
            "(1, 1, '2010-03-01', '\(over)'), (2, 1, '2026-03-01', '\(kept)'), (3, 1, '2010-04-01', '\(kept)'), "
                + "(4, 1, '2026-03-01', NULL)",
            columns: ", pdf \(type)", fields: ["pdf"], kept: ["id", "pdf"],
            rest: "erasure: { rows_in_one_transaction: \(limit) }", files: "\n    files: [{ store: objects, key: pdf }]"
        )
        try await store.with(objects: root.path) { fixture in
            let plan = try await fixture.plan(Self.ann)
            #expect(plan.collections.first { $0.name == "invoices" }?.files == 1)
            let run = UUID().uuidString
            let receipt = try await fixture.erase(Self.ann, run: run)
            #expect(receipt.done.collections.first { $0.name == "invoices" }?.files == 1)
            #expect(receipt.done.deviations == [])
            #expect(try await fixture.eraser.eraseFiles(of: run) == 1)
            #expect(!isThere(over) && isThere(kept))
            #expect(try await fixture.eraser.eraseRetainedFiles() == 0)
            // An order to remove it is refused while the document is kept.
            try await fixture.database.run(
                "INSERT INTO habeas_local.file_duty (run, store, key) VALUES ('\(run)', 'objects', '\(kept)')")
            #expect(try await fixture.eraser.eraseFiles(of: run) == 0)
            #expect(try await fixture.eraser.purgeRetained(today: CivilDate("2034-12-31")!).isEmpty)
            let purged = try await fixture.eraser.purgeRetained(today: CivilDate("2035-01-01")!)
            #expect(purged.map(\.documents) == [2])
            #expect(isThere(kept))
            #expect(try await fixture.eraser.eraseRetainedFiles() == 1)
            #expect(!isThere(kept))
            #expect(try await fixture.count("SELECT count(*) FROM habeas_local.file_duty") == 0)
        }
    }

    @Test func anOlderCompanionSchemaIsBroughtUp() async throws {
        try await Self.invoices("(1, 1, '2026-03-01')").with { fixture in
            try await fixture.database.run(
                """
                DROP FUNCTION habeas_local.is_retained_file(text, text);
                DROP INDEX habeas_local.retained_billing_files;
                ALTER TABLE habeas_local.retained_billing DROP COLUMN files;
                ALTER TABLE habeas_local.file_duty DROP COLUMN was_retained;
                ALTER TABLE habeas_local.erasure_run DROP COLUMN side;
                """)
            let isWhole = try await fixture.hasWholeCompanion()
            #expect(!isWhole)
            try await WorldServer.prepare(fixture.database)
            #expect(try await fixture.hasWholeCompanion())
            try await fixture.erase(Self.ann)
            #expect(try await fixture.count("SELECT count(*) FROM habeas_local.retained_billing") == 1)
        }
    }
}
