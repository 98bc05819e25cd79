import Foundation
import PostgresTestKit
import Testing

/// Legal holds at the command line, against a service that really runs.
@Suite struct HoldCommandTests {
    private static let ground = ["--ticket", "T-9", "--reason", "claim-filed"]
    /// Next year's January lies within a year of any day.
    private static var review: String {
        "\(Calendar(identifier: .gregorian).component(.year, from: Date()) + 1)-01-01"
    }

    @Test func twoColleaguesPlaceAndReleaseAHold() async throws {
        try await Workbench.with { bench in
            try await RunningService.with(bench) { service in
                let desk = try await Desk(service)
                let second = try await service.newStaff("Lee", role: "compliance", by: desk.admin)
                let records = try await bench.database.query(
                    """
                    SELECT c.id::text FROM workspace.contacts c JOIN workspace.users u ON u.id = c.user_id
                     WHERE u.email = 'ada@example.com' ORDER BY c.id LIMIT 2
                    """
                ).compactMap { $0[0] }
                let placed = try await service.staff(
                    [
                        "hold", "place", "--matter", "2026-LIT-014", "--basis", "gdpr-17-3-e", "--subject", "-",
                        "--only",
                        "contacts", "--records", records.joined(separator: ","), "--review-on", Self.review, "--json",
                    ] + Self.ground,
                    token: desk.compliance, input: "email:ada@example.com\n")
                let id = try #require(try JSONDocument(placed.output)["id"], "\(placed.errors)")

                let list = try await service.staff(["hold", "list"], token: desk.compliance)
                #expect(list.output.contains(id) && list.output.contains("contacts, 2 records"), "\(list.output)")
                let opened = try await service.staff(
                    ["request", "open", "--right", "erasure", "--subject", "-", "--regime", "gdpr", "--json"]
                        + Self.ground,
                    token: desk.support, input: "email:ada@example.com\n")
                let request = try #require(try JSONDocument(opened.output)["id"], "\(opened.errors)")
                let known = try await service.staff(["request", "show", request], token: desk.compliance)
                let unknown = try await service.staff(["request", "show", request], token: desk.support)
                #expect(known.output.contains("1 applies: 2026-LIT-014") && !unknown.output.contains("LIT"))
                let screen = try await service.staff(["dashboard"], token: desk.compliance)
                #expect(screen.output.contains("Holds          1/0") && screen.output.contains("Holds waiting"))

                let own = try await service.staff(["hold", "confirm", id] + Self.ground, token: desk.compliance)
                #expect(own.status == 3 && own.errors.contains("can't confirm it"), "\(own.errors)")
                let confirmed = try await service.staff(["hold", "confirm", id] + Self.ground, token: second)
                #expect(confirmed.output.contains("active: in force"), "\(confirmed.output)\(confirmed.errors)")
                try await overdue(id, service, second)
                let proposed = try await service.staff(["hold", "release", id] + Self.ground, token: second)
                #expect(proposed.output.contains("release --confirm"), "\(proposed.output)\(proposed.errors)")
                let released = try await service.staff(
                    ["hold", "release", id, "--confirm"] + Self.ground, token: desk.compliance)
                #expect(released.output.contains("released"), "\(released.output)\(released.errors)")
                let left = try await service.staff(["hold", "list", "--json"], token: desk.compliance)
                #expect(try JSONDocument(left.output).items?.isEmpty == true)
                let all = try await service.staff(["hold", "list", "--all"], token: desk.compliance)
                #expect(all.output.contains("released"))
                #expect(!service.program.log.contains("ada@example.com"))
            }
        }
    }

    private func overdue(_ id: String, _ service: RunningService, _ token: String) async throws {
        try await service.bench.database.run("UPDATE habeas.hold SET review_on = current_date - 2")
        let failing = try await service.staff(["dashboard", "--fail-on", "overdue"], token: token)
        #expect(failing.status == 1 && failing.output.contains("! Holds        1/1"), "\(failing.output)")
        let listed = try await service.staff(["hold", "list", "--overdue"], token: token)
        #expect(listed.output.contains(id))
        let reviewed = try await service.staff(
            ["hold", "review", id, "--review-on", Self.review] + Self.ground, token: token)
        #expect(reviewed.status == 0 && reviewed.output.contains(Self.review), "\(reviewed.errors)")
        let fine = try await service.staff(["dashboard", "--fail-on", "overdue"], token: token)
        #expect(fine.status == 0)
    }

    @Test func whatIsRefusedSaysWhy() async throws {
        try await Workbench.with { bench in
            try await RunningService.with(bench) { service in
                let desk = try await Desk(service)
                let nobody = "01931f3c-0000-7000-8000-000000000000"
                let place = ["hold", "place", "--matter", "M-1", "--basis", "other", "--review-on", Self.review]
                let cases: [(arguments: [String], token: String, status: Int32, word: String)] = [
                    (["hold", "list"], desk.support, 3, "holds.read"),
                    (["hold", "show", nobody], desk.compliance, 4, "no such hold"),
                    (["hold", "confirm", nobody] + Self.ground, desk.support, 3, "holds.write"),
                    (["hold", "confirm", nobody], desk.compliance, 64, "--ticket"),
                    (
                        ["hold", "review", nobody, "--review-on", "soon"] + Self.ground, desk.compliance, 64,
                        "--review-on"
                    ),
                    (place + Self.ground, desk.compliance, 64, "--subject or --only"),
                    (place + ["--only", "taks"] + Self.ground, desk.compliance, 3, "no collection"),
                    (
                        place + ["--only", "tasks", "--from", "2024-01-01"] + Self.ground, desk.compliance, 64,
                        "--column"
                    ),
                    (
                        [
                            "hold", "place", "--matter", "Ada", "--basis", "other", "--only", "tasks", "--review-on",
                            Self.review,
                        ] + Self.ground, desk.compliance, 64, "--matter"
                    ),
                ]
                for wanted in cases {
                    let outcome = try await service.staff(wanted.arguments, token: wanted.token)
                    #expect(outcome.status == wanted.status, "\(wanted.arguments): \(outcome.errors)")
                    #expect(outcome.errors.contains(wanted.word), "\(wanted.arguments): \(outcome.errors)")
                }
            }
        }
    }
}

extension RunningService {
    func staff(
        _ arguments: [String], token: String, input: String? = nil
    ) async throws -> ProgramOutcome {
        try await withFolder { folder in
            try await Program.habeas(
                arguments, in: folder,
                environment: [
                    "HABEAS_URL": url, "HABEAS_TOKEN": token, "XDG_CONFIG_HOME": folder, "COLUMNS": "160",
                ], input: input)
        }
    }
}
