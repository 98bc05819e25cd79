package import RequestLedger
internal import RightsCore

/// What somebody has to do next about an open request, in a line that fits a screen.
///
/// What the law presses for comes first, then what the state asks for.
package enum NextStep {
    /// The words.
    ///
    /// - Parameters:
    ///   - moments: now, and the controller's days.
    package static func text(for request: UrgentRequest, at moments: DashboardMoments) -> String {
        if isOverdue(request, moments) { return overdue(request) }
        if let waitsFor = request.waitsFor { return waiting(waitsFor, request.waitsSince) }
        if isAcknowledgementOverdue(request, moments) { return "confirm receipt: that is overdue" }
        if request.hasProposedDates { return "accept the dates of the new rules, or mend the rules" }
        return byState(request, moments)
    }

    /// Whether it isn't answered, the law's last day is past, and nothing holds the clock.
    package static func isOverdue(_ request: UrgentRequest, _ moments: DashboardMoments) -> Bool {
        guard let end = request.dueEnd else { return false }
        return end <= moments.now && request.waitsFor == nil && request.answeredAt == nil
    }

    private static func overdue(_ request: UrgentRequest) -> String {
        switch request.state {
        case .verifying, .received: "overdue: refuse, or prove who it is"
        case .failed, .partial: "overdue: repair the job, answer today"
        case .paused: "overdue: resume it, answer today"
        case .accepted where request.needsRelease: "overdue: approve today"
        default: "overdue: answer it today"
        }
    }

    private static func waiting(_ kind: InterruptionKind, _ since: CivilDate?) -> String {
        let asked = since.map { ", asked \($0)" } ?? ""
        switch kind {
        case .identity: return "await proof of identity\(asked)"
        case .clarification: return "await their answer\(asked)"
        case .fee: return "await the fee\(asked)"
        }
    }

    private static func isAcknowledgementOverdue(_ request: UrgentRequest, _ moments: DashboardMoments) -> Bool {
        guard !request.isAcknowledged, let end = request.acknowledgeEnd else { return false }
        return end <= moments.now
    }

    private static func byState(_ request: UrgentRequest, _ moments: DashboardMoments) -> String {
        switch request.state {
        case .received: "look at it: who asks for what"
        case .verifying: "remind, or refuse when the period ends"
        case .accepted where request.needsRelease: "approve: a second person releases it"
        case .accepted where request.right == .erasure && !request.isConfirmed: "await the person's confirmation"
        case .accepted where request.right == .erasure: "read the plan, then approve it: `habeas erase plan`"
        case .accepted: "carry it out"
        case .queued, .running: queued(request)
        case .paused: "resume or extend"
        case .failed: "look at the job, then retry"
        case .partial: "see what is missing, then retry"
        case .erased, .erasedWithRetention: "nothing: backups age out"
        case .ready, .delivered, .fulfilled, .refused, .cancelled, .expired: "nothing"
        }
    }

    private static func queued(_ request: UrgentRequest) -> String {
        guard let forecast = request.forecastEnd, let end = request.workEnd ?? request.dueEnd, forecast > end,
            request.answeredAt == nil
        else {
            return request.state == .queued ? "nothing: it waits for a worker" : "nothing: a worker has it"
        }
        return "add workers: the queue is too slow"
    }
}
