/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Astronomical year: 0 is 1 BC.
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int

    /// The day that lies `days` after 1970-01-01 (Howard Hinnant's `civil_from_days`).
    package init(daysSinceEpoch days: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooringDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// A day by its parts; nil when the calendar doesn't have it.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        self.init(daysSinceEpoch: Self.daysSinceEpoch(Int64(year), Int64(month), Int64(day)))
        // The count gives back another day when that one doesn't exist.
        guard self.month == month, self.day == day else { return nil }
    }

    /// Parses `yyyy-mm-dd`; nil for anything else, also for a day that doesn't exist.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            text.utf8.allSatisfy({ $0 == 0x2d || (0x30...0x39).contains($0) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Days after 1970-01-01.
    package var daysSinceEpoch: Int64 { Self.daysSinceEpoch(Int64(year), Int64(month), Int64(day)) }

    /// `yyyy-mm-dd`.
    package var description: String { "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))" }

    package static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// The day's number (Howard Hinnant's `days_from_civil`); a day past the month's end runs into the next.
    static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year.flooringDivision(by: 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
