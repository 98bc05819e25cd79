/// Why no date can be given.
package enum ClockError: Error, Equatable, Sendable {
    /// A calendar's list isn't whole for a year that is needed.
    case calendarGap(calendar: String, year: Int, known: ClosedRange<Int>)
    /// Working days are asked for, and there is no calendar to count them by.
    case noCalendar(regime: String, zone: String)
    /// The regime doesn't give that right.
    case unknownRight(String, regime: String, known: [String])
    /// The regime wasn't in force on the day the request was received.
    case notInForce(regime: String, on: CivilDate)
    /// A question to the person was answered before it was asked, or asked before the request was received.
    case order(kind: InterruptionKind, asked: CivilDate, other: CivilDate)
    /// An extension that the regime doesn't allow.
    case extensionRefused(ExtensionRefusal)
}

/// Why a period isn't extended.
package enum ExtensionRefusal: Equatable, Sendable {
    /// The regime knows no extension of this right.
    case notAllowed(regime: String)
    /// The notice came after the day it was due.
    case late(noticeBy: CivilDate, notified: CivilDate)
    /// The regime leaves the new date to the controller, who must announce it.
    case noAnnouncedDate
    /// The announced date isn't later than the one there is.
    case announcedTooEarly(due: CivilDate)
    /// The announced date lies more than a year after the one there is: no law's "reasonable" reaches so far.
    case announcedTooLate(last: CivilDate)
}

extension ClockError {
    /// A stable name (docs/errors.md).
    package var code: String {
        switch self {
        case .calendarGap: "clock.calendar-gap"
        case .noCalendar: "clock.no-calendar"
        case .unknownRight: "clock.unknown-right"
        case .notInForce: "clock.not-in-force"
        case .order: "clock.order"
        case .extensionRefused: "clock.extension-refused"
        }
    }
}

extension ClockError: CustomStringConvertible {
    /// What is wrong, for people to read.
    package var description: String {
        switch self {
        case .calendarGap(let calendar, let year, let known):
            "the calendar \(calendar) doesn't know the holidays of \(year); it has \(known.lowerBound) to \(known.upperBound)"
        case .noCalendar(let regime, let zone):
            "\(regime) needs a calendar of holidays, and none belongs to the time zone \(zone)"
        case .unknownRight(let right, let regime, let known):
            "\(regime) has no right \"\(right)\"; it has \(known.joined(separator: ", "))"
        case .notInForce(let regime, let day): "\(regime) wasn't in force on \(day)"
        case .order(let kind, let asked, let other):
            "the days of \(kind.rawValue) don't follow each other: asked \(asked), but \(other) stands against it"
        case .extensionRefused(let refusal): refusal.description
        }
    }
}

extension ExtensionRefusal: CustomStringConvertible {
    /// What is wrong, for people to read.
    package var description: String {
        switch self {
        case .notAllowed(let regime): "\(regime) allows no extension here"
        case .late(let noticeBy, let notified):
            "the notice was delivered on \(notified), after the day it was due, \(noticeBy)"
        case .noAnnouncedDate: "the regime leaves the new date to the controller: it must be named"
        case .announcedTooEarly(let due): "the announced date isn't later than the date there is, \(due)"
        case .announcedTooLate(let last): "the announced date lies more than a year ahead, after \(last)"
        }
    }
}
