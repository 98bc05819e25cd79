internal import LegalRules
internal import RightsCore
internal import RightsEngine

extension Settings {
    /// The law's clock as this controller is bound by it.
    func legalClock() throws -> LegalClock {
        let name = try required(
            "clock.zone",
            why: "a period ends with the last hour of a day at the controller's place, such as Europe/Berlin")
        let zone = try TimeZones().zone(name)
        let book = try ruleBook()
        let promise = try promise()
        let calendar = found("clock.calendar")?.value
        if let calendar { _ = try book.calendars.calendar(calendar) }
        return LegalClock(
            book: book, zone: zone, calendar: calendar,
            fingerprint: [
                book.fingerprint, zone.name, zone.version, calendar ?? "", promise?.description ?? "",
            ].joined(separator: " "),
            promise: promise, warnings: try warnings())
    }

    /// The day it is at the controller's place; by UTC while no place is named.
    func today() throws -> CivilDate {
        guard let name = found("clock.zone")?.value else { return Clock.now.utcDate }
        return try TimeZones().zone(name).day(of: Clock.now)
    }

    /// The id of the calendar of the controller's place; nil when none belongs to its zone.
    func placeCalendar(_ zone: String) throws -> String? {
        if let calendar = found("clock.calendar")?.value { return calendar }
        return try ruleBook().calendars.calendar(zone: zone)?.id
    }

    /// What the controller promised on its own: `30 days`, `1 month`.
    private func promise() throws -> Period? {
        guard let text = found("clock.respond_within")?.value else { return nil }
        guard let period = Period(words: text), period.unit == .calendarDay || period.unit == .calendarMonth else {
            throw invalid(
                "clock.respond_within", "setting", text,
                "a period of calendar days or months, such as 30 days or 1 month")
        }
        return period
    }

    private func warnings() throws -> [Int] {
        guard found("clock.warn_before") != nil else { return [14, 7, 3, 1, 0] }
        return try list("clock.warn_before").map { text in
            guard let days = Int(text), (0...365).contains(days) else {
                throw invalid("clock.warn_before", "setting", text, "days before, such as 14,7,3,1,0")
            }
            return days
        }
    }
}
