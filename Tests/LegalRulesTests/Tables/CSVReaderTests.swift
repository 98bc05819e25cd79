import RightsCore
import Testing

@testable import LegalRules

@Suite struct CSVReaderTests {
    private func read(_ text: String) -> (records: [[String]], problem: TableProblem?) {
        var reader = CSVReader(Array(text.utf8))
        var records: [[String]] = []
        while let record = reader.next() { records.append(record.fields) }
        return (records, reader.problem)
    }

    @Test func readsWhatTheStandardAllows() {
        #expect(read("a,b\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n").records == [["a", "b"], ["1", "x, \"y\"\r\nz"]])
        #expect(read("\u{feff}a,b\n,\n\n\n3,").records == [["a", "b"], ["", ""], ["3", ""]])
        #expect(read("").records.isEmpty && read("\n\r\n").records.isEmpty)
    }

    @Test func countsTheLinesOfQuotedFields() {
        var reader = CSVReader(Array("a\n\"x\ny\"\nb\n".utf8))
        var lines: [Int] = []
        while let record = reader.next() { lines.append(record.line) }
        #expect(lines == [1, 2, 4])
    }

    @Test(arguments: [("a\n\"b", 2), ("a\n\"b\"c\n", 2), ("a\nb\"c\n", 2), ("a\n\"b\"\rc", 2)])
    func refusesBrokenQuotes(text: String, line: Int) {
        #expect(read(text).problem?.line == line)
    }

    @Test func writesWhatItReads() {
        let fields = ["a", "b,c", "d\"e", "f\ng", ""]
        #expect(read(CSVWriter.line(fields)).records == [fields])
    }

    @Test(arguments: [
        ("identity_asked", "is not key=value"), ("mood=2026-01-01", "unknown clock event “mood”"),
        ("identity_asked=yesterday", "is not a day"), ("policy=kind", "unknown policy “kind”"),
        ("fee_asked=2026-01-01;fee_asked=2026-01-02", "given twice"),
    ])
    func refusesUnknownEvents(text: String, message: String) {
        let error = #expect(throws: ClockEventsError.self) { try ClockEvents(text) }
        #expect(error?.description.contains(message) == true)
    }

    @Test func refusesAnAnswerWithoutItsQuestion() throws {
        let events = try ClockEvents("identity_ok=2026-01-01")
        #expect(throws: ClockEventsError.self) {
            try events.interruptions(under: nil, received: try #require(CivilDate("2026-01-01")))
        }
    }

    @Test(arguments: [
        ("GDPR", "access", "Europe/Berlin", "2026-03-01T09:00:00", "is not a time with an offset"),
        ("GDPR", "access", "Europe/Berlin", "", "received_at is empty"),
        ("GDRP", "access", "Europe/Berlin", "2026-03-01T09:00:00Z", "is it GDPR"),
        ("GDPR", "know", "Europe/Berlin", "2026-03-01T09:00:00Z", "has no right \"know\""),
        ("GDPR", "access", "Europe/Berlino", "2026-03-01T09:00:00Z", ""),
        ("CL-21719", "access", "America/Santiago", "2026-03-01T09:00:00Z", "wasn't in force"),
    ])
    func namesWhatIsWrongWithARow(_ regime: String, _ right: String, _ zone: String, _ at: String, _ message: String)
        throws
    {
        let header = CSVReader.Record(line: 1, fields: ["regime", "right", "time_zone", "received_at"])
        let table = try DeadlineTable(header: header, book: TestRules.book, zone: TestRules.zone)
        let error = #expect(throws: TableProblem.self) {
            try table.row(CSVReader.Record(line: 7, fields: [regime, right, zone, at]))
        }
        #expect(
            error?.line == 7 && (message.isEmpty || error?.message.contains(message) == true), "\(error?.message ?? "")"
        )
    }

    @Test func aGapInTheCalendarIsRefused() throws {
        let short = RuleFile(
            name: "calendars/DE.yaml",
            text: """
                id: DE
                version: 2026-01-01
                name: Germany, one year
                sources: [none]
                evidence: knowledge
                zones: [Europe/Berlin]
                weekend: [saturday, sunday]
                years: { first: 2025, proclaimed: 2025, last: 2025 }
                holidays:
                  - { name: New Year, fixed: 01-01 }
                """)
        let book = try RuleBook(operators: [short])
        let header = CSVReader.Record(line: 1, fields: ["regime", "right", "time_zone", "received_at"])
        let table = try DeadlineTable(header: header, book: book, zone: TestRules.zone)
        let error = #expect(throws: TableProblem.self) {
            try table.row(
                CSVReader.Record(line: 2, fields: ["GDPR", "access", "Europe/Berlin", "2025-12-15T09:00:00Z"]))
        }
        #expect(error?.message.contains("doesn't know the holidays of 2026") == true)
    }
}
