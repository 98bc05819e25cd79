import AuditLedger
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// FAILURES F7: staff are asked for somebody's data by somebody else, at a fresh address.
@Suite(.timeLimit(.minutes(10))) struct ImpostorTests {
    private static let fresh = "fresh@elsewhere.test"
    private static let onFile = "user:7@people.test"

    /// A request that a colleague wrote down with a fresh address.
    private func enter(_ bench: WorkBench, by caller: StaffCaller) async throws -> RequestID {
        let engine = bench.engine
        let found = try await engine.find("user:7")
        return try await engine.control.transaction { transaction in
            try await engine.open(
                StaffRequestInput(subject: "user:7", right: .access, language: .english, contact: Self.fresh),
                for: found, by: caller, .sample, in: transaction
            ).request.id
        }
    }

    private func vouch(_ bench: WorkBench, _ id: RequestID, by caller: StaffCaller) async throws {
        let engine = bench.engine
        _ = try await engine.control.transaction {
            try await engine.vouch(
                id, method: "call-back", evidence: ["invoice-amount"], isAccepted: true, by: caller, .sample, in: $0)
        }
    }

    /// The code of the refusal; nil when it was released.
    private func release(
        _ bench: WorkBench, _ id: RequestID, by caller: StaffCaller
    ) async throws -> EngineError.Code? {
        let engine = bench.engine
        do {
            _ = try await engine.control.transaction { try await engine.release(id, by: caller, .sample, in: $0) }
            return nil
        } catch let error as EngineError { return error.code }
    }

    /// Works everything off that is due, and gives what was mailed: kinds by address.
    private func mailed(_ bench: WorkBench) async throws -> [String: [String]] {
        let letters = Tally()
        try await bench.database.run("UPDATE habeas.job SET run_at = clock_timestamp() WHERE state = 'waiting'")
        let workshop = Workshop.test(.small(in: bench.archives)) { letter in
            letters.add("\(letter.address) \(letter.notice.kind)")
            return .handedOver(replyCode: 250)
        }
        try await bench.withWorker(workshop) {
            try await bench.until(
                """
                SELECT NOT EXISTS (SELECT FROM habeas.job WHERE state IN ('waiting', 'running')
                    AND waits_for IS DISTINCT FROM 'address')
                """)
        }
        return Dictionary(grouping: letters.all.keys.sorted()) { String($0.prefix { $0 != " " }) }
            .mapValues { $0.map { String($0.drop { $0 != " " }.dropFirst()) } }
    }

    private func downloadCodeGoesTo(_ bench: WorkBench, _ id: RequestID) async throws -> [String] {
        let links = try await bench.engine.links(of: id)
        let url = try bench.engine.url(of: try #require(links.first))
        try await bench.engine.askDownloadCode(String(url.split(separator: "/").last ?? ""))
        return Array(try await mailed(bench).keys)
    }

    @Test func nothingReachesAFreshAddressBeforeTheOwnerWasToldAndASecondPersonAgreed() async throws {
        try await WorkBench.with { bench in
            let one = try await bench.staff("One", .compliance)
            let two = try await bench.staff("Two", .compliance)
            let id = try await enter(bench, by: one)
            let told = try await mailed(bench)
            try await vouch(bench, id, by: one)
            let alone = try await release(bench, id, by: one)

            // The cool-down alone opens nothing.
            bench.clock.advance(by: bench.engine.settings.coolDown + .seconds(1))
            let waiting = try await mailed(bench)
            let stillWaits = try await bench.request(id)
            #expect(told == [Self.onFile: ["address-change", "request-received"]])
            #expect(alone == .needsSecondPerson)
            #expect(waiting == [Self.onFile: ["request-accepted"]])
            #expect(stillWaits.state == .accepted && stillWaits.needsRelease)

            #expect(try await release(bench, id, by: two) == nil)
            #expect(try await mailed(bench) == [Self.fresh: ["archive-ready"]])
            #expect(try await downloadCodeGoesTo(bench, id) == [Self.fresh])
        }
    }

    @Test func aSecondPersonsReleaseAloneDoesNotShortenTheCoolDown() async throws {
        try await WorkBench.with { bench in
            let one = try await bench.staff("One", .compliance)
            let two = try await bench.staff("Two", .compliance)
            let id = try await enter(bench, by: one)
            try await vouch(bench, id, by: one)
            #expect(try await release(bench, id, by: two) == nil)
            let letters = try await mailed(bench)

            #expect(try await bench.request(id).state == .ready)
            #expect(letters.keys.sorted() == [Self.onFile])
            #expect(try await downloadCodeGoesTo(bench, id) == [Self.onFile])
        }
    }

    /// The owner asks for their own data meanwhile, and proves who they are: that isn't the second person either.
    @Test func whoWroteTheFreshAddressDownCannotReleaseItAlone() async throws {
        try await WorkBench.with { bench in
            let one = try await bench.staff("One", .compliance)
            let id = try await enter(bench, by: one)
            #expect(try await bench.ask("user:7").id == id)

            #expect(try await bench.request(id).state == .accepted)
            #expect(try await release(bench, id, by: one) == .needsSecondPerson)
        }
    }

    @Test func theOwnerStopsItAndGetsTheirDataThemselves() async throws {
        try await WorkBench.with { bench in
            let one = try await bench.staff("One", .compliance)
            let id = try await enter(bench, by: one)
            _ = try await bench.ask("user:7")
            let (secret, _) = try await bench.engine.signIn(reference: "user:7")
            try await bench.engine.dropContact(id, by: try await bench.engine.session(secret))
            bench.clock.advance(by: bench.engine.settings.coolDown + .seconds(1))
            let letters = try await mailed(bench)
            let story = try await bench.story(of: id)

            #expect(letters.keys.sorted() == [Self.onFile])
            #expect(letters[Self.onFile]?.contains("archive-ready") == true)
            #expect(story.contains("request.contact-changed") && story.contains("request.contact-dropped"))
            #expect(try await downloadCodeGoesTo(bench, id) == [Self.onFile])
        }
    }

    /// FAILURES F28: who acted is known when their rows are gone, and nobody's address ever was.
    @Test func theTrailOutlivesItsPeopleAndNamesNobody() async throws {
        try await WorkBench.with { bench in
            let one = try await bench.staff("Mira Sander", .compliance)
            let id = try await enter(bench, by: one)
            try await vouch(bench, id, by: one)
            _ = try await mailed(bench)
            let before = try await bench.story(of: id)
            try await bench.engine.control.transaction { try await $0.forget(id) }
            try await bench.database.run("DELETE FROM habeas.staff")

            let actors = Set(
                try await bench.database.query("SELECT actor FROM habeas.audit_entry WHERE request_id = $1", [id.text])
                    .map { $0[0] ?? "" })
            let words = try await bench.value("SELECT string_agg(e::text, E'\\n') FROM habeas.audit_entry e")
            let left = try await bench.value(
                """
                SELECT (SELECT count(*) FROM habeas.request) + (SELECT count(*) FROM habeas.sealed)
                    + (SELECT count(*) FROM habeas.words) + (SELECT count(*) FROM habeas.notice)
                """)
            #expect(left == "0")
            #expect(try await bench.story(of: id) == before && before.contains("identity.vouched"))
            #expect(actors == ["system", one.actor.description])
            for marker in ["@", "people.test", "elsewhere", "user:7", "Mira", "Sander", "by phone"] {
                #expect(!words.contains(marker), "\(marker)")
            }
        }
    }
}

extension StaffGround {
    static let sample: StaffGround = {
        guard let ticket = Ticket("T-7"), let reason = Reason("person-asked:by phone") else {
            preconditionFailure("both are well-formed")
        }
        return StaffGround(ticket: ticket, reason: reason)
    }()
}

extension WorkBench {
    /// Somebody of the staff, signed in.
    func staff(_ name: String, _ role: StaffRole) async throws -> StaffCaller {
        let engine = engine
        let token = try await engine.control.transaction { transaction in
            let record = try await engine.addStaff(
                name: name, roles: [role], signInSubject: nil, by: .system, in: transaction)
            return try await engine.issueToken(
                for: record.id, scopes: [], lifetime: .days(30), by: .system, in: transaction)
        }
        return try await engine.caller(token: token.text)
    }
}
