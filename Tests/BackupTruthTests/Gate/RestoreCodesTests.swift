import BackupTruth
import PostgresTestKit
import Testing

/// docs/errors.md names every code of a restore.
@Suite struct RestoreCodesTests {
    @Test(arguments: RestoreError.Code.allCases) func isDocumented(_ code: RestoreError.Code) throws {
        #expect(try Checkout.text("docs/errors.md").contains("`\(code.rawValue)`"))
    }
}
