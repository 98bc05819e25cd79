import Foundation
import PostgresTestKit
import Testing

/// Archives of the special people and some plain ones, judged row by row and byte by byte by programs that aren't ours,
/// against the generator's own list of who owns what (Tests/Judges). FAILURES F13 (everything is there), F14 (letters,
/// among them `json` with lone surrogates and NUL), F15 (file names), F16 (formulas in CSV).
@Suite struct JudgeTests {
    private func run(_ script: String, in bench: Workbench) async throws -> ProgramOutcome {
        let published = try await bench.habeas("keys", "show", "--json")
        let key = "\(bench.folder)/published.pem"
        let keys = try JSONSerialization.jsonObject(with: Data(published.output.utf8)) as? [String: Any]
        let pem = (keys?["keys"] as? [[String: Any]])?.first?["pem"] as? String
        try #require(pem).write(toFile: key, atomically: true, encoding: .utf8)
        return try await Program.run(
            Checkout.python,
            [
                "\(Checkout.path)/Tests/Judges/\(script)", "--binary", Checkout.binary, "--config",
                "\(bench.folder)/habeas.yaml", "--data", bench.database.demoFolder, "--database", bench.database.url,
                "--key", key,
            ], in: bench.folder)
    }

    @Test func everyRowAndByteIsTheirs() async throws {
        try await Workbench.with { bench in
            let outcome = try await run("judge_people.py", in: bench)
            #expect(outcome.status == 0, "\(outcome.output.suffix(6000))\(outcome.errors.suffix(2000))")
            let passed = try #require(outcome.output.firstMatch(of: #/(\d+) passed, 0 failed/#)?.output.1)
            #expect(try #require(Int(passed)) > 40)
        }
    }

    @Test func theJudgeFindsWhatIsSpoilt() async throws {
        try await Workbench.with { bench in
            let outcome = try await run("selftest.py", in: bench)
            #expect(outcome.status == 0, "\(outcome.output.suffix(4000))\(outcome.errors.suffix(2000))")
            #expect(outcome.output.contains(" passed, 0 failed"))
        }
    }
}
