internal import AuditLedger
internal import Erasing
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// Writes down who else must be told (GDPR Art. 19); once for each.
    func tellRecipients(
        of request: RequestRecord, _ plan: ErasurePlan, in transaction: ControlTransaction
    ) async throws {
        let known = Set(try await transaction.recipients(of: request.id).map(\.recipient))
        for line in plan.recipients where !known.contains(line.name) {
            try await transaction.insert(
                RecipientDuty(
                    id: makeID(), request: request.id, recipient: line.name, collections: line.collections,
                    madeAt: now(), dueAt: now() + .days(14)))
        }
    }
}
