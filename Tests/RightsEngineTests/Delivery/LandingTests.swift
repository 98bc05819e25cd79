import AuditLedger
import ObjectStore
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

@Suite struct LandingTests {
    @Test func saysWhatHowBigUntilWhenAndConsumesNothing() async throws {
        try await DeliverySample.with { sample in
            let parts = [DeliverySample.bytes(50_000), DeliverySample.bytes(70_000)]
            let download = try await sample.ready(parts)
            let before = try await sample.dump()
            var landing = try await sample.engine.landing(download.token)
            for _ in 0..<20 { landing = try await sample.engine.landing(download.token) }
            // HEAD, with the session and without, and by a scanner that guesses.
            _ = try await sample.engine.transfer(download.token, part: 1, secret: download.secret, keys: sample.keys)
            _ = try await sample.engine.downloadSession(download.token, secret: download.secret)
            let scanner = try await refusal {
                _ = try await sample.engine.transfer(download.token, part: 1, secret: "", keys: sample.keys)
            }

            #expect(try await sample.dump() == before)
            #expect(scanner == .noSession)
            #expect(landing.state == .live)
            #expect(landing.bytes == 120_000)
            #expect(landing.parts.map(\.fileName) == ["data-1.zip", "data-2.zip"])
            #expect(landing.parts.map(\.bytes) == [50_000, 70_000])
            #expect(landing.contents == #"{"tasks":3}"#)
            #expect(landing.expiresAt == download.link.expiresAt)
            #expect(landing.language == .german && landing.zone == "Europe/Berlin")
            #expect(landing.completedDownloads == 0)
        }
    }

    @Test func tellsEveryStateApart() async throws {
        try await DeliverySample.with { sample in
            let live = try await sample.ready([[1]])
            let revoked = try await sample.ready([[2]], person: "user:2")
            let cancelled = try await sample.ready([[3]], person: "user:3")
            try await sample.revoke(revoked)
            try await sample.cancel(cancelled.request)
            var states: [Landing.State] = []
            for download in [live, revoked, cancelled] {
                states.append(try await sample.engine.landing(download.token).state)
            }
            sample.clock.pass(.days(8))
            states.append(try await sample.engine.landing(live.token).state)
            sample.clock.pass(.days(8))
            states.append(try await sample.engine.landing(live.token).state)
            try await sample.engine.destroyDueArchives()
            states.append(try await sample.engine.landing(live.token).state)
            try await sample.retry(live.request)
            states.append(try await sample.engine.landing(live.token).state)
            let unknown = try await refusal { _ = try await sample.engine.landing("nobody's") }

            #expect(states == [.live, .revoked, .cancelled, .expired, .destroyed, .destroyed, .notReady])
            #expect(unknown == .linkNotFound)
        }
    }
}

extension DeliverySample {
    func retry(_ id: RequestID) async throws {
        try await engine.control.transaction { transaction in
            var request = try await engine.locked(id, in: transaction)
            try await engine.move(&request, .retry, by: .person, in: transaction)
        }
    }
}
