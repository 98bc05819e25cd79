extension ClockRun {
    /// The last day of a period that starts on a day (Reg. 1182/71 Art. 3: that day itself isn't counted).
    func add(_ period: Period, to start: CivilDate) throws(ClockError) -> CivilDate {
        // The strictest reading counts the first day too.
        let strict = clock.regime.countsFirstDay ? -1 : 0
        switch period.unit {
        case .calendarMonth: return start.adding(months: period.count).adding(days: strict)
        case .calendarDay: return start.adding(days: period.count + strict)
        case .businessDay: return try workingDays(period.count, after: start.adding(days: strict))
        case .hour:
            let end = facts.received.instant.microseconds + Int64(period.count) * 3_600_000_000
            return clock.zone.day(of: Instant(microseconds: end))
        }
    }

    /// The last day of two periods that run as one: a sum where they have one unit, else one after the other.
    func add(_ period: Period, then more: Period, to start: CivilDate) throws(ClockError) -> CivilDate {
        guard period.unit == more.unit else {
            let first = try add(period, to: start)
            return try add(more, to: first)
        }
        return try add(Period(period.count + more.count, period.unit), to: start)
    }

    private func workingDays(_ count: Int, after start: CivilDate) throws(ClockError) -> CivilDate {
        try usedCalendar().day(count, workingDaysAfter: start)
    }

    private func usedCalendar() throws(ClockError) -> HolidayCalendar {
        guard let calendar = clock.calendar else {
            throw .noCalendar(regime: clock.regime.id.text, zone: clock.zone.name)
        }
        return calendar
    }

    /// The end moved to a working day, where the regime says so.
    mutating func rolled(_ nominal: CivilDate) throws(ClockError) -> CivilDate {
        guard clock.regime.rollOver.isNextWorkingDay else { return nominal }
        let calendar = try usedCalendar()
        var day = nominal
        while let rest = try calendar.rest(on: day) {
            note(
                .roll, "\(day) is no working day (\(rest), \(calendar.id))", day.adding(days: 1),
                clock.regime.rollOver.citation)
            day = day.adding(days: 1)
        }
        if calendar.isProjected(day.year) {
            note(
                .projected, "the holidays of \(day.year) aren't proclaimed yet: projected by rule (\(calendar.id))", day
            )
        }
        return day
    }

    mutating func noteEnd(
        of period: Period, from start: CivilDate, at end: CivilDate, citation: String, _ code: ClockStep.Code
    ) {
        var text = "\(period) from \(start)"
        if period.unit == .calendarMonth, end.day != start.day, !clock.regime.countsFirstDay {
            text += "; \(end.year)-\(end.month.padded(2)) has no day \(start.day), so its last day"
        }
        note(code, text, end, citation)
    }
}
