internal import RightsCore

extension HolidayRule {
    private static let ways = ["fixed", "easter", "orthodox_easter", "weekday", "dates", "once"]

    /// An entry of `holidays`.
    init(_ node: RuleNode, within span: ClosedRange<Int>) throws(RuleError) {
        try node.checkKeys(Set(Self.ways + ["name", "through", "since", "until", "except", "observed"]))
        name = try node.required("name").text()
        days = try Self.readDays(node)
        years = try Self.readYears(node, within: span)
        except = Set(try Self.readExceptions(node["except"], within: years))
        observed = try Self.readObserved(node["observed"])
        try checkDates(node, within: span)
    }

    private static func readDays(_ node: RuleNode) throws(RuleError) -> Days {
        let given = ways.filter { node[$0] != nil }
        guard given.count == 1, let way = given.first else {
            throw node.fail("expected one of \(ways.joined(separator: ", ")); found \(given.count)")
        }
        if way != "fixed", let through = node["through"] { throw through.fail("goes with fixed only") }
        let value = try node.required(way)
        switch way {
        case "fixed":
            return .fixed(try value.monthDay(), through: try node["through"]?.monthDay())
        case "easter": return .easter(try value.number())
        case "orthodox_easter": return .orthodoxEaster(try value.number())
        case "weekday": return try readWeekday(value)
        case "dates": return .dates(try value.days())
        default: return .once(try value.days())
        }
    }

    private static func readWeekday(_ node: RuleNode) throws(RuleError) -> Days {
        try node.checkKeys(["which", "day", "of", "on_or_after"])
        let weekday = try node.required("day").weekday()
        guard let start = node["on_or_after"] else {
            let which = try node.required("which").choice(Which.self)
            return .nth(which, weekday, month: try node.required("of").month())
        }
        guard node["which"] == nil, node["of"] == nil else {
            throw node.fail("takes which and of, or on_or_after, not both")
        }
        return .onOrAfter(try start.monthDay(), weekday)
    }

    private static func readYears(_ node: RuleNode, within span: ClosedRange<Int>) throws(RuleError) -> ClosedRange<Int>
    {
        // A year around the span: a day of the next or the last year may be moved into it.
        let since = try node["since"]?.year() ?? span.lowerBound - 1
        let until = try node["until"]?.year() ?? span.upperBound + 1
        guard since <= until, since <= span.upperBound, until >= span.lowerBound else {
            throw node.fail("gives no day from \(span.lowerBound) to \(span.upperBound)")
        }
        return since...until
    }

    private static func readExceptions(
        _ node: RuleNode?, within years: ClosedRange<Int>
    ) throws(RuleError) -> [Int] {
        guard let node else { return [] }
        var found: [Int] = []
        for item in try node.items() {
            let year = try item.year()
            guard years.contains(year) else { throw item.fail("\(year) isn't among the years of this holiday") }
            guard !found.contains(year) else { throw item.fail("\(year) is given twice") }
            found.append(year)
        }
        return found
    }

    private static func readObserved(_ node: RuleNode?) throws(RuleError) -> [Weekday: Observance] {
        guard let node else { return [:] }
        var observed: [Weekday: Observance] = [:]
        for (key, value) in try node.entries() {
            guard let weekday = Weekday(word: key) else { throw value.fail("“\(key)” is no weekday") }
            observed[weekday] = try value.parsed(
                "“next free day”, or a weekday with before or after, such as “monday after”", Observance.init)
        }
        return observed
    }

    /// A list of proclaimed days must reach over all years, and no day may lie outside of them.
    private func checkDates(_ node: RuleNode, within span: ClosedRange<Int>) throws(RuleError) {
        let list: [CivilDate]
        switch days {
        case .dates(let dates):
            list = dates
            for year in years.clamped(to: span)
            where !except.contains(year) && !dates.contains(where: { $0.year == year }) {
                throw try node.required("dates").fail(
                    "names no day of \(year); add it, or end `years` or `until` before it")
            }
        case .once(let dates): list = dates
        default: return
        }
        guard let stray = list.first(where: { !years.clamped(to: span).contains($0.year) || except.contains($0.year) })
        else { return }
        throw node.fail("\(stray) lies outside of the years of this holiday")
    }
}

extension RuleNode {
    /// A year that both rules of Easter hold for.
    func year() throws(RuleError) -> Int {
        try parsed("a year from 1900 to 2099") { Int($0).flatMap { (1900...2099).contains($0) ? $0 : nil } }
    }

    func weekday() throws(RuleError) -> Weekday { try parsed("a weekday: monday to sunday", Weekday.init(word:)) }

    func monthDay() throws(RuleError) -> HolidayRule.MonthDay {
        try parsed("a day of each year as mm-dd", HolidayRule.MonthDay.init)
    }

    /// A month's number.
    func month() throws(RuleError) -> Int {
        let names = [
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december",
        ]
        return try parsed("a month: january to december") { names.firstIndex(of: $0).map { $0 + 1 } }
    }

    /// Days, and runs of days as `2026-02-15/2026-02-23`.
    func days() throws(RuleError) -> [CivilDate] {
        var found: [CivilDate] = []
        for item in try items() {
            for day in try item.run() {
                guard !found.contains(day) else { throw item.fail("\(day) is given twice") }
                found.append(day)
            }
        }
        return found
    }

    private func run() throws(RuleError) -> [CivilDate] {
        try parsed("a day as yyyy-mm-dd, or two with a slash between") { text in
            let ends = text.split(separator: "/", omittingEmptySubsequences: false).map { CivilDate(String($0)) }
            guard let first = ends[0], let last = ends.count == 2 ? ends[1] : first, ends.count <= 2 else { return nil }
            let count = last.days(since: first)
            return (0...366).contains(count) ? (0...count).map { first.adding(days: $0) } : nil
        }
    }
}
