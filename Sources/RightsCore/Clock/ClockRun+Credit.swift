/// What the questions to the person do to the legal clock.
struct ClockCredit {
    /// The day the period starts on.
    var start: CivilDate
    /// How many days within it don't count.
    var suspended: Int
    /// The question that holds the clock now.
    var waitsFor: Interruption?
}

extension ClockRun {
    /// Start and suspended days of the legal date.
    mutating func credit() throws(ClockError) -> ClockCredit {
        var start = receivedOn
        var suspensions: [ClosedRange<CivilDate>] = []
        var suspendedBy: [String] = []
        var waitsFor: Interruption?
        for interruption in facts.interruptions {
            try checkOrder(of: interruption)
            guard let ruling = creditable(interruption) else { continue }
            guard let end = end(of: interruption, under: ruling) else {
                waitsFor = waitsFor ?? interruption
                note(
                    .waits, "\(interruption.kind.rawValue) asked on \(interruption.asked), not answered yet",
                    interruption.asked)
                continue
            }
            switch ruling.effect {
            case .movesStart, .startsAfterReflection:
                if end > start {
                    start = end
                    note(
                        .start, "the period starts with \(spoken(end)) (\(interruption.kind.rawValue))", end,
                        citation(interruption))
                }
            case .suspendsInclusive:
                suspensions.append(interruption.asked...end)
                suspendedBy += [citation(interruption)].compactMap(\.self)
            case .suspendsExclusive:
                // Asked and answered on one day: nothing to credit.
                guard end > interruption.asked else { continue }
                suspensions.append(interruption.asked.adding(days: 1)...end)
                suspendedBy += [citation(interruption)].compactMap(\.self)
            case .none: break
            }
        }
        let days = Self.days(of: suspensions, from: start)
        if let first = suspensions.map(\.lowerBound).min(), days > 0 {
            note(
                .pause, "\(days) days from \(first) don't count", nil, Set(suspendedBy).sorted().joined(separator: "; ")
            )
        }
        return ClockCredit(start: start, suspended: days, waitsFor: waitsFor)
    }

    /// The earliest ends under any defensible reading, of the first period and of the lengthened one.
    mutating func conservative() throws(ClockError) -> (first: CivilDate?, extended: CivilDate?) {
        guard let respond = rule.respond else { return (nil, nil) }
        let written = facts.received.writtenDay
        let start = min(receivedOn, written)
        let days = Self.days(of: facts.interruptions.compactMap(statutorySuspension), from: start)
        let first = try add(respond.period, to: start).adding(days: days)
        let reading = start == receivedOn ? "" : ", the sender's date \(start)"
        let statutory = days == 0 ? "" : "; \(days) days that a statute suspends, without the day of the question"
        note(
            .conservative,
            "the safe date: no roll-over, nothing credited that only guidance gives\(reading)\(statutory)", first)
        guard let by = rule.lengthening?.by else { return (first, nil) }
        let whole = try add(respond.period, then: by, to: start).adding(days: days)
        // Some count the extension from the first end: 31 January leads to 28 April that way, not 30 April.
        let inTurn = try add(by, to: first)
        return (first, min(whole, inTurn))
    }

    private func checkOrder(of interruption: Interruption) throws(ClockError) {
        let (kind, asked) = (interruption.kind, interruption.asked)
        guard asked >= receivedOn else { throw .order(kind: kind, asked: asked, other: receivedOn) }
        if let answered = interruption.answered, answered < asked {
            throw .order(kind: kind, asked: asked, other: answered)
        }
    }

    /// What a question does; nil when it does nothing, which is noted.
    private mutating func creditable(_ interruption: Interruption) -> Interruption.Ruling? {
        if let ruling = interruption.ruling {
            return ruling.effect == .none ? refuse(interruption, "it was ruled so") : ruling
        }
        guard let rule = rule.interruptions[interruption.kind], rule.effect != .none else {
            return refuse(interruption, "\(clock.regime.id) gives it no effect on this right")
        }
        guard interruption.asked.days(since: receivedOn) <= rule.askWithinDays else {
            return refuse(interruption, "asked later than \(rule.askWithinDays) days after receipt")
        }
        return Interruption.Ruling(rule.effect, basis: rule.basis)
    }

    private mutating func refuse(_ interruption: Interruption, _ reason: String) -> Interruption.Ruling? {
        note(
            .uncredited, "\(interruption.kind.rawValue) asked on \(interruption.asked) changes nothing: \(reason)",
            interruption.asked, citation(interruption))
        return nil
    }

    /// The day a question stops holding the clock; nil while it does.
    private func end(of interruption: Interruption, under ruling: Interruption.Ruling) -> CivilDate? {
        if case .startsAfterReflection(let days) = ruling.effect { return interruption.asked.adding(days: days) }
        return interruption.answered
    }

    /// What a statute alone surely suspends: both end days stay in the count.
    private func statutorySuspension(_ interruption: Interruption) -> ClosedRange<CivilDate>? {
        let known = rule.interruptions[interruption.kind]
        let isLate = interruption.asked.days(since: receivedOn) > known?.askWithinDays ?? .max
        let ruling = interruption.ruling ?? known.map { Interruption.Ruling($0.effect, basis: $0.basis) }
        guard let ruling, ruling.basis == .statute, interruption.ruling != nil || !isLate,
            let answered = interruption.answered, answered > interruption.asked
        else { return nil }
        switch ruling.effect {
        case .suspendsInclusive, .suspendsExclusive: return interruption.asked.adding(days: 1)...answered
        case .movesStart, .startsAfterReflection, .none: return nil
        }
    }

    private func citation(_ interruption: Interruption) -> String? { rule.interruptions[interruption.kind]?.citation }

    /// How many days the ranges cover together, from a day on.
    private static func days(of ranges: [ClosedRange<CivilDate>], from start: CivilDate) -> Int {
        var covered: Set<Int64> = []
        for range in ranges where range.upperBound >= start {
            let first = max(range.lowerBound, start).daysSinceEpoch
            covered.formUnion(first...range.upperBound.daysSinceEpoch)
        }
        return covered.count
    }
}
