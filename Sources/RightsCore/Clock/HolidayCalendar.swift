/// The days on which a place doesn't work: weekends, and holidays by day with their names.
///
/// It knows for which years its list is whole. A question about another year is an error, not "no holiday".
package struct HolidayCalendar: Sendable, Hashable {
    /// Its id, such as `DE`, `GB-SCT`, `EU`.
    package let id: String
    /// The place, for people to read.
    package let name: String
    package let version: RuleVersion
    /// The days of the week that aren't worked.
    package let weekend: Set<Weekday>
    /// The holidays, by day.
    package let holidays: [CivilDate: String]
    /// Days that are worked although they fall on a weekend (China's make-up days).
    package let workedWeekends: Set<CivilDate>
    /// The years whose list is whole.
    package let years: ClosedRange<Int>
    /// The last year whose days were proclaimed; later ones are projected by rule.
    package let proclaimedThrough: Int

    /// A calendar by its parts.
    package init(
        id: String, name: String, version: RuleVersion, weekend: Set<Weekday> = [.saturday, .sunday],
        holidays: [CivilDate: String], workedWeekends: Set<CivilDate> = [], years: ClosedRange<Int>,
        proclaimedThrough: Int
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.weekend = weekend
        self.holidays = holidays
        self.workedWeekends = workedWeekends
        self.years = years
        self.proclaimedThrough = proclaimedThrough
    }

    /// The calendar of days given one by one, for a row that stands alone: whole for every year.
    package init(days: Set<CivilDate>) {
        self.init(
            id: "given", name: "the days given", version: RuleVersion(text: "given", digest: ""),
            holidays: Dictionary(uniqueKeysWithValues: days.map { ($0, "given") }), years: 1...9999,
            proclaimedThrough: 9999)
    }

    /// Why a day isn't worked; nil for a working day (Reg. 1182/71 Art. 2(2)).
    ///
    /// - Throws: ``ClockError`` when the calendar doesn't know the day's year.
    package func rest(on day: CivilDate) throws(ClockError) -> String? {
        guard years.contains(day.year) else { throw .calendarGap(calendar: id, year: day.year, known: years) }
        if let holiday = holidays[day] { return holiday }
        guard weekend.contains(day.weekday), !workedWeekends.contains(day) else { return nil }
        return day.weekday.name
    }

    /// Whether a year's days are computed by rule and not proclaimed yet.
    package func isProjected(_ year: Int) -> Bool { year > proclaimedThrough }

    /// That many working days after a day, which itself isn't counted.
    ///
    /// - Throws: ``ClockError`` when the calendar doesn't know a year on the way.
    package func day(_ count: Int, workingDaysAfter start: CivilDate) throws(ClockError) -> CivilDate {
        var day = start
        var left = count
        while left > 0 {
            day = day.adding(days: 1)
            if try rest(on: day) == nil { left -= 1 }
        }
        return day
    }
}
