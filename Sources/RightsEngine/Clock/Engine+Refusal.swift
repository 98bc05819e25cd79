internal import AuditLedger
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// Refuses a request on one of the grounds the law lists; the person reads the reason's words, the law and where they
    /// may complain (GDPR Art. 12(4)).
    func refuse(
        _ request: inout RequestRecord, by caller: StaffCaller, _ ground: StaffGround, _ facts: [String: AuditFact],
        in transaction: ControlTransaction
    ) async throws {
        let words = try words(in: facts, "the person must be told why (GDPR Art. 12(4))")
        try await requireNotBegun(request, in: transaction)
        guard request.life.possible.contains(.refuse) else {
            throw EngineError(.requestNotPossible, "the request is \(request.state.rawValue): it can't be refused now")
        }
        let (regime, refusal) = try refusalGround(ground.reason.code, for: request)
        var facts = facts
        facts["ground"] = .code(refusal.code)
        facts["regime"] = .code(regime.id.text.lowercased())
        try await move(&request, .refuse, by: caller.actor, outcome: refusal.code, facts, in: transaction)
        try await transaction.cancelJobs(of: request.id, kinds: [.export, .plan, .erase])
        try await notify(
            .requestRefused, about: request,
            facts: ["words": words, "law": refusal.citation, "complaint": regime.complaint], in: transaction)
    }

    private func refusalGround(
        _ code: String, for request: RequestRecord
    ) throws -> (regime: Regime, ground: RefusalGround) {
        var known: [String] = []
        for regime in regimes(of: request) {
            let (clock, right) = try deadlineClock(regime, request.right, at: request.receivedAt)
            let grounds = clock.regime.grounds.filter { $0.rights.isEmpty || $0.rights.contains(right) }
            if let ground = grounds.first(where: { $0.code == code }) { return (clock.regime, ground) }
            known += grounds.map(\.code)
        }
        throw EngineError(
            .invalid, "the law lists no such ground for refusing this request",
            hint: "the reason's code is the ground: \(known.joined(separator: ", "))", field: "reason")
    }
}
