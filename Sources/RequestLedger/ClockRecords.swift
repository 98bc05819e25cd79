package import RightsCore

/// What a clock is for.
package enum ClockPurpose: String, Sendable, CaseIterable, Codable {
    /// The answer to the request.
    case answer
    /// The answer to the person's complaint about it.
    case appeal
}

/// The dates of a request under one regime, as they were computed.
package struct ClockRecord: Sendable, Hashable {
    package var request: RequestID
    package var purpose: ClockPurpose
    package var regime: String
    package var deadline: Deadline
    package var computedAt: Instant
    /// What today's rules would give where that differs; nothing moves before a person accepts it.
    package var proposed: Deadline?

    /// The dates of a request under one regime.
    package init(
        request: RequestID, purpose: ClockPurpose, deadline: Deadline, computedAt: Instant, proposed: Deadline? = nil
    ) {
        self.request = request
        self.purpose = purpose
        regime = deadline.regime
        self.deadline = deadline
        self.computedAt = computedAt
        self.proposed = proposed
    }

    static let columns = "request_id, purpose, result, habeas.micros(computed_at), proposed"

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        request = try row.value { RequestID($0) }
        purpose = try row.value(ClockPurpose.init(rawValue:))
        deadline = try row.value(Deadline.init(json:))
        computedAt = try row.instant()
        proposed = try row.optionalValue(Deadline.init(json:))
        regime = deadline.regime
    }
}

/// What the person was asked, and when they answered; days in the controller's zone.
package struct QuestionRecord: Sendable, Hashable {
    package let id: EventID
    package let request: RequestID
    package let kind: InterruptionKind
    package let askedOn: CivilDate
    package var answeredOn: CivilDate?
    /// Who asked, as the audit log names actors.
    package let askedBy: String
    /// The mail that asked; nil when it was asked another way.
    package let notice: NoticeID?

    /// A question that was asked.
    package init(
        id: EventID, request: RequestID, kind: InterruptionKind, askedOn: CivilDate, askedBy: String, notice: NoticeID?
    ) {
        self.id = id
        self.request = request
        self.kind = kind
        self.askedOn = askedOn
        self.askedBy = askedBy
        self.notice = notice
    }

    static let columns = "id, request_id, kind, asked_on, answered_on, asked_by, notice_id"

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { EventID($0) }
        request = try row.value { RequestID($0) }
        kind = try row.value(InterruptionKind.init(rawValue:))
        askedOn = try row.value { CivilDate($0) }
        answeredOn = try row.optionalValue { CivilDate($0) }
        askedBy = try row.text()
        notice = try row.optionalValue { NoticeID($0) }
    }
}

/// A notice that the answer takes longer.
package struct ExtensionRecord: Sendable, Hashable {
    /// What became of it.
    package enum State: String, Sendable, CaseIterable {
        /// Its mail isn't handed over yet.
        case waiting
        /// The person was told in time: the longer period is in force.
        case granted
        /// The person was told too late: nothing moved.
        case late
        /// The mail didn't reach them: nothing moved, or the date went back.
        case undelivered
    }

    package let request: RequestID
    package let purpose: ClockPurpose
    /// Why, as a code.
    package let reason: String
    /// The mail; nil when the person was told another way.
    package let notice: NoticeID?
    package var deliveredOn: CivilDate?
    /// The date it names, where the regime leaves that to the controller.
    package let announcedOn: CivilDate?
    package var state: State
    package let madeAt: Instant

    /// A notice that is to be delivered, or was.
    package init(
        request: RequestID, purpose: ClockPurpose, reason: String, notice: NoticeID?, deliveredOn: CivilDate?,
        announcedOn: CivilDate?, state: State, madeAt: Instant
    ) {
        self.request = request
        self.purpose = purpose
        self.reason = reason
        self.notice = notice
        self.deliveredOn = deliveredOn
        self.announcedOn = announcedOn
        self.state = state
        self.madeAt = madeAt
    }

    static let columns = """
        request_id, purpose, reason, notice_id, delivered_on, announced_on, state, habeas.micros(made_at)
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        request = try row.value { RequestID($0) }
        purpose = try row.value(ClockPurpose.init(rawValue:))
        reason = try row.text()
        notice = try row.optionalValue { NoticeID($0) }
        deliveredOn = try row.optionalValue { CivilDate($0) }
        announcedOn = try row.optionalValue { CivilDate($0) }
        state = try row.value(State.init(rawValue:))
        madeAt = try row.instant()
    }
}

/// A person's complaint to the controller about the answer.
package struct AppealRecord: Sendable, Hashable {
    package enum Outcome: String, Sendable, CaseIterable, Codable {
        case granted, denied
    }

    package let request: RequestID
    package let received: Stamp
    package var dueEnd: Instant?
    package var workEnd: Instant?
    package var decidedAt: Instant?
    package var outcome: Outcome?

    /// A complaint that came in.
    package init(request: RequestID, received: Stamp) {
        self.request = request
        self.received = received
    }

    static let columns = """
        request_id, habeas.micros(received_at), received_offset, habeas.micros(due_end), habeas.micros(work_end), \
        habeas.micros(decided_at), outcome
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        request = try row.value { RequestID($0) }
        let receivedAt = try row.instant()
        received = Stamp(receivedAt, offset: try row.int())
        dueEnd = try row.optionalInstant()
        workEnd = try row.optionalInstant()
        decidedAt = try row.optionalInstant()
        outcome = try row.optionalValue(Outcome.init(rawValue:))
    }
}
