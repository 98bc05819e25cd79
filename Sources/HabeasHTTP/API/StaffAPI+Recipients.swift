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
    let proof: Proof?
    let ticket: String
    let reason: String

    /// A file that proves it, which stays with the staff.
    struct Proof: Codable, Sendable {
        let sha256: String
        let bytes: Int
    }

    func check() throws(Problem) {
        _ = try Field.day("until", until)
        _ = try file()
    }

    func file() throws(Problem) -> RecipientDuty.Proof? {
        guard let proof else { return nil }
        guard proof.sha256.utf8.count == 64, let digest = Hash256(hex: proof.sha256.lowercased()) else {
            throw Problem(.badValue, "proof.sha256 has to be the SHA-256 of a file: 64 hexadecimal digits")
        }
        guard (0...(1 << 50)).contains(proof.bytes) else {
            throw Problem(.badValue, "proof.bytes has to be the size of the file")
        }
        return RecipientDuty.Proof(digest: digest, bytes: proof.bytes)
    }
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
                    id, input.outcome, until: try Field.day("until", input.until), proof: try input.file(), by: caller,
                    ground, in: transaction)
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
