import Foundation
import PostgresTestKit
import Testing

/// What the command line says of the erasure ledger and its keys.
@Suite struct LedgerCommandTests {
    private static let writer = URL(fileURLWithPath: Checkout.binary).deletingLastPathComponent()
        .appendingPathComponent("LedgerWriter").path

    private func append(_ count: Int, _ bench: Workbench, _ verb: String = "append") async throws {
        let text = try String(contentsOfFile: "\(bench.folder)/keys/ledger.key", encoding: .utf8)
        let key = try #require(Data(base64Encoded: text.trimmingCharacters(in: .newlines)))
        let digits = key.map { byte in byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16) }.joined()
        _ = try await Program.run(Self.writer, [verb, "\(bench.folder)/ledger", digits, "\(count)"])
    }

    // MARK: its end

    /// A week of life, and a week until the purge.
    private static let copies = """
        backups:
          snapshots: {kind: attestation, who: ops, what: snapshots, expires_after: 7 days, valid_until: 2099-12-31}
        """

    @Test func itExpiresByHandAndDoctorSaysWhen() async throws {
        try await Workbench.with { bench in
            #expect(try await bench.habeas("init").status == 0)
            // 240, 200, 160, 120, 80 and 40 days ago.
            try await append(6, bench, "age")
            let endless = try await bench.habeas("doctor").output
            #expect(
                endless.contains("ok    erasure ledger's life: nothing ever expires: no copy is declared"), "\(endless)"
            )
            let refused = try await bench.habeas("ledger", "expire")
            #expect(refused.status == 1 && refused.errors.contains("no copy is declared"), "\(refused.errors)")

            try bench.writeSettings(more: Self.copies)
            let well = try await bench.habeas("doctor").output
            #expect(
                well.contains("entries expire after 44 days: the longest copy lives 14, and a margin of 30"), "\(well)")
            let dry = try await bench.habeas("ledger", "expire", "--dry-run")
            #expect(
                dry.status == 0 && dry.output.contains("5 entries in 5 files would go"), "\(dry.output)\(dry.errors)")
            #expect(dry.output.contains("the rest stays: the last file is appended to"), "\(dry.output)")
            try bench.writeSettings(more: Self.copies + "\nerasure: {ledger_margin: 120}")
            let fewer = try await bench.habeas("ledger", "expire", "--dry-run", "--json").output
            #expect(fewer.contains(#""until" : 3"#) && fewer.contains("entry 4 isn't old enough"), "\(fewer)")
            try bench.writeSettings(more: Self.copies + "\nerasure: {ledger_margin: soon}")
            #expect(try await bench.habeas("ledger", "expire").status == 64)

            try bench.writeSettings(more: Self.copies)
            let done = try await bench.habeas("ledger", "expire", "--json")
            #expect(done.status == 0 && done.output.contains(#""entries" : 5"#), "\(done.output)\(done.errors)")
            let again = try await bench.habeas("ledger", "expire")
            #expect(again.status == 0 && again.output.contains("nothing expires"), "\(again.output)")
            let verified = try await bench.habeas("verify", "ledger")
            #expect(verified.status == 0 && verified.output.contains("entries up to 5 expired"), "\(verified)")
            #expect(try await bench.habeas("doctor").output.contains("sound, 1 entry, head 6, expired up to 5"))
            let chain = try await bench.habeas("audit", "show", "--json").output
            #expect(
                chain.components(separatedBy: "ledger.expired").count == 2, "once, and only what was done: \(chain)")

            let path = "\(bench.folder)/ledger/expired.json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("\"until\":5", with: "\"until\":4").write(
                toFile: path, atomically: true, encoding: .utf8)
            let broken = try await bench.habeas("verify", "ledger")
            #expect(broken.status == 6 && broken.output.contains("FAILED  expired.json"), "\(broken.output)")
            let stopped = try await bench.habeas("ledger", "expire")
            #expect(stopped.status == 6 && stopped.errors.contains("expired.json"), "\(stopped.errors)")
        }
    }

    /// The duty of every day, by the service itself.
    @Test(.timeLimit(.minutes(3))) func itExpiresByItself() async throws {
        try await Workbench.with { bench in
            try await append(6, bench, "age")
            try await RunningService.with(bench, more: Self.copies) { service in
                let path = "\(bench.folder)/ledger/expired.json"
                for _ in 0..<600 where !FileManager.default.fileExists(atPath: path) {
                    try await Task.sleep(for: .milliseconds(100))
                }
                #expect(FileManager.default.fileExists(atPath: path), "\(service.program.log)")
            }
            let verified = try await bench.habeas("verify", "ledger")
            #expect(verified.status == 0 && verified.output.contains("entries up to 5 expired"), "\(verified)")
            let chain = try await bench.habeas("audit", "show", "--json").output
            #expect(chain.components(separatedBy: "ledger.expired").count == 2, "\(chain)")
        }
    }

    // MARK: judging

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
