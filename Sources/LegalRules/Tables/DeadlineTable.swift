package import RightsCore

/// Deadlines of a whole table, row by row, so that an outside table can be checked in bulk.
///
/// Columns in: `regime`, `right`, `time_zone`, `received_at`, `holidays_used`, `clock_events`; an `id` is passed through.
package struct DeadlineTable {
    /// The columns that come out, after the id.
    package static let output = [
        "ack_by", "due", "due_end_exclusive_utc", "extension_notice_by", "extended_due", "conservative_due",
    ]
    private static let required = ["regime", "right", "time_zone", "received_at"]
    private static let optional = ["id", "holidays_used", "clock_events"]

    private let columns: TableColumns
    private let book: RuleBook
    private let zone: (String) throws -> ZoneRules

    /// A table with that header.
    ///
    /// - Parameters:
    ///   - zone: gives the rules of a time zone; what it throws is said of the row.
    /// - Throws: ``TableProblem`` when a column is missing.
    package init(
        header: CSVReader.Record, book: RuleBook, zone: @escaping (String) throws -> ZoneRules
    ) throws(TableProblem) {
        columns = try TableColumns(header, required: Self.required, known: Self.optional)
        self.book = book
        self.zone = zone
    }

    /// The header of what comes out.
    package var header: [String] { (columns.has("id") ? ["id"] : []) + Self.output }

    /// What comes out for a row.
    ///
    /// - Throws: ``TableProblem`` when the row can't be computed.
    package func row(_ record: CSVReader.Record) throws(TableProblem) -> [String] {
        try columns.check(record)
        let id = columns.has("id") ? [columns.value("id", in: record) ?? ""] : []
        return id + Self.fields(of: try deadline(of: record))
    }

    /// The deadline of a row.
    package func deadline(of record: CSVReader.Record) throws(TableProblem) -> Deadline {
        let regime = try columns.required("regime", in: record)
        let right = try columns.required("right", in: record)
        let zoneName = try columns.required("time_zone", in: record)
        let received = try stamp(try columns.required("received_at", in: record), line: record.line)
        let calendar = try calendar(of: record)
        do {
            let clock = try book.clock(
                for: regime, received: received.instant, zone: try zone(zoneName), calendar: calendar)
            let events = try ClockEvents(columns.value("clock_events", in: record) ?? "")
            let questions = try events.interruptions(
                under: clock.regime.rights[right], received: clock.zone.day(of: received.instant))
            return try clock.deadline(ClockFacts(received: received, right: right, interruptions: questions))
        } catch let error as RuleError {
            let hint = error.hint.map { " (\($0))" } ?? ""
            throw TableProblem(line: record.line, message: "\(error)\(hint)")
        } catch {
            throw TableProblem(line: record.line, message: "\(error)")
        }
    }

    /// The days of a deadline as the table writes them, empty where the regime has none.
    private static func fields(of deadline: Deadline) -> [String] {
        [
            deadline.acknowledgeBy?.description, deadline.due?.description, deadline.dueEnd?.rfc3339,
            // A regime that leaves the new date to the controller gives no number, so the table none either.
            deadline.extendedDue == nil ? nil : deadline.extensionNoticeBy?.description,
            deadline.extendedDue?.description, deadline.conservativeDue?.description,
        ].map { $0 ?? "" }
    }

    private func stamp(_ text: String, line: Int) throws(TableProblem) -> Stamp {
        guard let stamp = Stamp(rfc3339: text) else {
            throw TableProblem(
                line: line,
                message: "received_at: “\(text)” is not a time with an offset such as 2026-03-01T09:30:00+01:00")
        }
        return stamp
    }

    /// The days given in place of a calendar; nil where the column is empty.
    private func calendar(of record: CSVReader.Record) throws(TableProblem) -> HolidayCalendar? {
        guard let text = columns.value("holidays_used", in: record) else { return nil }
        do { return try HolidayCalendar(listed: text) } catch {
            throw TableProblem(line: record.line, message: "holidays_used: \(error)")
        }
    }
}

extension HolidayCalendar {
    /// The calendar of days listed as `2026-01-01;2026-04-03`.
    package init(listed text: String) throws(ClockEventsError) {
        var days: Set<CivilDate> = []
        for entry in text.split(separator: ";") {
            guard let day = CivilDate(String(entry)) else {
                throw ClockEventsError("“\(entry)” is not a day as yyyy-mm-dd")
            }
            days.insert(day)
        }
        self.init(days: days)
    }
}
