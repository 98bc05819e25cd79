import Foundation
import PostgresTestKit
import Testing

/// `habeas export --people`: many archives in one run, what fails named by its line.
@Suite struct ManyPeopleTests {
    private func export(_ list: String, in bench: Workbench, _ more: String...) async throws -> ProgramOutcome {
        try list.write(toFile: "\(bench.folder)/list.txt", atomically: true, encoding: .utf8)
        try FileManager.default.createDirectory(atPath: "\(bench.folder)/out", withIntermediateDirectories: true)
        return try await Program.habeas(
            ["export", "--people", "list.txt", "--output", "out", "--ticket", "T-1", "--reason", "dsar"] + more,
            in: bench.folder)
    }

    private func archives(in bench: Workbench) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(bench.folder)/out").sorted()
    }

    private func people(_ count: Int, of bench: Workbench) async throws -> [String] {
        try await bench.database.query("SELECT email FROM workspace.users ORDER BY email COLLATE \"C\" LIMIT \(count)")
            .compactMap { $0[0] }
    }

    @Test func everyoneIsMadeAndWhatFailsIsNamedByItsLine() async throws {
        try await Workbench.with { bench in
            let people = try await people(6, of: bench)
            let lines = people.prefix(3).map { "email:\($0)" } + ["", "  ", "email:nobody@example.invalid"]
            let rest = people.dropFirst(3).map { "email:\($0)\r" }
            let outcome = try await export((lines + rest).joined(separator: "\n"), in: bench, "--jobs", "3")

            #expect(outcome.status == 3)
            #expect(outcome.output.contains("6 archives made, read back and signed; 1 not made"))
            #expect(outcome.errors.contains("line 6: no user has that email"))
            #expect(!(outcome.output + outcome.errors).contains("nobody@"))
            let made = try archives(in: bench)
            #expect(made.count == 6)
            for name in made {
                let verified = try await bench.habeas("verify", "out/\(name)")
                #expect(verified.status == 0, "\(verified.output)")
            }
        }
    }

    @Test func linesOfJSONAndSealedArchives() async throws {
        try await Workbench.with { bench in
            let list = try await people(2, of: bench).map { "email:\($0)" }.joined(separator: "\n")
            let outcome = try await export(list, in: bench, "--json", "--sealed", "--format", "json")

            #expect(outcome.status == 0, "\(outcome.errors)")
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.count == 2)
            for line in lines {
                let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                let path = try #require(value?["path"] as? String)
                #expect(FileManager.default.fileExists(atPath: "\(bench.folder)/\(path).key"))
            }
        }
    }

    @Test func whatCannotBeDoneIsSaidAtOnce() async throws {
        try await Workbench.with { bench in
            #expect(try await export("\n \n", in: bench).status == 64)
            #expect(try await export("email:ada@example.com", in: bench, "--jobs", "0").status == 64)
            #expect(try await export("ada", in: bench).status == 64)
            let both = try await bench.habeas(
                "export", "user:1", "--people", "list.txt", "--ticket", "T-1", "--reason", "x")
            #expect(both.status == 64)
            let noFolder = try await bench.habeas(
                "export", "--people", "list.txt", "--output", "gone", "--ticket", "T-1", "--reason", "x")
            #expect(noFolder.status == 64)
            let noList = try await bench.habeas("export", "--people", "gone.txt", "--ticket", "T-1", "--reason", "x")
            #expect(noList.status == 1)
            #expect(try archives(in: bench).isEmpty)
        }
    }
}
