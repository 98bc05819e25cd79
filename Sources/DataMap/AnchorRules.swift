package import RightsCore

/// How the days that retention statutes count from follow from a document's day, in the controller's books.
package struct AnchorRules: Hashable, Sendable {
    /// On which day of the year fiscal or tax years end.
    let yearEnds: [AnchorDay: YearDay]
    /// How many months after the end of the year a return or tax is due, or filed.
    let months: [AnchorDay: Int]

    /// No such day is known.
    package static let none = AnchorRules(yearEnds: [:], months: [:])

    /// The years' ends that months can be counted from; the first that is given counts.
    static let yearKinds: [AnchorDay] = [.fiscalYearEnd, .taxYearEnd]

    /// What is known of a document of that day: the first end of a year that isn't earlier, and the months after it.
    package func days(for document: CivilDate) -> [AnchorDay: CivilDate] {
        var days = yearEnds.mapValues { $0.first(from: document) }
        guard let end = Self.yearKinds.lazy.compactMap({ days[$0] }).first else { return days }
        for (kind, count) in months { days[kind] = end.adding(months: count) }
        return days
    }

    /// The rules for people: `fiscal_year_end 12-31`, `return_due 8 months after it`.
    package var words: [String] {
        yearEnds.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.rawValue) \($1)" }
            + months.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.rawValue) \($1) months after it" }
    }

    /// What to write in the map so that a day is known.
    package static func example(of kind: AnchorDay) -> String {
        yearKinds.contains(kind)
            ? "anchors: { \(kind.rawValue): \"12-31\" }"
            : "anchors: { fiscal_year_end: \"12-31\", \(kind.rawValue): { months: 12 } }"
    }
}

/// A day of every year; 29 February is the last of February.
struct YearDay: Hashable, Sendable, CustomStringConvertible {
    private let month: Int
    private let day: Int

    /// Reads `MM-DD`.
    init?(_ text: String) {
        guard text.utf8.count == 5, let date = CivilDate("2024-" + text) else { return nil }
        (month, day) = (date.month, date.day)
    }

    /// The first such day that isn't earlier than another.
    func first(from start: CivilDate) -> CivilDate {
        let here = date(in: start.year)
        return here >= start ? here : date(in: start.year + 1)
    }

    private func date(in year: Int) -> CivilDate {
        CivilDate(year: year, month: month, day: day) ?? .lastDay(ofMonth: month, year: year)
    }

    var description: String { (month < 10 ? "0" : "") + "\(month)" + (day < 10 ? "-0" : "-") + "\(day)" }
}
