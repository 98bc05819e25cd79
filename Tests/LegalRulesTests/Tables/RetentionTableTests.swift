import RightsCore
import Testing

@testable import LegalRules

/// Worked dates of fixtures/tables/retention_cases.csv, through the code that `habeas retention compute --csv` runs.
@Suite struct RetentionTableTests {
    private static let input = [
        "id", "country", "document", "scope", "document_date", "anchor_kind", "anchor_date",
    ]

    @Test(arguments: TableRow.rows("retention_cases.csv")) func givesEveryDate(row: TableRow) throws {
        let today = try #require(CivilDate("2026-11-21"))
        let header = CSVReader.Record(line: 1, fields: Self.input)
        let table = try RetentionTable(header: header, clock: TestRules.book.retentionClock(), asOf: today)

        let found = try table.row(CSVReader.Record(line: 2, fields: Self.input.map { row[$0] }))

        #expect(found.prefix(2) == [row["id"], row["retain_until_inclusive"]])
        #expect(found.count == 4 && !found[2].isEmpty && !found[3].isEmpty)
    }

    private func until(
        _ country: String, _ document: String, _ date: String, _ anchors: [String] = [], scope: String? = nil,
        asOf: String = "2026-11-21"
    ) throws -> String {
        let question = try RetentionQuestion(
            country: country, document: document, scope: scope, date: date, anchors: anchors,
            asOf: #require(CivilDate(asOf)))
        return try TestRules.book.retentionClock().period(of: question).retainUntil.description
    }

    /// AO § 147(3) before 2025: ten years, end of the year of issue.
    @Test func theLawOfTheDayOfComputationHolds() throws {
        #expect(try until("DE", "invoice", "2017-12-31", asOf: "2024-12-31") == "2027-12-31")
        #expect(try until("DE", "invoice", "2017-12-31", asOf: "2025-01-01") == "2025-12-31")
        #expect(try until("DE", "annual_accounts", "2025-06-30") == "2035-12-31")
    }

    /// Worked by hand from the statutes named in schemas/retention.
    @Test(arguments: [
        // BAO § 132(1): deviating year 2026/27 ends in 2027, 31 December 2027 + 7.
        ("AT", "invoice", "2026-05-10", ["fiscal_year_end=2027-03-31"], "2034-12-31"),
        // Companies Act 2014 s.285: end of the financial year + 6 is later than s.84(3) from the transaction.
        ("IE", "invoice", "2026-02-28", ["fiscal_year_end=2026-12-31"], "2032-12-31"),
        // Bogføringsloven § 12: financial year's end + 5.
        ("DK", "invoice", "2026-05-10", ["fiscal_year_end=2026-06-30"], "2031-06-30"),
        // Kirjanpitolaki 2:10: financial statements 10 years from the year's end.
        ("FI", "annual_accounts", "2026-03-10", ["fiscal_year_end=2026-12-31"], "2036-12-31"),
        // WBTW art. 60: 1 January of the next year + 10.
        ("BE", "invoice", "2026-07-01", [], "2036-12-31"),
        // Ordynacja podatkowa art. 86: end of the year in which the tax fell due, 2027, + 5.
        ("PL", "invoice", "2026-12-10", ["tax_due=2027-01-25"], "2032-12-31"),
        // Código de Comercio art. 30 (6 from the last entry) is later than LGT art. 66 (4 from the return).
        ("ES", "invoice", "2026-07-01", ["return_due=2027-07-25"], "2032-07-01"),
        // IRC 6501(a): 3 years from the return.
        ("US", "invoice", "2026-07-01", ["return_due=2027-04-15"], "2030-04-15"),
        // 29 February: the month's last day in a year without one.
        ("IE", "ledger", "2028-02-29", ["fiscal_year_end=2028-02-29"], "2034-02-28"),
        // GB is another code for the UK.
        ("GB", "invoice", "2026-07-01", ["fiscal_year_end=2027-03-31"], "2033-03-31"),
        // CGST Act s.36: 72 months from the annual return.
        ("IN", "invoice", "2026-07-01", ["return_due=2027-12-31"], "2033-12-31"),
    ]) func handWorked(
        _ country: String, _ document: String, _ date: String, _ anchors: [String], _ expected: String
    ) throws {
        #expect(try until(country, document, date, anchors) == expected)
    }

    @Test func refusesToGuess() throws {
        #expect(throws: RetentionRefusal.self) { try until("SE", "invoice", "2026-05-10") }
        #expect(throws: RetentionRefusal.self) { try until("ES", "invoice", "2026-05-10", scope: "tax") }
        #expect(throws: RetentionRefusal.self) { try until("XX", "invoice", "2026-05-10") }
        #expect(throws: RetentionRefusal.self) { try until("EU", "invoice", "2026-05-10") }
        #expect(throws: ClockEventsError.self) { try until("DE", "receipt", "2026-05-10") }
        #expect(throws: ClockEventsError.self) { try until("DE", "invoice", "2026-02-30") }
        #expect(throws: ClockEventsError.self) { try until("DE", "invoice", "2026-05-10", scope: "fiscal") }
        #expect(throws: ClockEventsError.self) {
            try until("DE", "invoice", "2026-05-10", ["document_date=2026-01-01"])
        }
    }
}
