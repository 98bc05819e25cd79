import Foundation
import PostgresTestKit
import PrivatePostgres
import Testing

/// Databases nobody has seen: made at random, mapped by `map init`, completed only where it marked a guess, exported and
/// compared with the generator's own list; a third of them spoilt, which must be refused (Tests/RandomSchemas).
/// FAILURES F21: what a migration adds is noticed by its name.
@Suite struct RandomSchemaTests {
    private func run(_ script: String, _ arguments: [String] = []) async throws -> ProgramOutcome {
        try await TestCluster.withDatabase { database in
            try await Program.run(
                Checkout.python,
                [
                    "\(Checkout.path)/Tests/RandomSchemas/\(script)", "--binary", Checkout.binary, "--cluster",
                    database.cluster.connectionString,
                ] + arguments)
        }
    }

    @Test func everyRowIsThereAndNobodyElses() async throws {
        let outcome = try await run("run.py", ["--seeds", "1-12"])
        #expect(outcome.status == 0, "\(outcome.output.suffix(6000))\(outcome.errors.suffix(2000))")
        #expect(outcome.output.contains("12 passed, 0 failed"))
    }

    @Test func theDriverFindsWhatIsSpoilt() async throws {
        let outcome = try await run("selftest.py")
        #expect(outcome.status == 0, "\(outcome.output.suffix(6000))\(outcome.errors.suffix(2000))")
        #expect(outcome.output.contains(" passed, 0 failed"))
    }

    @Test func aThousandTablesAreProposedAndChecked() async throws {
        let outcome = try await run("thousand.py")
        #expect(outcome.status == 0, "\(outcome.output.suffix(6000))\(outcome.errors.suffix(2000))")
    }
}
