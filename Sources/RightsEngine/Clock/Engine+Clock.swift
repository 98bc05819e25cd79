internal import AuditLedger
internal import LegalRules
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// The day it is at the controller's place.
    var today: CivilDate { settings.clock.zone.day(of: now()) }

    // MARK: computing

    /// The clock of one regime for a request.
    ///
    /// - Throws: `EngineError` when the regime is unknown, wasn't in force or gives no such right.
    func deadlineClock(
        _ regime: String, _ right: RequestRight, at received: Instant
    ) throws -> (clock: DeadlineClock, right: String) {
        let clock = try legalClock(regime, at: received)
        guard let name = clock.regime.serves[right] else {
            throw EngineError(
                .invalid, "\(clock.regime.id) gives no right of \(right.rawValue)",
                hint: "it gives: \(clock.regime.serves.keys.map(\.rawValue).sorted().joined(separator: ", "))",
                field: "right")
        }
        return (clock, name)
    }

    private func legalClock(_ regime: String, at received: Instant) throws -> DeadlineClock {
        do {
            return try settings.clock.deadlineClock(regime, at: received)
        } catch let error as RuleError {
            throw EngineError(.invalid, error.description, hint: error.hint, field: "regime")
        }
    }

    /// The dates under one regime.
    ///
    /// - Parameter isStrict: whether an extension that the regime doesn't allow is an error; else it is left out.
    func deadline(
        _ regime: String, of request: RequestRecord, _ history: ClockHistory, isStrict: Bool = false
    ) throws -> Deadline {
        let (clock, right) = try deadlineClock(regime, request.right, at: request.receivedAt)
        if let resumed = request.resumedAt {
            // What a hold had kept is due without undue delay from its end; questions and extensions were about the rest.
            var facts = ClockFacts(received: Stamp(resumed), right: right, promise: settings.clock.promise)
            return try Self.deadline(clock, &facts, isStrict: isStrict)
        }
        var facts = ClockFacts(
            received: Stamp(request.receivedAt, offset: request.receivedOffset), right: right,
            interruptions: history.questions.map {
                Interruption(kind: $0.kind, asked: $0.asked, answered: $0.answered)
            },
            extensionNotice: history.extensions[ClockPurpose.answer.rawValue], promise: settings.clock.promise)
        return try Self.deadline(clock, &facts, isStrict: isStrict)
    }

    /// The dates of a complaint; nil when the regime gives the person none to the controller.
    func appealDeadline(
        _ regime: String, of request: RequestRecord, _ appeal: AppealRecord, _ history: ClockHistory,
        isStrict: Bool = false
    ) throws -> Deadline? {
        let (first, right) = try deadlineClock(regime, request.right, at: request.receivedAt)
        guard let name = first.regime.rights[right]?.appeal else { return nil }
        let clock = try legalClock(regime, at: appeal.received.instant)
        var facts = ClockFacts(
            received: appeal.received, right: name,
            extensionNotice: history.extensions[ClockPurpose.appeal.rawValue])
        return try Self.deadline(clock, &facts, isStrict: isStrict)
    }

    private static func deadline(
        _ clock: DeadlineClock, _ facts: inout ClockFacts, isStrict: Bool
    ) throws(EngineError) -> Deadline {
        do {
            return try clock.deadline(facts)
        } catch {
            guard !isStrict, case .extensionRefused = error else { throw error.refusal }
        }
        facts.extensionNotice = nil
        do { return try clock.deadline(facts) } catch { throw error.refusal }
    }

    /// What is known of a request's questions and extensions.
    func history(of request: RequestID, in transaction: ControlTransaction) async throws -> ClockHistory {
        let questions = try await transaction.questions(of: request)
        let extensions = try await transaction.extensions(of: request).filter { $0.state == .granted }
        return ClockHistory(
            questions: questions.map {
                ClockHistory.QuestionFact(kind: $0.kind, asked: $0.askedOn, answered: $0.answeredOn)
            },
            extensions: Dictionary(
                extensions.compactMap { granted in
                    granted.deliveredOn.map {
                        (granted.purpose.rawValue, ExtensionNotice(delivered: $0, announced: granted.announcedOn))
                    }
                }, uniquingKeysWith: { first, _ in first }))
    }

    /// Tries the law that requests come under by default, for a request of this moment: a calendar that is missing or has a
    /// gap shows before anybody asks.
    ///
    /// - Throws: `EngineError` when it gives no dates.
    package func checkRules() throws {
        let clock = try legalClock(settings.defaultRegime, at: now())
        for right in clock.regime.serves.values.sorted() {
            do {
                _ = try clock.deadline(
                    ClockFacts(received: Stamp(now()), right: right, promise: settings.clock.promise))
            } catch { throw error.refusal }
        }
    }

    /// Refuses to give dates by a clock that was set back: they would be early by as much, or warnings late.
    func checkClock(in transaction: ControlTransaction) async throws {
        guard let last = try await transaction.lastOpening(), now() < last - .seconds(300) else { return }
        // Where the database's clock says the same, it was the earlier one that went ahead.
        let server = try await transaction.serverTime()
        guard abs(now().microseconds - server.microseconds) > 300_000_000 else { return }
        throw EngineError(
            .clockSetBack,
            "this machine's clock is behind a request that was written down at \(last.rfc3339), and not the database's",
            hint: "set the clock right (NTP); nothing was written")
    }

    // MARK: keeping

    /// The regimes a request runs under, the first one first.
    func regimes(of request: RequestRecord) -> [String] { [request.regime] + request.alsoUnder }

    /// Computes a request's clocks for the first time.
    func startClocks(of request: inout RequestRecord, in transaction: ControlTransaction) async throws {
        let history = try await history(of: request.id, in: transaction)
        for regime in regimes(of: request) {
            let deadline = try deadline(regime, of: request, history)
            try await transaction.store(
                ClockRecord(request: request.id, purpose: .answer, deadline: deadline, computedAt: now()))
        }
        try await gatherDates(of: &request, in: transaction)
    }

    /// Computes a request's clocks anew after something happened to it.
    ///
    /// Where the rules of today would have given other dates before that, too, the change of rules is proposed with it:
    /// a person accepts it first.
    ///
    /// - Parameter isUndone: whether something that gave more time is gone: then a date that is earlier counts at once.
    func recompute(
        _ request: inout RequestRecord, since before: ClockHistory, isUndone: Bool = false,
        in transaction: ControlTransaction
    ) async throws {
        let history = try await history(of: request.id, in: transaction)
        let appeal = try await transaction.appeal(of: request.id)
        for var record in try await transaction.clocks(of: request.id) {
            guard let deadline = try deadline(of: record, request, appeal, history),
                let old = try self.deadline(of: record, request, appeal, before)
            else { continue }
            let isEarlier = (deadline.dueEnd ?? .distantFuture) < (record.deadline.dueEnd ?? .distantFuture)
            if record.deadline.hasSameDates(as: old) || (isUndone && isEarlier) {
                record.deadline = deadline
                record.proposed = nil
            } else {
                record.proposed = deadline
            }
            record.computedAt = now()
            try await transaction.store(record)
        }
        try await gatherDates(of: &request, in: transaction)
    }

    /// Lets the clocks of an erasure run anew: a hold let go what it had kept (GDPR Art. 17(1), (3)(e)).
    func restartClocks(of request: inout RequestRecord, in transaction: ControlTransaction) async throws {
        request.resumedAt = now()
        request.answeredAt = nil
        try await transaction.store(request)
        try await transaction.forgetWarnings(of: request.id)
        for var record in try await transaction.clocks(of: request.id) where record.purpose == .answer {
            record.deadline = try deadline(
                record.regime, of: request, ClockHistory(questions: [], extensions: [:]))
            record.proposed = nil
            record.computedAt = now()
            try await transaction.store(record)
        }
        try await gatherDates(of: &request, in: transaction)
    }

    /// What today's rules give for a stored clock; nil for that of an appeal that is gone or decided.
    func deadline(
        of record: ClockRecord, _ request: RequestRecord, _ appeal: AppealRecord?, _ history: ClockHistory
    ) throws -> Deadline? {
        switch record.purpose {
        case .answer: return try deadline(record.regime, of: request, history)
        case .appeal:
            guard let appeal, appeal.decidedAt == nil else { return nil }
            return try appealDeadline(record.regime, of: request, appeal, history)
        }
    }

    /// Writes what a request's clocks come to beside it, for lists and the dashboard.
    func gatherDates(of request: inout RequestRecord, in transaction: ControlTransaction) async throws {
        let clocks = try await transaction.clocks(of: request.id)
        let zone = settings.clock.zone
        request.dates = Self.dates(of: clocks.filter { $0.purpose == .answer }.map(\.deadline), zone: zone)
        request.hasProposedDates = clocks.contains { $0.proposed != nil }
        try await transaction.store(request.dates, hasProposal: request.hasProposedDates, of: request.id)
        guard var appeal = try await transaction.appeal(of: request.id), appeal.decidedAt == nil else { return }
        let dates = Self.dates(of: clocks.filter { $0.purpose == .appeal }.map(\.deadline), zone: zone)
        (appeal.dueEnd, appeal.workEnd) = (dates.dueEnd, dates.workEnd)
        try await transaction.store(appeal)
    }

    /// The earliest of several clocks. What waits for the person counts only where no other clock runs.
    static func dates(of deadlines: [Deadline], zone: ZoneRules) -> RequestDates {
        let running = deadlines.filter { $0.waitsFor == nil }
        let counted = running.isEmpty ? deadlines : running
        var dates = RequestDates()
        dates.dueEnd = counted.compactMap(\.dueEnd).min()
        dates.workEnd = deadlines.compactMap { deadline in
            let end = deadline.workBy.map { zone.end(of: $0) }
            return [end, deadline.dueEnd].compactMap(\.self).min()
        }.min()
        dates.acknowledgeEnd = deadlines.compactMap { $0.acknowledgeBy.map { zone.end(of: $0) } }.min()
        if running.isEmpty, let waiting = deadlines.first {
            dates.waitsFor = waiting.waitsFor
            dates.waitsSince = waiting.waitsSince
        }
        return dates
    }
}

extension Deadline {
    /// Whether nobody would be told another day: editions and wording may differ.
    func hasSameDates(as other: Deadline) -> Bool {
        acknowledgeBy == other.acknowledgeBy && due == other.due && extensionNoticeBy == other.extensionNoticeBy
            && extendedDue == other.extendedDue && conservativeDue == other.conservativeDue
            && conservativeExtendedDue == other.conservativeExtendedDue && dueEnd == other.dueEnd
            && isExtended == other.isExtended && waitsFor == other.waitsFor && promisedDue == other.promisedDue
    }
}

extension ClockError {
    /// The same as the engine refuses.
    var refusal: EngineError {
        switch self {
        case .calendarGap, .noCalendar:
            EngineError(
                .noDate, description,
                hint: "add a calendar for these years to the rules' folder (docs/calendars.md); no date is guessed")
        case .unknownRight, .notInForce: EngineError(.invalid, description, field: "regime")
        case .order: EngineError(.invalid, description, hint: "check the days of question and answer")
        case .extensionRefused(let refusal): EngineError(.extensionRefused, refusal.description)
        }
    }
}

extension Instant {
    /// Later than anything that is due.
    static let distantFuture = Instant(microseconds: .max)
}
