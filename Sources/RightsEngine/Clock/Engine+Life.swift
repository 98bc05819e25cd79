internal import AuditLedger
package import RequestLedger
package import RightsCore

/// What is put to the person, or told by them, about one request.
package struct QuestionInput: Sendable {
    package var kind: InterruptionKind
    /// The day it was asked another way, in the controller's zone; nil mails the words of the reason now.
    package var askedOn: CivilDate?

    /// A question of a kind.
    package init(kind: InterruptionKind, askedOn: CivilDate?) {
        self.kind = kind
        self.askedOn = askedOn
    }
}

extension Engine {
    // MARK: acknowledging

    /// Records that receipt was confirmed to the person another way than by the service's own mail.
    package func acknowledge(
        _ id: RequestID, at: Instant?, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.handle)
        var request = try await locked(id, in: transaction)
        let at = at ?? now()
        guard at <= now() + .seconds(60), at >= request.receivedAt else {
            throw EngineError(
                .invalid, "receipt can't be confirmed before the request came or in the future", field: "at")
        }
        // A letter that went before the service's own mail is what counts.
        if let known = request.acknowledgedAt, known <= at {
            throw EngineError(.requestNotPossible, "its receipt was confirmed already, at \(known.rfc3339)")
        }
        request.acknowledgedAt = nil
        let facts = try await facts(of: ground, request: id, in: transaction)
        try await noteAcknowledged(&request, at: at, by: caller.actor, facts, in: transaction)
        return request
    }

    /// The person knows that their request arrived.
    func noteAcknowledged(
        _ request: inout RequestRecord, at: Instant, by actor: AuditActor, _ facts: [String: AuditFact] = [:],
        in transaction: ControlTransaction
    ) async throws {
        guard request.acknowledgedAt == nil else { return }
        request.acknowledgedAt = at
        try await transaction.store(request)
        var facts = facts
        facts["at"] = .instant(at)
        if let end = request.dates.acknowledgeEnd { facts["on_time"] = .flag(at < end) }
        try await audit(.requestAcknowledged, by: actor, request, facts, in: transaction)
    }

    // MARK: asking

    /// Asks the person something without which the request can't be answered; the regime says what that does to the clock.
    package func ask(
        _ id: RequestID, _ input: QuestionInput, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.handle)
        var request = try await open(id, in: transaction)
        guard request.state != .running else {
            throw EngineError(
                .requestNotPossible, "it is being carried out: there is nothing left to ask",
                hint: request.right == .erasure ? "wait for it" : "wait for it, or cancel it first")
        }
        if input.kind != .identity { try await requireNotBegun(request, in: transaction) }
        let asked = input.askedOn ?? today
        try check(asked, "asked_on", of: request, notBefore: settings.clock.zone.day(of: request.receivedAt))
        let before = try await history(of: id, in: transaction)
        var facts = try await facts(of: ground, request: id, in: transaction)
        let notice = try await input.askedOn == nil ? mailQuestion(input.kind, request, facts, in: transaction) : nil
        let question = QuestionRecord(
            id: makeID(), request: id, kind: input.kind, askedOn: asked, askedBy: caller.actor.description,
            notice: notice)
        guard try await transaction.insert(question) else {
            throw EngineError(
                .requestNotPossible, "they were asked for \(input.kind.rawValue) already and haven't answered",
                hint: "record the answer first")
        }
        facts["kind"] = .code(input.kind.rawValue)
        facts["asked_on"] = .code(asked.description)
        try await audit(.questionAsked, by: caller.actor, request, facts, in: transaction)
        try await recompute(&request, since: before, in: transaction)
        // Who it is, is asked while the request waits anyway; anything else sets the work aside.
        if input.kind != .identity, request.state == .accepted || request.state == .queued {
            try await move(&request, .pause, by: caller.actor, outcome: input.kind.rawValue, in: transaction)
            try await transaction.cancelJobs(of: id, kinds: [.export, .plan, .erase])
        }
        return request
    }

    private func mailQuestion(
        _ kind: InterruptionKind, _ request: RequestRecord, _ facts: [String: AuditFact],
        in transaction: ControlTransaction
    ) async throws -> NoticeID {
        let words = try words(in: facts, "the person must be asked in words")
        try await requireAddress(of: request, "--asked-on", in: transaction)
        return try await notify(
            .requestQuestion, about: request, facts: ["words": words, "kind": kind.rawValue], in: transaction)
    }

    /// Records the person's answer: the clock goes on, and so does the work that waited for it.
    package func answer(
        _ id: RequestID, _ kind: InterruptionKind, on day: CivilDate?, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.handle)
        var request = try await open(id, in: transaction)
        let facts = try await facts(of: ground, request: id, in: transaction)
        guard
            try await noteAnswer(
                &request, kind, on: day ?? today, by: caller.actor, facts,
                in: transaction)
        else {
            throw EngineError(.requestNotPossible, "they weren't asked for \(kind.rawValue), or have answered")
        }
        if request.state == .paused, request.outcome.flatMap(InterruptionKind.init(rawValue:)) != nil,
            try await blockingQuestion(of: id, in: transaction) == nil
        {
            try await goOn(&request, by: caller.actor, in: transaction)
        }
        return request
    }

    /// The question whose answer the work waits for; nil when there is none. Who it is, is asked on a way of its own.
    func blockingQuestion(of id: RequestID, in transaction: ControlTransaction) async throws -> InterruptionKind? {
        try await transaction.questions(of: id).first { $0.answeredOn == nil && $0.kind != .identity }?.kind
    }

    /// - Returns: false when no such question is open.
    func noteAnswer(
        _ request: inout RequestRecord, _ kind: InterruptionKind, on day: CivilDate, by actor: AuditActor,
        _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws -> Bool {
        let questions = try await transaction.questions(of: request.id)
        guard let question = questions.first(where: { $0.kind == kind && $0.answeredOn == nil }) else { return false }
        try check(day, "answered_on", of: request, notBefore: question.askedOn)
        let before = try await history(of: request.id, in: transaction)
        try await transaction.answer(question.id, on: day)
        var facts = facts
        facts["kind"] = .code(kind.rawValue)
        facts["answered_on"] = .code(day.description)
        try await audit(.questionAnswered, by: actor, request, facts, in: transaction)
        try await recompute(&request, since: before, in: transaction)
        return true
    }

    /// Lets a request that was set aside go on where it was.
    func goOn(
        _ request: inout RequestRecord, by actor: AuditActor, _ facts: [String: AuditFact] = [:],
        in transaction: ControlTransaction
    ) async throws {
        try await move(&request, .resume, by: actor, facts, in: transaction)
        // What happened meanwhile counts: a proof, a release.
        if request.state == .verifying, request.assurance >= 2 {
            try await move(&request, .identify, by: actor, in: transaction)
        }
        try await queueIfDue(&request, by: actor, in: transaction)
        guard request.state == .queued else { return }
        if request.right == .erasure {
            // Its plan was approved; if that has become too old, it is planned anew.
            try await transaction.enqueue(makeID(), .erase, request: request.id, maxAttempts: 8)
        } else {
            try await transaction.enqueue(makeID(), .export, request: request.id)
        }
    }

    /// Ends a request because the person took it back.
    package func withdraw(
        _ id: RequestID, by caller: StaffCaller, _ ground: StaffGround, in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.handle)
        var request = try await locked(id, in: transaction)
        let facts = try await facts(of: ground, request: id, in: transaction)
        try await cancel(&request, by: caller.actor, outcome: "withdrawn", facts, in: transaction)
        return request
    }

    // MARK: looking after

    /// Gives a request to somebody of the staff, or to nobody.
    package func assign(
        _ id: RequestID, to name: String?, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.handle)
        var request = try await locked(id, in: transaction)
        var facts = try await facts(of: ground, request: id, in: transaction)
        if let name {
            guard let staff = try await transaction.staff(named: name) else {
                throw EngineError(
                    .notFound, "nobody of the staff has that name", hint: "`habeas staff list` shows the names",
                    field: "assignee")
            }
            request.assignee = staff.id
            facts["assignee"] = .id(staff.id.text)
        } else {
            request.assignee = nil
        }
        try await transaction.store(request)
        try await audit(.requestAssigned, by: caller.actor, request, facts, in: transaction)
        return request
    }

    /// Takes over the dates that the rules of today give.
    package func acceptDates(
        _ id: RequestID, by caller: StaffCaller, _ ground: StaffGround, in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.decide)
        var request = try await locked(id, in: transaction)
        var facts = try await facts(of: ground, request: id, in: transaction)
        let proposed = try await transaction.clocks(of: id).filter { $0.proposed != nil }
        guard !proposed.isEmpty else {
            throw EngineError(.requestNotPossible, "its dates are those that the rules of today give")
        }
        for var record in proposed {
            guard let deadline = record.proposed else { continue }
            if let due = record.deadline.dueInForce { facts["due_before"] = .code(due.description) }
            if let due = deadline.dueInForce { facts["due_after"] = .code(due.description) }
            facts["regime"] = .code(record.regime.lowercased())
            record.deadline = deadline
            record.proposed = nil
            record.computedAt = now()
            facts["purpose"] = .code(record.purpose.rawValue)
            try await transaction.store(record)
            try await audit(.datesAccepted, by: caller.actor, request, facts, in: transaction)
        }
        try await gatherDates(of: &request, in: transaction)
        return request
    }

    // MARK: reading

    /// A request's dates for one of the staff; that it was looked at stands in the person's own trail.
    package func readDates(of id: RequestID, by caller: StaffCaller) async throws -> RequestClocks {
        try caller.require(.readRequests)
        let dates = try await dates(of: id)
        try await control.transaction { try await audit(.requestRead, by: caller.actor, dates.request, in: $0) }
        return dates
    }

    /// A request's dates with all that led to them.
    func dates(of id: RequestID) async throws -> RequestClocks {
        try await control.transaction { transaction in
            guard let request = try await transaction.request(id) else { throw Self.noRequest }
            return RequestClocks(
                request: request, clocks: try await transaction.clocks(of: id),
                questions: try await transaction.questions(of: id),
                extensions: try await transaction.extensions(of: id), appeal: try await transaction.appeal(of: id))
        }
    }

    // MARK: checks

    /// A request that isn't answered yet, locked.
    func open(_ id: RequestID, in transaction: ControlTransaction) async throws -> RequestRecord {
        let request = try await locked(id, in: transaction)
        guard request.state.isOpen else {
            throw EngineError(
                .requestNotPossible, "the request is \(request.state.rawValue): its clock has ended")
        }
        return request
    }

    /// Refuses a day that lies in the future or before another one.
    func check(_ day: CivilDate, _ field: String, of request: RequestRecord, notBefore first: CivilDate) throws {
        guard day >= first, day <= today else {
            throw EngineError(
                .invalid, "\(field) has to lie between \(first) and today in \(settings.clock.zone.name)", field: field)
        }
    }

    /// The id of the words that a person is to read.
    func words(in facts: [String: AuditFact], _ why: String) throws(EngineError) -> String {
        guard case .id(let words)? = facts["words"] else {
            throw EngineError(
                .invalid, why, hint: "write the reason as CODE:words; the words are what the person reads",
                field: "reason")
        }
        return words
    }

    /// Refuses what can only be mailed when there is nowhere to mail it.
    func requireAddress(
        of request: RequestRecord, _ flag: String, in transaction: ControlTransaction
    ) async throws {
        guard try await transaction.sealed(.onFile, of: request.id) != nil else {
            throw EngineError(
                .noAddress, "there is no address on file to write to",
                hint: "tell the person another way and give the day with \(flag)")
        }
    }
}

/// A request's dates with all that led to them.
package struct RequestClocks: Sendable {
    package let request: RequestRecord
    package let clocks: [ClockRecord]
    package let questions: [QuestionRecord]
    package let extensions: [ExtensionRecord]
    package let appeal: AppealRecord?
}
