internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// What is due, late or at risk.
struct DashboardView: Encodable {
    let asOf: String
    let zone: String
    let today: String
    /// The edition of the definitions that the numbers follow (docs/dashboard.md).
    let definitions: Int
    let counts: [String: Int]
    let dueWithinDays: Int?
    let dueWithin: Int?
    let appealsOpen: Int
    let appealsOverdue: Int
    /// Legal holds in force, those that wait for a second person, and those whose review is overdue; absent for whoever may
    /// not know of them.
    let holdsInForce: Int?
    let holdsUnconfirmed: Int?
    let holdsReviewOverdue: Int?
    /// Recipients who haven't confirmed an erasure, and those of them whose day is past.
    let recipientsOpen: Int
    let recipientsOverdue: Int
    /// Erasures with copies in backups, those past a day by which the last should be gone, and those nobody reads.
    let backupsOpen: Int
    let backupsLate: Int
    let backupsBreakGlass: Int
    let backupsBreach: Int
    let backupsUnread: Int
    let byRegime: [GroupView]
    let byState: [GroupView]
    let urgent: [UrgentView]

    init(_ dashboard: Dashboard, dueWithin days: Int?) {
        asOf = dashboard.moments.now.rfc3339
        zone = dashboard.moments.zone.name
        today = dashboard.moments.today.description
        definitions = DashboardBucket.edition
        counts = Self.counts { dashboard.count($0) }
        dueWithinDays = days
        dueWithin = dashboard.dueWithin(days)
        appealsOpen = dashboard.appeals.open
        appealsOverdue = dashboard.appeals.overdue
        holdsInForce = dashboard.holds?.inForce
        holdsUnconfirmed = dashboard.holds?.unconfirmed
        holdsReviewOverdue = dashboard.holds?.reviewOverdue
        recipientsOpen = dashboard.recipients.open
        recipientsOverdue = dashboard.recipients.overdue
        backupsOpen = dashboard.backups.open
        backupsLate = dashboard.backups.late
        backupsBreakGlass = dashboard.backups.breakGlass
        backupsBreach = dashboard.backups.breach
        backupsUnread = dashboard.backups.unread
        byRegime = Self.groups(dashboard.counts, \.regime)
        byState = Self.groups(dashboard.counts, \.state.rawValue)
        urgent = dashboard.urgent.map { UrgentView($0, at: dashboard.moments) }
    }

    private static func counts(_ count: (DashboardBucket) -> Int) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: DashboardBucket.allCases.map { ($0.rawValue, count($0)) })
    }

    private static func groups(_ counts: [DashboardCount], _ key: (DashboardCount) -> String) -> [GroupView] {
        Dictionary(grouping: counts, by: key).sorted { $0.key < $1.key }.map { name, members in
            GroupView(
                name: name,
                counts: self.counts { bucket in members.reduce(0) { $0 + ($1.counts[bucket] ?? 0) } })
        }
    }
}

/// The numbers of one law or one state.
struct GroupView: Encodable {
    let name: String
    let counts: [String: Int]
}

/// An open request, and what is to be done about it.
struct UrgentView: Encodable {
    let id: String
    let state: String
    let right: String
    let regime: String
    let channel: String
    let dueOn: String?
    let dueEnd: String?
    let workBy: String?
    /// Days from today to the law's last day; negative from its end on, absent while the clock is held and once answered.
    let daysLeft: Int?
    let answeredAt: String?
    let waitsFor: String?
    let waitsSince: String?
    let assignee: String?
    let nextStep: String

    init(_ request: UrgentRequest, at moments: DashboardMoments) {
        id = request.id.text
        state = request.state.rawValue
        right = request.right.rawValue
        regime = request.regime
        channel = request.channel.rawValue
        let due = request.dueEnd.map { moments.zone.lastDay(before: $0) }
        dueOn = due?.description
        dueEnd = request.dueEnd?.rfc3339
        workBy = request.workEnd.map { moments.zone.lastDay(before: $0).description }
        daysLeft = Self.daysLeft(request, moments)
        answeredAt = request.answeredAt?.rfc3339
        waitsFor = request.waitsFor?.rawValue
        waitsSince = request.waitsSince?.description
        assignee = request.assignee
        nextStep = NextStep.text(for: request, at: moments)
    }

    /// A period that ends within a day is over at that hour, not at midnight.
    private static func daysLeft(_ request: UrgentRequest, _ moments: DashboardMoments) -> Int? {
        guard request.waitsFor == nil, request.answeredAt == nil, let end = request.dueEnd else { return nil }
        let days = moments.zone.lastDay(before: end).days(since: moments.today)
        return NextStep.isOverdue(request, moments) ? min(days, -1) : days
    }
}
