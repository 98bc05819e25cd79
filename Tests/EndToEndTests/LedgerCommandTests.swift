import Foundation
import PostgresTestKit
import Testing

/// What the command line says of the erasure ledger and its keys.
@Suite struct LedgerCommandTests {
    private static let writer = URL(fileURLWithPath: Checkout.binary).deletingLastPathComponent()
        .appendingPathComponent("LedgerWriter").path

    private func append(_ count: Int, _ bench: Workbench) async throws {
        let text = try String(contentsOfFile: "\(bench.folder)/keys/ledger.key", encoding: .utf8)
        let key = try #require(Data(base64Encoded: text.trimmingCharacters(in: .newlines)))
        let digits = key.map { byte in byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16) }.joined()
        _ = try await Program.run(Self.writer, ["append", "\(bench.folder)/ledger", digits, "\(count)"])
    }

    @Test func doctorAndVerifyJudgeTheLedger() async throws {
        try await Workbench.with { bench in
            #expect(try await bench.habeas("doctor").output.contains("ok    erasure ledger: none yet"))
            try await append(3, bench)
            let well = try await bench.habeas("doctor").output
            #expect(well.contains("ok    erasure ledger: sound, 3 entries, head 3, 3 erasures not ended"), "\(well)")
            for path in ["ledger", "ledger/ledger-000000000001.jsonl"] {
                let verified = try await bench.habeas("verify", path)
                #expect(verified.status == 0 && verified.output.contains("3 entries, 1 to 3"), "\(verified)")
            }
            let json = try await bench.habeas("verify", "ledger", "--json").output
            #expect(json.contains(#""open_intents" : 3"#) && json.contains(#""sound" : true"#), "\(json)")

            let path = "\(bench.folder)/ledger/ledger-000000000001.jsonl"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("\"seq\":2", with: "\"seq\":4").write(toFile: path, atomically: false, encoding: .utf8)
            let broken = try await bench.habeas("verify", "ledger")
            #expect(broken.status == 6 && broken.output.contains("line 3"), "\(broken)")
            #expect(try await bench.habeas("doctor").output.contains("FAIL  erasure ledger: not sound"))
        }
    }

    @Test func keysShowListsThemAndDoctorMissesThem() async throws {
        try await Workbench.with { bench in
            let shown = try await bench.habeas("keys", "show").output
            #expect(shown.contains("ledger.key") && shown.contains("erasure.key") && shown.contains("suppression.key"))
            try await append(1, bench)
            for name in ["ledger.key", "erasure.key", "suppression.key"] {
                try FileManager.default.removeItem(atPath: "\(bench.folder)/keys/\(name)")
            }
            let unwell = try await bench.habeas("doctor").output
            #expect(unwell.contains("FAIL  erasure keys") && unwell.contains("habeas keys rotate"), "\(unwell)")
            let verified = try await bench.habeas("verify", "ledger")
            #expect(verified.status == 3 && verified.output.contains("for want of ledger.key"), "\(verified)")
            let none = try await bench.habeas("verify", "keys")
            #expect(none.status == 1 && none.errors.contains("without an erasure ledger"), "\(none)")
            #expect(try await bench.habeas("keys", "show").output.contains("no erasure keys"))
        }
    }

    @Test(.timeLimit(.minutes(3))) func aLedgerThatVanishedOrWasEditedClosesTheService() async throws {
        try await Workbench.with { bench in
            let ledger = "\(bench.folder)/ledger"
            let year = Calendar(identifier: .gregorian).component(.year, from: Date()) + 1
            let hold = [
                "hold", "place", "--matter", "2026-LIT-014", "--basis", "gdpr-17-3-e", "--subject", "-",
                "--review-on", "\(year)-01-01", "--ticket", "T-9", "--reason", "claim-filed",
            ]
            try await RunningService.with(bench, more: "fence:\n  interval: 1s\noperators:\n  address: ops@example.com")
            { service in
                let desk = try await Desk(service)
                let placed = try await service.staff(hold, token: desk.compliance, input: "email:ada@example.com\n")
                try #require(placed.status == 0, "\(placed.errors)")
                let sound = try await bench.habeas("verify", "ledger")
                #expect(sound.status == 0 && sound.output.contains("1 entry"), "\(sound.output)\(sound.errors)")

                try FileManager.default.moveItem(atPath: ledger, toPath: "\(ledger).away")
                try #require(try await answers(service, "replay.ledger-missing"), "\(service.program.log)")
                let ill = try await bench.habeas("doctor").output
                #expect(ill.contains("FAIL  erasure ledger") && ill.contains("known to have been there"), "\(ill)")
                let again = try await service.staff(hold, token: desk.compliance, input: "email:ada@example.com\n")
                #expect(again.status != 0 && again.errors.contains("the service is closed"), "\(again.errors)")
                #expect(!FileManager.default.fileExists(atPath: ledger), "none is begun afresh")
                try FileManager.default.moveItem(atPath: "\(ledger).away", toPath: ledger)
                try #require(try await answers(service, "ready"), "\(service.program.log)")

                let file = "\(ledger)/ledger-000000000001.jsonl"
                let text = try String(contentsOfFile: file, encoding: .utf8)
                try text.replacing("\"hold_placed\"", with: "\"hold_plased\"")
                    .write(toFile: file, atomically: true, encoding: .utf8)
                try #require(try await answers(service, "replay.ledger-edited"), "\(service.program.log)")
                try text.write(toFile: file, atomically: true, encoding: .utf8)
                try #require(try await answers(service, "ready"), "\(service.program.log)")
                #expect(try service.mails.filter { $0.contains("replay.ledger-") }.count == 2, "the operators are told")
            }
            #expect(try await bench.habeas("doctor").output.contains("ok    erasure ledger: sound, 1 entry"))
        }
    }

    /// Whether the service says so of itself within some seconds.
    private func answers(_ service: RunningService, _ words: String) async throws -> Bool {
        for _ in 0..<150 {
            if try await service.curl("/readyz").output.contains(words) { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }
}
