internal import RightsCore

/// One entry of a calendar's `holidays`: which days it gives.
struct HolidayRule {
    /// How its days are told.
    enum Days: Hashable {
        /// The same day each year, or a run of days that may reach into the next year.
        case fixed(MonthDay, through: MonthDay?)
        /// So many days after Easter Sunday of the western churches.
        case easter(Int)
        /// So many days after Easter Sunday of the orthodox churches.
        case orthodoxEaster(Int)
        /// Such as the last Monday of May.
        case nth(Which, Weekday, month: Int)
        /// Such as the first Saturday on or after 20 June.
        case onOrAfter(MonthDay, Weekday)
        /// Days that are proclaimed for each year.
        case dates([CivilDate])
        /// Days that come once.
        case once([CivilDate])
    }

    /// Which of a month's weekdays.
    enum Which: String, CaseIterable { case first, second, third, fourth, last }

    /// A day of each year.
    struct MonthDay: Hashable {
        let month: Int
        let day: Int

        /// Parses `mm-dd`.
        init?(_ text: String) {
            guard let leap = CivilDate("2000-\(text)") else { return nil }
            (month, day) = (leap.month, leap.day)
        }

        /// The day in that year; nil for 29 February where there is none.
        func date(in year: Int) -> CivilDate? { CivilDate(year: year, month: month, day: day) }
    }

    let name: String
    let days: Days
    /// The years of its days, before they are moved.
    let years: ClosedRange<Int>
    let except: Set<Int>
    /// Where a day goes that falls on such a weekday.
    let observed: [Weekday: Observance]

    /// Its days of a year, before they are moved.
    func dates(in year: Int) -> [CivilDate] {
        guard years.contains(year), !except.contains(year) else { return [] }
        return switch days {
        case .fixed(let start, let end): Self.run(start, end, in: year)
        case .easter(let offset): [CivilDate.easter(year).adding(days: offset)]
        case .orthodoxEaster(let offset): [CivilDate.orthodoxEaster(year).adding(days: offset)]
        case .nth(let which, let weekday, let month): [Self.nth(which, weekday, month: month, year: year)]
        case .onOrAfter(let start, let weekday): start.date(in: year).map { [Self.first(weekday, from: $0)] } ?? []
        case .dates(let list), .once(let list): list.filter { $0.year == year }
        }
    }

    private static func run(_ start: MonthDay, _ end: MonthDay?, in year: Int) -> [CivilDate] {
        guard let first = start.date(in: year) else { return [] }
        guard let end, let last = end.date(in: year), let next = end.date(in: year + 1) else { return [first] }
        let count = (last < first ? next : last).days(since: first)
        return (0...count).map { first.adding(days: $0) }
    }

    private static func nth(_ which: Which, _ weekday: Weekday, month: Int, year: Int) -> CivilDate {
        let end = CivilDate.lastDay(ofMonth: month, year: year)
        let first = Self.first(weekday, from: end.adding(days: 1 - end.day))
        return switch which {
        case .first: first
        case .second: first.adding(days: 7)
        case .third: first.adding(days: 14)
        case .fourth: first.adding(days: 21)
        case .last: Self.first(weekday, from: end.adding(days: -6))
        }
    }

    private static func first(_ weekday: Weekday, from day: CivilDate) -> CivilDate {
        day.adding(days: (weekday.rawValue - day.weekday.rawValue + 7) % 7)
    }
}

/// Where a holiday goes when it falls on a certain day of the week.
enum Observance: Hashable {
    /// The next day that is neither weekend nor holiday.
    case nextFreeDay
    case before(Weekday)
    case after(Weekday)

    /// Parses `next free day`, `friday before`, `monday after`.
    init?(_ text: String) {
        if text == "next free day" {
            self = .nextFreeDay
            return
        }
        let words = text.split(separator: " ")
        guard words.count == 2, let weekday = Weekday(word: String(words[0])) else { return nil }
        switch words[1] {
        case "before": self = .before(weekday)
        case "after": self = .after(weekday)
        default: return nil
        }
    }

    /// The day it goes to.
    func day(from day: CivilDate, isFree: (CivilDate) -> Bool) -> CivilDate {
        var moved = day
        switch self {
        case .nextFreeDay: repeat { moved = moved.adding(days: 1) } while !isFree(moved)
        case .before(let weekday): repeat { moved = moved.adding(days: -1) } while moved.weekday != weekday
        case .after(let weekday): repeat { moved = moved.adding(days: 1) } while moved.weekday != weekday
        }
        return moved
    }
}

extension Weekday {
    /// Its English name in small letters.
    var word: String { name.lowercased() }

    init?(word: String) {
        guard let weekday = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = weekday
    }
}
