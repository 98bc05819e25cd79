/// The dates the law gives one request under one regime, with every step that led there.
///
/// It can be printed, stored as it is, and computed again from the same facts and editions.
package struct Deadline: Sendable, Hashable, Codable {
    /// The regime's id, and the edition of it that was applied.
    package var regime: String
    package var regimeVersion: RuleVersion
    /// The right as the regime calls it.
    package var right: String
    /// The calendar whose holidays counted; nil where none do.
    package var calendar: String?
    package var calendarVersion: RuleVersion?
    /// The controller's time zone and the release of the tz database.
    package var zone: String
    package var zoneVersion: String
    /// The local day of receipt.
    package var receivedOn: CivilDate
    /// By when receipt must be confirmed; nil where the law doesn't ask for it.
    package var acknowledgeBy: CivilDate?
    /// The last day of the first period; nil where the law gives no number.
    package var due: CivilDate?
    /// The last day for the notice of an extension; nil where there is none.
    package var extensionNoticeBy: CivilDate?
    /// The last day of the lengthened period; nil where there is none, or it must be announced first.
    package var extendedDue: CivilDate?
    /// The earliest end of the first period under any defensible reading: no roll-over, no suspension by guidance,
    /// no later start, the sender's date of receipt.
    package var conservativeDue: CivilDate?
    /// The same for the lengthened period.
    package var conservativeExtendedDue: CivilDate?
    /// What the controller promised on its own.
    package var promisedDue: CivilDate?
    /// Whether the notice of an extension was delivered in time.
    package var isExtended: Bool
    /// The question the person hasn't answered, which holds the clock; nil when it runs.
    package var waitsFor: InterruptionKind?
    /// Since when it is held.
    package var waitsSince: CivilDate?
    /// The first instant after the period in force, UTC.
    package var dueEnd: Instant?
    /// How the dates came about, in order.
    package var steps: [ClockStep]

    /// The last day of the period in force.
    package var dueInForce: CivilDate? { isExtended ? extendedDue : due }

    /// The conservative end of the period in force.
    package var conservativeInForce: CivilDate? { isExtended ? conservativeExtendedDue : conservativeDue }

    /// The day to have it done by: the smaller of the conservative date and the promise.
    package var workBy: CivilDate? { [conservativeInForce, promisedDue].compactMap(\.self).min() }
}

/// One step of the way to a date.
package struct ClockStep: Sendable, Hashable, Codable {
    /// What was done, as a code: `received`, `start`, `period`, `pause`, `roll`, `extension`, `conservative`, `promise`, `end`.
    package let code: Code
    /// The same in a sentence.
    package let text: String
    /// The day it led to.
    package let day: CivilDate?
    /// The rule it follows.
    package let citation: String?

    package enum Code: String, Sendable, Codable, CaseIterable {
        case received, acknowledge, start, period, pause, waits, uncredited, roll, projected, lengthened = "extension"
        case conservative, promise, end
    }
}
