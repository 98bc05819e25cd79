/// A day of the week.
package enum Weekday: Int, Sendable, CaseIterable, Codable, Comparable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday

    /// Its English name, capitalised.
    package var name: String {
        switch self {
        case .monday: "Monday"
        case .tuesday: "Tuesday"
        case .wednesday: "Wednesday"
        case .thursday: "Thursday"
        case .friday: "Friday"
        case .saturday: "Saturday"
        case .sunday: "Sunday"
        }
    }

    package static func < (left: Weekday, right: Weekday) -> Bool { left.rawValue < right.rawValue }
}

extension CivilDate {
    /// The day of the week (1970-01-01 was a Thursday).
    package var weekday: Weekday {
        let index = (daysSinceEpoch + 3) - (daysSinceEpoch + 3).flooringDivision(by: 7) * 7
        return Weekday.allCases[Int(index)]
    }

    /// The day that many days later, or earlier.
    package func adding(days: Int) -> CivilDate { CivilDate(daysSinceEpoch: daysSinceEpoch + Int64(days)) }

    /// The same day that many months later, or the month's last day where the month lacks it
    /// (Reg. 1182/71 Art. 3(2)(c)).
    package func adding(months: Int) -> CivilDate {
        let count = year * 12 + month - 1 + months
        let year = count.flooringDivision(by: 12)
        let month = count - year * 12 + 1
        return CivilDate(year: year, month: month, day: day) ?? Self.lastDay(ofMonth: month, year: year)
    }

    /// The same day that many years later; 28 February for a 29th that isn't there.
    package func adding(years: Int) -> CivilDate { adding(months: 12 * years) }

    /// How many days lie between that day and this one; negative when this one is earlier.
    package func days(since other: CivilDate) -> Int { Int(daysSinceEpoch - other.daysSinceEpoch) }

    /// 31 December of its year.
    package var endOfYear: CivilDate { Self.lastDay(ofMonth: 12, year: year) }

    /// A day before every day that has a year of four digits.
    package static let distantPast = CivilDate(daysSinceEpoch: daysSinceEpoch(0, 1, 1))

    /// A month's last day.
    package static func lastDay(ofMonth month: Int, year: Int) -> CivilDate {
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        return CivilDate(daysSinceEpoch: daysSinceEpoch(Int64(next.0), Int64(next.1), 1) - 1)
    }

    /// Easter Sunday of the western churches (the "anonymous Gregorian" computus, Nature 13, 1876, p. 487).
    package static func easter(_ year: Int) -> CivilDate {
        let (golden, century, rest) = (year % 19, year / 100, year % 100)
        let moon = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30
        let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7
        let shift = (golden + 11 * moon + 22 * weekday) / 451
        let count = moon + weekday - 7 * shift + 114
        return CivilDate(daysSinceEpoch: daysSinceEpoch(Int64(year), Int64(count / 31), Int64(count % 31 + 1)))
    }

    /// Easter Sunday of the orthodox churches, as a Gregorian day (Meeus's Julian computus; 1900 to 2099).
    package static func orthodoxEaster(_ year: Int) -> CivilDate {
        let moon = (19 * (year % 19) + 15) % 30
        let weekday = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
        let count = moon + weekday + 114
        // The Julian calendar runs 13 days behind from 1900 to 2099.
        return CivilDate(daysSinceEpoch: daysSinceEpoch(Int64(year), Int64(count / 31), Int64(count % 31 + 1)) + 13)
    }
}

extension CivilDate: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let date = CivilDate(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a day as yyyy-mm-dd")
        }
        self = date
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
