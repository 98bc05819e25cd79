package import RightsCore

/// A calendar with what its document says of it.
package struct CalendarDocument: Sendable {
    package let header: CalendarHeader
    package let calendar: HolidayCalendar

    /// Reads a document of schemas/calendars, strictly.
    ///
    /// - Throws: ``RuleError`` with the place of whatever isn't in the documented form.
    package init(_ file: RuleFile) throws(RuleError) {
        let root = try RuleNode(file.text, document: file.name)
        try root.checkKeys(CalendarHeader.keys.union(["holidays", "worked_weekends"]))
        try Self.checkOrder(root)
        header = try CalendarHeader.read(root, of: file)
        var reader = CalendarReader(header)
        try reader.readHolidays(root.required("holidays"))
        if let node = root["worked_weekends"] { try reader.readWorkedWeekends(node) }
        calendar = reader.calendar()
    }

    /// The header is read alone where that is enough, so nothing of it may stand below the holidays.
    private static func checkOrder(_ root: RuleNode) throws(RuleError) {
        let entries = try root.entries()
        guard let start = entries.firstIndex(where: { $0.key == "holidays" }) else { return }
        for (key, value) in entries[start...] where CalendarHeader.keys.contains(key) {
            throw value.fail("belongs above holidays")
        }
    }
}

/// Turns a document's rules into the days of its years.
private struct CalendarReader {
    private let header: CalendarHeader
    private var rules: [HolidayRule] = []
    private var workedWeekends: Set<CivilDate> = []
    /// The days that are given one by one.
    private var given: Set<CivilDate> = []

    init(_ header: CalendarHeader) { self.header = header }

    mutating func readHolidays(_ node: RuleNode) throws(RuleError) {
        for item in try node.items() {
            let rule = try HolidayRule(item, within: header.years)
            if let other = rules.first(where: { $0.repeats(rule) }) {
                throw item.fail("gives the same days a second time; they are in “\(other.name)”")
            }
            if case .dates(let days) = rule.days { try note(days, item) }
            if case .once(let days) = rule.days { try note(days, item) }
            rules.append(rule)
        }
    }

    mutating func readWorkedWeekends(_ node: RuleNode) throws(RuleError) {
        for day in try node.days() {
            guard header.weekend.contains(day.weekday) else {
                throw node.fail("\(day) is a \(day.weekday.name), worked anyway")
            }
            guard header.years.contains(day.year) else { throw node.fail("\(day) lies outside of the years") }
            try note([day], node)
            workedWeekends.insert(day)
        }
    }

    private mutating func note(_ days: [CivilDate], _ node: RuleNode) throws(RuleError) {
        for day in days {
            guard given.insert(day).inserted else { throw node.fail("\(day) is given twice") }
        }
    }

    func calendar() -> HolidayCalendar {
        HolidayCalendar(
            id: header.id, name: header.name, version: header.version, weekend: header.weekend,
            holidays: named(occurrences()), workedWeekends: workedWeekends, years: header.years,
            proclaimedThrough: header.proclaimedThrough)
    }

    /// A day of a rule, where the rule puts it.
    private struct Occurrence {
        let day: CivilDate
        let name: String
        let observance: Observance?
    }

    private func occurrences() -> [Occurrence] {
        // A day of the year before or after may be moved into the span, or run into it.
        ((header.years.lowerBound - 1)...(header.years.upperBound + 1)).flatMap { year in
            rules.flatMap { rule in
                rule.dates(in: year).map { day in
                    Occurrence(day: day, name: rule.name, observance: rule.observed[day.weekday])
                }
            }
        }
    }

    /// Moves what falls on a day that another takes its place, the earliest first.
    private func named(_ occurrences: [Occurrence]) -> [CivilDate: String] {
        var names: [CivilDate: [String]] = [:]
        for occurrence in occurrences where occurrence.observance == nil {
            names[occurrence.day, default: []].append(occurrence.name)
        }
        let moved = occurrences.filter { $0.observance != nil }.sorted { $0.day < $1.day }
        for occurrence in moved {
            let day = occurrence.observance?.day(from: occurrence.day) { day in
                !header.weekend.contains(day.weekday) && names[day] == nil
            }
            if let day { names[day, default: []].append("\(occurrence.name) (observed)") }
        }
        return names.filter { header.years.contains($0.key.year) }.mapValues { $0.joined(separator: "; ") }
    }
}

extension HolidayRule {
    /// Whether another rule tells the same days of some year.
    fileprivate func repeats(_ other: HolidayRule) -> Bool {
        days == other.days && years.overlaps(other.years)
            && !Set(years.clamped(to: other.years)).isSubset(of: except.union(other.except))
    }
}
