import Foundation
import PostgresTestKit
import Testing

/// Erasures at the command line: the dry run of an operator, and a request from its plan to its proof.
@Suite(.timeLimit(.minutes(10))) struct EraseCommandTests {
    private static let ground = ["--ticket", "T-9", "--reason", "asked:by letter"]

    @Test func anErasureIsPlannedApprovedAndProved() async throws {
        try await Workbench.with { bench in
            try bench.ownObjects()
            try await RunningService.with(bench) { service in
                let desk = try await Desk(service)
                let person =
                    try await bench.database.query(
                        "SELECT id::text FROM workspace.users WHERE email = 'ada@example.com'")[0][0] ?? ""
                let opened = try await service.run(
                    ["request", "open", "--right", "erasure", "--subject", "-", "--regime", "gdpr", "--json"]
                        + Self.ground,
                    token: desk.support, input: "email:ada@example.com\n")
                let id = try #require(try JSONDocument(opened.output)["id"], "\(opened.errors)")
                let verified = try await service.run(
                    ["request", "verify", id, "--method", "call-back", "--evidence", "customer-number"] + Self.ground,
                    token: desk.support)
                try #require(verified.status == 0, "\(verified.errors)")
                if verified.output.contains("second person") {
                    _ = try await service.run(["request", "approve", id] + Self.ground, token: desk.compliance)
                }
                let waiting = try await service.run(["erase", "run", id, "--wait"], token: desk.support)
                #expect(
                    waiting.status == 3 && waiting.output.contains("accepted"), "\(waiting.output)\(waiting.errors)")

                let plan = try await service.run(["erase", "plan", id], token: desk.support)
                #expect(plan.status == 0 && plan.output.contains("proposed"), "\(plan.output)\(plan.errors)")
                let digest = try #require(plan.output.split(separator: "\n").last?.split(separator: " ").last)
                let early = try await service.run(["erase", "show", id], token: desk.support)
                #expect(early.status == 4 && early.errors.contains("no certificate"), "\(early.errors)")
                let forbidden = try await service.run(
                    ["erase", "approve", id, "--plan", String(digest)] + Self.ground, token: desk.support)
                #expect(forbidden.status == 3 && forbidden.errors.contains("erasure.approve"), "\(forbidden.errors)")
                try await bench.database.run(
                    "UPDATE habeas.erasure_plan SET expires_at = expires_at - interval '60 days'")
                let late = try await service.run(
                    ["erase", "approve", id, "--plan", String(digest)] + Self.ground, token: desk.compliance)
                #expect(late.status != 0 && late.errors.contains("too old") && late.errors.contains("--again"))
                try await bench.database.run(
                    "UPDATE habeas.erasure_plan SET expires_at = expires_at + interval '60 days'")
                let approved = try await service.run(
                    ["erase", "approve", id, "--plan", String(digest)] + Self.ground, token: desk.compliance)
                #expect(approved.status == 0, "\(approved.output)\(approved.errors)")

                let end = try await service.run(["erase", "run", id, "--wait"], token: desk.support)
                #expect(
                    end.status == 0 && end.output.contains("erased"), "\(end.output)\(end.errors)\(service.program.log)"
                )
                let shown = try await service.run(["erase", "show", id], token: desk.support)
                #expect(
                    shown.status == 0 && shown.output.contains(String(digest)) && shown.output.contains("leftover"),
                    "\(shown.output)\(shown.errors)")
                try await handedOn(id, service, bench, desk.support)
                let left = try await bench.database.query(
                    "SELECT count(*) FROM workspace.users WHERE id::text = $1 OR email = 'ada@example.com'", [person])
                #expect(left == [["0"]])

                let known = try await service.run(
                    ["suppression", "check", "-"], token: desk.admin, input: "email:ada@example.com\n")
                #expect(known.status == 3 && known.output.contains("suppressed"), "\(known.output)\(known.errors)")
                let gone = try await bench.habeas("erase", "plan", "email:ada@example.com")
                #expect(gone.status == 4 && gone.errors.contains("habeas: error:"), "\(gone.errors)")
                for text in [plan.output, end.output, shown.output, service.program.log] {
                    #expect(!text.contains("ada@example.com"))
                }
                try await kept(bench)
            }
        }
    }

    /// The certificate's files, judged by habeas and by OpenSSL.
    private func handedOn(_ id: String, _ service: RunningService, _ bench: Workbench, _ token: String) async throws {
        let folder = "\(bench.folder)/certificate"
        let written = try await service.run(["erase", "show", id, "--output", folder], token: token)
        #expect(written.status == 0 && written.output.contains("Collection"), "\(written.errors)")
        let again = try await service.run(["erase", "show", id, "--output", folder], token: token)
        #expect(again.status == 1 && again.errors.contains("doesn't exist yet"), "\(again.errors)")
        let published = try await bench.habeas("keys", "show", "--json")
        try published.output.write(toFile: "\(folder)/keys.json", atomically: true, encoding: .utf8)
        let verified = try await bench.habeas(
            "verify", "\(folder)/certificate.json", "--key", "\(folder)/keys.json")
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
        let pem = try await bench.habeas("keys", "show")
        let lines = pem.output.split(separator: "\n")
        let begin = try #require(lines.firstIndex { $0.contains("BEGIN PUBLIC KEY") })
        let end = try #require(lines.firstIndex { $0.contains("END PUBLIC KEY") })
        try lines[begin...end].map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n").appending("\n")
            .write(toFile: "\(folder)/key.pem", atomically: true, encoding: .utf8)
        let openssl = try await Program.run(
            "openssl",
            [
                "pkeyutl", "-verify", "-pubin", "-inkey", "\(folder)/key.pem", "-rawin", "-in",
                "\(folder)/certificate.json", "-sigfile", "\(folder)/certificate.sig",
            ])
        #expect(openssl.status == 0, "\(openssl.output)\(openssl.errors)")
        #expect(try String(contentsOfFile: "\(folder)/certificate.html", encoding: .utf8).contains(id))
    }

    /// What a statute keeps of the person who just went.
    private func kept(_ bench: Workbench) async throws {
        let counts = try await bench.habeas("retention", "list")
        #expect(counts.status == 0 && !counts.output.contains("@"), "\(counts.errors)")
        let dry = try await bench.habeas("retention", "purge", "--dry-run")
        #expect(dry.status == 0 && dry.output.contains("0 documents would go"), "\(dry.output)\(dry.errors)")
        let nameless = try await bench.habeas("retention", "list", "--records")
        #expect(nameless.status == 64 && nameless.errors.contains("--purpose"))
        let read = try await bench.habeas(
            "retention", "list", "--records", "--purpose", "tax audit 2026", "--json")
        #expect(read.status == 0, "\(read.errors)")
        let documents = try JSONSerialization.jsonObject(with: Data(read.output.utf8)) as? [[String: Any]]
        #expect(documents?.isEmpty == false && documents?.allSatisfy { $0["record"] is [String: Any] } == true)
        let noted = try await bench.database.query("SELECT purpose FROM habeas_local.retained_access")
        #expect(noted == [["tax audit 2026"]])
        let audited = try await bench.database.query(
            "SELECT count(*) FROM habeas.audit_entry WHERE action = 'retention.read' AND actor LIKE 'operator:%'")
        #expect(audited == [["1"]])
    }

    @Test func aDryRunSaysWhatWouldHappenAndChangesNothing() async throws {
        try await Workbench.with { bench in
            let initial = try await bench.habeas("init")
            try #require(initial.status == 0, "\(initial.errors)")
            let before = try await bench.database.query("SELECT count(*) FROM workspace.users")
            let plan = try await bench.habeas(
                "erase", "plan", "email:ada@example.com", "--output", "plan.json", environment: ["COLUMNS": "120"])
            #expect(plan.status == 0, "\(plan.output)\(plan.errors)")
            for word in ["Collection", "account", "delete", "order", "backups", "not described yet", "digest"] {
                #expect(plan.output.contains(word), "\(plan.output)")
            }
            #expect(!plan.output.contains("@") && plan.errors.contains("dry run"))
            let file = try Data(contentsOf: URL(filePath: "\(bench.folder)/plan.json"))
            #expect(try JSONSerialization.jsonObject(with: file) is [String: Any])
            let json = try await bench.habeas("erase", "plan", "email:ada@example.com", "--json")
            #expect(try JSONDocument(json.output)["digest"]?.count == 64)
            #expect(try await bench.database.query("SELECT count(*) FROM workspace.users") == before)

            try String(decoding: file, as: UTF8.self).replacing("\"rows\":1", with: "\"rows\": 1")
                .write(toFile: "\(bench.folder)/edited.json", atomically: true, encoding: .utf8)
            let nobody = "01931f3c-0000-7000-8000-000000000000"
            let cases: [(arguments: [String], status: Int32, word: String)] = [
                (["erase", "plan", "email:nobody@example.com"], 4, "no user has"),
                (["erase", "plan", "shoes:17"], 64, "habeas map show"),
                (["erase", "plan", "ada"], 64, "KIND:ID"),
                (["erase", "plan", "email:ada@example.com", "--regime", "nonsense?"], 64, "--regime"),
                (["erase", "plan", "email:ada@example.com", "--again"], 64, "request's id"),
                (["erase", "plan", nobody, "--again"], 64, "--ticket"),
                (["erase", "approve", nobody, "--plan", "edited.json"] + Self.ground, 3, "edited"),
                (["erase", "approve", nobody, "--plan", "none.json"] + Self.ground, 64, "64 hexadecimal digits"),
                (["suppression", "check", "ada"], 64, "KIND:VALUE"),
                (["retention", "list", "--purpose", "audit"], 64, "--records"),
            ]
            for wanted in cases {
                let outcome = try await Program.habeas(wanted.arguments, in: bench.folder)
                #expect(outcome.status == wanted.status, "\(wanted.arguments): \(outcome.errors)")
                #expect(outcome.errors.contains(wanted.word), "\(wanted.arguments): \(outcome.errors)")
            }
        }
    }

    @Test func mapCheckAndDoctorLookForWhatStopsErasures() async throws {
        try await Workbench.with { bench in
            _ = try await bench.habeas("init")
            let sound = try await bench.habeas("doctor")
            for word in ["eraser's role", "retention's role", "hunter's role", "companion schema", "ok    erasures"] {
                #expect(sound.output.contains(word), "\(sound.output)")
            }
            try await bench.database.run(
                """
                CREATE TABLE workspace.shadow (line text);
                CREATE FUNCTION workspace.copy_it() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO workspace.shadow VALUES (OLD::text); RETURN OLD; END $$;
                CREATE TRIGGER copy_it BEFORE DELETE ON workspace.users FOR EACH ROW
                EXECUTE FUNCTION workspace.copy_it();
                """)
            let checked = try await bench.habeas("map", "check", "--json")
            #expect(checked.status == 1 && checked.output.contains("map.erasure-stopped"), "\(checked.output)")
            #expect(checked.output.contains("trigger copy_it"))
            let ill = try await bench.habeas("doctor")
            #expect(ill.output.contains("FAIL  erasures") && ill.output.contains("harmless_triggers"), "\(ill.output)")
        }
    }
}

extension RunningService {
    func run(
        _ arguments: [String], token: String, input: String? = nil
    ) async throws -> ProgramOutcome {
        try await withFolder { folder in
            try await Program.habeas(
                arguments, in: folder,
                environment: [
                    "HABEAS_URL": url, "HABEAS_TOKEN": token, "XDG_CONFIG_HOME": folder, "COLUMNS": "120",
                ], input: input)
        }
    }
}
