package import RightsCore

/// Retention dates of a whole table.
///
/// Columns in: `country`, `document`, `scope`, `document_date`, `anchor_kind`, `anchor_date`; an `id` is passed through.
package struct RetentionTable {
    private static let output = ["retain_until_inclusive", "rule", "citation"]

    private let columns: TableColumns
    private let clock: RetentionClock
    private let asOf: CivilDate

    /// A table with that header, under the law of a day.
    ///
    /// - Throws: ``TableProblem`` when a column is missing.
    package init(header: CSVReader.Record, clock: RetentionClock, asOf: CivilDate) throws(TableProblem) {
        columns = try TableColumns(
            header, required: ["country", "document", "document_date"],
            known: ["id", "scope", "anchor_kind", "anchor_date"])
        self.clock = clock
        self.asOf = asOf
    }

    /// The header of what comes out.
    package var header: [String] { (columns.has("id") ? ["id"] : []) + Self.output }

    /// What comes out for a row.
    ///
    /// - Throws: ``TableProblem`` when the row can't be computed.
    package func row(_ record: CSVReader.Record) throws(TableProblem) -> [String] {
        try columns.check(record)
        let id = columns.has("id") ? [columns.value("id", in: record) ?? ""] : []
        do {
            let period = try clock.period(of: try question(record))
            return id + [period.retainUntil.description, period.rule, period.citation]
        } catch let problem as TableProblem {
            throw problem
        } catch {
            throw TableProblem(line: record.line, message: "\(error)")
        }
    }

    private func question(_ record: CSVReader.Record) throws(TableProblem) -> RetentionQuestion {
        do {
            var anchors: [String] = []
            switch (columns.value("anchor_kind", in: record), columns.value("anchor_date", in: record)) {
            case (nil, nil): break
            case (let kind?, let day?): anchors = ["\(kind)=\(day)"]
            default: throw ClockEventsError("anchor_kind and anchor_date belong together")
            }
            return try RetentionQuestion(
                country: try columns.required("country", in: record),
                document: try columns.required("document", in: record), scope: columns.value("scope", in: record),
                date: try columns.required("document_date", in: record), anchors: anchors, asOf: asOf)
        } catch {
            throw TableProblem(line: record.line, message: (error as? TableProblem)?.message ?? "\(error)")
        }
    }
}

extension RetentionQuestion {
    /// A question as tables and flags write it; `any` or no scope asks for the longest.
    ///
    /// - Parameter anchors: each as `fiscal_year_end=2026-12-31`.
    package init(
        country: String, document: String, scope: String?, date: String, anchors: [String], asOf: CivilDate
    ) throws(ClockEventsError) {
        guard let kind = RetainedDocument(rawValue: document) else {
            throw ClockEventsError(
                "“\(document)” is no kind of document; there are \(Self.names(RetainedDocument.self))")
        }
        let scope = scope == "any" ? nil : scope
        if let scope, RetentionScope(rawValue: scope) == nil {
            throw ClockEventsError("“\(scope)” is no scope; there are any, \(Self.names(RetentionScope.self))")
        }
        guard let day = CivilDate(date) else { throw ClockEventsError("“\(date)” is not a day as yyyy-mm-dd") }
        self.init(
            country: country.uppercased(), document: kind.rawValue, scope: scope, documentDate: day,
            anchors: try Self.anchors(anchors), asOf: asOf)
    }

    private static func names<Value: CaseIterable & RawRepresentable>(_: Value.Type) -> String
    where Value.RawValue == String { Value.allCases.map(\.rawValue).joined(separator: ", ") }

    private static func anchors(_ texts: [String]) throws(ClockEventsError) -> [AnchorDay: CivilDate] {
        var anchors: [AnchorDay: CivilDate] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let kind = AnchorDay(rawValue: parts[0]), kind != .documentDate else {
                throw ClockEventsError(
                    "“\(text)” is no anchor; write KIND=yyyy-mm-dd with one of "
                        + AnchorDay.allCases.filter { $0 != .documentDate }.map(\.rawValue).joined(separator: ", "))
            }
            guard let day = CivilDate(parts[1]) else {
                throw ClockEventsError("“\(parts[1])” is not a day as yyyy-mm-dd")
            }
            guard anchors.updateValue(day, forKey: kind) == nil else {
                throw ClockEventsError("\(kind.rawValue) is given twice")
            }
        }
        return anchors
    }
}

extension RetentionPeriod {
    /// The rule in a few words, such as `8 years (tax) from 2025-12-31`.
    package var rule: String { "\(years) years (\(scope)) from \(runsFrom)" }
}
