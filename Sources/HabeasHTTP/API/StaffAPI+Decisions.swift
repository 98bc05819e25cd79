internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// How staff checked who asks.
struct VerifyInput: StaffWrite {
    let method: String
    let evidence: [String]
    let accepted: Bool
    let ticket: String
    let reason: String
}

extension StaffAPI {
    func addDecisions(to group: inout RouteGroup) {
        group.post("/requests/{id}/verify") { request, context in
            let id = try context.namedRequest()
            return try await write(VerifyInput.self, .vouch, request, context) { input, caller, ground, transaction in
                try StoredAnswer(
                    summary(
                        try await engine.vouch(
                            id, method: input.method, evidence: input.evidence, isAccepted: input.accepted,
                            by: caller, ground, in: transaction)))
            }.response()
        }
        group.post("/requests/{id}/approve") { request, context in
            let id = try context.namedRequest()
            return try await write(.release, request, context) { caller, ground, transaction in
                try await engine.release(id, by: caller, ground, in: transaction)
            }
        }
        addDecision("refuse", .refuse, .decide, to: &group)
        addDecision("pause", .pause, .decide, to: &group)
        addDecision("resume", .resume, .decide, to: &group)
        addDecision("cancel", .cancel, .cancel, to: &group)
        addDecision("retry", .retry, .decide, to: &group)
    }

    private func addDecision(
        _ verb: String, _ event: RequestLife.Event, _ permission: Permission, to group: inout RouteGroup
    ) {
        group.post("/requests/{id}/\(verb)") { request, context in
            let id = try context.namedRequest()
            return try await write(permission, request, context) { caller, ground, transaction in
                try await engine.decide(id, event, by: caller, ground, in: transaction)
            }
        }
    }

    /// A write of nothing but a ground that changes one request.
    private func write(
        _ permission: Permission, _ request: Request, _ context: HabeasContext,
        _ change: (StaffCaller, StaffGround, ControlTransaction) async throws -> RequestRecord
    ) async throws -> Response {
        try await write(GroundInput.self, permission, request, context) { _, caller, ground, transaction in
            try StoredAnswer(summary(try await change(caller, ground, transaction)))
        }.response()
    }
}
