import AuditLedger
import ObjectStore
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

@Suite struct LinkTests {
    /// FAILURES F17: a job of 30 hours takes nothing from its link.
    @Test func theClockStartsWhenTheArchiveIsThere() async throws {
        try await DeliverySample.with { sample in
            let running = try await sample.running()
            sample.clock.pass(.seconds(30 * 3600))
            let link = try await sample.finish(running, parts: [[1, 2, 3]])
            // A mail that is late by ten hours.
            sample.clock.pass(.seconds(10 * 3600))

            #expect(link.expiresAt == running.receivedAt + .seconds(30 * 3600) + .days(7))
            #expect(link.isLive(at: sample.clock.now))
            let url = try sample.engine.url(of: link)
            #expect(url.wholeMatch(of: /https:\/\/privacy\.example\/p\/d\/[A-Za-z0-9_-]{43}/) != nil)
            let stored = try await sample.dump().filter { $0.contains(url.split(separator: "/").last ?? "") }
            #expect(stored == [])
            #expect(try await sample.actions(of: running.id).last == "link.issued")
        }
    }

    /// FAILURES F17: a renewal needs no rebuild.
    @Test func renewsWithoutARebuild() async throws {
        try await DeliverySample.with { sample in
            let content = DeliverySample.bytes(10_000)
            let download = try await sample.ready([content])
            let objects = try await sample.objects(of: download.request)
            sample.clock.pass(.days(12))
            let expired = try await sample.engine.landing(download.token).state
            let renewed = try await sample.renew(download.link.id)
            let secret = try await sample.open(download.token)
            let got = try await sample.fetch(
                ReadyDownload(link: renewed, token: download.token, secret: secret), 0..<content.count)

            #expect(expired == .expired)
            #expect(renewed.renewals == 1 && renewed.isLive(at: sample.clock.now))
            #expect(got == content)
            #expect(try await sample.objects(of: download.request) == objects)
            let request = try await sample.request(download.request)
            #expect(request.keepUntil == renewed.expiresAt)
            #expect(try sample.engine.url(of: renewed) == sample.engine.url(of: download.link))
            #expect(try await sample.notices(of: download.request).contains("link-renewed"))
            #expect(try await sample.actions(of: download.request).contains("link.renewed"))
        }
    }

    @Test func keepsAnArchiveFourTimesItsTimeAtMost() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([[1]])
            let readyAt = try #require(try await sample.request(download.request).readyAt)
            for _ in 0..<9 {
                sample.clock.pass(.days(6))
                _ = try await sample.renew(download.link.id)
            }
            let request = try await sample.request(download.request)
            sample.clock.pass(.days(3))
            try await sample.engine.destroyDueArchives()
            let code = try await refusal { _ = try await sample.renew(download.link.id) }

            #expect(request.keepUntil == readyAt + .days(56))
            #expect(code == .noArchive)
        }
    }

    @Test func whatIsGoneIsNotRenewed() async throws {
        try await DeliverySample.with { sample in
            let revoked = try await sample.ready([[1]])
            let gone = try await sample.ready([[2]], person: "user:2")
            try await sample.revoke(revoked)
            let one = try await refusal { _ = try await sample.renew(revoked.link.id) }
            sample.clock.pass(.days(15))
            try await sample.engine.destroyDueArchives()
            let two = try await refusal { _ = try await sample.renew(gone.link.id) }
            let three = try await refusal { _ = try await sample.replace(gone.request) }
            let four = try await refusal { _ = try await sample.renew(sample.engine.makeID()) }

            #expect([one, two, three, four] == [.linkGone, .noArchive, .noArchive, .linkNotFound])
        }
    }

    @Test func aNewLinkTakesThePlaceOfALostOne() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([[1, 2]])
            let fresh = try await sample.replace(download.request)
            let states = try await sample.engine.landing(download.token).state
            let token = String(try sample.engine.url(of: fresh).split(separator: "/").last ?? "")
            let links = try await sample.engine.links(of: download.request)

            #expect(states == .revoked)
            #expect(token != download.token)
            #expect(try await sample.engine.landing(token).state == .live)
            #expect(links.map(\.id) == [fresh.id, download.link.id])
            let old = try await refusal { try await sample.fetch(download) }
            #expect(old == .linkGone)
            let actions = try await sample.actions(of: download.request)
            #expect(actions.suffix(2) == ["link.issued", "link.revoked"])
        }
    }

    @Test func revokingTwiceIsAuditedOnce() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([[1]])
            try await sample.revoke(download)
            try await sample.revoke(download)

            #expect(try await sample.actions(of: download.request).count { $0 == "link.revoked" } == 1)
        }
    }

    @Test func goesToAnotherAddressOnlyAfterItsCoolDown() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([[1]])
            let from = sample.clock.now + .days(2)
            try await sample.engine.control.transaction {
                try await $0.seal([1], as: .contact, of: download.request, usableFrom: from)
            }
            _ = try await sample.renew(download.link.id)
            sample.clock.pass(.days(3))
            _ = try await sample.renew(download.link.id)

            let recipients = try await sample.database.query(
                "SELECT recipient FROM habeas.notice WHERE kind = 'link-renewed' ORDER BY made_at")
            #expect(recipients == [["on_file"], ["contact"]])
        }
    }
}

extension DeliverySample {
    func renew(_ link: LinkID) async throws -> LinkRecord {
        try await engine.control.transaction { try await engine.renewLink(link, by: .system, in: $0) }
    }

    func replace(_ request: RequestID) async throws -> LinkRecord {
        try await engine.control.transaction { try await engine.replaceLink(of: request, by: .system, in: $0) }
    }
}
