internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// That receipt was confirmed.
private struct AcknowledgeInput: StaffWrite {
    let at: String?
    let ticket: String
    let reason: String
}

/// What the person is asked.
private struct AskInput: StaffWrite {
    let kind: InterruptionKind
    let askedOn: String?
    let ticket: String
    let reason: String
}

/// That the person answered.
private struct AnswerInput: StaffWrite {
    let kind: InterruptionKind
    let answeredOn: String?
    let ticket: String
    let reason: String
}

/// That the answer takes longer.
private struct ExtendInput: StaffWrite {
    let purpose: ClockPurpose?
    let deliveredOn: String?
    let announcedOn: String?
    let ticket: String
    let reason: String
}

/// A complaint about the answer.
private struct AppealInput: StaffWrite {
    let receivedAt: String?
    let ticket: String
    let reason: String
}

/// What became of a complaint.
private struct AppealDecision: StaffWrite {
    let outcome: AppealRecord.Outcome
    let ticket: String
    let reason: String
}

/// Who looks after a request; nobody when it is missing.
private struct AssignInput: StaffWrite {
    let assignee: String?
    let ticket: String
    let reason: String

    func check() throws(Problem) {
        if let assignee { try Field.text("assignee", assignee, most: 100) }
    }
}

extension StaffAPI {
    func addClock(to group: inout RouteGroup) {
        group.get("/requests/{id}/deadline") { request, context in
            try request.requireNoQuery()
            let caller = try context.requireCaller(as: StaffCaller.self)
            return try .json(DeadlinesView(try await engine.readDates(of: try context.namedRequest(), by: caller)))
        }
        change("acknowledge", AcknowledgeInput.self, .handle, in: &group) { id, input, caller, ground, transaction in
            let at = try input.at.map { text throws(Problem) in try Field.instant("at", text) }
            return try await engine.acknowledge(id, at: at, by: caller, ground, in: transaction)
        }
        change("questions", AskInput.self, .handle, in: &group) { id, input, caller, ground, transaction in
            let question = QuestionInput(kind: input.kind, askedOn: try Field.day("asked_on", input.askedOn))
            return try await engine.ask(id, question, by: caller, ground, in: transaction)
        }
        change("answers", AnswerInput.self, .handle, in: &group) { id, input, caller, ground, transaction in
            let day = try Field.day("answered_on", input.answeredOn)
            return try await engine.answer(id, input.kind, on: day, by: caller, ground, in: transaction)
        }
        change("withdraw", GroundInput.self, .handle, in: &group) { id, _, caller, ground, transaction in
            try await engine.withdraw(id, by: caller, ground, in: transaction)
        }
        change("assign", AssignInput.self, .handle, in: &group) { id, input, caller, ground, transaction in
            let name = input.assignee == "me" ? caller.name : input.assignee
            return try await engine.assign(id, to: name, by: caller, ground, in: transaction)
        }
        change("appeal", AppealInput.self, .handle, in: &group) { id, input, caller, ground, transaction in
            let received = try input.receivedAt.map { text throws(Problem) in try Field.stamp("received_at", text) }
            return try await engine.appeal(id, received: received, by: caller, ground, in: transaction)
        }
        change("appeal/decide", AppealDecision.self, .decide, in: &group) { id, input, caller, ground, transaction in
            try await engine.decideAppeal(id, input.outcome, by: caller, ground, in: transaction)
        }
        change("deadline/accept", GroundInput.self, .decide, in: &group) { id, _, caller, ground, transaction in
            try await engine.acceptDates(id, by: caller, ground, in: transaction)
        }
        group.post("/requests/{id}/extend") { try await extend($0, $1) }
    }

    /// A write that changes one request and answers with it.
    private func change<Input: StaffWrite>(
        _ verb: String, _ type: Input.Type, _ permission: Permission, in group: inout RouteGroup,
        _ body:
            @escaping @Sendable (
                RightsCore.RequestID, Input, StaffCaller, StaffGround, ControlTransaction
            ) async throws -> RequestRecord
    ) {
        group.post("/requests/{id}/\(verb)") { request, context in
            let id = try context.namedRequest()
            return try await write(type, permission, request, context) { input, caller, ground, transaction in
                try StoredAnswer(summary(try await body(id, input, caller, ground, transaction)))
            }.response()
        }
    }

    /// A refused attempt is audited, too (FAILURES F6); its own transaction was rolled back.
    private func extend(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let id = try context.namedRequest()
        let (input, caller) = try await input(ExtendInput.self, .decide, request, context)
        let wanted = ExtensionInput(
            purpose: input.purpose ?? .answer, deliveredOn: try Field.day("delivered_on", input.deliveredOn),
            announcedOn: try Field.day("announced_on", input.announcedOn))
        do {
            return try await write(input, caller, request) { _, caller, ground, transaction in
                try StoredAnswer(summary(try await engine.extend(id, wanted, by: caller, ground, in: transaction)))
            }.response()
        } catch let error as EngineError {
            if error.code == .extensionRefused {
                try await engine.noteExtensionRefused(id, by: caller, try input.ground())
            }
            throw error
        }
    }

    /// A request as answers show it: days in the controller's zone.
    func summary(_ request: RequestRecord) -> RequestSummary {
        RequestSummary(request, zone: engine.settings.clock.zone)
    }
}
