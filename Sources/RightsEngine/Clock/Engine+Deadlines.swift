internal import AuditLedger
internal import Notifying
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// Looks after the dates of open requests: what the queue's `deadlines` job does. Each step is a transaction of its
    /// own, and doing it twice does no harm.
    ///
    /// - Throws: `EngineError` when a request's dates can't be computed by today's rules; all others were seen to.
    package func lookAtDeadlines() async throws {
        // First: nothing that is wrong with one request must keep anybody from being warned of another.
        try await warnOfNearDates()
        try await remindOfHolds()
        try await control.transaction { try await $0.forecast(now: now()) }
        try await startMissingClocks()
        try await reviewRules()
    }

    /// Requests from before there were clocks.
    private func startMissingClocks() async throws {
        let ids = try await control.transaction { try await $0.requestsWithoutClock(limit: 1000) }
        try await each(ids) { id in
            try await control.transaction { transaction in
                var request = try await locked(id, in: transaction)
                try await startClocks(of: &request, in: transaction)
            }
        }
    }

    // MARK: rules that changed

    /// Looks through all open requests once after a rule, a calendar or the zone changed: where today's rules would give
    /// other dates, these are proposed. Nothing moves.
    private func reviewRules() async throws {
        let fingerprint = settings.clock.fingerprint
        guard try await !control.transaction({ try await $0.isReviewed(fingerprint) }) else { return }
        var last: RequestID?
        var failure: EngineError?
        while true {
            let after = last
            let batch = try await control.transaction {
                try await $0.requestsWithRunningClock(after: after, limit: 200)
            }
            do { try await each(batch.map(\.id), review) } catch let error as EngineError { failure = failure ?? error }
            guard let end = batch.last else { break }
            last = end.id
        }
        // Once for each change of rules, also when some could not be looked at: the job says so, and isn't at it for ever.
        try await control.transaction { try await $0.noteReviewed(fingerprint, at: now()) }
        if let failure { throw failure }
    }

    /// Does something for each request; one that fails doesn't keep the others from it.
    private func each(_ ids: [RequestID], _ body: (RequestID) async throws -> Void) async throws {
        var failure: EngineError?
        for id in ids {
            do { try await body(id) } catch let error as EngineError { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    private func review(_ id: RequestID) async throws {
        try await control.transaction { transaction in
            var request = try await locked(id, in: transaction)
            let history = try await history(of: id, in: transaction)
            let appeal = try await transaction.appeal(of: id)
            var isChanged = false
            for var record in try await transaction.clocks(of: id) {
                guard let today = try deadline(of: record, request, appeal, history) else { continue }
                let proposed = today.hasSameDates(as: record.deadline) ? nil : today
                guard proposed != record.proposed else { continue }
                record.proposed = proposed
                try await transaction.store(record)
                isChanged = true
            }
            guard isChanged else { return }
            try await gatherDates(of: &request, in: transaction)
            if request.hasProposedDates {
                try await audit(.datesProposed, by: .system, request, in: transaction)
            }
        }
    }

    // MARK: warnings

    private func warnOfNearDates() async throws {
        try await control.transaction { transaction in
            let near = try await transaction.takeNearDates(
                days: settings.clock.warnings, now: now(), limit: 200)
            for date in near {
                guard let request = try await transaction.request(date.request) else { continue }
                try await tellWebhooks(.deadlineNear, request, at: now(), in: transaction)
                try await audit(
                    .deadlineNear, by: .system, request,
                    [
                        "days": .code(String(date.daysBefore)), "work_end": .instant(date.workEnd),
                        "purpose": .code(date.purpose.rawValue),
                    ], in: transaction)
            }
            guard !near.isEmpty else { return }
            // One mail for all of them: a hundred would be read by nobody.
            let listed = near.prefix(20).map {
                "\($0.request.text) \(settings.clock.zone.lastDay(before: $0.workEnd)) \($0.daysBefore)"
            }
            try await tellOperators(
                .deadlinesNear, request: nil,
                facts: ["count": String(near.count), "requests": listed.joined(separator: "\n")], in: transaction)
        }
    }
}
