import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

@Suite struct NextStepTests {
    private static let now = Instant(rfc3339: "2026-11-21T12:00:00Z")!
    private static let later = Instant(rfc3339: "2026-12-01T00:00:00Z")!
    private static let before = Instant(rfc3339: "2026-11-20T00:00:00Z")!

    private static func request(
        _ state: RequestState, due: Instant? = later, _ change: (inout Facts) -> Void = { _ in }
    ) -> UrgentRequest {
        var facts = Facts()
        change(&facts)
        return UrgentRequest(
            id: RequestID("0199a1c2-7d3e-7abc-8def-0123456789ab")!, state: state, right: facts.right, regime: "GDPR",
            channel: .web, dueEnd: due, workEnd: due, acknowledgeEnd: facts.acknowledgeEnd,
            isAcknowledged: facts.acknowledgeEnd == nil, forecastEnd: facts.forecast, answeredAt: facts.answeredAt,
            waitsFor: facts.waitsFor,
            waitsSince: facts.waitsFor == nil ? nil : CivilDate("2026-11-02"), needsRelease: facts.needsRelease,
            isConfirmed: facts.isConfirmed, hasProposedDates: facts.hasProposedDates)
    }

    private struct Facts {
        var right = RequestRight.access
        var acknowledgeEnd: Instant?
        var forecast: Instant?
        var waitsFor: InterruptionKind?
        var needsRelease = false
        var isConfirmed = true
        var answeredAt: Instant?
        var hasProposedDates = false
    }

    @Test(arguments: [
        (request(.verifying), "remind, or refuse when the period ends"),
        (request(.accepted) { $0.needsRelease = true }, "approve: a second person releases it"),
        (
            request(.accepted) {
                $0.right = .erasure
                $0.isConfirmed = false
            }, "await the person's confirmation"
        ),
        (request(.failed), "look at the job, then retry"), (request(.paused), "resume or extend"),
        (request(.paused) { $0.waitsFor = .clarification }, "await their answer, asked 2026-11-02"),
        (
            request(.queued) { $0.forecast = Instant(rfc3339: "2026-12-02T00:00:00Z") },
            "add workers: the queue is too slow"
        ),
        (request(.queued), "nothing: it waits for a worker"),
        (request(.accepted, due: before), "overdue: answer it today"),
        (request(.failed, due: before), "overdue: repair the job, answer today"),
        (request(.failed, due: before) { $0.answeredAt = before }, "look at the job, then retry"),
        (request(.paused, due: before) { $0.waitsFor = .fee }, "await the fee, asked 2026-11-02"),
        (request(.received) { $0.acknowledgeEnd = before }, "confirm receipt: that is overdue"),
        (request(.received) { $0.hasProposedDates = true }, "accept the dates of the new rules, or mend the rules"),
        (request(.received, due: nil), "look at it: who asks for what"),
    ])
    func saysWhatToDo(request: UrgentRequest, step: String) {
        #expect(NextStep.text(for: request, at: DashboardMoments(now: Self.now, zone: .utc)) == step)
    }
}
