import AuditLedger
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// Records of requests have an end: 24 months after the last that happened (11 CCR 7101).
@Suite(.timeLimit(.minutes(10))) struct RecordKeepTests {
    /// A request brought into a state, with an archive if it ever had one.
    private func request(_ bench: WorkBench, _ person: String, _ state: RequestState) async throws -> RequestID {
        let id = try await bench.ask(person).id
        try await bench.engine.control.transaction { transaction in
            var request = try await bench.engine.locked(id, in: transaction)
            request.life = RequestLife(state: state, pausedFrom: nil)
            try await transaction.store(request)
            try await transaction.cancelJobs(of: id, kinds: [.export])
        }
        return id
    }

    private func keepArchive(_ bench: WorkBench, of id: RequestID) async throws {
        try await bench.engine.control.transaction { transaction in
            var request = try await bench.engine.locked(id, in: transaction)
            request.readyAt = bench.clock.now
            // Longer than its record: that can't be by the settings, and nothing may be orphaned by it.
            request.keepUntil = bench.clock.now + .days(1000)
            try await transaction.store(request)
            try await transaction.insert(
                ArchiveRecord(
                    request: id, part: 1, object: "\(id)-1.zip", fileName: "data.zip", bytes: 1,
                    madeAt: bench.clock.now))
        }
    }

    private var tables: [String] {
        ["request", "sealed", "words", "claim", "person_session", "verification", "notice", "job", "archive", "link"]
    }

    private func rows(_ bench: WorkBench, of id: RequestID) async throws -> Int {
        var count = 0
        for table in tables {
            let column = table == "request" ? "id" : "request_id"
            count +=
                Int(try await bench.value("SELECT count(*) FROM habeas.\(table) WHERE \(column) = $1", [id.text])) ?? 0
        }
        return count
    }

    @Test func closedRequestsAreForgottenWithAllThatBelongsToThem() async throws {
        try await WorkBench.with { bench in
            var closed: [RequestID] = []
            for state in [RequestState.fulfilled, .refused, .cancelled, .expired] {
                closed.append(try await request(bench, "user:\(state.rawValue)", state))
            }
            var open: [RequestID] = []
            for state in [RequestState.accepted, .queued, .running, .failed, .partial, .paused, .delivered] {
                open.append(try await request(bench, "user:\(state.rawValue)", state))
            }
            let archived = try await request(bench, "user:archived", .fulfilled)
            try await keepArchive(bench, of: archived)
            let words = try bench.engine.people.seal("words", for: "words")
            try await bench.engine.control.transaction { transaction in
                try await transaction.keepWords(words, id: bench.engine.makeID(), of: closed[0], at: bench.clock.now)
            }

            bench.clock.advance(by: bench.engine.settings.recordKeep - .days(1))
            try await bench.engine.expire()
            let late = try await request(bench, "user:late", .cancelled)
            for id in closed { #expect(try await rows(bench, of: id) > 1) }
            bench.clock.advance(by: .days(2))
            try await bench.engine.expire()
            try await bench.engine.expire()

            for id in closed {
                #expect(try await rows(bench, of: id) == 0)
                #expect(try await bench.story(of: id).filter { $0 == "request.forgotten" }.count == 1)
            }
            for id in open + [archived, late] {
                #expect(try await rows(bench, of: id) > 1)
                #expect(try await !bench.story(of: id).contains("request.forgotten"))
            }
        }
    }

    @Test func aRunForgetsABoundedBatch() async throws {
        try await WorkBench.with { bench in
            try await bench.database.run(
                """
                INSERT INTO habeas.request (id, asked_right, regime, channel, received_at, opened_at, actor, subject_hash,
                    scope_hash, format, language, state, state_since)
                SELECT gen_random_uuid(), 'access', 'gdpr', 'web', clock_timestamp() - interval '800 days', clock_timestamp(),
                    'person', sha256(n::text::bytea), sha256(''), 'json', 'en', 'cancelled',
                    clock_timestamp() - interval '800 days'
                FROM generate_series(1, 150) n
                """)
            try await bench.engine.expire()
            let left = try await bench.value("SELECT count(*) FROM habeas.request")
            try await bench.engine.expire()

            #expect(left == "50")
            #expect(try await bench.value("SELECT count(*) FROM habeas.request") == "0")
            let told = try await bench.value(
                "SELECT count(DISTINCT request_id) FROM habeas.audit_entry WHERE action = 'request.forgotten'")
            #expect(told == "150")
        }
    }

    @Test func claimsThatLedToNothingGoSooner() async throws {
        try await WorkBench.with { bench in
            let held = try await bench.engine.makeClaim(
                ClaimInput(
                    address: "nobody@people.test", right: .access, format: .json, language: .english, zone: nil,
                    regime: nil))
            _ = try? await bench.engine.prove(held.id, secret: held.secret, code: "00000000")
            let before = try await bench.value(
                "SELECT (SELECT count(*) FROM habeas.claim) + (SELECT count(*) FROM habeas.verification)")
            bench.clock.advance(by: bench.engine.settings.identityPatience + .days(1))
            try await bench.engine.expire()

            #expect(before == "2")
            #expect(
                try await bench.value(
                    "SELECT (SELECT count(*) FROM habeas.claim) + (SELECT count(*) FROM habeas.verification)") == "0")
        }
    }
}
