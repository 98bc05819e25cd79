import Foundation
import PostgresTestKit
import Testing

/// Dumps with their place in history, and what is said of them after an erasure, through the real program.
@Suite(.timeLimit(.minutes(10))) struct BackupsCommandTests {
    private static let ground = ["--ticket", "T-9", "--reason", "asked:by letter"]

    private static func settings(_ folder: String, age: String = "14 days") -> String {
        "backups:\n  dumps:\n    kind: dump\n    path: \"\(folder)/dumps\"\n    policy: {age: \(age)}\n"
    }

    @Test func dumpsAreJudgedAfterAnErasure() async throws {
        try await Workbench.with { bench in
            try bench.ownObjects()
            try FileManager.default.createDirectory(
                atPath: "\(bench.folder)/dumps", withIntermediateDirectories: true)
            try await RunningService.with(bench, more: Self.settings(bench.folder)) { service in
                let before = try await bench.habeas("dump", "--output", "\(bench.folder)/dumps/before")
                try #require(before.status == 0, "\(before.errors)")
                let again = try await bench.habeas("dump", "--output", "\(bench.folder)/dumps/before")
                #expect(again.status == 1 && again.errors.contains("there already"), "\(again.errors)")
                let id = try await erased(service)

                let found = try await bench.habeas("backups", "scan", "--json")
                let scan = try JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any]
                let erasure = try #require((scan?["erasures"] as? [[String: Any]])?.first, "\(found.errors)")
                #expect(found.status == 0 && erasure["request"] as? String == id)
                #expect(erasure["standing"] as? String == "can_resurrect", "\(found.output)")
                #expect(found.output.contains("before"))

                try FileManager.default.removeItem(atPath: "\(bench.folder)/dumps/before")
                try FileManager.default.removeItem(atPath: "\(bench.folder)/dumps/before.habeas.json")
                let after = try await bench.habeas(
                    "dump", "--output", "\(bench.folder)/dumps/after", "--format", "directory", "--json")
                #expect(after.status == 0 && after.output.contains("ledger_seq"), "\(after.output)\(after.errors)")
                let clean = try await bench.habeas("backups", "scan", "--json")
                #expect(clean.status == 0 && clean.output.contains("\"purged\""), "\(clean.output)\(clean.errors)")

                // Bound into the dump; a ledger that lost its end since is found out by it.
                let bound = try await bench.habeas("backups", "annotation")
                #expect(
                    bound.output.contains("--annotation=ledger-seq=")
                        && bound.output.contains("--annotation=erasure-ledger-head=sha256:"), "\(bound.errors)")
                let label = try await bench.habeas("backups", "annotation", "--for", "pg_basebackup", "--json")
                #expect(label.output.contains("--label=habeas-ledger-"), "\(label.output)\(label.errors)")
                try await forged(bench, after: clean)

                let status = try await bench.habeas("backups", "status")
                #expect(status.status == 0 && status.output.contains(id), "\(status.output)\(status.errors)")
                let plain = try await bench.habeas(
                    "dump", "--output", "\(bench.folder)/nowhere/after", "--format", "plain")
                #expect(plain.status == 1 && plain.errors.contains("nothing was kept"), "\(plain.errors)")
                for text in [found.output, clean.output, status.output, service.program.log] {
                    #expect(!text.contains("ada@example.com"))
                }
            }
        }
    }

    /// A sidecar that knows an entry beyond the ledger's end: nothing is called clean.
    private func forged(_ bench: Workbench, after clean: ProgramOutcome) async throws {
        let path = "\(bench.folder)/dumps/after.habeas.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var sidecar = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        sidecar["ledger_seq"] = 999
        try JSONSerialization.data(withJSONObject: sidecar, options: [.sortedKeys]).write(to: URL(filePath: path))
        let scan = try await bench.habeas("backups", "scan", "--json")
        #expect(scan.status == 3 && scan.output.contains("other-ledger"), "\(scan.output)\(scan.errors)")
        #expect(!scan.output.contains("\"purged\"") && clean.output.contains("\"purged\""))
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func whatCannotKeepThePromiseIsRefused() async throws {
        try await Workbench.with { bench in
            try bench.writeSettings(more: Self.settings(bench.folder, age: "40 days"))
            let late = try await bench.habeas("backups", "scan")
            #expect(late.status == 3 && late.errors.contains("40 (a life of 40 days) = 40 days"), "\(late.errors)")
            try bench.writeSettings(more: Self.settings(bench.folder, age: "soon"))
            let wrong = try await bench.habeas("backups", "scan")
            #expect(wrong.status == 1 && wrong.errors.contains("line"), "\(wrong.errors)")
            try bench.writeSettings()
            let none = try await bench.habeas("backups", "status")
            #expect(none.status == 1 && none.errors.contains("backups"), "\(none.errors)")
        }
    }

    /// Has somebody erased, from the request to the certificate; gives the request.
    private func erased(_ service: RunningService) async throws -> String {
        let desk = try await Desk(service)
        let opened = try await service.run(
            ["request", "open", "--right", "erasure", "--subject", "-", "--regime", "gdpr", "--json"] + Self.ground,
            token: desk.support, input: "email:ada@example.com\n")
        let id = try #require(try JSONDocument(opened.output)["id"], "\(opened.errors)")
        _ = try await service.run(
            ["request", "verify", id, "--method", "call-back", "--evidence", "customer-number"] + Self.ground,
            token: desk.support)
        _ = try await service.run(["erase", "run", id, "--wait"], token: desk.support)
        let plan = try await service.run(["erase", "plan", id], token: desk.support)
        #expect(plan.output.contains("dumps until"), "\(plan.output)")
        let digest = try #require(plan.output.split(separator: "\n").last?.split(separator: " ").last)
        _ = try await service.run(
            ["erase", "approve", id, "--plan", String(digest)] + Self.ground, token: desk.compliance)
        let end = try await service.run(["erase", "run", id, "--wait"], token: desk.support)
        try #require(end.status == 0, "\(end.output)\(end.errors)")
        return id
    }
}
