import Foundation
import PostgresTestKit
import Testing

/// The dashboard, a request's dates and the year's report at the command line, against a service that really runs.
@Suite struct DashboardCommandTests {
    @Test func showsAndReportsWhatIsOpen() async throws {
        try await Workbench.with { bench in
            try await RunningService.with(bench) { service in
                let desk = try await Desk(service)
                let opened = try await service.staff(
                    "request", "open", "--right", "access", "--subject", "-", "--regime", "gdpr", "--ticket", "T-7",
                    "--reason", "dsar:by letter", "--json", token: desk.support, input: "email:ada@example.com\n")
                let id = try #require(try JSONDocument(opened.output)["id"], "\(opened.errors)")

                let screen = try await service.staff("dashboard", "--fail-on", "overdue", token: desk.support)
                #expect(screen.status == 0 && screen.output.contains(id.suffix(8)), "\(screen.output)\(screen.errors)")
                #expect(screen.output.contains("remind, or refuse"))
                #expect(!screen.output.contains("\u{1b}"))
                let table = try await service.staff("dashboard", "--csv", token: desk.support)
                #expect(table.output.hasPrefix("request,state,") && table.output.contains("\r\n\(id),verifying,"))
                let due = try await service.staff(
                    "dashboard", "--due-within", "60d", "--fail-on", "due-within", "--json", token: desk.support)
                #expect(due.status == 1 && due.errors.contains("1 due-within"), "\(due.errors)")
                let wrong = try await service.staff("dashboard", "--fail-on", "everything", token: desk.support)
                #expect(wrong.status == 64)

                let dates = try await service.staff("deadline", "explain", id, token: desk.support)
                #expect(dates.status == 0 && dates.output.contains("GDPR") && dates.output.contains("Art. 12(3)"))
                let accept = try await service.staff(
                    "deadline", "accept", id, "--ticket", "T-7", "--reason", "rules-changed", token: desk.compliance)
                #expect(accept.status == 3 && accept.errors.contains("those that the rules of today give"))
            }
        }
    }

    /// Through the API and from an export of the chain, offline: the same report.
    @Test func theReportIsReproducibleFromTheAuditLog() async throws {
        try await Workbench.with { bench in
            try await RunningService.with(bench) { service in
                let desk = try await Desk(service)
                _ = try await service.staff(
                    "request", "open", "--right", "access", "--subject", "-", "--ticket", "T-7", "--reason", "dsar",
                    "--json", token: desk.support, input: "email:ada@example.com\n")
                // The mail writes entries of its own.
                for _ in 0..<600 {
                    let jobs = try await service.staff(
                        "jobs", "list", "--state", "waiting,running", "--json", token: desk.compliance)
                    if jobs.status == 0 && !jobs.output.contains("\"mail\"") { break }
                    try await Task.sleep(for: .milliseconds(100))
                }
                let year = String(Calendar(identifier: .gregorian).component(.year, from: Date()))
                let zone = "Europe/Berlin"
                let export = try await service.staff("audit", "export", "--output", "-", token: desk.compliance)
                let file = "\(bench.folder)/chain.jsonl"
                try export.output.write(toFile: file, atomically: true, encoding: .utf8)
                let online = try await service.staff(
                    "report", "yearly", "--year", year, "--format", "json", token: desk.compliance)
                let offline = try await service.staff(
                    "report", "yearly", "--year", year, "--format", "json", "--from-audit", file, "--zone", zone,
                    token: desk.compliance)
                func withoutTime(_ text: String) -> [Substring] {
                    text.split(separator: "\n").filter { !$0.contains("generated_at") }
                }

                #expect(online.status == 0 && offline.status == 0, "\(online.errors)\(offline.errors)")
                #expect(withoutTime(online.output) == withoutTime(offline.output))
                #expect(online.output.contains("\"received\" : 1"))
                let page = try await service.staff("report", "yearly", "--year", year, token: desk.compliance)
                #expect(page.output.contains("11 CCR §7102") && page.output.contains("| received | 1 |"))
            }
        }
    }
}
