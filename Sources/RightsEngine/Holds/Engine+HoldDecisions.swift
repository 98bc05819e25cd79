internal import AuditLedger
internal import ErasureLedger
package import RequestLedger
package import RightsCore

/// A hold that was changed, and the erasures that go on because of that.
package struct HoldOutcome: Sendable {
    package let record: HoldRecord
    package let resumed: [RequestID]
}

extension Engine {
    /// Confirms a hold, as the second person.
    package func confirmHold(
        _ id: HoldID, by caller: StaffCaller, _ ground: StaffGround, _ tools: ErasureTools? = nil,
        in transaction: ControlTransaction
    ) async throws -> HoldOutcome {
        try await change(id, .holdConfirmed, by: caller, ground, tools: tools, in: transaction) {
            hold throws(HoldError) in
            try hold.confirm(by: caller.id, at: now())
        }
    }

    /// Declines a hold, which ends it; or declines its release, so that it goes on.
    package func declineHold(
        _ id: HoldID, by caller: StaffCaller, _ ground: StaffGround, _ tools: ErasureTools? = nil,
        in transaction: ControlTransaction
    ) async throws -> HoldOutcome {
        try await change(id, .holdDeclined, by: caller, ground, tools: tools, in: transaction) {
            hold throws(HoldError) in
            try hold.decline(by: caller.id, at: now())
        }
    }

    /// Proposes to let a hold go; it stays in force until a second person confirms that.
    package func proposeRelease(
        of id: HoldID, by caller: StaffCaller, _ ground: StaffGround, in transaction: ControlTransaction
    ) async throws -> HoldOutcome {
        try await change(id, .holdReleaseProposed, by: caller, ground, in: transaction) { hold throws(HoldError) in
            try hold.proposeRelease(by: caller.id)
        }
    }

    /// Lets a hold go, as the second person: the erasures that waited for it go on by themselves.
    package func confirmRelease(
        of id: HoldID, by caller: StaffCaller, _ ground: StaffGround, _ tools: ErasureTools? = nil,
        in transaction: ControlTransaction
    ) async throws -> HoldOutcome {
        try await change(id, .holdReleased, by: caller, ground, tools: tools, in: transaction) {
            hold throws(HoldError) in
            try hold.confirmRelease(by: caller.id, at: now())
        }
    }

    /// Writes down that a hold is still needed, and when somebody looks again.
    package func reviewHold(
        _ id: HoldID, nextOn day: CivilDate, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> HoldOutcome {
        let today = today
        return try await change(
            id, .holdReviewed, by: caller, ground, ["review_on": .code(day.description)], in: transaction
        ) { hold throws(HoldError) in
            try hold.review(nextOn: day, today: today)
        }
    }

    // MARK: one change

    private func change(
        _ id: HoldID, _ action: AuditAction, by caller: StaffCaller, _ ground: StaffGround,
        _ more: [String: AuditFact] = [:], tools: ErasureTools? = nil, in transaction: ControlTransaction,
        _ deed: (inout LegalHold) throws(HoldError) -> Void
    ) async throws -> HoldOutcome {
        try caller.require(.writeHolds)
        let record = try await lockedHold(id, in: transaction)
        var hold = record.hold
        do { try deed(&hold) } catch { throw EngineError(error) }
        let facts = try await facts(of: ground, request: nil, in: transaction).merging(more) { $1 }
        try await transaction.store(hold)
        // Who declines a release, declines no hold.
        let isKept = action == .holdDeclined && hold.isInForce
        try await audit(isKept ? .holdReleaseDeclined : action, by: caller.actor, hold, facts, in: transaction)
        try await remember(hold.isInForce ? .holdPlaced : .holdReleased, id, of: try subject(of: record), tools)
        let resumed = hold.isInForce ? [] : try await resumeErasures(of: hold, in: transaction)
        guard let stored = try await transaction.hold(id) else { throw Self.noHold }
        return HoldOutcome(record: stored, resumed: resumed)
    }

    /// A hold, locked. The erasures that wait for it are locked before it, as those that erase do it.
    private func lockedHold(_ id: HoldID, in transaction: ControlTransaction) async throws -> HoldRecord {
        for request in try await transaction.requests(heldBy: id) {
            _ = try await transaction.request(request, isLocked: true)
        }
        guard let record = try await transaction.hold(id, isLocked: true) else { throw Self.noHold }
        return record
    }

    // MARK: what waited

    /// Sends every erasure on its way that waited for a hold (FAILURES F24). The entry in the request's story is the moment
    /// from which “without undue delay” runs anew (GDPR Art. 17(1)).
    private func resumeErasures(
        of hold: LegalHold, in transaction: ControlTransaction
    ) async throws -> [RequestID] {
        var resumed: [RequestID] = []
        for id in try await transaction.requests(heldBy: hold.id) {
            guard let request = try await transaction.request(id, isLocked: true) else { continue }
            // Withdrawn or refused meanwhile: nobody wants it any more.
            guard request.state != .cancelled, request.state != .refused else { continue }
            try await transaction.enqueue(makeID(), .erase, request: id)
            try await audit(
                .erasureResumed, by: .system, request, ["hold": .id(hold.id.text)], in: transaction)
            resumed.append(id)
        }
        try await transaction.forgetHeld(by: hold.id)
        return resumed
    }
}
