/// What the dashboard counts. Each definition stands here and nowhere else: its words, and the condition that counts it.
///
/// They overlap: what is overdue can be paused, too. None counts a request that is closed. One that was answered, and whose
/// archive is made again, is open; its dates were kept or missed long ago, so nothing counts it as late.
package enum DashboardBucket: String, Sendable, CaseIterable, Codable {
    case open
    case overdue
    case dueToday = "due_today"
    case dueIn3Days = "due_3_days"
    case dueIn7Days = "due_7_days"
    case dueIn14Days = "due_14_days"
    case waitingForPerson = "waiting_for_person"
    case paused
    case atRisk = "at_risk"
    case acknowledgementOverdue = "acknowledgement_overdue"
    case withoutNumber = "without_number"
    case rulesChanged = "rules_changed"

    /// The edition of the definitions; another one when a number starts to mean something else.
    package static let edition = 1

    /// What counts, in a sentence.
    package var definition: String {
        switch self {
        case .open:
            "received, verifying, accepted, queued, running, paused, failed or partial; also an answered one that is made again"
        case .overdue: "not answered, the law's last day is past, and no question to the person holds the clock"
        case .dueToday:
            "not answered, the law's last day is today in the controller's zone, not past, and no question holds it"
        case .dueIn3Days: "the same within 3 days, today's included"
        case .dueIn7Days: "the same within 7 days, today's included"
        case .dueIn14Days: "the same within 14 days, today's included"
        case .waitingForPerson: "the person is to show who they are, or a question to them holds the clock"
        case .paused: "set aside by staff, and no question to the person holds the clock"
        case .atRisk:
            "neither answered nor overdue, but the day to have it done by is past, the queue won't make it, or its job failed"
        case .acknowledgementOverdue: "receipt isn't confirmed, and the law's last day for that is past"
        case .withoutNumber: "the law gives no number of days, so no date can be counted"
        case .rulesChanged: "the rules of today would give other dates, which somebody has to accept"
        }
    }

    /// How long the condition looks ahead, in days of the controller; nil when it doesn't.
    package var daysAhead: Int? {
        switch self {
        case .dueToday: 0
        case .dueIn3Days: 3
        case .dueIn7Days: 7
        case .dueIn14Days: 14
        default: nil
        }
    }

    /// The condition on an open request, on columns that the index `request_due` holds.
    func condition(at moments: DashboardMoments, in statement: inout DashboardStatement) -> String {
        if let daysAhead { return Self.due(within: daysAhead, at: moments, in: &statement) }
        switch self {
        case .overdue:
            return "due_end <= \(statement.sql(of: moments.now)) AND waits_for IS NULL AND answered_at IS NULL"
        case .waitingForPerson: return "(state = 'verifying' OR waits_for IS NOT NULL)"
        case .paused: return "state = 'paused' AND waits_for IS NULL"
        case .atRisk:
            let now = statement.sql(of: moments.now)
            return """
                (due_end IS NULL OR due_end > \(now) OR waits_for IS NOT NULL) \
                AND answered_at IS NULL AND (work_end <= \(now) OR forecast_end > coalesce(work_end, due_end) OR state = 'failed')
                """
        case .acknowledgementOverdue:
            return "acknowledged_at IS NULL AND acknowledge_end <= \(statement.sql(of: moments.now))"
        case .withoutNumber: return "due_end IS NULL AND waits_for IS NULL"
        case .rulesChanged: return "rules_changed"
        case .open, .dueToday, .dueIn3Days, .dueIn7Days, .dueIn14Days: return "true"
        }
    }

    /// The condition of what falls due until the end of the day so many days ahead.
    static func due(
        within days: Int, at moments: DashboardMoments, in statement: inout DashboardStatement
    ) -> String {
        let now = statement.sql(of: moments.now)
        return """
            due_end > \(now) AND due_end <= \(statement.sql(of: moments.end(in: days))) AND waits_for IS NULL \
            AND answered_at IS NULL
            """
    }
}
