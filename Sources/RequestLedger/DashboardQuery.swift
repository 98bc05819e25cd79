internal import PostgresAccess
package import RightsCore

/// Which requests the dashboard is about.
package struct DashboardFilter: Sendable, Hashable {
    /// Only under this law, as the first one.
    package var regime: String?
    /// Only of this right.
    package var right: RequestRight?
    /// Only what came this way.
    package var channel: Channel?
    /// Only what one of the staff looks after.
    package var assignee: StaffID?
    /// Only in these states; all open ones when empty.
    package var states: [RequestState] = []

    /// Everything that is open.
    package init() {}
}

/// The moments the dashboard's numbers are about: days are the controller's.
package struct DashboardMoments: Sendable, Hashable {
    /// Now.
    package let now: Instant
    /// The controller's zone.
    package let zone: ZoneRules

    /// The moments seen from now.
    package init(now: Instant, zone: ZoneRules) {
        self.now = now
        self.zone = zone
    }

    /// The controller's day.
    package var today: CivilDate { zone.day(of: now) }

    /// The end of the day so many days ahead.
    package func end(in days: Int) -> Instant { zone.end(of: today.adding(days: days)) }
}

/// The numbers of one law and state.
package struct DashboardCount: Sendable, Hashable {
    package let regime: String
    package let state: RequestState
    package let counts: [DashboardBucket: Int]
    /// What falls due within the distance that was asked for; nil when none was.
    package let dueWithin: Int?
}

/// Complaints about answers that aren't decided.
package struct AppealCount: Sendable, Hashable {
    /// All of them.
    package let open: Int
    /// Those whose last day is past.
    package let overdue: Int
}

/// An open request as far as it is to be seen what is urgent about it.
package struct UrgentRequest: Sendable, Hashable {
    package let id: RequestID
    package let state: RequestState
    package let right: RequestRight
    package let regime: String
    package let channel: Channel
    package let dueEnd: Instant?
    package let workEnd: Instant?
    package let acknowledgeEnd: Instant?
    package let isAcknowledged: Bool
    package let forecastEnd: Instant?
    /// When it was answered first; its archive is made again.
    package let answeredAt: Instant?
    package let waitsFor: InterruptionKind?
    package let waitsSince: CivilDate?
    package let needsRelease: Bool
    package let isConfirmed: Bool
    package let hasProposedDates: Bool
    /// The name of who looks after it.
    package let assignee: String?

    /// A request by its parts.
    package init(
        id: RequestID, state: RequestState, right: RequestRight, regime: String, channel: Channel, dueEnd: Instant?,
        workEnd: Instant?, acknowledgeEnd: Instant? = nil, isAcknowledged: Bool = true, forecastEnd: Instant? = nil,
        answeredAt: Instant? = nil, waitsFor: InterruptionKind? = nil, waitsSince: CivilDate? = nil,
        needsRelease: Bool = false,
        isConfirmed: Bool = true, hasProposedDates: Bool = false, assignee: String? = nil
    ) {
        self.id = id
        self.state = state
        self.right = right
        self.regime = regime
        self.channel = channel
        self.dueEnd = dueEnd
        self.workEnd = workEnd
        self.acknowledgeEnd = acknowledgeEnd
        self.isAcknowledged = isAcknowledged
        self.forecastEnd = forecastEnd
        self.answeredAt = answeredAt
        self.waitsFor = waitsFor
        self.waitsSince = waitsSince
        self.needsRelease = needsRelease
        self.isConfirmed = isConfirmed
        self.hasProposedDates = hasProposedDates
        self.assignee = assignee
    }

    static let columns = """
        r.id, r.state, r.asked_right, r.regime, r.channel, habeas.micros(r.due_end), habeas.micros(r.work_end), \
        habeas.micros(r.acknowledge_end), r.acknowledged_at IS NOT NULL, habeas.micros(r.forecast_end), \
        habeas.micros(r.answered_at), r.waits_for, r.waits_since, r.needs_release, r.confirmed_at IS NOT NULL OR r.channel = 'staff', r.rules_changed, s.name
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { RequestID($0) }
        state = try row.value(RequestState.init(rawValue:))
        right = try row.value(RequestRight.init(rawValue:))
        regime = try row.text()
        channel = try row.value(Channel.init(rawValue:))
        dueEnd = try row.optionalInstant()
        workEnd = try row.optionalInstant()
        acknowledgeEnd = try row.optionalInstant()
        isAcknowledged = try row.flag()
        forecastEnd = try row.optionalInstant()
        answeredAt = try row.optionalInstant()
        waitsFor = try row.optionalValue(InterruptionKind.init(rawValue:))
        waitsSince = try row.optionalValue { CivilDate($0) }
        needsRelease = try row.flag()
        isConfirmed = try row.flag()
        hasProposedDates = try row.flag()
        assignee = try row.optionalText()
    }
}

/// A statement and its parameters, as they are put together.
struct DashboardStatement {
    private(set) var parameters: [String?] = []
    private var moments: [Instant: String] = [:]

    /// The SQL of a parameter.
    mutating func add(_ value: String) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }

    /// The SQL of a moment; the same one is the same parameter.
    mutating func sql(of instant: Instant) -> String {
        if let known = moments[instant] { return known }
        let sql = "habeas.instant(\(add(instant.sql)))"
        moments[instant] = sql
        return sql
    }

    /// The conditions of a filter on requests: only those that were asked for, so that the plan fits.
    ///
    /// - Parameter isOpen: whether closed requests are left out; the very words of the partial indexes.
    mutating func conditions(of filter: DashboardFilter, isOpen: Bool = true) -> String {
        var texts: [String] = []
        if isOpen {
            texts.append(RequestState.openSQL)
        }
        if let regime = filter.regime { texts.append("regime = \(add(regime))") }
        if let right = filter.right { texts.append("asked_right = \(add(right.rawValue))") }
        if let channel = filter.channel { texts.append("channel = \(add(channel.rawValue))") }
        if let assignee = filter.assignee { texts.append("assignee = \(add(assignee.text))::uuid") }
        if !filter.states.isEmpty {
            texts.append("state = ANY (\(add(filter.states.map(\.rawValue).sqlArray))::text[])")
        }
        return texts.isEmpty ? "true" : texts.joined(separator: " AND ")
    }
}
