import AuditLedger
import BackupTruth
import Erasing
import ErasureLedger
import Foundation
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import RightsCore
import SubjectAccess
import Testing

/// The gate on stock PostgreSQL, from backup to point-in-time recovery to replay.
@Suite(.serialized, .timeLimit(.minutes(10))) struct RestoredServerTests {
    /// F25 a, on a real restore: shut, replayed, the person gone, the others as they were, open.
    @Test func aRestoredServerStaysShutUntilItIsReplayed() async throws {
        try await RestoreBench.with { bench in
            let shop = try ShopBench(bench.shop, folder: bench.folder)
            let gated = try await bench.expect("fence", "status")
            #expect(gated.output.contains("are gated") && gated.output.contains("not gated: copies that only do crash"))
            try await bench.takeBackup()
            try await bench.sql("INSERT INTO shop.notes VALUES (9001, '\(ShopBench.id(2))', 'after the backup')")
            let mark = try await bench.mark()
            let expected = try await shop.others(than: [1])
            try await shop.erase(1)
            try await shop.suppress("p1@example.com")
            await shop.close()
            try await bench.endSource()

            let restored = try await bench.restore("a", to: mark)
            let refused = try await restored.asApp()
            #expect(
                refused.status != 0 && refused.errors.contains("pg_hba.conf rejects connection"), "\(refused.errors)")
            #expect(restored.log.contains("habeas fence: closed"), "\(restored.log)")
            let back = try ShopBench(restored.target, folder: bench.folder)
            #expect(try await back.rows(of: 1) == 13, "the person is back")
            #expect(try await back.value("SELECT count(*) FROM shop.notes WHERE id = 9001") == "1")

            let dry = try await restored.replay("--dry-run", "--json")
            #expect(dry.status == 0 && dry.output.contains("\"erased_again\" : 1"), "\(dry.output)\(dry.errors)")
            #expect(try await restored.asApp().status != 0)
            let replayed = try await restored.replay()
            #expect(replayed.status == 0, "\(replayed.output)\(replayed.errors)")
            for words in ["1 erased again, 13 rows", "nobody is found again; timeline 2", "the fence is lifted"] {
                #expect(replayed.output.contains(words), "\(replayed.output)")
            }

            #expect(try await back.rows(of: 1) == 0)
            #expect(try await back.others(than: [1]) == expected)
            #expect(try await back.isSuppressed("p1@example.com"))
            let app = try await restored.asApp()
            #expect(app.status == 0 && app.output == "59\n", "\(app.errors)")
            let past = try await LedgerPast(of: try await back.openLedger(), store: "shop")
            #expect(past.replays.map(\.place.timeline) == [2], "the new place is on the new timeline")
            let again = try await restored.replay("--json")
            #expect(
                again.status == 0 && again.output.contains("\"erased_again\" : 0"), "\(again.output)\(again.errors)")
            #expect(again.output.contains("\"fence\" : \"none\""))
            let audited = try await back.value(
                "SELECT count(*) FROM habeas.audit_entry WHERE action = 'database.replayed'")
            #expect(audited == "2")
            for text in [dry.output, replayed.output, restored.log] { #expect(!text.contains("p1@example.com")) }
            await back.close()
        }
    }

    /// Ended by SIGKILL again and again, it goes on where it was, and nothing is done twice.
    @Test func aReplayThatIsKilledIsFinished() async throws {
        try await RestoreBench.with { bench in
            let shop = try ShopBench(bench.shop, folder: bench.folder)
            try await bench.takeBackup()
            let mark = try await bench.mark()
            let people = Array(1...40)
            let expected = try await shop.others(than: people)
            for person in people { try await shop.erase(person) }
            await shop.close()
            try await bench.endSource()
            let restored = try await bench.restore("k", to: mark)

            let file = "\(shop.ledgerFolder)/ledger-000000000001.jsonl"
            let before = try Self.lines(file)
            var killed = 0
            for step in [1, 2, 11, 20, 33, 46, 61] {
                let (_, status) = try await RunningProgram.with(
                    Checkout.binary, ["replay", "--database", restored.url], in: bench.folder
                ) { program in
                    // A program of its own: this process is busy with other tests.
                    let wait =
                        "while [ $(wc -l < '\(file)') -lt \(before + step) ] && kill -0 \(program.pid); do :; done"
                    _ = try await Program.run("bash", ["-c", "\(wait); kill -9 \(program.pid)"])
                }
                guard status == 128 + 9 else { continue }
                killed += 1
                #expect(try await restored.asApp().status != 0, "it stays shut")
            }
            #expect(killed >= 3, "the kills came too late to say anything")
            let last = try await restored.replay()

            #expect(last.status == 0 && last.output.contains("the fence is lifted"), "\(last.output)\(last.errors)")
            let back = try ShopBench(restored.target, folder: bench.folder)
            for person in people { #expect(try await back.rows(of: person) == 0) }
            #expect(try await back.others(than: people) == expected)
            #expect(try await back.value("SELECT count(*) FROM habeas_local.receipt") == "40")
            let ledger = try await back.openLedger()
            #expect(try await ledger.openIntents().isEmpty)
            #expect(try Self.lines(file) == before + 81, "one intent and one confirmation of each, and the end")
            #expect(try await restored.asApp().status == 0)
            await back.close()
        }
    }

    /// The restore lands in the middle of an erasure in batches: the replay ends it, and its end counts here.
    @Test func anErasureThatTheBackupHalfDidIsEnded() async throws {
        struct Cut: Error {}
        try await RestoreBench.with { bench in
            // What an erasure writes down of itself belongs to its role.
            let eraser = ConnectionTarget(bench.source.connectionString(database: "shop"), user: "habeas_eraser")
            let shop = try ShopBench(eraser, folder: bench.folder)
            try await bench.sql(
                """
                INSERT INTO shop.notes SELECT 10000 + i, '\(ShopBench.id(1))', 'long' FROM generate_series(1, 60000) i;
                ANALYZE shop.notes
                """)
            try await bench.takeBackup()
            let expected = try await shop.others(than: [1])
            let approved = try await shop.approve(
                ErasureTarget(person: SubjectReference("customer:\(ShopBench.id(1))")!))
            let checks = LockedCount()
            await #expect(throws: Cut.self) {
                try await shop.carryOut(approved) { if checks.next() == 6 { throw Cut() } }
            }
            let mark = try await bench.mark()
            let left = try await shop.rows(of: 1)
            #expect((1..<60013).contains(left), "some are gone, some aren't")
            try await shop.carryOut(approved)
            #expect(try await shop.rows(of: 1) == 0)
            await shop.close()
            try await bench.endSource()

            let restored = try await bench.restore("h", to: mark)
            let back = try ShopBench(restored.target, folder: bench.folder)
            #expect(try await back.rows(of: 1) == left)
            let replayed = try await restored.replay()
            #expect(replayed.status == 0, "\(replayed.output)\(replayed.errors)")
            #expect(try await back.rows(of: 1) == 0)
            #expect(try await back.others(than: [1]) == expected)
            let past = try await LedgerPast(of: try await back.openLedger(), store: "shop")
            #expect(past.replays(after: approved.run).map(\.place.timeline) == [2])
            #expect(try await restored.asApp().output == "59\n")
            await back.close()
        }
    }

    /// A hold of which nobody says what it keeps: named, status 3, and the server stays shut.
    @Test func whatCannotBeErasedAgainKeepsTheServerShut() async throws {
        try await RestoreBench.with { bench in
            let shop = try ShopBench(bench.shop, folder: bench.folder)
            try await bench.takeBackup()
            let mark = try await bench.mark()
            let ledger = try await shop.openLedger()
            let hash = shop.keys.subjectHash(kind: "customer", key: ShopBench.id(2))
            _ = try await ledger.append(
                LedgerDraft(
                    .holdPlaced, run: ErasureRunID(naming: "unknown hold"), store: "shop",
                    subject: LedgerSubject(kind: "customer", keyID: shop.keys.subjectKeyID, hash: hash)),
                at: ShopBench.moment)
            for person in [1, 2] { try await shop.erase(person) }
            await shop.close()
            try await bench.endSource()
            let restored = try await bench.restore("o", to: mark)

            let refused = try await restored.replay()
            #expect(refused.status == 3 && refused.output.contains("NOT erased: customer"), "\(refused.output)")
            #expect(refused.output.contains("the server stays shut"))
            #expect(try await restored.asApp().status != 0)
            let back = try ShopBench(restored.target, folder: bench.folder)
            #expect(try await back.rows(of: 1) == 0, "the others are erased all the same")
            #expect(try await back.rows(of: 2) == 13)
            let past = try await LedgerPast(of: try await back.openLedger(), store: "shop")
            #expect(past.replays.isEmpty, "it isn't at its end")
            await back.close()
        }
    }

    /// A copy that only did crash recovery goes on under the old timeline, where its places say nothing; on a new one they do.
    @Test func aCopyThatKeptItsTimelineIsReplayedTwice() async throws {
        try await RestoreBench.with { bench in
            let shop = try ShopBench(bench.shop, folder: bench.folder)
            try await bench.takeBackup()
            let expected = try await shop.others(than: [1])
            _ = try await bench.mark()
            let run = try await shop.erase(1)
            await shop.close()
            try await bench.endSource()

            let restored = try await bench.restore("c", to: "", signal: nil)
            #expect(try await restored.asApp().output == "60\n", "crash recovery runs no command: it isn't gated")
            let first = try await restored.replay()
            #expect(first.status == 0 && first.output.contains("1 erased again"), "\(first.output)\(first.errors)")
            #expect(first.output.contains("goes on under timeline 1 all the same"), "\(first.output)")
            let back = try ShopBench(restored.target, folder: bench.folder)
            #expect(try await back.rows(of: 1) == 0)
            let kept = try await LedgerPast(of: try await back.openLedger(), store: "shop")
            #expect(kept.branched.map(\.timeline) == [1])
            await back.close()

            try await restored.stop()
            try restored.set(["restore_command = '/bin/false'"])
            try await restored.touch("recovery.signal")
            #expect(try await restored.start().status == 0, "\(restored.log)")
            #expect(try await restored.asApp().status != 0, "now it went through the gate")
            let second = try await restored.replay()
            #expect(second.status == 0 && second.output.contains("the fence is lifted"), "\(second.output)")
            let again = try ShopBench(restored.target, folder: bench.folder)
            let past = try await LedgerPast(of: try await again.openLedger(), store: "shop")
            let last = try #require(past.replays(after: run).last?.place)
            #expect(last.timeline == 2 && last.position != nil)
            #expect(try await again.others(than: [1]) == expected)
            await again.close()
        }
    }

    private static func lines(_ file: String) throws -> Int {
        try String(contentsOfFile: file, encoding: .utf8).utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    }

    /// Where the ledger isn't right the server stays shut, with the reason and status 6.
    @Test func withoutASoundLedgerTheServerStaysShut() async throws {
        try await RestoreBench.with { bench in
            let shop = try ShopBench(bench.shop, folder: bench.folder)
            try await bench.takeBackup()
            let mark = try await bench.mark()
            for person in [1, 2] { try await shop.erase(person) }
            await shop.close()
            try await bench.endSource()
            let restored = try await bench.restore("l", to: mark)
            let file = "\(shop.ledgerFolder)/ledger-000000000001.jsonl"
            let good = try String(contentsOfFile: file, encoding: .utf8)
            try good.replacing("\"tli\":1", with: "\"tli\":3").write(toFile: file, atomically: true, encoding: .utf8)

            let edited = try await restored.replay("--json")
            #expect(edited.status == 6 && edited.errors.contains("replay.ledger-edited"), "\(edited.errors)")
            try FileManager.default.removeItem(atPath: shop.ledgerFolder)
            let missing = try await restored.replay()
            #expect(missing.status == 6 && missing.errors.contains("there is no erasure ledger"), "\(missing.errors)")
            #expect(try await restored.asApp().status != 0)

            try FileManager.default.createDirectory(atPath: shop.ledgerFolder, withIntermediateDirectories: true)
            try good.write(toFile: file, atomically: true, encoding: .utf8)
            #expect(try await restored.replay().status == 0)
            #expect(try await restored.asApp().output == "58\n")
        }
    }

    // MARK: the fence itself

    /// A fence that fails ends the start, each time; the server's own warning of an exit status would let it through.
    @Test func aFenceThatFailsEndsTheStart() async throws {
        try await RestoreBench.with { bench in
            try await bench.takeBackup()
            let mark = try await bench.mark()
            try await bench.endSource()
            // Rules that the server may read and not write.
            let rules = "\(bench.folder)/rules.conf"
            try "local all all trust\n".write(toFile: rules, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes(
                [.posixPermissions: geteuid() == 0 ? 0o644 : 0o444], ofItemAtPath: rules)

            let restored = try await bench.restore(
                "f", to: mark, settings: ["hot_standby = off", "hba_file = '\(rules)'"], expecting: 1)
            #expect(restored.log.contains("habeas fence: pg_hba.conf can't be written"), "\(restored.log)")
            #expect(!restored.log.contains("ready to accept connections"), "\(restored.log)")
            #expect(try await restored.start().status != 0, "nor the next start")
            #expect(!restored.log.contains("ready to accept connections"), "\(restored.log)")

            let bare = try await bench.restore(
                "m", to: mark, settings: ["hot_standby = off", "recovery_end_command = '\(missing)'"], expecting: 1)
            #expect(!bare.log.contains("ready to accept connections"), "\(bare.log)")
            #expect(try await bare.start().status != 0)
        }
    }

    /// The command of the fence, where its program isn't.
    private var missing: String { FenceProgram.command.replacing(FenceProgram.name, with: "not_there.sh") }

    /// A standby that is promoted may lack the last erasure: it is shut too, and its readers' sessions end.
    @Test func aPromotedStandbyIsShutAndItsSessionsEnd() async throws {
        try await RestoreBench.with { bench in
            try await bench.takeBackup()
            let standby = try await bench.restore(
                "s", to: "", settings: ["hot_standby = on"], signal: "standby.signal")
            let reader = PostgresPool(to: ConnectionTarget("host='\(standby.run)' user=app dbname=shop"), limit: 1)
            let pid = try await reader.withConnection { connection in
                let pid = try await connection.query("SELECT pg_backend_pid()")[0][0]
                let outcome = try await bench.server("pg_ctl", ["-D", standby.data, "-w", "promote"])
                #expect(outcome.status == 0, "\(outcome.errors) \(standby.log)")
                await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
                return pid
            }
            #expect(pid != nil && standby.log.contains("readers may have come in"), "\(standby.log)")
            #expect(try await standby.asApp().errors.contains("rejects connection"))
            await reader.close()
            let replayed = try await standby.replay()
            #expect(replayed.status == 0 && replayed.output.contains("0 erased again"), "\(replayed.errors)")
            #expect(try await standby.asApp().output == "60\n")
        }
    }

    @Test func theFenceIsInstalledPrintedAndRemoved() async throws {
        try await RestoreBench.with(fence: false) { bench in
            let before = try await bench.habeas(["fence", "status"])
            #expect(before.status == 1 && before.output.contains("aren't gated") && before.output.contains("mend:"))
            let printed = try await bench.expect("fence", "install", "--print", "--role", "postgres")
            #expect(printed.output.contains("ALTER SYSTEM SET recovery_end_command"))
            #expect(try await bench.habeas(["fence", "status"]).status == 1, "printing does nothing")
            let bad = try await bench.habeas(["fence", "install", "--role", "x\" trust"])
            #expect(bad.status == 64 && bad.errors.contains("role of the fence"), "\(bad.errors)")
            // What is printed does it, run by somebody else's program.
            try printed.output.write(toFile: "\(bench.folder)/fence.sql", atomically: true, encoding: .utf8)
            let psql = try await Program.run(
                "psql",
                [
                    "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", bench.source.connectionString, "-f",
                    "\(bench.folder)/fence.sql",
                ])
            #expect(psql.status == 0, "\(psql.errors)")
            let after = try await bench.habeas(["fence", "status"])
            #expect(
                after.status == 0 && after.output.contains("postgres may come in"), "\(after.output)\(after.errors)")
            try await bench.expect("fence", "remove")
            #expect(try await bench.habeas(["fence", "status"]).status == 1)
            try await bench.sql("ALTER SYSTEM SET recovery_end_command = 'true'")
            try await bench.sql("SELECT pg_reload_conf()")
            let other = try await bench.habeas(["fence", "install"])
            #expect(
                other.status == 3 && other.errors.contains("recovery_end_command is set already"), "\(other.errors)")
        }
    }

    @Test(arguments: FenceMethod.allCases) func theProgramIsPlainShell(_ method: FenceMethod) async throws {
        let text = try FenceProgram(role: "gate-keeper", method: method).text
        #expect(!text.contains("\t") && !text.contains("\\"), "the server writes it with COPY")
        try await withFolder { folder in
            try text.write(toFile: "\(folder)/fence.sh", atomically: true, encoding: .utf8)
            for shell in ["dash", "bash"] {
                let outcome = try await Program.run(shell, ["-n", "\(folder)/fence.sh"])
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
        }
    }
}
