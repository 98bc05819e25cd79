package import RightsCore
internal import Synchronization

/// All calendars: those built in, and those of the operator, which come first.
///
/// A document's holidays are read when they are asked for, and kept.
package final class CalendarBook: Sendable {
    private let operators: [String: (file: RuleFile, header: CalendarHeader)]
    private let read = Mutex<[String: CalendarDocument]>([:])

    /// The built-in calendars and an operator's own.
    ///
    /// A calendar of the operator's takes the place of the built-in one with its id, and its time zones from any other.
    /// - Throws: ``RuleError`` when a header can't be read, or two of them have one id or one time zone.
    package init(operators files: [RuleFile] = []) throws(RuleError) {
        var operators: [String: (file: RuleFile, header: CalendarHeader)] = [:]
        var zones: [String: String] = [:]
        for file in files {
            let header = try CalendarHeader(file)
            if let other = operators[header.id] {
                throw RuleError(
                    .invalid, "the calendar \(header.id) is in \(other.file.name) already", document: file.name)
            }
            for zone in header.zones {
                if let other = zones.updateValue(header.id, forKey: zone) {
                    throw RuleError(
                        .invalid, "the time zone \(zone) belongs to the calendar \(other) already", document: file.name)
                }
            }
            operators[header.id] = (file, header)
        }
        self.operators = operators
    }

    /// What the calendars say of themselves, by id.
    package var headers: [CalendarHeader] {
        let own = operators.values.map(\.header)
        return (own + BuiltInCalendars.headers.filter { operators[$0.id] == nil }).sorted { $0.id < $1.id }
    }

    /// The texts of the built-in documents, in the order of their ids.
    var builtInTexts: [String] { BuiltInCalendars.texts }

    /// A calendar's document, by its id in any case.
    ///
    /// - Throws: ``RuleError`` when no calendar has that id, or its document isn't in the documented form.
    package func document(_ name: String) throws(RuleError) -> CalendarDocument {
        let id = spelling(of: name)
        if let known = read.withLock({ $0[id] }) { return known }
        guard let file = operators[id]?.file ?? BuiltInCalendars.file(id) else { throw unknown(id) }
        let document = try CalendarDocument(file)
        read.withLock { $0[id] = document }
        return document
    }

    /// The calendar with that id.
    ///
    /// - Throws: ``RuleError`` when no calendar has it, or its document isn't in the documented form.
    package func calendar(_ id: String) throws(RuleError) -> HolidayCalendar { try document(id).calendar }

    /// The calendar of the place that a time zone stands for; nil when none claims the zone.
    ///
    /// - Throws: ``RuleError`` when its document isn't in the documented form.
    package func calendar(zone: String) throws(RuleError) -> HolidayCalendar? {
        let own = operators.values.first { $0.header.zones.contains(zone) }?.header.id
        guard let id = own ?? BuiltInCalendars.id(zone: zone) else { return nil }
        return try calendar(id)
    }

    /// The id as its document writes it; the name itself when no calendar has it.
    private func spelling(of name: String) -> String {
        if operators[name] != nil || BuiltInCalendars.file(name) != nil { return name }
        return headers.first { $0.id.uppercased() == name.uppercased() }?.id ?? name
    }

    private func unknown(_ id: String) -> RuleError {
        let known = headers.map(\.id)
        let alike = known.filter { $0.uppercased() == id.uppercased() || $0.hasPrefix("\(id)-") }
        return RuleError(
            .unknown, "no calendar is called “\(id)”",
            hint: alike.isEmpty
                ? "known are \(known.joined(separator: ", "))" : "is it \(alike.joined(separator: ", or "))?")
    }
}
