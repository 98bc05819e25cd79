package import RightsCore

/// Where a rule book finds the calendars of holidays.
package struct CalendarLookup: Sendable {
    let named: @Sendable (String) throws(RuleError) -> HolidayCalendar
    let ofZone: @Sendable (String) throws(RuleError) -> HolidayCalendar?

    /// Calendars by id, and by the time zone of the place they belong to (nil when none claims the zone).
    package init(
        named: @escaping @Sendable (String) throws(RuleError) -> HolidayCalendar,
        ofZone: @escaping @Sendable (String) throws(RuleError) -> HolidayCalendar?
    ) {
        self.named = named
        self.ofZone = ofZone
    }

    /// The calendars of a book.
    package init(_ book: CalendarBook) {
        self.init(
            named: { (id) throws(RuleError) in try book.calendar(id) },
            ofZone: { (zone) throws(RuleError) in try book.calendar(zone: zone) })
    }

    /// No calendars at all.
    package static let none = CalendarLookup(
        named: { (id) throws(RuleError) in throw RuleError(.unknown, "no calendar is called “\(id)”") },
        ofZone: { (_) throws(RuleError) in nil })
}
