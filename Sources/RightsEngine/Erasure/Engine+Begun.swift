internal import RequestLedger
internal import RightsCore

extension Engine {
    /// Whether rows of an erasure are gone, or may be: what was begun can't be taken back, only finished.
    func hasBegun(_ request: RequestRecord, in transaction: ControlTransaction) async throws -> Bool {
        guard request.right == .erasure else { return false }
        if request.state == .running || request.state == .partial || request.state.isErased { return true }
        if try await transaction.runs(of: request.id).contains(where: { $0.receipt != nil }) { return true }
        // Whom it is about is sealed before the first row goes, and forgotten where it is planned anew.
        return try await transaction.sealed(.known, of: request.id) != nil
    }

    /// Refuses to end or set aside an erasure that has begun: nobody may be told that nothing was erased.
    func requireNotBegun(_ request: RequestRecord, in transaction: ControlTransaction) async throws {
        guard try await hasBegun(request, in: transaction) else { return }
        throw EngineError(
            .requestNotPossible, "the erasure has begun: what is gone can't be brought back",
            hint: request.life.possible.contains(.retry)
                ? "have it go on: `habeas erase run REQUEST --ticket … --reason …`, or POST /v1/requests/{id}/retry"
                : "wait for its end: `habeas erase run REQUEST --wait`")
    }
}
