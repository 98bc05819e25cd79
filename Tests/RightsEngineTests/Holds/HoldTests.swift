import AuditLedger
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// Legal holds on a real control database: LEGAL.md 4.3, FAILURES F24.
@Suite(.timeLimit(.minutes(10))) struct HoldTests {
    @Test func isInForceAtOnceAndTheOperatorsAreTold() async throws {
        try await HoldBench.with { bench in
            let hold = try await bench.place(records: ["17", "18 b"])
            let met = try await bench.met("user:7")
            let mails = try await bench.work.database.query(
                "SELECT facts FROM habeas.notice WHERE kind = 'hold-placed' AND recipient = 'operators'")

            #expect(met.map(\.id) == [hold.id])
            #expect(met.first?.scope.records == ["17", "18 b"] && met.first?.state == .proposed)
            #expect(try await bench.met("user:8").isEmpty)
            #expect(mails.count == 1 && mails.first?.first??.contains("2026-LIT-014") == true)
        }
    }

    @Test func everybodysRowsAreKeptWhereNobodyIsNamed() async throws {
        try await HoldBench.with { bench in
            let hold = try await bench.place(on: nil, collections: ["invoices"])

            #expect(try await bench.met("user:7").map(\.id) == [hold.id])
            #expect(try await bench.met("user:8").map(\.id) == [hold.id])
        }
    }

    @Test func takesFourEyesToConfirmAndToRelease() async throws {
        try await HoldBench.with { bench in
            let (engine, id) = (bench.engine, try await bench.place().id)
            let own = try await bench.refusal { try await engine.confirmHold(id, by: bench.grace, .sample, in: $0) }
            let ownEnd = try await bench.refusal { try await engine.declineHold(id, by: bench.grace, .sample, in: $0) }
            let early = try await bench.refusal {
                try await engine.proposeRelease(of: id, by: bench.kim, .sample, in: $0)
            }
            let confirmed = try await bench.refusal { try await engine.confirmHold(id, by: bench.kim, .sample, in: $0) }
            let proposed = try await bench.refusal {
                try await engine.proposeRelease(of: id, by: bench.grace, .sample, in: $0)
            }
            let still = try await bench.met("user:7").map(\.state)
            let same = try await bench.refusal {
                try await engine.confirmRelease(of: id, by: bench.grace, .sample, in: $0)
            }
            let released = try await bench.refusal {
                try await engine.confirmRelease(of: id, by: bench.kim, .sample, in: $0)
            }

            #expect([own, ownEnd, same] == [.needsSecondPerson, .needsSecondPerson, .needsSecondPerson])
            #expect(early == .holdNotPossible)
            #expect([confirmed, proposed, released] == [nil, nil, nil])
            #expect(still == [.releaseProposed])
            #expect(try await bench.met("user:7").isEmpty)
            let story = try await bench.work.database.query(
                "SELECT action FROM habeas.audit_entry WHERE action LIKE 'hold.%' ORDER BY seq")
            #expect(
                story.map { $0[0] } == ["hold.placed", "hold.confirmed", "hold.release-proposed", "hold.released"])
        }
    }

    /// The database holds the rule, too, whatever a program does.
    @Test func theDatabaseRefusesOneSignatureForTwo() async throws {
        try await HoldBench.with { bench in
            let hold = try await bench.place()
            for change in [
                "state = 'active', approved_by = issuer, approved_at = now()", "state = 'active'",
                "state = 'declined', released_by = issuer, released_at = now()", "records_box = 'x'",
                "subject_box = NULL", "collections = '{}', subject_hash = NULL, subject_box = NULL",
            ] {
                await #expect(throws: (any Error).self, "\(change)") {
                    try await bench.work.database.run("UPDATE habeas.hold SET \(change) WHERE id = '\(hold.id)'")
                }
            }
        }
    }

    @Test func theReleaseSendsOnWhatWaited() async throws {
        try await HoldBench.with { bench in
            let engine = bench.engine
            let hold = try await bench.place()
            let waiting = try await bench.erasure()
            let withdrawn = try await bench.erasure(of: "user:8")
            let noted = try await bench.change { transaction in
                _ = try await engine.noteHeld(withdrawn, by: [hold.id], in: transaction)
                return try await engine.noteHeld(waiting, by: [hold.id], in: transaction)
            }
            _ = try await bench.change { try await engine.withdraw(withdrawn, by: bench.grace, .sample, in: $0) }
            let shown = try await engine.readHold(hold.id, by: bench.kim)
            let outcome = try await bench.release(hold)
            let jobs = try await bench.work.database.query(
                "SELECT request_id::text, state FROM habeas.job WHERE kind = 'erase'")
            let late = try await bench.change { try await engine.noteHeld(waiting, by: [hold.id], in: $0) }

            #expect(noted == [hold.id])
            #expect(Set(shown.heldRequests) == [waiting, withdrawn])
            #expect(outcome.resumed == [waiting])
            #expect(jobs == [[waiting.text, "waiting"]])
            #expect(try await bench.work.story(of: waiting).last == "hold.erasure-resumed")
            // Nothing can be left behind for a hold that is over: whoever tries is told.
            #expect(late.isEmpty)
            #expect(try await bench.work.value("SELECT count(*) FROM habeas.held_erasure") == "0")
        }
    }

    /// An erasure that leaves something behind in the very moment in which the hold ends goes on, too.
    @Test func whoeverIsHeldWhileTheHoldEndsIsSentOn() async throws {
        try await HoldBench.with { bench in
            let engine = bench.engine
            let hold = try await bench.place()
            let waiting = try await bench.erasure()
            _ = try await bench.change { try await engine.confirmHold(hold.id, by: bench.kim, .sample, in: $0) }
            _ = try await bench.change { try await engine.proposeRelease(of: hold.id, by: bench.kim, .sample, in: $0) }
            let release = try await bench.change { transaction in
                _ = try await engine.locked(waiting, in: transaction)
                let noted = try await engine.noteHeld(waiting, by: [hold.id], in: transaction)
                let release = Task {
                    try await bench.change {
                        try await engine.confirmRelease(of: hold.id, by: bench.grace, .sample, in: $0).resumed
                    }
                }
                try await bench.work.until(
                    """
                    SELECT EXISTS (SELECT FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%habeas.hold%')
                    """)
                #expect(noted == [hold.id])
                return release
            }
            let resumed = try await release.value

            #expect(resumed == [waiting])
            #expect(try await bench.work.value("SELECT count(*) FROM habeas.job WHERE kind = 'erase'") == "1")
        }
    }

    @Test func aDeclinedHoldSendsOnWhatWaitedToo() async throws {
        try await HoldBench.with { bench in
            let hold = try await bench.place()
            let waiting = try await bench.erasure()
            _ = try await bench.change { try await bench.engine.noteHeld(waiting, by: [hold.id], in: $0) }
            let outcome = try await bench.change {
                try await bench.engine.declineHold(hold.id, by: bench.kim, .sample, in: $0)
            }

            #expect(outcome.record.hold.state == .declined && outcome.resumed == [waiting])
        }
    }

    @Test func aKindThatNobodyDoesFailsLoudly() async throws {
        try await HoldBench.with { bench in
            let id = try await bench.erasure()
            _ = try await bench.change {
                try await $0.enqueue(bench.engine.makeID(), .erase, request: id)
            }
            try await bench.work.withWorker(.test(.small(in: bench.work.archives))) {
                try await bench.work.until(
                    "SELECT EXISTS (SELECT FROM habeas.job WHERE kind = 'erase' AND state = 'dead')")
            }
            let error = try await bench.work.value("SELECT error FROM habeas.job WHERE kind = 'erase'")
            let told = try await bench.work.value("SELECT count(*) FROM habeas.notice WHERE kind = 'job-abandoned'")

            #expect(error == "job.no-runner" && told == "1")
        }
    }

    @Test func theRequestSaysThatHoldsApply() async throws {
        try await HoldBench.with { bench in
            let hold = try await bench.place()
            _ = try await bench.place(on: "user:8")
            let id = try await bench.erasure()
            _ = try await bench.change { try await bench.engine.noteHeld(id, by: [hold.id], in: $0) }
            let known = try await bench.engine.read(id, by: bench.kim)
            let unknown = try await bench.engine.read(id, by: bench.work.staff("Sam", .support))

            #expect(known.holds?.map(\.id) == [hold.id] && known.waitsForHolds == [hold.id])
            #expect(unknown.holds == nil && unknown.waitsForHolds == nil)
        }
    }

    @Test func nothingOfThePersonStandsInTheClear() async throws {
        try await HoldBench.with { bench in
            let hold = try await bench.place(on: "email:mk7@people.test", records: ["mkrecord7"])
            let stored = try await bench.change { try #require(await $0.hold(hold.id)) }
            let subject = try bench.engine.subject(of: stored)
            func dump() async throws -> String {
                try await ["hold", "audit_entry", "notice", "job"].asyncText { table in
                    try await bench.work.database.query("SELECT x::text FROM habeas.\(table) x").map { $0[0] ?? "" }
                        .joined()
                }
            }
            let before = try await dump()
            _ = try await bench.release(hold)
            let after = try await bench.work.value(
                "SELECT (subject_box IS NULL AND records_box IS NULL)::text FROM habeas.hold")
            let inTrail = try await bench.work.value(
                "SELECT count(*) FROM habeas.audit_entry WHERE action LIKE 'hold.%' AND subject_hash IS NOT NULL")

            #expect(subject == "email:mk7@people.test")
            for marker in ["mk7", "people.test", "mkrecord7"] { #expect(!before.contains(marker), "\(marker)") }
            #expect(before.contains("2026-lit-014") && after == "true")
            // The person's own trail goes with their access archive, and proceedings may not be known to them.
            #expect(inTrail == "0")
        }
    }

    @Test func whatCannotBeMeantIsRefusedAndNothingWritten() async throws {
        try await HoldBench.with { bench in
            var settings = bench.engine.settings
            settings.collections = ["tasks"]
            let strict = Engine(
                control: bench.engine.control, people: bench.engine.people, settings: settings,
                directory: bench.engine.directory, now: bench.engine.now)
            let input = HoldInput(
                matter: "2026-LIT-014", basis: .other, scope: HoldScope(collections: ["taks"]),
                reviewOn: try #require(CivilDate("2027-01-31")))
            let typo = await #expect(throws: EngineError.self) {
                try await bench.change {
                    try await strict.placeHold(input, on: nil, by: bench.grace, .sample, in: $0).hold.id
                }
            }
            let support = try await bench.work.staff("Sam", .support)
            let role = await #expect(throws: EngineError.self) {
                try await bench.change {
                    try await strict.placeHold(input, on: nil, by: support, .sample, in: $0).hold.id
                }
            }

            #expect(typo?.code == .invalid && typo?.field == "collections")
            #expect(role?.code == .forbidden)
            #expect(try await bench.work.value("SELECT count(*) FROM habeas.hold") == "0")
        }
    }

    @Test func theOperatorsAreRemindedOnceADay() async throws {
        try await HoldBench.with { bench in
            let hold = try await bench.place(reviewOn: "2026-11-23")
            var mails: [String: String] = [:]
            for day in ["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"] {
                bench.work.clock.set(try #require(Instant(rfc3339: "\(day)T10:00:00Z")))
                if day == "2026-11-23" {
                    _ = try await bench.change {
                        try await bench.engine.confirmHold(hold.id, by: bench.kim, .sample, in: $0)
                    }
                }
                try await bench.engine.lookAtDeadlines()
                try await bench.engine.lookAtDeadlines()
                mails[day] = try await bench.work.value(
                    "SELECT count(*) FROM habeas.notice WHERE kind = 'holds-waiting'")
            }
            let count = try await bench.engine.holdCount()
            _ = try await bench.change {
                try await bench.engine.reviewHold(
                    hold.id, nextOn: CivilDate("2027-01-31")!, by: bench.grace, .sample, in: $0)
            }
            let reviewed = try await bench.engine.holdCount()

            // Placed: told by a mail of its own. Next day unconfirmed; confirmed and on its day of review; overdue.
            #expect(mails == ["2026-11-21": "0", "2026-11-22": "1", "2026-11-23": "1", "2026-11-24": "2"])
            #expect(count == HoldCount(inForce: 1, unconfirmed: 0, reviewOverdue: 1))
            #expect(reviewed == HoldCount(inForce: 1, unconfirmed: 0, reviewOverdue: 0))
        }
    }

    @Test func recordsOfEndedHoldsHaveAnEndThemselves() async throws {
        try await HoldBench.with { bench in
            let ended = try await bench.place()
            _ = try await bench.release(ended)
            let lasting = try await bench.place()
            bench.work.clock.set(try #require(Instant(rfc3339: "2029-11-21T10:00:00Z")))
            try await bench.engine.expire()
            let left = try await bench.work.database.query("SELECT id::text FROM habeas.hold")

            #expect(left == [[lasting.id.text]])
            #expect(
                try await bench.work.value("SELECT facts FROM habeas.audit_entry WHERE action = 'hold.forgotten'")
                    == #"{"hold":"\#(ended.id)"}"#)
        }
    }
}

extension [String] {
    fileprivate func asyncText(_ body: (String) async throws -> String) async throws -> String {
        var text = ""
        for element in self { text += try await body(element) }
        return text
    }
}
