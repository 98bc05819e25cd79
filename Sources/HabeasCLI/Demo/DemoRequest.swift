/// One request of the demonstration, as support makes it: written down, vouched for, made by a worker, a link issued.
struct DemoRequest: Sendable {
    private struct Opening: Encodable, Sendable {
        var subject = "email:ada@example.com"
        var right = "access"
        var language = "en"
        var ticket = "DEMO-2"
        var reason = "demonstration"
    }

    private struct Vouching: Encodable, Sendable {
        var method = "call-back"
        var evidence = ["customer-number"]
        var accepted = true
        var ticket = "DEMO-2"
        var reason = "demonstration"
    }

    private struct Issuing: Encodable, Sendable {
        var ticket = "DEMO-2"
        var reason = "demonstration"
    }

    /// Where the archive can be fetched.
    let link: String
    /// The request.
    let id: String

    /// Makes it, and waits for the worker.
    init(_ client: StaffClient) async throws {
        var request = try await client.post("/v1/requests", Opening()).read(RequestDocument.self)
        id = request.id
        let path = "/v1/requests/\(id)"
        if ["received", "verifying"].contains(request.state) {
            request = try await client.post("\(path)/verify", Vouching()).read(RequestDocument.self)
        }
        let start = ContinuousClock.now
        while ["accepted", "queued", "running"].contains(request.state) {
            guard start.duration(to: .now) < .seconds(120) else { throw Self.failure("is \(request.state) still") }
            try await Task.sleep(for: .milliseconds(300))
            request = try await client.get(path).read(RequestDetailDocument.self).request
        }
        guard request.state == "ready" || request.state == "delivered" else {
            throw Self.failure("is \(request.state)" + (request.outcome.map { " (\($0))" } ?? ""))
        }
        guard let url = try await client.post("\(path)/links", Issuing()).read(IssuedLinkDocument.self).url else {
            throw Self.failure("has no link")
        }
        link = url
    }

    private static func failure(_ what: String) -> CommandFailure {
        CommandFailure(
            .failed, code: "demo.request-failed", "the demonstration's request \(what)",
            hint: "`habeas request list` and the service's log say more")
    }
}
