internal import AuditLedger
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// Ends what has run out of time and forgets what nobody needs any more: what the queue's `expire` job does every
    /// minute. Each step is a transaction of its own, and doing it twice does no harm.
    package func expire() async throws {
        try await expireClaims()
        try await lapseRequests()
        try await warnOfEndingLinks()
        try await forget()
        try await forgetRecords()
        // Last: an archive that can't be destroyed is told of, and must keep nothing else from ending.
        try await destroyDueArchives()
    }

    /// Claims whose code never came back: their addresses are forgotten.
    private func expireClaims() async throws {
        let batch = 200
        var count = batch
        // One at a time holds the audit chain's end: a flood of them mustn't keep everybody else waiting.
        while count == batch {
            count = try await control.transaction { transaction in
                let claims = try await transaction.expireClaims(now: now(), limit: batch)
                for claim in claims where claim.state == .expired {
                    try await transaction.connection.append(
                        AuditEntry(.claimExpired, by: .system, request: claim.request, ["claim": .id(claim.id.text)]))
                }
                return claims.count
            }
        }
    }

    /// Requests whose person never showed who they are.
    private func lapseRequests() async throws {
        let cutoff = now() - settings.identityPatience
        let ids = try await control.transaction { try await $0.requestsWithoutIdentity(since: cutoff, limit: 100) }
        for id in ids {
            try await control.transaction { transaction in
                var request = try await locked(id, in: transaction)
                // Proven or withdrawn in between.
                guard request.state == .received || request.state == .verifying, request.stateSince < cutoff else {
                    return
                }
                try await move(&request, .lapse, by: .system, outcome: "identity.not-shown", in: transaction)
            }
        }
    }

    /// Codes, sessions, answers and ended jobs, each at its age. Dead jobs stay until somebody looks.
    private func forget() async throws {
        let now = now()
        try await control.transaction { transaction in
            // Wrong tries are counted over a day.
            try await transaction.forgetCodes(madeBefore: now - .days(2))
            try await transaction.forgetSessions(endedBefore: now - .days(1))
            try await transaction.forgetAnswers(before: now - .days(2))
            try await transaction.forgetJobs(endedBefore: now - .days(7))
        }
    }

    /// Records of what is long over, one bounded batch a run; the chain keeps that they were there.
    private func forgetRecords() async throws {
        let now = now()
        let end = now - settings.recordKeep
        try await control.transaction { transaction in
            for request in try await transaction.closedRequests(before: end, limit: 100) {
                try await audit(.requestForgotten, by: .system, request, in: transaction)
                try await transaction.forget(request.id)
            }
        }
        try await control.transaction { transaction in
            // Nobody was found by these addresses, or nobody proved that one is theirs.
            try await transaction.forgetClaims(receivedBefore: now - settings.identityPatience, limit: 1000)
            try await transaction.forgetLooseRecords(before: end)
        }
        try await forgetHolds(endedBefore: end)
    }
}
