/// One erasure of the demonstration: support writes it down and vouches, compliance approves the plan, the service carries it
/// out and certifies it.
struct DemoErasure: Sendable {
    /// The request.
    let id: String
    /// What its certificate says.
    let certificate: CertificateDocument

    /// Erases somebody, and waits for the end.
    init(of person: String, support: StaffClient, compliance: StaffClient) async throws {
        let matter = try await DemoCase(of: person, right: "erasure", ticket: "DEMO-3", by: support)
        id = matter.request.id
        try await matter.vouch()
        try await matter.wait { $0.state == "accepted" && $0.outcome == "erasure.awaits-approval" }
        let plan = try await compliance.get("\(matter.path)/plan").read(PlanDocument.self)
        _ = try plan.checked()
        var ground = matter.ground
        ground.plan = plan.digest
        _ = try await compliance.post("\(matter.path)/plan/approve", ground)
        try await matter.wait { ["erased", "erased_with_retention"].contains($0.state) }
        certificate = try await support.get("\(matter.path)/certificate").read(CertificateDocument.self)
    }
}
