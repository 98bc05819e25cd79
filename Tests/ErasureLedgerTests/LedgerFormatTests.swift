import ErasureLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// The format as docs/erasure-ledger.md gives it, judged by a program that knows nothing of ours.
@Suite struct LedgerFormatTests {
    /// The program printed in the documentation.
    private static func script() throws -> String {
        let text = try Checkout.text("docs/erasure-ledger.md")
        let after = try #require(text.components(separatedBy: "```python\n").dropFirst().first)
        return try #require(after.components(separatedBy: "```").first)
    }

    static func judge(_ folder: String) async throws -> ProgramOutcome {
        let key = "\(folder)/../ledger.key"
        try Data(LedgerSample.secret).base64EncodedData().write(to: URL(fileURLWithPath: key))
        return try await Program.run(Checkout.python, ["-c", try script(), folder, key])
    }

    @Test func theDocumentedProgramFindsALedgerSound() async throws {
        try await withFolder { parent in
            let folder = "\(parent)/ledger"
            try await LedgerSample.make(40, in: folder, fileLimit: 5000)
            let outcome = try await Self.judge(folder)
            let head = try LedgerSample.verify(folder).head

            #expect(outcome.status == 0 && outcome.output == "sound: 40 entries, head \(head.hash.hex)\n", "\(outcome)")
        }
    }

    @Test func theDocumentedProgramNamesTheFirstBadLine() async throws {
        try await withFolder { parent in
            let folder = "\(parent)/ledger"
            try await LedgerSample.make(10, in: folder)
            let path = try LedgerSample.files(folder)[0]
            let whole = try LedgerSample.read(path)
            for place in stride(from: 0, to: whole.count - 1, by: 211) {
                var bytes = whole
                bytes[place] ^= 1
                try LedgerSample.write(bytes, to: path)
                let ours = try #require(try LedgerSample.verify(folder).findings.first?.line)
                let outcome = try await Self.judge(folder)
                #expect(outcome.status == 1 && outcome.output.contains("line \(ours)"), "\(place): \(outcome)")
            }
        }
    }

    @Test func positionsAreWrittenAsPostgreSQLDoes() {
        #expect(LogPosition("0/37014A28")?.bytes == 0x3701_4a28)
        #expect(LogPosition("AB/0")?.description == "AB/0")
        #expect(LogPosition(bytes: .max).description == "FFFFFFFF/FFFFFFFF")
        for text in ["", "0", "/", "0/", "0/1/2", "G/0", "123456789/0", "-1/0", "+1/0", " 1/0"] {
            #expect(LogPosition(text) == nil, "\(text)")
        }
    }

    @Test(arguments: ErasureLedgerError.Code.allCases) func errorsAreDocumented(code: ErasureLedgerError.Code) throws {
        #expect(try Checkout.text("docs/errors.md").contains("`\(code.rawValue)`"))
    }

    @Test(arguments: LedgerFinding.Code.allCases) func findingsAreDocumented(code: LedgerFinding.Code) throws {
        #expect(try Checkout.text("docs/erasure-ledger.md").contains("`\(code.rawValue)`"))
    }

    @Test(arguments: LedgerEvent.allCases) func eventsAreDocumented(event: LedgerEvent) throws {
        #expect(try Checkout.text("docs/erasure-ledger.md").contains("`\(event.rawValue)`"))
    }
}
