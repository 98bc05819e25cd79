package import RightsCore

/// One request as it is stored; nothing in it names a person.
package struct RequestRecord: Sendable {
    /// Its id.
    package var id: RequestID
    /// Which right it invokes.
    package var right: RequestRight
    /// Under which law.
    package var regime: String
    /// The way it came.
    package var channel: Channel
    /// When it reached the controller: the legal clock starts here.
    package var receivedAt: Instant
    /// When it was written down.
    package var openedAt: Instant
    /// Who wrote it down, as the audit log names actors.
    package var actor: String
    /// The keyed hash of the data subject.
    package var subject: Hash256
    /// The hash of what it is about.
    package var scope: Hash256
    /// Collections wanted; all when empty.
    package var collections: [String]
    /// The form of rows.
    package var format: DataFormat
    /// The language the person is written to in.
    package var language: Language
    /// The person's time zone by IANA's name, if known.
    package var zone: String?
    /// Where it stands.
    package var life: RequestLife
    /// Since when.
    package var stateSince: Instant
    /// Why, as a code.
    package var outcome: String?
    /// How sure it is who asks: 0 nobody looked, 1 asserted, 2 control of the address on file, 3 signed in at the product
    /// or checked by staff.
    package var assurance: Int
    /// Who of the staff vouched.
    package var vouchedBy: StaffID?
    /// Whether a second person must release it.
    package var needsRelease: Bool
    /// When the person confirmed an erasure.
    package var confirmedAt: Instant?
    /// When the archive was there.
    package var readyAt: Instant?
    /// When its last byte was fetched.
    package var deliveredAt: Instant?
    /// Until when the archive is kept.
    package var keepUntil: Instant?
    /// When it was carried out.
    package var executedAt: Instant?
    /// When its last duty was done.
    package var closedAt: Instant?
    /// The ticket at the help desk.
    package var ticket: String?
    /// What the archive holds, as JSON of counts; nil before it is made.
    package var contents: String?
    /// Seconds east of Greenwich in which `receivedAt` was written: the sender's day.
    package var receivedOffset = 0
    /// Further regimes whose clocks run beside the first.
    package var alsoUnder: [String] = []
    /// When its receipt was confirmed to the person.
    package var acknowledgedAt: Instant?
    /// When the person had their answer: archive ready, nothing left to do, refused.
    package var answeredAt: Instant?
    /// What its clocks come to.
    package var dates = RequestDates()
    /// Whether the rules of today would give other dates: a person decides.
    package var hasProposedDates = false
    /// When the queue will have done it, as far as can be told.
    package var forecastEnd: Instant?
    /// Who of the staff looks after it.
    package var assignee: StaffID?
    /// When a legal hold let go what it had kept of an erasure: its clock runs anew from there.
    package var resumedAt: Instant?

    /// Where it stands.
    package var state: RequestState { life.state }

    /// A request that is about to be opened.
    package init(
        id: RequestID, right: RequestRight, regime: String, channel: Channel, receivedAt: Instant, openedAt: Instant,
        actor: String, subject: Hash256, scope: Hash256, collections: [String], format: DataFormat, language: Language,
        zone: String?, ticket: String?
    ) {
        self.id = id
        self.right = right
        self.regime = regime
        self.channel = channel
        self.receivedAt = receivedAt
        self.openedAt = openedAt
        self.actor = actor
        self.subject = subject
        self.scope = scope
        self.collections = collections
        self.format = format
        self.language = language
        self.zone = zone
        self.ticket = ticket
        life = RequestLife()
        stateSince = openedAt
        assurance = 0
        needsRelease = false
    }
}

extension RequestRecord {
    /// The columns that ``init(_:)`` reads, in its order.
    static let columns = """
        id, asked_right, regime, channel, habeas.micros(received_at), habeas.micros(opened_at), actor, subject_hash, \
        scope_hash, array_to_string(collections, ','), format, language, zone, state, paused_from, \
        habeas.micros(state_since), outcome, assurance, vouched_by, needs_release, habeas.micros(confirmed_at), \
        habeas.micros(ready_at), habeas.micros(delivered_at), habeas.micros(keep_until), habeas.micros(executed_at), \
        habeas.micros(closed_at), ticket, contents, received_offset, array_to_string(also_under, ','), \
        habeas.micros(acknowledged_at), habeas.micros(answered_at), habeas.micros(due_end), habeas.micros(work_end), \
        habeas.micros(acknowledge_end), waits_for, waits_since, rules_changed, habeas.micros(forecast_end), assignee, \
        habeas.micros(resumed_at)
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { RequestID($0) }
        right = try row.value(RequestRight.init(rawValue:))
        regime = try row.text()
        channel = try row.value(Channel.init(rawValue:))
        receivedAt = try row.instant()
        openedAt = try row.instant()
        actor = try row.text()
        subject = try row.hash()
        scope = try row.hash()
        collections = try row.list()
        format = try row.value(DataFormat.init(rawValue:))
        language = try row.value(Language.init(rawValue:))
        zone = try row.optionalText()
        let state = try row.value(RequestState.init(rawValue:))
        life = RequestLife(state: state, pausedFrom: try row.optionalValue(RequestState.init(rawValue:)))
        stateSince = try row.instant()
        outcome = try row.optionalText()
        assurance = try row.int()
        vouchedBy = try row.optionalValue { StaffID($0) }
        needsRelease = try row.flag()
        confirmedAt = try row.optionalInstant()
        readyAt = try row.optionalInstant()
        deliveredAt = try row.optionalInstant()
        keepUntil = try row.optionalInstant()
        executedAt = try row.optionalInstant()
        closedAt = try row.optionalInstant()
        ticket = try row.optionalText()
        contents = try row.optionalText()
        receivedOffset = try row.int()
        alsoUnder = try row.list()
        acknowledgedAt = try row.optionalInstant()
        answeredAt = try row.optionalInstant()
        dates = try RequestDates(&row)
        hasProposedDates = try row.flag()
        forecastEnd = try row.optionalInstant()
        assignee = try row.optionalValue { StaffID($0) }
        resumedAt = try row.optionalInstant()
    }
}

/// The earliest dates among a request's clocks, each the first instant after the period; nil where no number is given.
package struct RequestDates: Sendable, Hashable {
    /// The end of the law's period.
    package var dueEnd: Instant?
    /// The end of the day to have it done by: the conservative date, or the promise if that is earlier.
    package var workEnd: Instant?
    /// The end of the period for confirming receipt.
    package var acknowledgeEnd: Instant?
    /// The question to the person that holds the clock.
    package var waitsFor: InterruptionKind?
    /// Since which day.
    package var waitsSince: CivilDate?

    /// No date at all.
    package init() {}

    fileprivate init(_ row: inout LedgerRow) throws(LedgerError) {
        dueEnd = try row.optionalInstant()
        workEnd = try row.optionalInstant()
        acknowledgeEnd = try row.optionalInstant()
        waitsFor = try row.optionalValue(InterruptionKind.init(rawValue:))
        waitsSince = try row.optionalValue { CivilDate($0) }
    }
}
