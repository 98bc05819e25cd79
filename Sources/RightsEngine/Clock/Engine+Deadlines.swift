internal import AuditLedger
internal import Notifying
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// Looks after the dates of open requests: what the queue's `deadlines` job does. Each step is a transaction of its
    /// own, and doing it twice does no harm.
    package func lookAtDeadlines() async throws {
        try await control.transaction { try await checkClock(in: $0) }
        try await startMissingClocks()
        try await reviewRules()
        try await control.transaction { try await $0.forecast(now: now()) }
        try await warnOfNearDates()
    }

    /// Requests from before there were clocks.
    private func startMissingClocks() async throws {
        let batch = 100
        var count = batch
        while count == batch {
            count = try await control.transaction { transaction in
                let requests = try await transaction.requestsWithoutClock(limit: batch)
                for var request in requests {
                    try await startClocks(of: &request, in: transaction)
                }
                return requests.count
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
        while true {
            let after = last
            let batch = try await control.transaction { try await $0.openRequests(after: after, limit: 200) }
            for request in batch { try await review(request.id) }
            guard let end = batch.last else { break }
            last = end.id
        }
        try await control.transaction { try await $0.noteReviewed(fingerprint, at: now()) }
    }

    private func review(_ id: RequestID) async throws {
        try await control.transaction { transaction in
            var request = try await locked(id, in: transaction)
            let history = try await history(of: id, in: transaction)
            var isChanged = false
            for var record in try await transaction.clocks(of: id) where record.purpose == .answer {
                let today = try deadline(record.regime, of: request, history)
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
