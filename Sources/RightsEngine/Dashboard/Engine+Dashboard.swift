package import RequestLedger
internal import RightsCore

/// What is looked at on the dashboard.
package struct DashboardQuestion: Sendable, Hashable {
    package var filter = DashboardFilter()
    /// What the list is narrowed to; the numbers stay.
    package var bucket: DashboardBucket?
    /// What falls due within so many days is counted, and the list is narrowed to it and to what is overdue.
    package var dueWithin: Int?
    /// How long the list is at most.
    package var limit = 20

    /// Everything that is open.
    package init() {}
}

/// What is due, late or at risk.
package struct Dashboard: Sendable {
    package let moments: DashboardMoments
    package let counts: [DashboardCount]
    package let appeals: AppealCount
    /// Legal holds, whatever is filtered by; nil for whoever may not know of them.
    package let holds: HoldCount?
    /// Recipients who haven't confirmed an erasure, whatever is filtered by.
    package let recipients: RecipientCount
    /// Erasures with copies in backups, whatever is filtered by.
    package let backups: BackupCount
    package let urgent: [UrgentRequest]

    /// The number of a bucket, over all laws and states.
    package func count(_ bucket: DashboardBucket) -> Int { counts.reduce(0) { $0 + ($1.counts[bucket] ?? 0) } }

    /// What falls due within the distance that was asked for; nil when none was.
    package func dueWithin(_ days: Int?) -> Int? { days == nil ? nil : counts.reduce(0) { $0 + ($1.dueWithin ?? 0) } }
}

extension Engine {
    /// The moments that dashboards are about now.
    package var dashboardMoments: DashboardMoments { DashboardMoments(now: now(), zone: settings.clock.zone) }

    /// What is due, late or at risk.
    package func dashboard(_ question: DashboardQuestion, by caller: StaffCaller) async throws -> Dashboard {
        try caller.require(.readRequests)
        let moments = dashboardMoments
        return try await control.connection { control in
            Dashboard(
                moments: moments,
                counts: try await control.dashboardCounts(
                    question.filter, at: moments, dueWithin: question.dueWithin),
                appeals: try await control.appealCounts(question.filter, at: moments.now),
                holds: caller.permissions.contains(.readHolds)
                    ? try await control.holdCount(today: moments.today) : nil,
                recipients: try await control.recipientCount(now: moments.now),
                backups: try await control.backupCount(now: moments.now),
                urgent: try await control.urgentRequests(
                    question.filter, in: question.bucket, dueWithin: question.dueWithin, at: moments,
                    limit: question.limit))
        }
    }

    /// Open requests by the day to have them done by, for calendars.
    package func datedRequests(
        _ filter: DashboardFilter, limit: Int, by caller: StaffCaller
    ) async throws -> ([UrgentRequest], DashboardMoments) {
        try caller.require(.readCalendar)
        let moments = dashboardMoments
        let requests = try await control.connection {
            try await $0.urgentRequests(filter, in: nil, at: moments, limit: limit)
        }
        return (requests, moments)
    }

    /// The numbers of all that is open, for measurements.
    package func dashboardCounts() async throws -> [DashboardCount] {
        let moments = dashboardMoments
        return try await control.connection { try await $0.dashboardCounts(DashboardFilter(), at: moments) }
    }
}
