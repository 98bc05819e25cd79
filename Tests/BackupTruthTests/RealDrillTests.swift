import Foundation
import PostgresTestKit
import RightsCore
import Testing

@testable import BackupTruth

extension RealBackups {
    /// Drills with real tools and servers, through the real program.
    @Suite(.serialized, .timeLimit(.minutes(15))) struct RealDrillTests {
        @Test func pgBackRestWithAnEncryptedRepository() async throws {
            try await RestoreBench.with(archiveCommand: RestoreBench.pgBackRest) { bench in
                try bench.configurePgBackRest()
                try await bench.pgbackrest("stanza-create")
                let shop = try ShopBench(bench.shop, folder: bench.folder)
                for number in 1...2 { try await bench.pgbackrest("--repo=\(number)", "--type=full", "backup") }
                try await shop.erase(1)
                try await shop.suppress("p1@example.com")
                try await bench.sql(
                    "INSERT INTO shop.notes VALUES (9001, '\(ShopBench.id(2))', 'after'); SELECT pg_switch_wal()")
                for number in 1...2 { try await bench.pgbackrest("--repo=\(number)", "--type=full", "backup") }
                await shop.close()
                try bench.declarePgBackRest(repositories: 1...2)
                let untouched = try await bench.digests(
                    "\(bench.folder)/ledger", "\(bench.base)/repo1", "\(bench.base)/repo2", "\(bench.folder)/keys")

                let drilled = try await bench.drill(canaries: ["p1@example.com"])

                #expect(drilled.status == 0, "\(drilled.said)")
                for name in ["repo1", "repo2"] {
                    let oldest = try drilled.backup(name, "oldest")
                    #expect(
                        oldest.gate
                            == DrillReport.Gate(
                                state: "closed", tried: oldest.gate?.tried ?? 0, refused: oldest.gate?.tried ?? 0,
                                isLifted: true))
                    #expect((oldest.gate?.tried ?? 0) > 0)
                    #expect(
                        oldest.replay?.erasedAgain == 1 && oldest.replay?.rows == 13
                            && oldest.replay?.isVerified == true)
                    #expect(oldest.tables.reduce(0) { $0 + $1.before - $1.after } == 13, "\(oldest.tables)")
                    #expect((oldest.canaries?.rowsBefore ?? 0) > 0 && oldest.canaries?.rowsAfter == 0, "\(oldest)")
                    #expect((oldest.canaries?.filesBefore ?? 0) > 0 && oldest.mayHoldBytes == true)
                    #expect(oldest.endTimeline == 2 && (oldest.bytes ?? 0) > 1_000_000)
                    let newest = try drilled.backup(name, "newest")
                    #expect(newest.gate?.state == "closed" && newest.replay?.erasedAgain == 0, "\(newest)")
                    #expect(newest.canaries?.rowsBefore == 0)
                }
                let after = try await bench.digests(
                    "\(bench.folder)/ledger", "\(bench.base)/repo1", "\(bench.base)/repo2", "\(bench.folder)/keys")
                #expect(after == untouched, "ledger, archive and keys are only read")
                #expect(try bench.leftovers().isEmpty)
                try await Self.judgeTheReport(bench)
                let audited = try await PgValue.of(
                    "SELECT count(*) FROM habeas.audit_entry WHERE action = 'backups.drilled'", bench)
                #expect(audited == "1")

                // Somebody who was never erased.
                let alive = try await bench.drill(canaries: ["p2@example.com"])
                #expect(alive.status == 3 && alive.codes.contains(.canaryInRows), "\(alive.said)")

                try bench.configurePgBackRest(passphrase: "wrong")
                let locked = try await bench.drill(canaries: ["p1@example.com"])
                #expect(locked.status == 3, "\(locked.said)")
                let other = locked.report?.copies.first { $0.name == "repo2" }
                #expect(other?.backups.allSatisfy { $0.replay == nil } == true && other?.findings.isEmpty == false)
                #expect(try bench.leftovers().isEmpty)
            }
        }

        /// Signed like a certificate: judged by us and by OpenSSL.
        private static func judgeTheReport(_ bench: RestoreBench) async throws {
            let out = "\(bench.folder)/out"
            let names = try FileManager.default.contentsOfDirectory(atPath: out).sorted()
            let report = "\(out)/\(try #require(names.first { $0.hasSuffix(".json") }))"
            let signature = report.replacing(".json", with: ".sig")
            let verified = try await bench.habeas(["verify", report])
            #expect(
                verified.status == 0 && verified.output.contains("the report of a drill: sound"), "\(verified.output)")
            let shown = try await bench.habeas(["keys", "show", "--json"])
            let keys = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
            let pem = try #require((keys?["keys"] as? [[String: Any]])?.first?["pem"] as? String, "\(shown.output)")
            try pem.write(toFile: "\(bench.folder)/key.pem", atomically: true, encoding: .utf8)
            let openssl = try await Program.run(
                "openssl",
                [
                    "pkeyutl", "-verify", "-pubin", "-inkey", "\(bench.folder)/key.pem", "-rawin", "-in", report,
                    "-sigfile", signature,
                ])
            #expect(openssl.status == 0, "\(openssl.output)\(openssl.errors)")
            let text = try String(contentsOfFile: report, encoding: .utf8)
            #expect(!text.contains("@example.com"))
            try text.replacing("\"closed\"", with: "\"open\"").write(toFile: report, atomically: true, encoding: .utf8)
            #expect(try await bench.habeas(["verify", report]).status == 6)
        }

        /// With and without a fence, and a verdict that is wrong.
        @Test func baseBackupsFromBeforeAndAfterTheFence() async throws {
            try await RestoreBench.with(fence: false) { bench in
                let shop = try ShopBench(bench.shop, folder: bench.folder)
                try await bench.baseBackup("1")
                try await bench.expect("fence", "install", "--access", "peer")
                try await shop.erase(1)
                try await bench.baseBackup("2")
                try bench.declare(
                    "  bases:\n    kind: basebackup\n    path: \(bench.base)/bases\n    policy: {count: 2, every: 1 day}\n"
                )

                let drilled = try await bench.drill(canaries: ["p1@example.com"])
                #expect(drilled.status == 3 && drilled.codes == [.notGated], "\(drilled.said)")
                let (oldest, newest) = (try drilled.backup("bases", "oldest"), try drilled.backup("bases", "newest"))
                #expect(oldest.gate?.state == "open" && oldest.findings.count == 1 && oldest.replay?.erasedAgain == 1)
                #expect(newest.gate?.state == "closed" && newest.gate?.isLifted == true && newest.findings.isEmpty)

                // A purge is written down that never happened: the next backup is called clean, and isn't.
                try await bench.sql(
                    """
                    INSERT INTO habeas_local.purge_run (level, rewriting, tables, system_identifier, timeline, covers,
                        horizon, ended_at, purged_at)
                      SELECT 'physical', 'none', '{}', system_identifier, 1, pg_current_wal_insert_lsn(),
                        pg_current_xact_id(), now(), pg_current_wal_insert_lsn() FROM pg_control_system();
                    SELECT pg_switch_wal()
                    """)
                try await bench.tool("rm", "-rf", "\(bench.base)/bases/1", "\(bench.base)/bases/2")
                try await bench.baseBackup("3")
                let wrong = try await bench.drill(canaries: ["p1@example.com"])
                #expect(wrong.status == 3 && wrong.codes == [.verdictContradicted], "\(wrong.said)")
                await shop.close()

                let file = "\(shop.ledgerFolder)/ledger-000000000001.jsonl"
                let good = try String(contentsOfFile: file, encoding: .utf8)
                try good.replacing("\"tli\":1", with: "\"tli\":3").write(
                    toFile: file, atomically: true, encoding: .utf8)
                let edited = try await bench.drill(canaries: [])
                #expect(edited.status == 6 && edited.said.contains("replay.ledger-edited"), "\(edited.said)")
                #expect(try bench.leftovers().isEmpty)
            }
        }

        /// Barman puts a command of its own in the fence's place, or none is run: both are told.
        @Test func barmanRestoresAreToldToBeOpen() async throws {
            try await RestoreBench.with(archiveCommand: RestoreBench.barman) { bench in
                try await bench.makeBarman()
                let shop = try ShopBench(bench.shop, folder: bench.folder)
                try await bench.barman("backup", "--wait", "main")
                try await shop.erase(1)
                try await bench.barman("backup", "--wait", "main")
                await shop.close()
                let untouched = try await bench.digests("\(bench.folder)/ledger", "\(bench.base)/barman")

                let drilled = try await bench.drill(canaries: ["p1@example.com"])

                #expect(drilled.status == 3 && drilled.codes == [.notGated], "\(drilled.said)")
                let (oldest, newest) = (try drilled.backup("barman", "oldest"), try drilled.backup("barman", "newest"))
                #expect(oldest.findings.first?.words.contains("rm -fr barman_wal") == true, "\(oldest.findings)")
                #expect(newest.findings.first?.words.contains("recovery.signal") == true, "\(newest.findings)")
                #expect(oldest.replay?.erasedAgain == 1 && oldest.canaries?.rowsAfter == 0)
                #expect(newest.replay?.erasedAgain == 0)
                let after = try await bench.digests("\(bench.folder)/ledger", "\(bench.base)/barman")
                #expect(after == untouched)
                #expect(try bench.leftovers().isEmpty)
            }
        }

        @Test func aKilledDrillIsClearedAwayByTheNext() async throws {
            try await RestoreBench.with { bench in
                let shop = try ShopBench(bench.shop, folder: bench.folder)
                try await shop.erase(1)
                await shop.close()
                try await bench.baseBackup("1")
                try bench.declare(
                    "  bases:\n    kind: basebackup\n    path: \(bench.base)/bases\n    policy: {count: 2, every: 1 day}\n"
                )
                let words = ["backups", "drill", "--scratch", bench.scratch]
                for (step, ending) in [
                    ("recovering", RunningProgram.Ending.stop), ("recovering", .kill), ("replaying", .kill),
                ] {
                    let (_, status) = try await RunningProgram.with(Checkout.binary, words, in: bench.folder) {
                        program in
                        _ = await program.line(with: step)
                        let busy = ending == .stop ? try await bench.habeas(words) : nil
                        #expect(busy == nil || busy?.errors.contains("another drill is running") == true)
                        program.send(ending)
                        await program.waitForEnd()
                    }
                    if ending == .stop {
                        #expect(try status == 130 && bench.leftovers().isEmpty, "asked to end, it clears away itself")
                    } else {
                        #expect(status == 128 + 9)
                        #expect(try bench.leftovers().contains { $0.hasPrefix(ScratchFolder.prefix) })
                    }
                }
                let next = try await bench.drill(canaries: [])
                #expect(next.status == 0 && next.said.contains("removing what a killed drill left"), "\(next.said)")
                #expect(try bench.leftovers().isEmpty)
            }
        }

        @Test(.enabled(if: geteuid() == 0)) func aFullDiskIsToldBeforeAnythingIsWritten() async throws {
            try await RestoreBench.with { bench in
                try await bench.baseBackup("1")
                try bench.declare(
                    "  bases:\n    kind: basebackup\n    path: \(bench.base)/bases\n    policy: {count: 2, every: 1 day}\n"
                )
                let script = """
                    mount -t tmpfs -o size=64m tmpfs \(bench.scratch) || exit 99
                    \(Checkout.binary) backups drill --scratch \(bench.scratch); status=$?
                    ls -A \(bench.scratch) >&2; exit $status
                    """
                let outcome = try await Program.run(
                    "/usr/bin/unshare", ["-m", "/bin/sh", "-c", script], in: bench.folder)
                #expect(outcome.status == 1 && outcome.errors.contains("64 MiB free"), "\(outcome.errors)")
                #expect(
                    outcome.errors.contains("nothing was written") && !outcome.errors.contains(ScratchFolder.prefix))
            }
        }
    }
}

private enum PgValue {
    static func of(_ sql: String, _ bench: RestoreBench) async throws -> String? {
        let shop = try ShopBench(bench.shop, folder: bench.folder)
        let value = try await shop.value(sql)
        await shop.close()
        return value
    }
}
