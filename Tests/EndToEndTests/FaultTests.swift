import Foundation
import PostgresTestKit
import Testing

/// A worker killed at statements and file operations of an export, and another one that finishes: one archive, nothing
/// left over, one story (FAILURES F2). A sample; `make soak` kills at every one (Tests/Faults).
@Suite(.timeLimit(.minutes(15))) struct FaultTests {
    @Test func anExportKilledAnywhereComesOutOnce() async throws {
        try await Workbench.with { bench in
            let outcome = try await Program.run(
                Checkout.python,
                [
                    "\(Checkout.path)/Tests/Faults/faults.py", "kills", "--binary", Checkout.binary, "--config",
                    "\(bench.folder)/habeas.yaml", "--folder", "\(bench.folder)/faults", "--lanes", "2", "--points",
                    "3",
                ])
            #expect(outcome.status == 0, "\(outcome.output.suffix(6000))\(outcome.errors.suffix(2000))")
            #expect(outcome.output.contains(" passed, 0 failed"))
        }
    }

    @Test func theJudgementFindsWhatIsSpoilt() async throws {
        let outcome = try await Program.run(Checkout.python, ["\(Checkout.path)/Tests/Faults/selftest.py"])
        #expect(outcome.status == 0, "\(outcome.output.suffix(6000))\(outcome.errors.suffix(2000))")
        #expect(outcome.output.contains(" passed, 0 failed"))
    }
}
