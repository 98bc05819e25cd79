internal import Foundation
internal import HTTPTypes
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// The body of a write: why it is done, and what.
protocol StaffWrite: Codable, Sendable {
    /// The ticket at the help desk.
    var ticket: String { get }
    /// `code` or `code:words`.
    var reason: String { get }

    /// Refuses values that can't be used, before anything is looked up.
    func check() throws(Problem)
}

extension StaffWrite {
    func check() throws(Problem) {}

    func ground() throws(Problem) -> StaffGround {
        guard let ticket = Ticket(ticket) else {
            throw Problem(
                .badValue, "ticket has to be letters, digits and -_.: with a digit among them, at most 40 characters",
                hint: "the number of the ticket at the help desk, such as T-1042")
        }
        try Field.text("reason", reason, most: 500)
        guard let reason = Reason(reason) else {
            throw Problem(
                .badValue, "reason has to begin with a code of a-z, 0-9 and -, at most 40 characters",
                hint: "write CODE or CODE:words, such as person-asked:by phone")
        }
        return StaffGround(ticket: ticket, reason: reason)
    }
}

/// A write that says nothing but why.
struct GroundInput: StaffWrite {
    let ticket: String
    let reason: String
}

/// What a write gave: now, or when the same key came first.
struct WriteOutcome {
    let answer: StoredAnswer
    let isReplay: Bool

    /// The answer as it was stored.
    func response() -> Response {
        var response = Response.bytes(
            answer.body, type: "application/json", status: HTTPResponse.Status(code: answer.status))
        if isReplay { response.headers[.idempotencyReplayed] = "true" }
        return response
    }
}

extension StaffAPI {
    /// What a write does in its transaction.
    typealias Work<Input> = (Input, StaffCaller, StaffGround, ControlTransaction) async throws -> StoredAnswer

    /// Does a write once: role, body, ground and key are looked at before it begins.
    func write<Input: StaffWrite>(
        _ type: Input.Type, _ permission: Permission, _ request: Request, _ context: HabeasContext,
        _ work: Work<Input>
    ) async throws -> WriteOutcome {
        let (input, caller) = try await input(type, permission, request, context)
        return try await write(input, caller, request, work)
    }

    /// Does a write that says nothing but why.
    func write(
        _ permission: Permission, _ request: Request, _ context: HabeasContext, _ work: Work<GroundInput>
    ) async throws -> WriteOutcome {
        try await write(GroundInput.self, permission, request, context, work)
    }

    /// The caller and body of a write, before anything is done.
    func input<Input: StaffWrite>(
        _ type: Input.Type, _ permission: Permission, _ request: Request, _ context: HabeasContext
    ) async throws -> (Input, StaffCaller) {
        let caller = try context.requireCaller(as: StaffCaller.self)
        try caller.require(permission)
        try request.requireNoQuery()
        let input = try await request.json(type, context)
        try input.check()
        // Before anything is looked up for it.
        _ = try input.ground()
        return (input, caller)
    }

    /// Does a write whose body was read.
    func write<Input: StaffWrite>(
        _ input: Input, _ caller: StaffCaller, _ request: Request, _ work: Work<Input>
    ) async throws -> WriteOutcome {
        let ground = try input.ground()
        let key = try request.idempotencyKey()
        let fingerprint = Array("\(request.method.rawValue) \(request.uri.path)\n".utf8) + (try JSONBody.bytes(input))
        var isReplay = true
        let answer = try await engine.once(key, by: caller.actor, fingerprint: fingerprint) { transaction in
            isReplay = false
            return try await work(input, caller, ground, transaction)
        }
        return WriteOutcome(answer: answer, isReplay: isReplay)
    }
}

extension StoredAnswer {
    /// An answer in JSON.
    init(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws {
        self.init(status: status.code, body: try JSONBody.bytes(value))
    }
}

extension Request {
    /// The key under which the answer is kept; nil when none was sent.
    func idempotencyKey() throws(Problem) -> String? {
        guard let key = headers[.idempotencyKey] else { return nil }
        guard (1...200).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Problem(
                .badValue, "Idempotency-Key has to be 1 to 200 visible ASCII characters without blanks",
                hint: "a random UUID will do")
        }
        return key
    }
}

extension HTTPField.Name {
    /// Names a write, so that it is done once however often it is sent.
    static var idempotencyKey: Self { known("Idempotency-Key") }
    /// Says that the answer is the stored one.
    static var idempotencyReplayed: Self { known("Idempotency-Replayed") }

    private static func known(_ name: String) -> Self {
        guard let name = Self(name) else { preconditionFailure("the names are tokens") }
        return name
    }
}
