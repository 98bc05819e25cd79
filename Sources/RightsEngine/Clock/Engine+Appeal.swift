internal import AuditLedger
package import RequestLedger
package import RightsCore

extension Engine {
    /// Writes down a person's complaint about the answer; it has a clock of its own where the regime gives it one.
    package func appeal(
        _ id: RequestID, received: Stamp?, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.handle)
        let request = try await locked(id, in: transaction)
        guard let answered = request.answeredAt ?? request.closedAt else {
            throw EngineError(
                .requestNotPossible, "the request isn't answered yet, so there is nothing to appeal against")
        }
        let received = received ?? Stamp(now())
        guard received.instant <= now() + .seconds(60), received.instant >= answered else {
            throw EngineError(
                .invalid, "received_at lies in the future or before the answer", field: "received_at")
        }
        if let known = try await transaction.appeal(of: id) {
            guard known.decidedAt.map({ $0 < answered }) ?? false else {
                throw EngineError(.requestNotPossible, "an appeal against this answer is written down already")
            }
            // It was about an earlier answer; the audit chain keeps it.
            try await transaction.forgetAppeal(of: id)
        }
        var appeal = AppealRecord(request: id, received: received)
        let deadlines = try appealDeadlines(of: request, appeal)
        guard !deadlines.isEmpty else {
            throw EngineError(
                .requestNotPossible, "no law this request runs under gives an appeal to the controller",
                hint: "the person may complain to the authority; open a new request for what they ask now")
        }
        let dates = Self.dates(of: deadlines, zone: settings.clock.zone)
        appeal.dueEnd = dates.dueEnd
        appeal.workEnd = dates.workEnd
        try await transaction.store(appeal)
        for deadline in deadlines {
            try await transaction.store(
                ClockRecord(request: id, purpose: .appeal, deadline: deadline, computedAt: now()))
        }
        let facts = try await facts(of: ground, request: id, in: transaction)
            .merging(["received_at": .instant(received.instant)]) { $1 }
        try await audit(.appealReceived, by: caller.actor, request, facts, in: transaction)
        try await notify(.appealReceived, about: request, in: transaction)
        return request
    }

    private func appealDeadlines(of request: RequestRecord, _ appeal: AppealRecord) throws -> [Deadline] {
        let history = ClockHistory(questions: [], extensions: [:])
        var deadlines: [Deadline] = []
        for regime in regimes(of: request) {
            if let deadline = try appealDeadline(regime, of: request, appeal, history) { deadlines.append(deadline) }
        }
        return deadlines
    }

    /// Decides a complaint. Granted, the request that was refused goes on; denied, the person is told why.
    package func decideAppeal(
        _ id: RequestID, _ outcome: AppealRecord.Outcome, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.decide)
        var request = try await locked(id, in: transaction)
        guard var appeal = try await transaction.appeal(of: id), appeal.decidedAt == nil else {
            throw EngineError(.requestNotPossible, "no appeal against this answer is open")
        }
        var facts = try await facts(of: ground, request: id, in: transaction)
        let words = try words(in: facts, "the person must be told in words what was decided")
        appeal.decidedAt = now()
        appeal.outcome = outcome
        try await transaction.store(appeal)
        facts["outcome"] = .code(outcome.rawValue)
        if let end = appeal.dueEnd { facts["on_time"] = .flag(now() < end) }
        try await audit(.appealDecided, by: caller.actor, request, facts, in: transaction)
        try await notify(
            .appealDecided, about: request, facts: ["words": words, "outcome": outcome.rawValue], in: transaction)
        guard outcome == .granted, request.state == .refused else { return request }
        try await reopen(&request, by: caller, in: transaction)
        return request
    }

    private func reopen(
        _ request: inout RequestRecord, by caller: StaffCaller, in transaction: ControlTransaction
    ) async throws {
        guard try await transaction.openRequest(request.subject, request.right, request.scope) == nil else {
            throw EngineError(
                .requestNotPossible, "the person has asked again since, and that request is open",
                hint: "go on with the later one, and decide this appeal when it is done")
        }
        request.answeredAt = nil
        request.closedAt = nil
        try await transaction.forgetWarnings(of: request.id)
        try await move(&request, .reopen, by: caller.actor, in: transaction)
        if request.assurance >= 2 {
            try await move(&request, .identify, by: caller.actor, in: transaction)
            try await queueIfDue(&request, by: caller.actor, in: transaction)
        }
    }
}
