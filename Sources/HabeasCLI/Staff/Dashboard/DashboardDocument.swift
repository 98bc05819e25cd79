internal import RequestLedger

/// What `/v1/dashboard` answers.
struct DashboardDocument: Decodable, Sendable, Equatable {
    struct Group: Decodable, Sendable, Equatable {
        let name: String
        let counts: [String: Int]
    }

    struct Urgent: Decodable, Sendable, Equatable {
        let id: String
        let state: String
        let right: String
        let regime: String
        let channel: String
        let dueOn: String?
        let dueEnd: String?
        let workBy: String?
        let daysLeft: Int?
        let answeredAt: String?
        let waitsFor: String?
        let waitsSince: String?
        let assignee: String?
        let nextStep: String

        /// The end of the id, which differs also among requests of one minute.
        var shortID: String { "…" + id.suffix(8) }

        /// `3 d`, `-2 d`, `held` while the clock is held, `done` once answered, `none` where the law gives no number.
        var left: String {
            if waitsFor != nil { return "held" }
            if answeredAt != nil { return "done" }
            return daysLeft.map { "\($0) d" } ?? "none"
        }

        /// The service counts days to the end of the period, not of the day: from its end on there are less than none.
        var isOverdue: Bool { (daysLeft ?? 0) < 0 }
    }

    let asOf: String
    let zone: String
    let today: String
    let counts: [String: Int]
    let dueWithinDays: Int?
    let dueWithin: Int?
    let appealsOpen: Int
    let appealsOverdue: Int
    let holdsInForce: Int?
    let holdsUnconfirmed: Int?
    let holdsReviewOverdue: Int?
    let recipientsOpen: Int?
    let recipientsOverdue: Int?
    let backupsOpen: Int?
    let backupsLate: Int?
    let backupsBreakGlass: Int?
    let backupsBreach: Int?
    let backupsUnread: Int?
    let byRegime: [Group]
    let urgent: [Urgent]

    /// The number of a bucket.
    func count(_ bucket: DashboardBucket) -> Int { counts[bucket.rawValue] ?? 0 }
}

extension DashboardBucket {
    /// Its name on the screen, 13 characters at most.
    var title: String {
        switch self {
        case .open: "Open"
        case .overdue: "Overdue"
        case .dueToday: "Due today"
        case .dueIn3Days: "In 3 days"
        case .dueIn7Days: "In 7 days"
        case .dueIn14Days: "In 14 days"
        case .waitingForPerson: "Waits: person"
        case .paused: "Paused"
        case .atRisk: "At risk"
        case .acknowledgementOverdue: "Receipt late"
        case .withoutNumber: "No date"
        case .rulesChanged: "Rules changed"
        }
    }

    /// Whether a number other than none wants somebody now.
    var isAlarm: Bool { self == .overdue || self == .acknowledgementOverdue || self == .atRisk }
}

/// What the dashboard's words mean.
enum DashboardWords {
    static var text: String {
        var facts = Facts()
        for bucket in DashboardBucket.allCases { facts.add(bucket.title, bucket.definition) }
        facts.add(
            "Appeals", "complaints about an answer that aren't decided; after the stroke those past their last day")
        facts.add(
            "Holds",
            "legal holds in force, whatever is filtered by; after the stroke those whose day of review is past; not shown to whoever may not know of them"
        )
        facts.add("Holds waiting", "legal holds that wait for a second person to confirm them or their release")
        facts.add(
            "Backups",
            "erasures of which copies in backups are left, whatever is filtered by; after the stroke those past the day of warning (promise.warn)"
        )
        facts.add("Break glass", "those past promise.break_glass: take a fresh full, and expire the old ones by hand")
        facts.add("Breach", "those past promise.days: the promise is broken")
        facts.add("Unread", "erasures whose copies nobody has read for two days: is the service running?")
        facts.add(
            "Processors",
            "recipients who were told of an erasure, or are to be, and haven't confirmed, whatever is filtered by; after the stroke those whose day is past"
        )
        return """
            Definitions, edition \(DashboardBucket.edition). Days are the controller's; numbers overlap; closed requests count nowhere.
            A request counts under the law it was opened under first.

            \(facts.text())
            """
    }
}
