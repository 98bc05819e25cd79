import Foundation
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import SystemPackage
import Testing

/// The whole story of backups through the real program and real backup tools, judged by the tests' own SQL, by Python and by
/// OpenSSL: an erasure until its last copy is gone, and restores that bring nobody back.
@Suite(.serialized, .timeLimit(.minutes(20))) struct BackupStoryTests {
    private static let archiveCommand = "pgbackrest --config=\"BASE/pgbackrest.conf\" --stanza=main archive-push \"%p\""
    private static let kept = 3

    private static func settings(_ lab: StoryLab) -> String {
        let command = lab.cluster.asServerUser(["pgbackrest"]).map { "\"\($0)\"" }.joined(separator: ", ")
        return """
            fence: { roles: \(StoryLab.app), interval: 1s }
            workers: { lease: 6s }
            backups:
              near:
                kind: pgbackrest
                command: [\(command)]
                config: "\(lab.base)/pgbackrest.conf"
                stanza: main
                policy: { count: \(kept), every: 1 day }
            """
    }

    private static func with(isDebian: Bool = false, _ body: (StoryLab) async throws -> Void) async throws {
        try await StoryLab.with(archiveCommand: archiveCommand, tools: ["pgbackrest"], isDebian: isDebian) { lab in
            try lab.configurePgBackRest("pgbackrest.conf", repository: "repo", keeping: kept)
            try lab.configurePgBackRest("aside.conf", repository: "aside", keeping: kept)
            try await lab.pgbackrest("stanza-create")
            try await body(lab)
        }
    }

    // MARK: the story

    @Test func fromTheErasureToTheLastCopyAndBackInTime() async throws {
        try await Self.with { lab in
            var targets: [[String]] = []
            var left: [[String?]] = []
            var before: [[String?]] = []
            try await RunningService.with(lab.bench, more: Self.settings(lab)) { service in
                try await lab.habeas("fence", "install", "--access", "trust")
                for _ in 1...2 { try await lab.pgbackrest("--type=full", "backup") }
                let traces = try await lab.traces(in: "\(lab.base)/repo")
                #expect(traces.contains { $0.contains("/backup/") } && traces.contains { $0.contains("/archive/") })
                before = try await lab.rows()
                targets = try await lab.noteTargets()

                let erasure = try await StoryErasure(service, lab)
                try await erasure.approve()
                try await erasure.finish()
                #expect(try await lab.rowsOfPerson() == 0)
                left = try await lab.rows()
                try await lab.archiveLog()
                try await lab.server("/bin/cp", "-a", "\(lab.base)/repo", "\(lab.base)/aside")
                try await theDayIsTold(erasure)
                try await ageing(erasure)
                try await theEnd(erasure)
            }
            // By name first, with the service before the door; then by time and by place.
            for target in targets {
                try await lab.restore(target)
                try await refused(lab)
                #expect(try await lab.rows() == before, "\(target): as before the erasure")
                #expect(try await lab.rowsOfPerson() > 20, "\(target): the person is back")
                if target == targets[0] { try await theServiceStaysClosed(lab) }
                try await lab.replayed(rowsLeft: left)
            }
            try await theServiceServes(lab)
        }
    }

    /// Letter, certificate and status name the day, which is that of the policy.
    private func theDayIsTold(_ erasure: StoryErasure) async throws {
        let (_, certificate) = try await erasure.certificate("first")
        let line = try #require((certificate["backups"] as? [[String: Any]])?.first)
        let day = try #require(line["until"] as? String)
        // A week until the purge, and three backups a day apart.
        let wanted = try await erasure.lab.database.query(
            "SELECT (($1::timestamptz + '10 days') AT TIME ZONE 'Europe/Berlin')::date::text, to_char($2::date, 'FMDD FMMonth YYYY')",
            [certificate["erasedAt"] as? String, day])
        #expect(line["name"] as? String == "near" && wanted[0][0] == day)
        let words = try #require(wanted[0][1])
        for _ in 0..<300 {
            if try await erasure.letters().contains("expected to be gone by \(words)") { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try await erasure.letters().contains("expected to be gone by \(words)"))
        #expect(try await erasure.look() == "can_resurrect")
        let status = try await erasure.lab.habeas("backups", "status", "--json")
        #expect(status.output.contains("\"can_resurrect\"") && status.output.contains(erasure.id))
        #expect(try await erasure.state().hasPrefix("erased"))
    }

    /// Backup after backup: what is said agrees with what Python finds, and comes when the policy said.
    private func ageing(_ erasure: StoryErasure) async throws {
        let lab = erasure.lab
        let open = try await backUp(lab)
        #expect(open.standing == "can_resurrect" && open.resurrecting.count == 2 && open.holding == 3, "\(open)")
        try await purgeKilledOnTheWay(lab)
        var seen: [String] = []
        for _ in 1...Self.kept { seen.append(try await backUp(lab).standing) }
        // Two from before the erasure, one from between erasure and purge: the third full after it pushes the last out.
        #expect(
            seen == ["can_resurrect", "may_hold_bytes", "purged"]
                || seen == ["can_resurrect", "can_resurrect", "purged"])
        let files = try await lab.traces(in: "\(lab.base)/repo")
        #expect(files.isEmpty, "\(files)")
    }

    /// One more full backup, and the verdict, which is never `purged` while a byte is found; nor is it late.
    private func backUp(_ lab: StoryLab) async throws -> StoryVerdict {
        try await lab.pgbackrest("--type=full", "backup")
        let verdict = try await lab.scan()
        let files = try await lab.traces(in: "\(lab.base)/repo")
        #expect(files.isEmpty || verdict.standing != "purged", "purged, but: \(files)")
        #expect(!files.isEmpty || verdict.standing == "purged", "no byte, but: \(verdict)")
        return verdict
    }

    /// `habeas purge run` is ended by SIGKILL with some of its steps done; the same command goes on with that run.
    private func purgeKilledOnTheWay(_ lab: StoryLab) async throws {
        let steps = "SELECT count(*) FROM habeas_local.purge_step"
        let (_, status) = try await RunningProgram.with(
            Checkout.binary, ["purge", "run", "--operator"], in: lab.bench.folder
        ) { program in
            for _ in 0..<3000 {
                if (Int(try await lab.value(steps)) ?? 0) >= 4 { break }
                try await Task.sleep(for: .milliseconds(5))
            }
            program.send(.kill)
            await program.waitForEnd()
        }
        #expect(status == 128 + 9, "the kill came too late to say anything")
        let run = try await lab.value("SELECT run::text FROM habeas_local.purge_run WHERE ended_at IS NULL")
        let half = try await lab.scan()
        #expect(half.standing == "can_resurrect", "\(half)")
        let purged = try await lab.habeas("purge", "run", "--operator", "--json")
        #expect(purged.output.contains(run) && purged.output.contains("\"ending\" : \"purged\""), "\(purged.output)")
    }

    /// The certificate of the end, judged by OpenSSL; the letter; the request.
    private func theEnd(_ erasure: StoryErasure) async throws {
        try await erasure.acknowledge()
        #expect(try await erasure.state().hasPrefix("erased"), "not before somebody looked")
        #expect(try await erasure.look() == "purged")
        #expect(try await erasure.state() == "fulfilled")
        let (folder, certificate) = try await erasure.certificate("last")
        #expect((certificate["backups"] as? [Any])?.isEmpty == true, "\(certificate)")
        let keys = try await erasure.lab.habeas("keys", "show", "--json")
        try keys.output.write(toFile: "\(folder)/keys.json", atomically: true, encoding: .utf8)
        try await erasure.lab.habeas("verify", "\(folder)/certificate.json", "--key", "\(folder)/keys.json")
        let list = try #require(
            try JSONSerialization.jsonObject(with: Data(keys.output.utf8)) as? [String: Any])
        let pem = try #require((list["keys"] as? [[String: Any]])?.first?["pem"] as? String, "\(keys.output)")
        try pem.write(toFile: "\(folder)/key.pem", atomically: true, encoding: .utf8)
        let judged = try await Program.run(
            "openssl",
            [
                "pkeyutl", "-verify", "-pubin", "-inkey", "\(folder)/key.pem", "-rawin", "-in",
                "\(folder)/certificate.json", "-sigfile", "\(folder)/certificate.sig",
            ])
        #expect(judged.status == 0, "\(judged.output)\(judged.errors)")
        for _ in 0..<300 {
            if try await erasure.letters().contains("Now no backup that") { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try await erasure.letters().contains("Now no backup that"))
    }

    // MARK: variants

    /// Debian keeps settings and rules in another folder than the data: the fence finds the rules there, and puts them back.
    @Test func aServerWithItsRulesInAnotherFolder() async throws {
        try await Self.with(isDebian: true) { lab in
            var left: [[String?]] = []
            var targets: [[String]] = []
            let rules = "\(lab.base)/etc/pg_hba.conf"
            let own = try String(contentsOfFile: rules, encoding: .utf8)
            try await RunningService.with(lab.bench, more: Self.settings(lab)) { service in
                #expect(try await lab.value("SHOW hba_file") == rules)
                try await lab.habeas("fence", "install", "--access", "trust")
                try await lab.pgbackrest("--type=full", "backup")
                targets = try await lab.noteTargets()
                let erasure = try await StoryErasure(service, lab)
                try await erasure.approve()
                try await erasure.finish()
                left = try await lab.rows()
                try await lab.archiveLog()
                try await lab.server("/bin/cp", "-a", "\(lab.base)/repo", "\(lab.base)/aside")
            }
            try await lab.restore(targets[1])
            try await refused(lab)
            #expect(try String(contentsOfFile: rules, encoding: .utf8).hasPrefix("# habeas fence: closed"))
            #expect(!FileManager.default.fileExists(atPath: "\(lab.cluster.data)/pg_hba.conf"))
            try await lab.replayed(rowsLeft: left)
            #expect(try String(contentsOfFile: rules, encoding: .utf8) == own)
        }
    }

    /// Barman puts a command of its own behind the fence's; with the hook the fence's is behind Barman's. Without it the copy
    /// isn't gated, and the service closes itself.
    @Test(arguments: [true, false]) func aServerThatBarmanRestored(hasHook: Bool) async throws {
        let archive = "mkdir -p BASE/barman/main/incoming && cp %p BASE/barman/main/incoming/%f"
        try await StoryLab.with(archiveCommand: archive, tools: ["barman"]) { lab in
            try await lab.configureBarman(hasHook: hasHook)
            var left: [[String?]] = []
            var time = ""
            try await RunningService.with(lab.bench, more: lab.barmanSettings) { service in
                try await lab.habeas("fence", "install", "--access", "trust")
                try await lab.barman("backup", "--wait", "main")
                time = try await lab.value("SELECT clock_timestamp()::text FROM pg_sleep(1.1)")
                let erasure = try await StoryErasure(service, lab)
                try await erasure.approve()
                try await erasure.finish()
                left = try await lab.rows()
                #expect(try await lab.scan().standing == "can_resurrect")
                try await lab.archiveLog()
                try await lab.barman("archive-wal", "main")
            }
            try await lab.cluster.stop()
            try await lab.server("/bin/rm", "-rf", lab.cluster.data.string)
            try await lab.barman(
                "recover", "--target-time", time, "--target-action", "promote", "main", "latest",
                lab.cluster.data.string)
            try await lab.server(
                "/bin/sh", "-c", "echo \"hot_standby = off\" >> '\(lab.cluster.data)/postgresql.auto.conf'")
            try await lab.start()
            #expect(try await lab.rowsOfPerson() > 20, "the person is back")
            if hasHook {
                try await refused(lab)
                #expect(!FileManager.default.fileExists(atPath: "\(lab.cluster.data)/barman_wal"))
            } else {
                #expect(
                    try await lab.asApp().status == 0, "Barman keeps the fence by itself now: say so in docs/restore.md"
                )
                try await theServiceClosesItself(lab, lab.barmanSettings)
            }
            try await lab.replayed(rowsLeft: left)
        }
    }

    // MARK: kills

    /// Where `habeas serve` is ended by SIGKILL in the middle of an erasure.
    enum Moment: CaseIterable {
        /// Before the intent is in the ledger.
        case beforeTheIntent
        /// The intent is there, nothing is committed.
        case beforeTheCommit
        /// It is committed, and the ledger doesn't say so yet.
        case beforeTheConfirmation
    }

    @Test(arguments: Moment.allCases) func anErasureWhoseServiceIsKilledIsDoneOnce(_ moment: Moment) async throws {
        try await StoryLab.with(archiveCommand: "true", tools: ["flock"]) { lab in
            let more = "workers: { lease: 2s }"
            var begun: StoryErasure?
            try await RunningService.with(lab.bench, more: more, endsWith: 128 + 9) { service in
                try await lab.habeas("fence", "install", "--access", "trust")
                let erasure = try await StoryErasure(service, lab)
                begun = erasure
                try await lab.hold(moment, begin: { try await erasure.approve() }) {
                    service.program.send(.kill)
                    await service.program.waitForEnd()
                }
            }
            #expect(try lab.events() == (moment == .beforeTheIntent ? [] : ["intent"]))
            let receipts = "SELECT count(*)::text FROM habeas_local.receipt"
            #expect(try await lab.value(receipts) == (moment == .beforeTheConfirmation ? "1" : "0"))
            let id = try #require(begun)
            try await RunningService.with(lab.bench, more: more) { service in
                let erasure = StoryErasure(service, id)
                try await erasure.finish()
                #expect(try await lab.rowsOfPerson() == 0)
                #expect(try await lab.value(receipts) == "1")
                let events = try lab.events().filter { ["intent", "confirmed", "aborted"].contains($0) }
                #expect(events == ["intent", "confirmed"], "\(events)")
                let (folder, _) = try await erasure.certificate("done")
                try await lab.habeas("verify", "\(folder)/certificate.json")
                try await lab.habeas("verify", "\(lab.bench.folder)/ledger")
            }
        }
    }

    // MARK: the door

    private func refused(_ lab: StoryLab) async throws {
        let app = try await lab.asApp()
        #expect(app.status != 0 && app.errors.contains("pg_hba.conf rejects connection"), "\(app.errors)")
        #expect(lab.log.contains("habeas fence: closed"))
    }

    /// Behind the fence the service doesn't start; opened by hand, it closes itself and shuts the product out.
    private func theServiceStaysClosed(_ lab: StoryLab) async throws {
        let behind = try await lab.habeas("serve", status: 1)
        #expect(behind.errors.contains("pg_hba.conf rejects connection"), "\(behind.errors)")
        try await lab.server("/bin/sh", "-c", "cd '\(lab.cluster.data)' && sh ./habeas_fence.sh open")
        try await theServiceClosesItself(lab, Self.settings(lab))
    }

    /// Over a database that was rewound it answers nothing else, and the product's role is shut out.
    private func theServiceClosesItself(_ lab: StoryLab, _ settings: String) async throws {
        let port = try FreePort.find()
        try lab.bench.writeServiceSettings(port: port, more: settings)
        let (_, status) = try await RunningProgram.with(Checkout.binary, ["serve"], in: lab.bench.folder) { program in
            try #require(await program.line(with: "listens on") != nil, "\(program.log)")
            for _ in 0..<200 {
                if try await answer(port, "/readyz").contains("restore.rewound") { break }
                try await Task.sleep(for: .milliseconds(100))
            }
            for path in ["/healthz", "/readyz", "/v1/requests", "/p/"] {
                let said = try await answer(port, path)
                #expect(said.hasSuffix(" 503") && said.contains("restore.rewound"), "\(path): \(said)")
            }
            let app = try await lab.asApp()
            #expect(app.status != 0 && app.errors.contains("not permitted to log in"), "\(app.errors)")
        }
        #expect(status == 0)
    }

    private func theServiceServes(_ lab: StoryLab) async throws {
        let port = try FreePort.find()
        try lab.bench.writeServiceSettings(port: port, more: Self.settings(lab))
        let (_, status) = try await RunningProgram.with(Checkout.binary, ["serve"], in: lab.bench.folder) { program in
            try #require(await program.line(with: "listens on") != nil, "\(program.log)")
            let ready = try await answer(port, "/readyz")
            #expect(ready.hasSuffix(" 200"), "\(ready)")
        }
        #expect(status == 0)
    }

    private func answer(_ port: Int, _ path: String) async throws -> String {
        try await Program.run("curl", ["-s", "-w", " %{http_code}", "http://127.0.0.1:\(port)\(path)"]).output
    }
}

extension StoryLab {
    func configurePgBackRest(_ name: String, repository: String, keeping count: Int) throws {
        try write(
            """
            [global]
            repo1-path=\(base)/\(repository)
            repo1-retention-full=\(count)
            lock-path=\(base)/locks
            spool-path=\(base)/spool
            log-level-file=off
            compress-type=none
            start-fast=y
            [main]
            pg1-path=\(cluster.data)
            pg1-socket-path=\(base)/run
            pg1-user=postgres

            """, to: name)
    }

    func pgbackrest(_ words: String...) async throws { try await pgbackrest(words) }

    func pgbackrest(_ words: [String], configuration: String = "pgbackrest.conf") async throws {
        let all = ["pgbackrest", "--config=\(base)/\(configuration)", "--stanza=main"] + words
        let outcome = try await attempt(all)
        try #require(outcome.status == 0, "\(words): \(outcome.errors) \(outcome.output)")
    }

    /// The moment now, said in the three ways in which one can restore to it.
    func noteTargets() async throws -> [[String]] {
        let name = "before_erasure"
        _ = try await value("SELECT pg_create_restore_point('\(name)')::text")
        let place = try await value("SELECT pg_current_wal_insert_lsn()::text")
        // pgBackRest knows the ends of backups by the second, and takes one that ended before the target.
        let time = try await value("SELECT clock_timestamp()::text FROM pg_sleep(1.1)")
        return [
            ["--type=name", "--target=\(name)"], ["--type=time", "--target=\(time)"],
            ["--type=lsn", "--target=\(place)"],
        ]
    }

    /// Loses the server's files, and restores them from the copy of the repository that was put aside.
    func restore(_ target: [String]) async throws {
        try await cluster.stop()
        try await server("/bin/rm", "-rf", cluster.data.string)
        try await pgbackrest(
            target + [
                "--target-action=promote", "--archive-mode=off", "--recovery-option=hot_standby=off", "restore",
            ], configuration: "aside.conf")
        try await start()
    }

    /// Replays, after which the person is gone, everybody else is as they were, and the product is let in.
    func replayed(rowsLeft: [[String?]]) async throws {
        let replayed = try await habeas("replay", "--json")
        #expect(
            replayed.output.contains("\"erased_again\" : 1") && replayed.output.contains("\"verified\" : true"),
            "\(replayed.output)")
        #expect(try await rowsOfPerson() == 0)
        #expect(try await rows() == rowsLeft, "every other row is as the erasure left it")
        let app = try await asApp()
        #expect(app.status == 0 && app.output == "in\n", "\(app.errors)")
    }
}

extension StoryLab {
    func configureBarman(hasHook: Bool) async throws {
        let hook = "post_recovery_retry_script = sh \"$BARMAN_DESTINATION_DIRECTORY/habeas_fence.sh\" arm"
        let user = try await server("id", "-un").trimmingCharacters(in: .whitespacesAndNewlines)
        let programs = URL(filePath: cluster.program("x")).deletingLastPathComponent().path
        try write(
            """
            [barman]
            barman_user = \(user)
            barman_home = \(base)/barman
            configuration_files_directory = \(base)/barman.d
            log_file = \(base)/barman.log
            [main]
            description = main
            conninfo = host=\(base)/run user=postgres dbname=postgres
            streaming_conninfo = host=\(base)/run user=postgres
            backup_method = postgres
            immediate_checkpoint = true
            archiver = on
            path_prefix = \(programs)
            \(hasHook ? hook : "")

            """, to: "barman.conf")
        try await server("mkdir", "-p", "\(base)/barman.d", "\(base)/barman")
        try await barman("cron")
        try await barman("switch-wal", "--force", "--archive", "main")
    }

    var barmanSettings: String {
        let command = cluster.asServerUser(["barman"]).map { "\"\($0)\"" }.joined(separator: ", ")
        return """
            fence: { roles: \(Self.app), interval: 1s }
            backups:
              barman:
                kind: barman
                command: [\(command)]
                config: "\(base)/barman.conf"
                server: main
                policy: { window: 7 days, every: 1 day }
            """
    }

    func barman(_ words: String...) async throws {
        let outcome = try await attempt(["barman", "--config", "\(base)/barman.conf"] + words)
        try #require(outcome.status == 0, "\(words): \(outcome.errors) \(outcome.output)")
    }

    // MARK: stopping an erasure at a moment

    /// The events in the ledger, in order.
    func events() throws -> [String] {
        let path = "\(bench.folder)/ledger/ledger-000000000001.jsonl"
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap {
            try JSONDocument(String($0))["event"]
        }
    }

    /// Begins an erasure and keeps it from going beyond a moment, where it is ended: nobody else gets the ledger's folder, or
    /// a row of the person's.
    func hold(
        _ moment: BackupStoryTests.Moment, begin: () async throws -> Void, end: () async throws -> Void
    ) async throws {
        switch moment {
        case .beforeTheIntent:
            try await holdingLedger {
                try await begin()
                try await waitFor(moment)
                try await end()
            }
        case .beforeTheCommit:
            try await holdingRow { _ in
                try await begin()
                try await waitFor(moment)
                try await end()
            }
        case .beforeTheConfirmation:
            try await holdingRow { release in
                try await begin()
                try await waitFor(.beforeTheCommit)
                try await holdingLedger {
                    try await release()
                    try await waitFor(moment)
                    try await end()
                }
            }
        }
    }

    /// Waits until the erasure stands at the moment.
    func waitFor(_ moment: BackupStoryTests.Moment) async throws {
        let isThere: String
        switch moment {
        case .beforeTheIntent:
            isThere =
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'habeas_eraser' AND state = 'idle in transaction'"
        case .beforeTheCommit:
            isThere =
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'habeas_eraser' AND wait_event_type = 'Lock'"
        case .beforeTheConfirmation: isThere = "SELECT count(*) FROM habeas_local.receipt"
        }
        var times = 0
        for _ in 0..<1200 {
            // For a moment a transaction is idle between any two of its statements.
            times = try await value(isThere) == "0" ? 0 : times + 1
            if times == 5 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the erasure doesn't get to \(moment)")
    }

    private func holdingLedger(_ body: () async throws -> Void) async throws {
        let words = ["--no-fork", "--exclusive", "\(bench.folder)/ledger", "sh", "-c", "echo held >&2; exec sleep 300"]
        _ = try await RunningProgram.with("/usr/bin/flock", words) { program in
            try #require(await program.line(with: "held") != nil)
            try await body()
        }
    }

    private func holdingRow(_ body: (_ release: () async throws -> Void) async throws -> Void) async throws {
        try await PostgresConnection.withConnection(to: database.target()) { connection in
            try await connection.run(unsafeSQL: "BEGIN")
            try await connection.query("SELECT 1 FROM workspace.tasks WHERE user_id = $1::uuid FOR UPDATE", [person])
            try await body { try await connection.run(unsafeSQL: "ROLLBACK") }
        }
    }
}
