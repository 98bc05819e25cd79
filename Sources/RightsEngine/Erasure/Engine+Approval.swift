internal import AuditLedger
package import Erasing
package import RequestLedger
package import RightsCore

/// A plan with where it stands, for staff.
package struct PlanView: Sendable {
    package let record: ErasurePlanRecord
    package let plan: ErasurePlan
    package let runs: [ErasureRunRecord]
    /// What was otherwise when an earlier plan should have been carried out, so that this one took its place; empty when
    /// none was stopped.
    package let differences: [String]
}

extension ErasurePlan {
    /// Whether it says anything of legal holds.
    var namesHolds: Bool { !holds.isEmpty || collections.contains { $0.held > 0 } }
}

extension StaffCaller {
    /// Refuses plans that say something of legal holds to whoever may not know of holds.
    func requireHolds(of plans: [ErasurePlan]) throws(EngineError) {
        guard plans.contains(where: \.namesHolds), !permissions.contains(.readHolds) else { return }
        throw EngineError(
            .forbidden, "the plan names legal holds, and this token doesn't allow “\(Permission.readHolds.rawValue)”",
            hint: "ask a colleague with the role compliance or auditor")
    }
}

extension Engine {
    /// The plan of a request.
    ///
    /// - Throws: `EngineError.Code.noPlan` while there is none.
    package func plan(of id: RequestID, by caller: StaffCaller) async throws -> PlanView {
        try caller.require(.readRequests)
        return try await control.transaction { transaction in
            guard let request = try await transaction.request(id) else { throw Self.noRequest }
            guard let record = try await transaction.plan(of: id) else {
                let job = try await transaction.workJob(of: id)
                throw EngineError(
                    .noPlan,
                    "there is no plan for this request: it is \(request.state.rawValue)"
                        + (job?.error.map { ", and making the plan failed: \($0)" } ?? ""),
                    hint: job?.error == nil
                        ? "a plan is made once it is known who asks"
                        : "mend what the code says (docs/errors.md), then `habeas erase plan REQUEST --again`")
            }
            let view = PlanView(
                record: record, plan: try ErasurePlan(canonicalBytes: record.bytes),
                runs: try await transaction.runs(of: id),
                differences: try await transaction.plans(of: id).last { !$0.differences.isEmpty }?.differences ?? [])
            // Proceedings are known to few (docs/holds.md), and the bytes can't be shown without them.
            try caller.requireHolds(of: [view.plan])
            try await audit(.requestRead, by: caller.actor, request, in: transaction)
            return view
        }
    }

    /// Approves a plan by the digest of its bytes.
    ///
    /// - Parameter digest: SHA-256 of the plan as it was read.
    /// - Throws: `EngineError`: whoever wrote the request down, or vouched for the person, can't approve it; nor can a plan
    ///   be that was replaced, has conflicts or is too old.
    package func approveErasure(
        _ id: RequestID, digest: Hash256, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.approveErasure)
        var request = try await locked(id, in: transaction)
        let facts = try await facts(of: ground, request: id, in: transaction)
        guard request.state == .accepted, var plan = try await transaction.plan(of: id), plan.state == .proposed else {
            throw EngineError(
                .requestNotPossible, "no plan waits for approval: the request is \(request.state.rawValue)")
        }
        guard plan.digest == digest else {
            throw EngineError(
                .planRefused, "that isn't the digest of the plan that waits", hint: "read the plan once more",
                field: "plan")
        }
        guard plan.expiresAt > now() else {
            throw EngineError(
                .planRefused, "the plan is too old: its counts were taken at \(plan.madeAt.rfc3339)",
                hint: "make a new one: POST /v1/requests/{id}/plan, or `habeas erase plan REQUEST --again`")
        }
        let conflicts = try ErasurePlan(canonicalBytes: plan.bytes).conflicts
        guard conflicts.isEmpty else {
            throw EngineError(
                .planRefused, "the plan has conflicts: \(conflicts.joined(separator: "; "))",
                hint: "mend them, and make a new plan")
        }
        guard request.actor != caller.actor.description, request.vouchedBy != caller.id else {
            throw EngineError(
                .needsSecondPerson, "whoever wrote the request down, or vouched for the person, can't approve its plan",
                hint: "ask a colleague with the role compliance")
        }
        try await approve(&plan, for: &request, by: caller.actor, facts, in: transaction)
        return request
    }

    /// Has a request planned anew.
    package func planAgain(
        _ id: RequestID, by caller: StaffCaller, _ ground: StaffGround, in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.handle)
        let request = try await locked(id, in: transaction)
        let facts = try await facts(of: ground, request: id, in: transaction)
        guard request.right == .erasure, request.state == .accepted, !request.needsRelease else {
            throw EngineError(
                .requestNotPossible, "nothing can be planned: the request is \(request.state.rawValue)",
                hint: "a plan is made once it is known who asks, and only for erasures")
        }
        try await transaction.cancelJobs(of: id, kinds: [.plan])
        try await transaction.enqueue(makeID(), .plan, request: id, maxAttempts: 8)
        try await audit(.erasurePlanAsked, by: caller.actor, request, facts, in: transaction)
        return request
    }
}
