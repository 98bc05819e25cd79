package import LegalRules
package import RightsCore

/// The law's clock as this controller is bound by it: regimes, calendars, zone, promises and warnings.
package struct LegalClock: Sendable {
    /// The edition of a regime for a day of receipt; throws when there is none.
    package let regime: @Sendable (String, CivilDate) throws -> Regime
    /// The calendar a regime counts by at the controller's place; nil where it counts none.
    package let calendar: @Sendable (Regime) throws -> HolidayCalendar?
    /// The controller's time zone.
    package let zone: ZoneRules
    /// What all of it hashes to: another value means that a rule, a calendar or the zone changed.
    package let fingerprint: String
    /// What the controller promised on its own, tighter than the law.
    package var promise: Period?
    /// How many days before the day to have it done by somebody is warned.
    package var warnings: [Int]

    /// A clock by its parts.
    package init(
        regime: @escaping @Sendable (String, CivilDate) throws -> Regime,
        calendar: @escaping @Sendable (Regime) throws -> HolidayCalendar?, zone: ZoneRules, fingerprint: String,
        promise: Period? = nil, warnings: [Int] = [14, 7, 3, 1, 0]
    ) {
        self.regime = regime
        self.calendar = calendar
        self.zone = zone
        self.fingerprint = fingerprint
        self.promise = promise
        self.warnings = warnings
    }

    /// The clock of one regime for what was received at an instant.
    func deadlineClock(_ regime: String, at received: Instant) throws -> DeadlineClock {
        let found = try self.regime(regime, zone.day(of: received))
        return DeadlineClock(regime: found, calendar: try calendar(found), zone: zone)
    }
}

/// What happened to a request, as far as its clocks go.
struct ClockHistory: Sendable, Equatable {
    var questions: [QuestionFact]
    /// Per purpose, the notice that lengthens the period.
    var extensions: [String: ExtensionNotice]

    struct QuestionFact: Sendable, Equatable {
        let kind: InterruptionKind
        let asked: CivilDate
        let answered: CivilDate?
    }
}

extension LegalClock {
    /// The clock of a controller in a zone, by a book of rules.
    ///
    /// - Parameter calendar: the holidays of the controller's place, where they aren't those its time zone stands for.
    package init(
        book: RuleBook, zone: ZoneRules, calendar: String? = nil, fingerprint: String, promise: Period? = nil,
        warnings: [Int] = [14, 7, 3, 1, 0]
    ) {
        self.init(
            regime: { try book.regime($0, receivedOn: $1) },
            calendar: { regime in
                guard let calendar, regime.calendar == .place else {
                    return try book.calendar(of: regime, zone: zone.name)
                }
                return try book.calendars.calendar(calendar)
            }, zone: zone, fingerprint: fingerprint, promise: promise, warnings: warnings)
    }
}
