import AuditLedger
import Exporting
import Foundation
import ObjectStore
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

@Suite(.timeLimit(.minutes(10))) struct ExportJobTests {
    @Test func makesOneArchiveWithLinkNoticeAndStory() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            let letters = Tally()
            let workshop = Workshop.test(.small(in: bench.archives)) { letter in
                letters.add("\(letter.notice.kind) \(letter.download != nil) \(letter.address)")
                return .handedOver(replyCode: 250)
            }
            try await bench.withWorker(workshop) {
                try await bench.until(
                    "SELECT NOT EXISTS (SELECT FROM habeas.job WHERE state IN ('waiting', 'running'))")
            }
            let after = try await bench.request(request.id)
            let job = try await bench.exportJob(of: request.id)
            let archives = try await bench.engine.control.transaction { try await $0.archives(of: request.id) }
            let story = try await bench.story(of: request.id)
            let links = try await bench.engine.control.transaction { try await $0.links(of: request.id) }

            #expect(after.state == .ready && after.readyAt != nil && after.contents == #"{"tasks":10}"#)
            #expect(after.keepUntil == after.readyAt.map { $0 + bench.engine.settings.archiveKeep })
            #expect(job.state == .done && job.attempts == 1 && job.reservedBytes == 0)
            #expect(archives.map(\.object) == ["\(request.id)-\(job.fence).zip"])
            #expect(try bench.files() == archives.flatMap { [$0.object, "\($0.object).key"] })
            #expect(links.count == 1)
            #expect(
                story.filter { !$0.hasPrefix("notice") && $0 != "request.acknowledged" } == [
                    "request.opened", "identity.accepted", "received-accepted", "accepted-queued", "queued-running",
                    "running-ready", "link.issued", "export.finished",
                ])
            #expect(letters["archive-ready true user:1@people.test"] == 1)
            #expect(letters["request-accepted false user:1@people.test"] == 1)
        }
    }

    /// What lapsed is made again by another job, and never under the name of what was destroyed.
    @Test func anArchiveThatWasDestroyedIsMadeAgain() async throws {
        try await WorkBench.with { bench in
            let asked = try await bench.ask()
            try await bench.dropErrands()
            let engine = bench.engine
            try await bench.withWorker(.test(.small(in: bench.archives))) {
                try await bench.until("SELECT state = 'ready' FROM habeas.request")
            }
            let first = try bench.files()
            bench.clock.advance(by: engine.settings.archiveKeep + .seconds(1))
            try await engine.expire()
            let lapsed = try await bench.request(asked.id).state
            try await engine.control.transaction { transaction in
                var request = try await engine.locked(asked.id, in: transaction)
                try await engine.move(&request, .retry, by: .system, in: transaction)
                _ = try await transaction.enqueue(engine.makeID(), .export, request: request.id)
            }
            try await bench.withWorker(.test(.small(in: bench.archives))) {
                try await bench.until("SELECT state = 'ready' FROM habeas.request")
            }
            let second = try bench.files()

            #expect(lapsed == .expired)
            #expect(first.count == 2 && second.count == 2 && Set(first).isDisjoint(with: second))
        }
    }

    /// FAILURES F29: cancelled, and a worker is making the archive.
    @Test func cancelledWhileRunningNothingLaterHappens() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()
            let (began, ended) = (Signal(), Signal())
            let maker = ArchiveMaker.small(
                in: bench.archives, before: { _ in began.raise() },
                after: { _ in
                    defer { ended.raise() }
                    try await Task.sleep(for: .seconds(600))
                })
            var settings = bench.settings()
            settings.lease = .seconds(1)
            try await bench.withWorker(.test(maker), settings) {
                await began.wait()
                let (secret, _) = try await bench.engine.signIn(reference: "user:1")
                try await bench.engine.cancel(request.id, by: try await bench.engine.session(secret))
                await ended.wait()
                try await bench.untilNoFiles()
            }
            let after = try await bench.request(request.id)
            let job = try await bench.exportJob(of: request.id)
            let story = try await bench.story(of: request.id)

            #expect(after.state == .cancelled)
            #expect(job.state == .cancelled)
            #expect(try bench.files() == [])
            #expect(story.filter { !$0.hasPrefix("notice") }.last == "running-cancelled")
        }
    }

    /// The cancel comes while the last transaction is about to begin: it finds the request cancelled.
    @Test func cancelledAtTheLastMomentNothingIsPublished() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()
            let engine = bench.engine
            let maker = ArchiveMaker.small(
                in: bench.archives,
                after: { order in
                    let (secret, _) = try await engine.signIn(reference: "user:1")
                    try await engine.cancel(order.request.id, by: try await engine.session(secret))
                })
            try await bench.withWorker(.test(maker)) {
                try await bench.until("SELECT state = 'cancelled' FROM habeas.job WHERE kind = 'export'")
                try await bench.untilNoFiles()
            }
            let archives = try await bench.value("SELECT count(*) FROM habeas.archive")
            let links = try await bench.value("SELECT count(*) FROM habeas.link")

            #expect(try await bench.request(request.id).state == .cancelled)
            #expect(archives == "0" && links == "0")
            #expect(try bench.files() == [])
        }
    }

    @Test func onePersonsExportsNeverOverlap() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()
            let measured = Signal()
            let small = ArchiveMaker.small(in: bench.archives)
            let maker = ArchiveMaker(
                measure: { order in
                    measured.raise()
                    return try await small.measure(order)
                }, make: small.make)
            try await bench.engine.control.connection { other in
                let isFree = try await other.tryLock(person: request.subject)
                #expect(isFree)
                try await bench.withWorker(.test(maker)) {
                    try await bench.until(
                        "SELECT waits_for = 'person' AND attempts = 0 FROM habeas.job WHERE kind = 'export'")
                    #expect(!measured.isRaised)
                    try await other.unlock(person: request.subject)
                    try await bench.until("SELECT state = 'done' FROM habeas.job WHERE kind = 'export'")
                }
            }
            let job = try await bench.exportJob(of: request.id)
            let held = try await bench.value(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                    + "WHERE locktype = 'advisory' AND datname = current_database()")

            #expect(job.attempts == 1)
            #expect(held == "0")
        }
    }

    @Test func smallOnesAreNotHeldUpByAHugeOne() async throws {
        try await WorkBench.with { bench in
            let huge = try await bench.ask("user:huge")
            let second = try await bench.ask("user:huge2")
            for person in 1...20 { _ = try await bench.ask("user:\(person)") }
            try await bench.dropErrands()
            let release = Signal()
            let small = ArchiveMaker.small(
                in: bench.archives, before: { if $0.reference.hasPrefix("user:huge") { await release.wait() } })
            let maker = ArchiveMaker(
                measure: { ExportMeasure(rows: $0.reference.hasPrefix("user:huge") ? 1_000_000 : 10, bytes: 100) },
                make: small.make)
            try await bench.withWorker(.test(maker)) {
                try await bench.until(
                    "SELECT count(*) = 20 FROM habeas.job WHERE kind = 'export' AND state = 'done'")
                let one = try await bench.exportJob(of: huge.id)
                let two = try await bench.exportJob(of: second.id)
                #expect([one.state, two.state].sorted { $0.rawValue < $1.rawValue } == [.running, .waiting])
                #expect(one.weight == .heavy && two.weight == .heavy)
                release.raise()
                try await bench.until(
                    "SELECT count(*) = 22 FROM habeas.job WHERE kind = 'export' AND state = 'done'")
            }
        }
    }

    /// FAILURES F30: what finds no space waits while the others finish.
    @Test func oneThatFindsNoSpaceWaitsAndIsNotCounted() async throws {
        try await WorkBench.with { bench in
            var bench = bench
            var settings = bench.engine.settings
            settings.spaceBudget = 3_000_000
            bench.engine = Engine(
                control: bench.engine.control, people: bench.engine.people, settings: settings,
                directory: bench.engine.directory, now: bench.engine.now)
            _ = try await bench.ask("user:1")
            _ = try await bench.ask("user:2")
            try await bench.dropErrands()
            let (began, release) = (Signal(), Signal())
            let maker = ArchiveMaker.small(
                in: bench.archives, bytes: 2_000_000,
                before: { _ in
                    began.raise()
                    await release.wait()
                })
            let running = bench
            try await running.withWorker(.test(maker)) {
                await began.wait()
                try await running.until("SELECT bool_or(waits_for = 'space' AND attempts = 0) FROM habeas.job")
                #expect(began.count == 1)
                release.raise()
                try await running.until("SELECT bool_and(state = 'done') FROM habeas.job WHERE kind = 'export'")
            }
            let attempts = try await running.value("SELECT max(attempts) FROM habeas.job WHERE kind = 'export'")
            #expect(attempts == "1")
        }
    }

    @Test func oneThatNeverFitsFailsLoudly() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()
            try await bench.run(maxAttempts: 1)
            let maker = ArchiveMaker.small(in: bench.archives, bytes: bench.engine.settings.spaceBudget + 1)
            try await bench.withWorker(.test(maker)) {
                try await bench.until("SELECT state = 'dead' FROM habeas.job WHERE kind = 'export'")
            }
            let after = try await bench.request(request.id)
            #expect(after.state == .failed && after.outcome == "job.over-budget")
        }
    }

    /// FAILURES F30: a disk that is full is waited for, and nothing half-written stays.
    @Test func aFullDiskIsWaitedFor() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()
            let tries = Tally()
            let maker = ArchiveMaker.small(
                in: bench.archives,
                before: { _ in
                    tries.add("try")
                    guard tries["try"] > 1 else { throw JobFailure(.noSpace, retry: .whenThereIsSpace) }
                })
            try await bench.withWorker(.test(maker)) {
                try await bench.until("SELECT waits_for = 'space' FROM habeas.job WHERE kind = 'export'")
                #expect(try bench.files() == [])
                #expect(try await bench.request(request.id).state == .queued)
                try await bench.database.run("UPDATE habeas.job SET run_at = clock_timestamp()")
                try await bench.until("SELECT state = 'done' FROM habeas.job WHERE kind = 'export'")
            }
            #expect(try await bench.exportJob(of: request.id).attempts == 1)
        }
    }

    /// What can't be written whole is tried once more, then withheld: no link, nothing reachable (FAILURES F1).
    @Test func aWithheldArchiveIsTriedOnceMoreThenFails() async throws {
        try await WorkBench.with { bench in
            let request = try await bench.ask()
            try await bench.dropErrands()
            let posted = Tally()
            let maker = ArchiveMaker.small(
                in: bench.archives,
                after: { _ in throw JobFailure(code: "export.read-back-failed", retry: .once) })
            let workshop = Workshop.test(maker) { letter in
                posted.add(letter.notice.kind)
                return .handedOver(replyCode: nil)
            }
            try await bench.withWorker(workshop) {
                try await bench.until("SELECT waits_for = 'retry' FROM habeas.job WHERE kind = 'export'")
                try await bench.database.run("UPDATE habeas.job SET run_at = clock_timestamp()")
                try await bench.until(
                    "SELECT bool_and(state IN ('dead', 'done')) AND bool_or(kind = 'mail') FROM habeas.job")
                try await bench.untilNoFiles()
            }
            let after = try await bench.request(request.id)
            let links = try await bench.value("SELECT count(*) FROM habeas.link")
            let story = try await bench.story(of: request.id)

            #expect(after.state == .failed && after.outcome == "export.read-back-failed")
            #expect(try bench.files() == [])
            #expect(links == "0")
            #expect(posted.all == ["job-abandoned": 1])
            #expect(story.filter { $0 == "export.withheld" }.count == 2)
            #expect(story.contains("job.abandoned"))
        }
    }
}

extension WorkBench {
    /// Gives every job that many attempts.
    func run(maxAttempts: Int) async throws {
        try await database.run("UPDATE habeas.job SET max_attempts = \(maxAttempts)")
    }
}
