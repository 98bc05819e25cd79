/// Computes deadlines: a pure function of facts, regime, calendar and zone (LEGAL.md 1; Reg. 1182/71).
package struct DeadlineClock: Sendable {
    package let regime: Regime
    /// The holidays of the place where action is to be taken; nil where the regime needs none.
    package let calendar: HolidayCalendar?
    /// The controller's zone.
    package let zone: ZoneRules

    /// A clock for one regime at one place.
    package init(regime: Regime, calendar: HolidayCalendar?, zone: ZoneRules) {
        self.regime = regime
        self.calendar = calendar
        self.zone = zone
    }

    /// The dates of a request.
    ///
    /// - Throws: ``ClockError`` when the regime wasn't in force, lacks the right, a calendar has a gap, the facts
    ///   contradict each other, or the extension isn't one the regime allows.
    package func deadline(_ facts: ClockFacts) throws(ClockError) -> Deadline {
        let day = zone.day(of: facts.received.instant)
        guard regime.effective.contains(day) else { throw .notInForce(regime: regime.id.text, on: day) }
        guard let rule = regime.rights[facts.right] else {
            throw .unknownRight(facts.right, regime: regime.id.text, known: regime.rights.keys.sorted())
        }
        var run = ClockRun(clock: self, rule: rule, facts: facts, receivedOn: day)
        return try run.deadline()
    }
}

/// One computation: it gathers the steps while it goes.
struct ClockRun {
    let clock: DeadlineClock
    let rule: RightRule
    let facts: ClockFacts
    let receivedOn: CivilDate
    var steps: [ClockStep] = []

    mutating func deadline() throws(ClockError) -> Deadline {
        note(
            .received,
            "received \(facts.received.instant.rfc3339), which is \(spoken(receivedOn)) in \(clock.zone.name)",
            receivedOn)
        let acknowledgeBy = try acknowledgement()
        let credit = try self.credit()
        let first = try end(of: rule.respond, credit: credit)
        let lengthened = try first.flatMap { first throws(ClockError) in try extended(first, credit: credit) }
        let conservative = try self.conservative()
        let promised = try promisedDue()
        if let notice = facts.extensionNotice { try checkExtension(notice, due: first) }
        let isExtended = facts.extensionNotice != nil
        noteExtension(
            until: [facts.extensionNotice?.announced, lengthened].compactMap(\.self).min(), conservative.extended)
        let last = [facts.extensionNotice?.announced, lengthened].compactMap(\.self).min()
        let end = dueEnd(isExtended ? last : first)
        return Deadline(
            regime: clock.regime.id.text, regimeVersion: clock.regime.version, right: facts.right,
            calendar: needsCalendar ? clock.calendar?.id : nil,
            calendarVersion: needsCalendar ? clock.calendar?.version : nil,
            zone: clock.zone.name, zoneVersion: clock.zone.version, receivedOn: receivedOn,
            acknowledgeBy: acknowledgeBy, due: first, extensionNoticeBy: rule.lengthening == nil ? nil : first,
            extendedDue: last,
            conservativeDue: [conservative.first, first].compactMap(\.self).min(),
            conservativeExtendedDue: [conservative.extended, last].compactMap(\.self).min(),
            promisedDue: promised, isExtended: isExtended, waitsFor: credit.waitsFor?.kind,
            waitsSince: credit.waitsFor?.asked, dueEnd: end, steps: steps)
    }

    mutating func note(_ code: ClockStep.Code, _ text: String, _ day: CivilDate? = nil, _ citation: String? = nil) {
        steps.append(ClockStep(code: code, text: text, day: day, citation: citation?.isEmpty == true ? nil : citation))
    }

    func spoken(_ day: CivilDate) -> String { "\(day.weekday.name) \(day)" }

    /// Whether any date of this right can depend on holidays.
    private var needsCalendar: Bool {
        clock.regime.rollOver.isNextWorkingDay
            || [rule.respond?.period, rule.acknowledge?.period, rule.lengthening?.by].contains {
                $0?.unit == .businessDay
            }
    }

    private mutating func acknowledgement() throws(ClockError) -> CivilDate? {
        guard let acknowledge = rule.acknowledge else { return nil }
        let nominal = try add(acknowledge.period, to: receivedOn)
        note(.acknowledge, "receipt must be confirmed within \(acknowledge.period)", nominal, acknowledge.citation)
        return try rolled(nominal)
    }

    /// The end of the first period, rolled over; nil where the law gives no number.
    private mutating func end(of period: CitedPeriod?, credit: ClockCredit) throws(ClockError) -> CivilDate? {
        guard let period else {
            note(.period, "the law gives no number: \(rule.undelayed ?? "without undue delay")")
            return nil
        }
        let nominal = try add(period.period, to: credit.start)
        noteEnd(of: period.period, from: credit.start, at: nominal, citation: period.citation, .period)
        let paused = nominal.adding(days: credit.suspended)
        if credit.suspended > 0 { note(.pause, "\(credit.suspended) suspended days are added", paused) }
        return try rolled(paused)
    }

    /// The end of the lengthened period: counted from the original start, not from the first end.
    private mutating func extended(_ first: CivilDate, credit: ClockCredit) throws(ClockError) -> CivilDate? {
        guard let lengthening = rule.lengthening, let by = lengthening.by, let respond = rule.respond else {
            return nil
        }
        let nominal = try add(respond.period, then: by, to: credit.start).adding(days: credit.suspended)
        note(
            .lengthened, "may be lengthened by \(by), counted from the start \(credit.start)", nominal,
            lengthening.citation)
        return try rolled(nominal)
    }

    private mutating func promisedDue() throws(ClockError) -> CivilDate? {
        guard let promise = facts.promise else { return nil }
        let day = try add(promise, to: receivedOn)
        note(.promise, "the controller promised an answer within \(promise) of receipt", day)
        return day
    }

    private func checkExtension(_ notice: ExtensionNotice, due: CivilDate?) throws(ClockError) {
        guard let lengthening = rule.lengthening, let due else {
            throw .extensionRefused(.notAllowed(regime: clock.regime.id.text))
        }
        guard notice.delivered <= due else {
            throw .extensionRefused(.late(noticeBy: due, notified: notice.delivered))
        }
        guard let announced = notice.announced else {
            guard lengthening.by != nil else { throw .extensionRefused(.noAnnouncedDate) }
            return
        }
        guard announced > due else { throw .extensionRefused(.announcedTooEarly(due: due)) }
        let last = due.adding(years: 1)
        guard announced <= last else { throw .extensionRefused(.announcedTooLate(last: last)) }
    }

    /// That the longer period is in force, and its safe date.
    private mutating func noteExtension(until last: CivilDate?, _ safe: CivilDate?) {
        guard let notice = facts.extensionNotice, let last else { return }
        note(
            .lengthened, "the notice was delivered on \(notice.delivered), in time: the longer period is in force",
            last,
            rule.lengthening?.citation)
        guard let safe, safe < last else { return }
        note(.conservative, "the safe date of the longer period: the earlier of both ways to count it", safe)
    }

    private mutating func dueEnd(_ due: CivilDate?) -> Instant? {
        guard let due else { return nil }
        if let respond = rule.respond?.period, respond.unit == .hour, facts.extensionNotice == nil {
            let end = Instant(microseconds: facts.received.instant.microseconds + Int64(respond.count) * 3_600_000_000)
            note(.end, "hours are counted from the instant of receipt: until \(end.rfc3339)", due)
            return end
        }
        let end = clock.zone.end(of: due)
        note(.end, "ends with the last hour of \(spoken(due)) in \(clock.zone.name): before \(end.rfc3339)", due)
        return end
    }
}
