import Foundation
import PostgresTestKit
import Testing

/// The erasure of the lab's person, as staff carry it out at the command line.
struct StoryErasure {
    private static let ground = ["--ticket", "T-9", "--reason", "asked:by letter"]
    let service: RunningService
    let lab: StoryLab
    let desk: Desk
    /// The request's id.
    let id: String

    /// Writes the request down, and has it planned.
    init(_ service: RunningService, _ lab: StoryLab) async throws {
        self.service = service
        self.lab = lab
        desk = try await Desk(service)
        let opened = try await service.run(
            ["request", "open", "--right", "erasure", "--subject", "-", "--regime", "gdpr", "--json"] + Self.ground,
            token: desk.support, input: "email:ada@example.com\n")
        id = try #require(try JSONDocument(opened.output)["id"], "\(opened.errors)")
        let verified = try await service.run(
            ["request", "verify", id, "--method", "call-back", "--evidence", "customer-number"] + Self.ground,
            token: desk.support)
        if verified.output.contains("second person") {
            _ = try await service.run(["request", "approve", id] + Self.ground, token: desk.compliance)
        }
        _ = try await service.run(["erase", "run", id, "--wait"], token: desk.support)
    }

    /// One that another process of the service goes on with.
    init(_ service: RunningService, _ before: StoryErasure) {
        self.service = service
        (lab, desk, id) = (before.lab, before.desk, before.id)
    }

    /// Approves the plan as it was read.
    func approve() async throws {
        let plan = try await service.run(["erase", "plan", id], token: desk.support)
        let digest = try #require(plan.output.split(separator: "\n").last?.split(separator: " ").last)
        let approved = try await service.run(
            ["erase", "approve", id, "--plan", String(digest)] + Self.ground, token: desk.compliance)
        try #require(approved.status == 0, "\(approved.output)\(approved.errors)")
    }

    /// Waits until the person is erased.
    func finish() async throws {
        let end = try await service.run(["erase", "run", id, "--wait"], token: desk.support)
        try #require(end.status == 0, "\(end.output)\(end.errors)\(service.program.log)")
    }

    func state() async throws -> String {
        try await lab.value("SELECT state FROM habeas.request WHERE id = '\(id)'")
    }

    /// What is signed now, in a new folder.
    func certificate(_ name: String) async throws -> (folder: String, document: [String: Any]) {
        let folder = "\(lab.bench.folder)/\(name)"
        let shown = try await service.run(["erase", "show", id, "--output", folder], token: desk.support)
        try #require(shown.status == 0, "\(shown.errors)")
        let data = try Data(contentsOf: URL(filePath: "\(folder)/certificate.json"))
        return (folder, try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any]))
    }

    /// All recipients answer that they erased their copies.
    func acknowledge() async throws {
        let listed = try await service.run(["recipients", "list", id, "--json"], token: desk.compliance)
        let duties = try #require(try JSONDocument(listed.output).items, "\(listed.errors)")
        #expect(!duties.isEmpty)
        for duty in duties {
            let answered = try await service.run(
                ["recipients", "confirm", duty["id"] as? String ?? "", "--outcome", "acknowledged"] + Self.ground,
                token: desk.compliance)
            try #require(answered.status == 0, "\(answered.errors)")
        }
    }

    /// Lets a day pass for the service, and waits until it has looked at the copies.
    func look() async throws -> String {
        try await lab.database.run(
            """
            UPDATE habeas.backup_watch SET looked_at = 'epoch';
            UPDATE habeas.job SET ended_at = ended_at - interval '1 day' WHERE kind = 'backups' AND ended_at IS NOT NULL;
            """)
        for _ in 0..<900 {
            let seen = try await lab.database.query(
                "SELECT standing FROM habeas.backup_watch WHERE looked_at > 'epoch' AND request_id = $1::uuid", [id])
            if let standing = seen.first?.first ?? nil { return standing }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("nobody looked: \(service.program.log)")
        return ""
    }

    /// The mails as Python reads them.
    func letters() async throws -> String {
        let program = """
            import email, email.policy, glob, sys
            for path in sorted(glob.glob(sys.argv[1] + "/*.eml")):
                mail = email.message_from_binary_file(open(path, "rb"), policy=email.policy.default)
                print(" ".join(mail.get_body(("plain",)).get_content().split()))
            """
        return try await Program.run("python3", ["-c", program, "\(lab.bench.folder)/mail"]).output
    }
}
