internal import Foundation

/// One erasure of the demonstration: support writes it down and vouches, compliance approves the plan, the service carries it
/// out and certifies it.
struct DemoErasure: Sendable {
    private struct Opening: Encodable, Sendable {
        let subject: String
        var right = "erasure"
        var language = "en"
        var ticket = "DEMO-3"
        var reason = "demonstration"
    }

    private struct Vouching: Encodable, Sendable {
        var method = "call-back"
        var evidence = ["customer-number"]
        var accepted = true
        var ticket = "DEMO-3"
        var reason = "demonstration"
    }

    private struct Approving: Encodable, Sendable {
        let plan: String
        var ticket = "DEMO-3"
        var reason = "read"
    }

    /// The request.
    let id: String
    /// What its certificate says.
    let certificate: CertificateDocument

    /// Erases somebody, and waits for the end.
    init(of person: String, support: StaffClient, compliance: StaffClient) async throws {
        let request = try await support.post("/v1/requests", Opening(subject: person)).read(RequestDocument.self)
        id = request.id
        let path = "/v1/requests/\(id)"
        _ = try await support.post("\(path)/verify", Vouching())
        _ = try await Self.wait(for: ["accepted"], outcome: "erasure.awaits-approval", path, support)
        let plan = try await compliance.get("\(path)/plan").read(PlanDocument.self)
        _ = try plan.checked()
        _ = try await compliance.post("\(path)/plan/approve", Approving(plan: plan.digest))
        _ = try await Self.wait(for: ["erased", "erased_with_retention"], outcome: nil, path, support)
        certificate = try await support.get("\(path)/certificate").read(CertificateDocument.self)
    }

    private static func wait(
        for states: Set<String>, outcome: String?, _ path: String, _ client: StaffClient
    ) async throws -> RequestDocument {
        let start = ContinuousClock.now
        while true {
            let request = try await client.get(path).read(RequestDetailDocument.self).request
            if states.contains(request.state), outcome == nil || request.outcome == outcome { return request }
            guard start.duration(to: .now) < .seconds(120), !["failed", "partial"].contains(request.state) else {
                throw CommandFailure(
                    .failed, code: "demo.request-failed",
                    "the demonstration's erasure is \(request.state)" + (request.outcome.map { " (\($0))" } ?? ""),
                    hint: "`habeas request list` and the service's log say more")
            }
            try await Task.sleep(for: .milliseconds(300))
        }
    }
}
