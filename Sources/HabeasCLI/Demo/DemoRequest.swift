/// One export of the demonstration, as support has it made: written down, vouched for, made by a worker, a link issued.
struct DemoRequest: Sendable {
    /// Where the archive can be fetched.
    let link: String
    /// The request.
    let id: String

    /// Makes it, and waits for the worker.
    init(_ client: StaffClient) async throws {
        let matter = try await DemoCase(of: "email:ada@example.com", right: "access", ticket: "DEMO-2", by: client)
        id = matter.request.id
        try await matter.vouch()
        try await matter.wait { ["ready", "delivered"].contains($0.state) }
        let issued = try await client.post("\(matter.path)/links", matter.ground).read(IssuedLinkDocument.self)
        guard let url = issued.url else { throw matter.failure("has no link") }
        link = url
    }
}
