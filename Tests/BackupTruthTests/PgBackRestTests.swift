import BackupTruth
import ErasureLedger
import Foundation
import PostgresTestKit
import PrivatePostgres
import RightsCore
import SystemPackage
import Testing

/// The tests that run real backup tools, one after the other.
@Suite(.serialized) struct RealBackups {}

extension RealBackups {
    /// Real pgBackRest with repositories that aren't compressed, so that a byte search can contradict a verdict.
    @Suite(.serialized) struct PgBackRestTests {
        private static let archiveCommand = "pgbackrest --config=BASE/pgbackrest.conf --stanza=main archive-push %p"

        private static func withStanza(
            repositories: Int = 1, _ body: (BackupLab) async throws -> Void
        ) async throws {
            try await BackupLab.with(archiveCommand: archiveCommand, tools: ["pgbackrest"]) { lab in
                try configure(lab, repositories: repositories)
                try await lab.pgbackrest("stanza-create")
                try await lab.makePeople()
                try await body(lab)
            }
        }

        private static func configure(_ lab: BackupLab, repositories: Int, passphrase: String = "right") throws {
            let repository = (1...repositories).map { number in
                """
                repo\(number)-path=\(lab.base)/repo\(number)
                repo\(number)-retention-full=1
                """
            }.joined(separator: "\n")
            try lab.write(
                """
                [global]
                \(repository)
                \(repositories > 1 ? "repo2-cipher-type=aes-256-cbc\nrepo2-cipher-pass=\(passphrase)" : "")
                lock-path=\(lab.base)/locks
                spool-path=\(lab.base)/spool
                log-level-file=off
                compress-type=none
                start-fast=y
                [main]
                pg1-path=\(lab.cluster.data)
                pg1-socket-path=\(lab.base)/run
                pg1-user=postgres
                """, to: "pgbackrest.conf")
        }

        @Test func aPersonAgesOutOfFullsDifferentialsAndIncrementals() async throws {
            try await Self.withStanza { lab in
                let copies = lab.copies()
                for type in ["full", "diff", "incr"] {
                    let bound = type == "diff" ? BackupLab.binding.annotations : []
                    try await lab.backup(type, options: bound.map { "--annotation=\($0.key)=\($0.value)" })
                    try await lab.others()
                }
                #expect(try await lab.bindings(copies) == [nil, BackupLab.binding, nil])
                let erased = try await lab.erase()
                try await lab.backup("incr")
                let open = try await lab.judge(copies, BackupLab.horizon([erased]), searching: "repo1").copies[0]
                #expect(open.standing == .canResurrect && open.resurrecting.count == 3 && open.holding.count == 4)

                let horizon = BackupLab.horizon([erased], [try await lab.purge()])
                try await lab.others()
                try await lab.backup("incr")
                let purged = try await lab.judge(copies, horizon, searching: "repo1").copies[0]
                #expect(purged.standing == .canResurrect, "\(purged)")
                #expect(purged.resurrecting == open.resurrecting && purged.holding == open.holding)
                #expect(purged.holdingSegments > 0)

                // A fresh full, and everything from before expires with it.
                try await lab.backup("full")
                let clean = try await lab.judge(copies, horizon, searching: "repo1").copies[0]
                #expect(clean.standing == .purged && clean.evidence == .catalogue, "\(clean)")
                let traces = try await lab.traces(in: "repo1")
                #expect(traces.isEmpty)
            }
        }

        @Test func twoRepositoriesOneEncrypted() async throws {
            try await Self.withStanza(repositories: 2) { lab in
                let copies = lab.copies(2)
                for repository in [1, 2] { try await lab.backup("full", repository: repository) }
                let horizon = try await lab.eraseAndPurge()
                try await lab.others()
                try await lab.backup("full", repository: 1)

                let half = try await lab.judge(copies, horizon, searching: "repo1")
                #expect(half.copies.map(\.standing) == [.purged, .canResurrect], "\(half)")
                let traces = try await lab.traces(in: "repo1")
                #expect(traces.isEmpty)
                let hidden = try await lab.judge([copies[0]], horizon)
                #expect(hidden.copies[0].reasons.map(\.kind) == [.undeclared])

                try await lab.backup("full", repository: 2)
                let both = try await lab.judge(copies, horizon, searching: "repo1")
                #expect(both.standing == .purged, "\(both)")

                try Self.configure(lab, repositories: 2, passphrase: "wrong")
                let wrong = try await lab.judge(copies, horizon)
                #expect(wrong.copies[1].standing == .unknown)
                #expect(wrong.copies[1].reasons.contains { [.unreadable, .refused].contains($0.kind) })
                try Self.configure(lab, repositories: 2)
                #expect(try await lab.judge(copies, horizon).standing == .purged)

                for number in [1, 2] {
                    try await lab.run("mv", "\(lab.base)/repo\(number)", "\(lab.base)/away")
                    let unmounted = try await lab.judge(copies, horizon)
                    try await lab.run("rm", "-rf", "\(lab.base)/repo\(number)")
                    try await lab.run("mv", "\(lab.base)/away", "\(lab.base)/repo\(number)")
                    let verdict = unmounted.copies[number - 1]
                    #expect(verdict.standing == .unknown && verdict.reasons.contains { $0.kind == .missing })
                }
            }
        }

        @Test func aBackupThatRunsOrWasKilled() async throws {
            try await Self.withStanza { lab in
                let copies = lab.copies()
                try await lab.sql(
                    "CREATE TABLE public.big AS SELECT repeat(md5(g::text), 20) FROM generate_series(1, 60000) g")
                let started = try await lab.startBackupThatStops {
                    let running = try await lab.judge(copies, BackupLab.horizon([try await lab.point()]))
                    #expect(running.copies[0].reasons.contains { $0.kind == .backupRunning }, "\(running)")
                }
                #expect(started)
                let horizon = try await lab.eraseAndPurge()
                try await lab.others()
                try await lab.backup("full", options: ["--no-resume"])
                #expect(try await lab.judge(copies, horizon, searching: "repo1").standing == .purged)

                // Killed again, with nothing else in the way of a clean verdict.
                #expect(try await lab.startBackupThatStops {})
                let killed = try await lab.judge(copies, horizon)
                #expect(killed.standing == .unknown)
                #expect(killed.copies[0].reasons.contains { $0.kind == .unlisted }, "\(killed)")

                // The next expiry removes what was left.
                try await lab.pgbackrest("expire")
                #expect(try await lab.judge(copies, horizon, searching: "repo1").standing == .purged)
            }
        }

        @Test func aTimelineThatForkedBeforeTheErasure() async throws {
            try await Self.withStanza { lab in
                let copies = lab.copies()
                try await lab.backup("full")
                try await lab.others()
                let first = try await lab.eraseAndPurge()
                try await lab.others()
                try await lab.stop()
                try await lab.pgbackrest("restore", "--delta", "--type=immediate", "--target-action=promote")
                try await lab.startRestored()
                #expect(try await lab.value("SELECT count(*)::text FROM public.people WHERE id = 0") == "1")
                for _ in 0..<6 { try await lab.others() }
                try await lab.backup("full", options: ["--repo1-retention-full=9"])
                try await lab.backup("incr", options: ["--repo1-retention-full=9"])

                let back = try await lab.judge(copies, first, searching: "repo1").copies[0]
                #expect(back.standing == .canResurrect && back.resurrecting.count == 3, "\(back)")

                // Without the timeline's history, nothing can be said.
                let history = "\(lab.base)/repo1/archive/main/15-1/00000002.history"
                try await lab.run("mv", history, "\(lab.base)/history")
                let lost = try await lab.judge(copies, first).copies[0]
                #expect(lost.standing == .unknown && lost.reasons.map(\.kind) == [.unknownTimeline], "\(lost)")
                try await lab.run("mv", "\(lab.base)/history", history)

                // Erased again where the server is now, and the old copies expire.
                let second = try await lab.eraseAndPurge()
                let both = ErasureHorizon(
                    erased: first.erased + second.erased, purged: first.purged + second.purged, erasedAt: Sample.at,
                    purgedAt: Sample.at)
                try await lab.others()
                try await lab.backup("full")
                let clean = try await lab.judge(copies, both, searching: "repo1").copies[0]
                #expect(clean.standing == .purged, "\(clean)")
            }
        }

        @Test func aServerMadeAnewUnderTheSameStanza() async throws {
            try await Self.withStanza { lab in
                let copies = lab.copies()
                try await lab.backup("full")
                let horizon = try await lab.eraseAndPurge()
                try await lab.others()
                try await lab.backup("full")
                #expect(try await lab.judge(copies, horizon, searching: "repo1").standing == .purged)

                let old = try await lab.live()
                try await lab.stop()
                try await lab.run("rm", "-rf", lab.cluster.data.string)
                try await lab.cluster.start()
                let other = try await lab.judge(copies, horizon).copies[0]
                #expect(other.standing == .unknown && other.reasons.map(\.kind) == [.otherSystem], "\(other)")
                #expect(try await lab.live() != old)

                // Told of the new server, pgBackRest keeps both; the erasure says nothing of the new one.
                try await lab.pgbackrest("stanza-upgrade")
                try await lab.makePeople()
                try await lab.backup("full", options: ["--repo1-retention-full=9"])
                let upgraded = try await lab.judge(copies, horizon, searching: "repo1").copies[0]
                #expect(upgraded.standing == .unknown && upgraded.reasons.map(\.kind) == [.otherSystem], "\(upgraded)")

                // Erased there too, it counts for both; the log of before the purge is still kept.
                let again = try await lab.eraseAndPurge()
                let both = ErasureHorizon(
                    erased: horizon.erased + again.erased, purged: horizon.purged + again.purged, erasedAt: Sample.at,
                    purgedAt: Sample.at)
                let dirty = try await lab.judge(copies, both, searching: "repo1").copies[0]
                #expect(dirty.standing == .canResurrect && dirty.resurrecting.count == 1, "\(dirty)")
            }
        }
    }
}

extension BackupLab {
    func copies(_ number: Int = 1) -> [DeclaredCopy] {
        (1...number).map { repository in
            DeclaredCopy(
                name: "repo\(repository)",
                source: .pgBackRest(
                    PgBackRestCopy(
                        command: asServer + ["pgbackrest"], configuration: "\(base)/pgbackrest.conf", stanza: "main",
                        repository: repository)), policy: CopyPolicy(.count(1, everyDays: 1)))
        }
    }

    func pgbackrest(_ words: String...) async throws {
        let all = ["pgbackrest", "--config=\(base)/pgbackrest.conf", "--stanza=main"] + words
        let outcome = try await attempt(all)
        try #require(outcome.status == 0, "\(words): \(outcome.errors) \(outcome.output)")
    }

    func backup(_ type: String, repository: Int = 1, options: [String] = []) async throws {
        let words = ["--repo=\(repository)", "--type=\(type)"] + options + ["backup"]
        let all = ["pgbackrest", "--config=\(base)/pgbackrest.conf", "--stanza=main"] + words
        let outcome = try await attempt(all)
        try #require(outcome.status == 0, "\(words): \(outcome.errors) \(outcome.output)")
    }

    /// Starts a full backup, holds it while it copies files, lets `body` look, and kills it.
    ///
    /// - Returns: whether it was held in time.
    func startBackupThatStops(_ body: () async throws -> Void) async throws -> Bool {
        let words =
            asServer + [
                "/usr/bin/pgbackrest", "--config=\(base)/pgbackrest.conf", "--stanza=main", "--repo=1", "--type=full",
                "--no-resume", "--log-level-stderr=detail", "backup",
            ]
        return try await RunningProgram.with(words[0], Array(words.dropFirst()), in: "/") { program in
            guard await program.line(with: "backup file") != nil else { return false }
            kill(program.pid, SIGSTOP)
            try await body()
            program.send(.kill)
            await program.waitForEnd()
            // Its workers hold the lock until they notice.
            try await run("flock", "--timeout", "60", "\(base)/locks/main-backup.lock", "true")
            return true
        }.value
    }
}
