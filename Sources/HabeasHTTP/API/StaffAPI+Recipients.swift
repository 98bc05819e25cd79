internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// Where the list of recipients goes on.
struct RecipientKeys: CursorKeys {
    static let list = "recipients.1"
    let id: String
}

/// What a recipient answered.
private struct ConfirmRecipientInput: StaffWrite {
    let outcome: RecipientOutcome
    let until: String?
    let ticket: String
    let reason: String

    func check() throws(Problem) { _ = try Field.day("until", until) }
}

extension RecipientOutcome: Codable {}

extension StaffAPI {
    func addRecipients(to group: inout RouteGroup) {
        group.get("/recipients") { try await listRecipients($0, $1) }
        group.post("/recipients/{id}/confirm") { request, context in
            let id: EventID = try context.id(of: "recipient")
            return try await write(ConfirmRecipientInput.self, .manageRecipients, request, context) {
                input, caller, ground, transaction in
                let duty = try await engine.settleRecipient(
                    id, input.outcome, until: try Field.day("until", input.until), by: caller, ground, in: transaction)
                return try StoredAnswer(RecipientView(duty, engine))
            }.response()
        }
    }

    private func listRecipients(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let caller = try context.requireCaller(as: StaffCaller.self)
        try caller.require(.readRequests)
        let query = try request.query(["limit", "cursor", "request", "state"])
        let page = try PageRequest<RecipientKeys>(query)
        var filter = RecipientFilter()
        filter.states = try Field.values("state", query["state"])
        filter.request = try query["request"].map { text throws(Problem) in
            guard let id = RightsCore.RequestID(text) else {
                throw Problem(.badValue, "request has to be the id of a request, a UUID")
            }
            return id
        }
        filter.before = try page.after.map { keys throws(Problem) in try Self.position(keys.id) }
        filter.limit = page.limit + 1
        let duties = try await engine.recipients(filter, by: caller)
        return try .page(
            duties, limit: page.limit, of: request, after: { RecipientKeys(id: $0.id.text) },
            { RecipientView($0, engine) })
    }
}
