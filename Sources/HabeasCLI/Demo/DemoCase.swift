/// A request of the demonstration, as staff take it through its life.
struct DemoCase: Sendable {
    private struct Opening: Encodable, Sendable {
        let subject: String
        let right: String
        var language = "en"
        let ticket: String
        var reason = Self.reason

        static let reason = "demonstration"
    }

    private struct Vouching: Encodable, Sendable {
        var method = "call-back"
        var evidence = ["customer-number"]
        var accepted = true
        let ticket: String
        var reason = Opening.reason
    }

    /// Ticket and reason of an act, and what else belongs to it.
    struct Ground: Encodable, Sendable {
        let ticket: String
        var reason = Opening.reason
        var plan: String?
    }

    /// The request as support wrote it down.
    let request: RequestDocument
    private let client: StaffClient
    private let ticket: String

    /// Where the request is found.
    var path: String { "/v1/requests/\(request.id)" }
    var ground: Ground { Ground(ticket: ticket) }

    /// Writes a request down; one that is open already is taken up.
    init(of subject: String, right: String, ticket: String, by client: StaffClient) async throws {
        self.client = client
        self.ticket = ticket
        request = try await client.post("/v1/requests", Opening(subject: subject, right: right, ticket: ticket))
            .read(RequestDocument.self)
    }

    /// Vouches for the person, unless somebody did.
    func vouch() async throws {
        guard ["received", "verifying"].contains(request.state) else { return }
        _ = try await client.post("\(path)/verify", Vouching(ticket: ticket))
    }

    /// Waits until the service has come so far.
    @discardableResult func wait(
        until isReached: (RequestDocument) -> Bool
    ) async throws -> RequestDocument {
        let start = ContinuousClock.now
        while true {
            let request = try await client.get(path).read(RequestDetailDocument.self).request
            if isReached(request) { return request }
            guard start.duration(to: .now) < .seconds(120), !["failed", "partial"].contains(request.state) else {
                throw failure("is \(request.state)" + (request.outcome.map { " (\($0))" } ?? ""))
            }
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    /// What the demonstration stops with.
    func failure(_ what: String) -> CommandFailure {
        CommandFailure(
            .failed, code: "demo.request-failed", "the demonstration's request \(request.id) \(what)",
            hint: "`habeas request list` and the service's log say more")
    }
}
