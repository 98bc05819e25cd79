import PostgresTestKit
import RightsCore
import Testing

@testable import LegalRules

/// Worked dates of fixtures/tables/deadline_cases.csv, through the code that `habeas deadline compute --csv` runs.
@Suite struct DeadlineTableTests {
    static let rows = TableRow.rows("deadline_cases.csv")
    private static let input = ["id", "regime", "right", "time_zone", "received_at", "holidays_used", "clock_events"]

    @Test(arguments: rows) func givesEveryColumn(row: TableRow) throws {
        try check(row, row.fields)
    }

    /// The regime itself knows what a question does.
    @Test(arguments: rows) func needsNoPolicy(row: TableRow) throws {
        var fields = row.fields
        fields["clock_events"] = row["clock_events"].split(separator: ";").filter { !$0.hasPrefix("policy=") }
            .joined(separator: ";")
        try check(row, fields)
    }

    /// The calendars themselves know the days.
    @Test(arguments: rows) func needsNoHolidays(row: TableRow) throws {
        var fields = row.fields
        fields["holidays_used"] = ""
        try check(row, fields)
    }

    private func check(_ row: TableRow, _ fields: [String: String]) throws {
        let header = CSVReader.Record(line: 1, fields: Self.input)
        let table = try DeadlineTable(header: header, book: TestRules.book, zone: TestRules.zone)

        let found = try table.row(CSVReader.Record(line: 2, fields: Self.input.map { fields[$0] ?? "" }))

        #expect(found == [row["id"]] + DeadlineTable.output.map { row[$0] })
    }
}
