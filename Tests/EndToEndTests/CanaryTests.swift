import Crypto
import Foundation
import PostgresTestKit
import PrivatePostgres
import SystemPackage
import Testing

/// No personal data in logs, errors, standard error, pg_stat_activity, the server's log, temporary files, file names.
@Suite struct CanaryTests {
    /// A value in every disguise a leak could wear.
    static func disguises(of value: String) -> [String] {
        let bytes = Data(value.utf8)
        let shifted = (0..<3).map {
            (Data(repeating: 0x20, count: $0) + bytes).base64EncodedString().dropFirst(4).dropLast(4)
        }
        let percent = bytes.map { String(format: "%%%02X", $0) }.joined()
        let escaped = value.unicodeScalars.map { String(format: "\\u%04x", $0.value) }.joined()
        let hash = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
        let md5 = Insecure.MD5.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
        return [
            value, percent, percent.lowercased(), escaped, hash, md5, value.replacingOccurrences(of: "@", with: "%40"),
        ]
            + shifted.map(String.init)
    }

    static func leaks(of values: [String], in text: String) -> [String] {
        let haystack = text.lowercased()
        return values.flatMap { value in disguises(of: value).filter { haystack.contains($0.lowercased()) } }
    }

    @Test func nothingLeaksFromAnyCommand() async throws {
        try await Workbench.with { bench in
            let rows = try await bench.database.query(
                "SELECT id::text, password_hash FROM workspace.users WHERE email = 'ada@example.com'")
            let canaries = ["ada@example.com", rows[0][0] ?? "", "cnrygblmrv0000", rows[0][1] ?? "nothing"]
            try await bench.database.run(
                """
                CREATE FUNCTION public.noisy(text) RETURNS boolean LANGUAGE plpgsql STABLE AS
                    'BEGIN RAISE NOTICE ''%'', $1; RETURN true; END';
                CREATE POLICY noisy ON workspace.contacts AS RESTRICTIVE USING (public.noisy(name || notes))
                """)
            var shown = ""
            func run(_ arguments: [String], input: String? = nil) async throws {
                let outcome = try await Program.habeas(arguments, in: bench.folder, input: input)
                shown += outcome.output + outcome.errors
            }
            let request = ["--ticket", "T-1", "--reason", "dsar:canary words"]
            try await run(["export", "-", "--output", "ok.zip"] + request, input: "email:ada@example.com\n")
            try await run(["export", "-", "--output", "ok.zip"] + request, input: "email:ada@example.com\n")
            try await run(["export", "-", "--output", "ok2.zip", "--json"] + request, input: "user:\(canaries[1])\n")
            try await run(["export", "-", "--output", "no.zip"] + request, input: "user:ada@example.com\n")
            try await run(["export", "-", "--output", "no.zip"] + request, input: "ada@example.com\n")
            try await run(["export", "-", "--output", "no.zip"] + request, input: "email:ada@example.com'\n")
            try await run(["verify", "ok.zip"])
            try await run(["verify", "ok.zip", "--json"])
            try await run(["export", "-", "--sealed", "--output", "s.zip"] + request, input: "email:ada@example.com\n")
            try await run(["verify", "s.zip"])
            try await run(["unseal", "s.zip", "--output", "u.zip"])
            try await run(["destroy", "s.zip"])
            try await run(["map", "check"])
            try await run(["doctor"])
            try await bench.database.run(
                "CREATE POLICY failing ON workspace.tasks AS RESTRICTIVE USING (('x' || title)::int > 0)")
            try await run(["export", "-", "--output", "no.zip"] + request, input: "email:ada@example.com\n")
            shown += try bench.leftovers.joined(separator: " ")

            #expect(Self.leaks(of: canaries, in: shown) == [])
            #expect(!shown.contains("canary words"))

            // The same hunt finds a leak planted on purpose: a file named after the person.
            try Data().write(to: URL(filePath: "\(bench.folder)/ada@example.com.zip"))
            #expect(Self.leaks(of: canaries, in: try bench.leftovers.joined(separator: " ")) != [])
        }
    }

    /// Every statement logged, and failed ones with their context: no value may be in anything our roles caused.
    @Test func theServerNeverSeesValuesInStatements() async throws {
        try await Workbench.with { bench in
            let database = bench.database
            try await database.run("ALTER DATABASE \(database.name) SET log_min_duration_statement = 0")
            let ada = try await database.query("SELECT id::text FROM workspace.users WHERE email = 'ada@example.com'")
            let subjects = ["email:ada@example.com", "user:ada@example.com", "email:ada@example.com'"]
            for (number, subject) in subjects.enumerated() {
                _ = try await bench.habeas(
                    "export", "-", "--output", "\(number).zip", "--ticket", "T", "--reason", "r", input: "\(subject)\n")
            }
            try await database.run("REVOKE ALL ON workspace.tasks FROM habeas_exporter")
            _ = try await bench.habeas(
                "export", "-", "--output", "f.zip", "--ticket", "T", "--reason", "r", input: "email:ada@example.com\n")

            let log = try String(contentsOfFile: database.cluster.log.string, encoding: .utf8)
            // A log entry runs to the next line that begins with a date.
            let entries = log.split(separator: #/\n(?=\d{4}-\d\d-\d\d )/#)
            let ours = entries.filter { $0.contains(" habeas_") && $0.contains("@\(database.name) ") }
            #expect(ours.contains { $0.contains("COPY (SELECT") } && ours.contains { $0.contains("set_config") })
            #expect(ours.contains { $0.contains("permission denied") })
            #expect(Self.leaks(of: ["ada@example.com", ada[0][0] ?? ""], in: ours.joined(separator: "\n")) == [])
        }
    }

    /// The same hunt finds a leak planted on purpose, in each disguise.
    @Test func theHuntFindsAPlantedLeak() {
        let value = "ada@example.com"
        for disguise in Self.disguises(of: value) {
            #expect(!Self.leaks(of: [value], in: "some text \(disguise) and more").isEmpty)
        }
        let sealed = Data("name=ada@example.com;".utf8).base64EncodedString()
        #expect(!Self.leaks(of: [value], in: sealed).isEmpty)
        #expect(Self.leaks(of: [value], in: "nothing personal").isEmpty)
    }
}
