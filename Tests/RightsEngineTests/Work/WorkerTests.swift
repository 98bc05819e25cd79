import Foundation
import Logging
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import ServiceLifecycle
import Testing

@testable import RightsEngine

@Suite(.timeLimit(.minutes(15))) struct WorkerTests {
    /// As `serve` runs it beside workers of their own: without a place it works on nothing, and doesn't end by itself.
    @Test func withoutAPlaceItOnlyWaitsForItsEnd() async throws {
        try await WorkBench.with { bench in
            var settings = bench.settings()
            (settings.exportPlaces, settings.errandPlaces) = (0, 0)
            let worker = Worker(engine: bench.engine, workshop: .test(.small(in: bench.archives)), settings: settings)
            let hasEnded = Signal()
            let running = Task {
                try await worker.run()
                hasEnded.raise()
            }
            // Duties are still queued, for others.
            try await bench.until("SELECT count(*) = \(JobKind.duties.count) FROM habeas.job WHERE state = 'waiting'")
            #expect(!hasEnded.isRaised)
            running.cancel()
            try await running.value
        }
    }

    @Test func twoWorkersDoTwoHundredJobsEachOnce() async throws {
        try await WorkBench.with { bench in
            let done = Tally()
            let engine = bench.engine
            var settings = engine.settings
            settings.webhooks = [WebhookEndpoint(name: "crm", url: "https://crm.test", secrets: [])]
            var busy = bench
            busy.engine = Engine(
                control: engine.control, people: engine.people, settings: settings, directory: engine.directory,
                now: engine.now)
            try await engine.control.transaction { transaction in
                for _ in 0..<400 {
                    let id: EventID = engine.makeID()
                    try await transaction.insert(
                        WebhookRecord(id: id, request: nil, endpoint: "crm", body: "{}", madeAt: engine.now()))
                    try await transaction.enqueue(engine.makeID(), .webhook, target: id.text)
                }
            }
            let workshop = Workshop.test(
                .small(in: bench.archives),
                webhook: { event, _ in
                    done.add(event.id.text)
                    return 204
                })
            let crowd = busy
            try await crowd.withWorker(workshop, crowd.settings("one")) {
                try await crowd.withWorker(workshop, crowd.settings("two")) {
                    try await crowd.until(
                        "SELECT count(*) = 400 FROM habeas.job WHERE kind = 'webhook' AND state = 'done'")
                }
            }
            let workers = try await bench.value("SELECT count(DISTINCT worker) FROM habeas.job WHERE kind = 'webhook'")
            let accepted = try await bench.value(
                "SELECT count(*) FROM habeas.webhook_event WHERE state = 'accepted' AND status = 204")

            #expect(done.all.count == 400)
            #expect(done.all.values.allSatisfy { $0 == 1 })
            #expect(workers == "2")
            #expect(accepted == "400")
        }
    }

    @Test func attemptsAreUsedUpThenItIsDeadThenRetried() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()
            try await bench.run(maxAttempts: 3)
            let tries = Tally()
            let maker = ArchiveMaker.small(
                in: bench.archives,
                before: { _ in
                    tries.add("try")
                    guard tries["try"] > 3 else { throw JobFailure(code: "export.store-unavailable") }
                })
            let job = try await bench.exportJob(of: request.id)
            try await bench.withWorker(.test(maker)) {
                for attempt in 1...2 {
                    try await bench.until(
                        "SELECT state = 'waiting' AND attempts = \(attempt) FROM habeas.job WHERE kind = 'export'")
                    #expect(try await bench.request(request.id).state == .queued)
                    try await bench.database.run(
                        "UPDATE habeas.job SET run_at = clock_timestamp() WHERE state = 'waiting'")
                }
                try await bench.until("SELECT state = 'dead' FROM habeas.job WHERE kind = 'export'")
                let failed = try await bench.request(request.id)
                let dead = try await bench.engine.jobs(in: [.dead])
                #expect(failed.state == .failed && failed.outcome == "export.store-unavailable")
                #expect(dead.map(\.id) == [job.id] && dead[0].error == "export.store-unavailable")

                try await bench.retry(job.id)
                try await bench.until("SELECT state = 'done' FROM habeas.job WHERE kind = 'export'")
            }
            let story = try await bench.story(of: request.id)

            #expect(try await bench.request(request.id).state == .ready)
            #expect(tries["try"] == 4)
            #expect(
                story.drop { $0 != "running-failed" }.filter { !$0.hasPrefix("notice") } == [
                    "running-failed", "job.abandoned", "failed-queued", "job.retried", "queued-running",
                    "running-ready", "link.issued", "export.finished",
                ])
            await #expect(throws: EngineError.self) { try await bench.retry(job.id) }
        }
    }

    @Test func askedToEndItGivesExportsBackUncounted() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()
            let began = Signal()
            let slow = ArchiveMaker.small(
                in: bench.archives,
                after: { _ in
                    began.raise()
                    try await Task.sleep(for: .seconds(600))
                })
            var settings = bench.settings()
            settings.grace = .milliseconds(50)
            let worker = Worker(engine: bench.engine, workshop: .test(slow), settings: settings)
            let group = ServiceGroup(services: [worker], logger: Logger(label: "test"))
            async let running: Void = group.run()
            await began.wait()
            await group.triggerGracefulShutdown()
            try await running

            let job = try await bench.exportJob(of: request.id)
            #expect(job.state == .waiting && job.attempts == 0 && job.waitsFor == "worker")
            #expect(try await bench.request(request.id).state == .queued)
            #expect(try bench.files() == [])

            try await bench.withWorker(.test(.small(in: bench.archives))) {
                try await bench.until("SELECT state = 'done' FROM habeas.job WHERE kind = 'export'")
            }
            #expect(try bench.files().count == 2)
        }
    }

    @Test func askedToEndItLetsThemFinishWithinTheGrace() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            let other = try await bench.ask("user:2")
            try await bench.dropErrands()
            let (began, release) = (Signal(), Signal())
            let maker = ArchiveMaker.small(
                in: bench.archives,
                before: { _ in
                    began.raise()
                    await release.wait()
                })
            var settings = bench.settings()
            settings.exportPlaces = 1
            settings.grace = .seconds(120)
            let worker = Worker(engine: bench.engine, workshop: .test(maker), settings: settings)
            let group = ServiceGroup(services: [worker], logger: Logger(label: "test"))
            async let running: Void = group.run()
            await began.wait()
            await group.triggerGracefulShutdown()
            release.raise()
            try await running

            let states = [
                try await bench.request(request.id).state, try await bench.request(other.id).state,
            ]
            #expect(states.filter { $0 == .ready }.count == 1)
            #expect(states.filter { $0 == .queued }.count == 1)
        }
    }

    @Test func aNotificationWakesItBeforeThePoll() async throws {
        try await WorkBench.with { bench in
            var settings = bench.settings()
            settings.pollPause = .seconds(3600)
            try await bench.withWorker(.test(.small(in: bench.archives)), settings) {
                try await bench.until(
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database())"
                )
                let request = try await bench.ask()
                try await bench.until(
                    "SELECT state = 'ready' FROM habeas.request WHERE id = $1", [request.id.text])
            }
        }
    }

    @Test func progressIsToldAndTheLeaseProlonged() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()
            let release = Signal()
            let maker = ArchiveMaker.small(in: bench.archives, before: { _ in await release.wait() })
            var settings = bench.settings()
            settings.lease = .seconds(2)
            try await bench.withWorker(.test(maker), settings) {
                try await bench.until(
                    "SELECT phase = 'reading' AND done = 1 AND total = 10 FROM habeas.job WHERE kind = 'export'")
                let first = try await bench.exportJob(of: request.id)
                try await bench.until(
                    "SELECT lease_until > habeas.instant($1) + interval '3 seconds' FROM habeas.job WHERE kind = 'export'",
                    [first.leaseUntil?.sql])
                release.raise()
                try await bench.until("SELECT state = 'done' FROM habeas.job WHERE kind = 'export'")
            }
            #expect(try await bench.exportJob(of: request.id).attempts == 1)
        }
    }

    @Test func connectionsThatBreakAreSurvived() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()
            let tries = Tally()
            let database = bench.database
            let maker = ArchiveMaker.small(
                in: bench.archives,
                after: { _ in
                    tries.add("try")
                    guard tries["try"] == 1 else { return }
                    try await database.run(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'habeas_control' "
                            + "AND datname = current_database()")
                })
            var settings = bench.settings()
            settings.lease = .seconds(3)
            try await bench.withWorker(.test(maker), settings) {
                try await bench.until("SELECT state = 'done' FROM habeas.job WHERE kind = 'export'")
            }
            #expect(try await bench.request(request.id).state == .ready)
            #expect(try bench.files().count == 2)
        }
    }
}
