import Foundation
import PostgresAccess
import PostgresTestKit
import Testing

/// Staff at the command line, against a service that really runs.
@Suite struct StaffCommandTests {
    private static let ground = ["--ticket", "T-7", "--reason", "dsar:by letter"]

    @Test func staffServeARequestFromLetterToArchive() async throws {
        try await Workbench.with { bench in
            try await RunningService.with(bench) { service in
                let desk = try await Desk(service)
                let opened = try await service.staff(
                    "request", "open", "--right", "access", "--subject", "-", "--regime", "gdpr", "--ticket", "T-7",
                    "--reason", "dsar:by letter", "--json", token: desk.support, input: "email:ada@example.com\n")
                try #require(opened.status == 0, "\(opened.errors)")
                let id = try #require(try JSONDocument(opened.output)["id"])

                let shown = try await service.staff("request", "show", id, token: desk.support)
                #expect(shown.status == 0 && shown.output.contains("verifying"), "\(shown.output)\(shown.errors)")
                let verified = try await service.staff(
                    "request", "verify", id, "--method", "call-back", "--evidence", "customer-number,invoice-amount",
                    "--ticket", "T-7", "--reason", "identity-checked", token: desk.support)
                #expect(verified.status == 0, "\(verified.errors)")
                if verified.output.contains("second person") {
                    let same = try await service.staff(
                        "request", "approve", id, "--ticket", "T-7", "--reason", "checked", token: desk.support)
                    #expect(same.status == 3)
                    let approved = try await service.staff(
                        "request", "approve", id, "--ticket", "T-7", "--reason", "checked", token: desk.compliance)
                    #expect(approved.status == 0, "\(approved.errors)")
                }
                let watched = try await service.staff("request", "show", id, "--watch", token: desk.support)
                #expect(watched.status == 0 && watched.output.contains("ready"), "\(watched.output)\(watched.errors)")
                #expect(watched.output.contains("archive") && watched.output.contains("1 part"))

                try await links(of: id, service, desk)
                try await trail(of: id, service, desk)
                #expect(!service.program.log.contains("ada@example.com"))
                for token in [desk.admin, desk.support, desk.compliance] {
                    #expect(!service.program.log.contains(token))
                }
            }
        }
    }

    private func links(of id: String, _ service: RunningService, _ desk: Desk) async throws {
        let listed = try await service.staff("link", "list", id, token: desk.support)
        #expect(listed.status == 0 && listed.output.contains("live"), "\(listed.output)\(listed.errors)")
        let issued = try await service.staff(
            "link", "issue", id, "--ticket", "T-7", "--reason", "mail-was-lost", token: desk.support)
        #expect(issued.status == 0 && issued.output.contains("\(service.url)/p/d/"), "\(issued.output)\(issued.errors)")
        let renewed = try await service.staff(
            "link", "renew", id, "--ticket", "T-7", "--reason", "person-was-away", token: desk.support)
        #expect(renewed.status == 0 && renewed.output.contains("live"), "\(renewed.output)\(renewed.errors)")
        let revoked = try await service.staff(
            "link", "revoke", id, "--ticket", "T-7", "--reason", "not-theirs", token: desk.support)
        #expect(revoked.status == 0 && revoked.output.contains("revoked"), "\(revoked.output)\(revoked.errors)")
        let again = try await service.staff(
            "link", "revoke", id, "--ticket", "T-7", "--reason", "not-theirs", token: desk.support)
        #expect(again.status == 0 && again.output.contains("revoked"), "\(again.errors)")
    }

    private func trail(of id: String, _ service: RunningService, _ desk: Desk) async throws {
        let timeline = try await service.staff("request", "timeline", id, token: desk.support)
        #expect(timeline.status == 0 && timeline.output.contains("request.opened"), "\(timeline.errors)")
        let shown = try await service.staff("audit", "show", "--request", id, "--json", token: desk.compliance)
        #expect(shown.status == 0 && shown.output.contains("identity.vouched"), "\(shown.errors)")

        let byOwnWord = try await service.staff("audit", "verify", token: desk.compliance)
        #expect(byOwnWord.status == 0 && byOwnWord.output.contains("sound"), "\(byOwnWord.output)\(byOwnWord.errors)")
        #expect(byOwnWord.errors.contains("publishes itself"))
        let keys = try await service.bench.habeas("keys", "show", "--json").output
        try keys.write(toFile: "\(service.bench.folder)/published.json", atomically: true, encoding: .utf8)
        let byKept = try await service.staff(
            "audit", "verify", "--key", "\(service.bench.folder)/published.json", token: desk.compliance)
        #expect(byKept.status == 0 && byKept.errors.contains("key given"), "\(byKept.errors)")
        let exported = try await service.staff("audit", "export", "--output", "-", token: desk.compliance)
        #expect(exported.status == 0 && exported.output.contains("staff.added"), "\(exported.errors)")
        // An operator on the machine finds the same chain sound.
        #expect(try await service.bench.habeas("audit", "verify").status == 0)

        try await service.bench.database.run("UPDATE habeas.audit_entry SET actor = 'person' WHERE seq = 2")
        let broken = try await service.staff("audit", "verify", token: desk.compliance)
        #expect(broken.status == 6, "\(broken.output)\(broken.errors)")
    }

    @Test func whatIsRefusedSaysWhy() async throws {
        try await Workbench.with { bench in
            let url = try await RunningService.with(bench) { service in
                let desk = try await Desk(service)
                let nobody = "01931f3c-0000-7000-8000-000000000000"
                let cases: [(arguments: [String], token: String, status: Int32, word: String)] = [
                    (["request", "list"], "habeas_0123456789abcdef_wrong", 3, "isn't accepted"),
                    (["request", "list"], "", 3, "nobody is signed in"),
                    (["request", "pause", nobody] + Self.ground, desk.support, 3, "requests.decide"),
                    (["staff", "list"], desk.support, 3, "staff.read"),
                    (["request", "show", nobody], desk.support, 4, "no such request"),
                    (["request", "show", "../staff"], desk.support, 64, "UUID"),
                    (["request", "list", "--state", "nonsense"], desk.support, 64, "state"),
                    (["request", "list", "--limit", "0"], desk.support, 64, "--limit"),
                    (["request", "cancel", nobody], desk.support, 64, "--ticket"),
                    (["request", "cancel", nobody, "--ticket", "no", "--reason", "r"], desk.support, 64, "--ticket"),
                    (["link", "list", nobody], desk.support, 4, "no such request"),
                    (["jobs", "show", nobody], desk.admin, 4, "job"),
                    (["staff", "token", "revoke", "0123456789abcdef"] + Self.ground, desk.admin, 4, "token"),
                ]
                for wanted in cases {
                    let outcome = try await service.run(wanted.arguments, token: wanted.token)
                    #expect(outcome.status == wanted.status, "\(wanted.arguments): \(outcome.errors)")
                    #expect(outcome.errors.contains(wanted.word), "\(wanted.arguments): \(outcome.errors)")
                    #expect(wanted.token.isEmpty || !outcome.errors.contains(wanted.token))
                }
                let unknown = try await service.staff(
                    "request", "open", "--right", "access", "--subject", "email:nobody@example.com", "--ticket", "T-7",
                    "--reason", "dsar", token: desk.support)
                #expect(unknown.status == 4 && !unknown.errors.contains("nobody@example.com"), "\(unknown.errors)")
                try await refuseTheHasty(service, desk)
                return service.url
            }
            let environment = ["HABEAS_URL": url, "HABEAS_TOKEN": "habeas_x", "XDG_CONFIG_HOME": "/nonexistent"]
            let gone = try await Program.habeas(["request", "list"], in: bench.folder, environment: environment)
            #expect(gone.status == 1 && gone.errors.contains("can't be reached"), "\(gone.errors)")
            #expect(gone.errors.contains("hint: is it running"))
            let clear = try await Program.habeas(
                ["request", "list"], environment: environment.merging(["HABEAS_URL": "http://example.com"]) { $1 })
            #expect(clear.status == 64 && clear.errors.contains("https://"))
        }
    }

    /// One client may ask 300 times at once and 20 times a second: while another program floods, it is refused.
    private func refuseTheHasty(_ service: RunningService, _ desk: Desk) async throws {
        let flood = ["--silent", "--output", "/dev/null", "\(service.url)/v1/me?n=[1-1000000]"]
        let limited = try await RunningProgram.with("/usr/bin/curl", flood) { _ in
            var outcome = try await service.staff("request", "list", "--json", token: desk.support)
            for _ in 0..<100 where outcome.status == 0 {
                outcome = try await service.staff("request", "list", "--json", token: desk.support)
            }
            return outcome
        }.value
        #expect(limited.status == 3 && limited.errors.contains("http.rate-limited"), "\(limited.errors)")
    }

    @Test func aTokenIsKeptForItsServiceAndForItsOwner() async throws {
        try await Workbench.with { bench in
            try await RunningService.with(bench) { service in
                let desk = try await Desk(service)
                let file = "\(bench.folder)/config/habeas/login.json"
                let kept = ["HABEAS_URL": "", "HABEAS_TOKEN": "", "XDG_CONFIG_HOME": "\(bench.folder)/config"]
                func run(_ arguments: String..., environment: [String: String] = [:], input: String? = nil)
                    async throws -> ProgramOutcome
                {
                    try await Program.habeas(
                        arguments, in: bench.folder, environment: kept.merging(environment) { $1 }, input: input)
                }
                let wrong = try await run("login", "--url", service.url, input: "habeas_x\n")
                #expect(wrong.status == 3 && !FileManager.default.fileExists(atPath: file))
                let signedIn = try await run("login", "--url", service.url, input: desk.compliance + "\n")
                #expect(signedIn.status == 0 && signedIn.output.contains("Kim"), "\(signedIn.errors)")
                #expect(!(signedIn.output + signedIn.errors).contains(desk.compliance))
                let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                #expect(try await run("request", "list").status == 0)
                // Another service isn't given the token.
                let other = try await run("request", "list", environment: ["HABEAS_URL": "http://127.0.0.1:9"])
                #expect(other.status == 3 && other.errors.contains("nobody is signed in"), "\(other.errors)")
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
                let open = try await run("request", "list", "--json")
                #expect(open.status == 3 && open.errors.contains("login.open-to-others"), "\(open.errors)")
                #expect(try await run("logout").status == 0)
                #expect(!FileManager.default.fileExists(atPath: file))
                #expect(try await run("request", "list").status == 3)
            }
        }
    }

    @Test func listsFitTheTerminalAndJSONIsJSON() async throws {
        try await Workbench.with { bench in
            try await RunningService.with(bench) { service in
                let desk = try await Desk(service)
                for right in ["access", "export", "erasure"] {
                    let outcome = try await service.staff(
                        "request", "open", "--right", right, "--subject", "email:ada@example.com", "--ticket", "T-7",
                        "--reason", "dsar", token: desk.support)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                }
                let first = try await service.staff("request", "list", "--limit", "2", token: desk.support)
                #expect(first.output.split(separator: "\n").count == 3, "\(first.output)")
                let cursor = try #require(first.errors.split(separator: " ").last).trimmingCharacters(in: .newlines)
                let rest = try await service.staff(
                    "request", "list", "--limit", "2", "--cursor", cursor, token: desk.support)
                #expect(rest.output.split(separator: "\n").count == 2 && rest.errors.isEmpty, "\(rest.errors)")
                let own = try await service.staff(
                    "request", "list", "--subject", "-", token: desk.support, input: "email:ada@example.com\n")
                #expect(own.output.split(separator: "\n").count == 4, "\(own.errors)")
                let berlin = try await service.staff(
                    "request", "list", token: desk.support, environment: ["TZ": "Europe/Berlin", "COLUMNS": "140"])
                #expect(berlin.output.contains("+01:00") || berlin.output.contains("+02:00"), "\(berlin.output)")

                let id = try #require(
                    try await JSONDocument(service.staff("request", "list", "--json", token: desk.support).output)
                        .items?.first?["id"] as? String)
                let reading = [
                    ["request", "list"], ["request", "show", id], ["request", "timeline", id], ["link", "list", id],
                    ["jobs", "list"], ["staff", "list"], ["audit", "show"],
                ]
                for arguments in reading {
                    let outcome = try await service.run(arguments, token: desk.compliance)
                    #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
                    for line in outcome.output.split(separator: "\n") {
                        #expect(line.count <= 80 && !line.contains("\u{1b}"), "\(arguments): \(line)")
                    }
                    let json = try await service.run(arguments + ["--json"], token: desk.compliance)
                    #expect(throws: Never.self) { try JSONDocument(json.output) }
                }
            }
        }
    }

    @Test func aLostAnswerDoesNotDoItTwice() async throws {
        struct Passed: Decodable {
            let cut: Bool
            let key: String
            let replayed: String
        }
        try await Workbench.with { bench in
            try await RunningService.with(bench) { service in
                let desk = try await Desk(service)
                try await LineServer.with("cutting_proxy.py", [String(service.port)]) { proxy in
                    let opened = try await service.staff(
                        "request", "open", "--right", "access", "--subject", "email:ada@example.com", "--ticket", "T-7",
                        "--reason", "dsar", "--json", token: desk.support,
                        environment: ["HABEAS_URL": "http://127.0.0.1:\(proxy.port)"])
                    #expect(opened.status == 0, "\(opened.errors)")
                    let (first, second) = (try await proxy.next(Passed.self), try await proxy.next(Passed.self))
                    #expect(first.cut && !second.cut && !first.key.isEmpty && first.key == second.key)
                    #expect(second.replayed == "true")
                }
                let count = try await bench.database.query("SELECT count(*) FROM habeas.request")
                #expect(count == [["1"]])
            }
        }
    }

    @Test func theQueueAndTheStaffAreManaged() async throws {
        try await Workbench.with { bench in
            try await RunningService.with(bench) { service in
                let desk = try await Desk(service)
                let second = try await bench.habeas(
                    "staff", "add", "Mallory", "--role", "admin", environment: RunningService.signedOut)
                #expect(second.status == 3 && second.errors.contains("an administrator already"), "\(second.errors)")

                let paused = try await service.run(["jobs", "pause", "export"] + Self.ground, token: desk.admin)
                #expect(paused.status == 0 && paused.output.contains("paused"), "\(paused.errors)")
                let listed = try await service.staff("jobs", "list", token: desk.admin)
                #expect(listed.errors.contains("paused: export"), "\(listed.output)\(listed.errors)")
                let resumed = try await service.run(["jobs", "resume", "export"] + Self.ground, token: desk.admin)
                #expect(resumed.status == 0, "\(resumed.errors)")

                let staff = try await service.staff("staff", "list", "--json", token: desk.admin)
                let sam = try #require(
                    try JSONDocument(staff.output).items?.first { $0["name"] as? String == "Sam" }?["id"] as? String)
                let narrow = try await service.run(
                    ["staff", "token", "issue", sam, "--scope", "requests.read", "--days", "1"] + Self.ground,
                    token: desk.admin)
                let token = narrow.output.trimmingCharacters(in: .whitespacesAndNewlines)
                #expect(narrow.status == 0 && token.hasPrefix("habeas_"), "\(narrow.errors)")
                #expect(try await service.staff("request", "list", token: token).status == 0)
                #expect(try await service.staff("jobs", "list", token: token).status == 3)
                let tokens = try await service.staff("staff", "token", "list", sam, token: desk.admin)
                #expect(tokens.status == 0 && !tokens.output.contains(token), "\(tokens.errors)")
                let id = String(token.split(separator: "_")[1])
                let revoked = try await service.run(
                    ["staff", "token", "revoke", id] + Self.ground, token: desk.admin)
                #expect(revoked.status == 0 && revoked.output.contains("revoked"), "\(revoked.errors)")
                #expect(try await service.staff("request", "list", token: token).status == 3)
                let ended = try await service.run(["staff", "revoke", sam] + Self.ground, token: desk.admin)
                #expect(ended.status == 0, "\(ended.errors)")
                #expect(try await service.staff("request", "list", token: desk.support).status == 3)
            }
        }
    }
}

/// The tokens of those who work here.
struct Desk {
    let admin: String
    let support: String
    let compliance: String

    init(_ service: RunningService) async throws {
        admin = try await service.newStaff("Grace", role: "admin")
        support = try await service.newStaff("Sam", role: "support", by: admin)
        compliance = try await service.newStaff("Kim", role: "compliance", by: admin)
    }
}

/// A JSON object that was printed.
struct JSONDocument {
    private let object: [String: Any]

    init(_ text: String) throws {
        object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    subscript(name: String) -> String? { object[name] as? String }
    var items: [[String: Any]]? { object["items"] as? [[String: Any]] }
}

extension RunningService {
    fileprivate func run(_ arguments: [String], token: String) async throws -> ProgramOutcome {
        try await withFolder { folder in
            try await Program.habeas(
                arguments, in: folder,
                environment: [
                    "HABEAS_URL": url, "HABEAS_TOKEN": token, "XDG_CONFIG_HOME": folder, "COLUMNS": "80",
                ])
        }
    }
}
