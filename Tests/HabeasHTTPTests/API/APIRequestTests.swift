import HTTPTypes
import HummingbirdTesting
import PostgresTestKit
import RequestLedger
import RightsCore
import RightsEngine
import Testing

@testable import HabeasHTTP

/// Intake, reading, deciding.
@Suite struct APIRequestTests {
    @Test func staffOpenARequestAndAskingAgainGivesTheLiveOne() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let first = try await api.call(.post, "/v1/requests", support, try await api.opening())
            let again = try await api.call(.post, "/v1/requests", support, try await api.opening())
            let other = try await api.call(.post, "/v1/requests", support, try await api.opening(right: "export"))

            #expect(first.status == .created)
            #expect(first.text("state") == "verifying")
            #expect(first.text("regime") == "GDPR")
            #expect(again.status == .ok)
            #expect(again.text("id") == first.text("id"))
            #expect(other.status == .created)
            #expect(!first.text.contains(try await api.address()))
            #expect(try await api.count("SELECT count(*) FROM habeas.notice WHERE kind = 'request-received'") == 2)
        }
    }

    @Test func aPersonNobodyKnowsIsNotFoundAndNothingIsWritten() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let entries = try await api.count("SELECT count(*) FROM habeas.audit_entry")
            let response = try await api.call(
                .post, "/v1/requests", support, try await api.opening(0, ["subject": "email:nobody@example.com"]))

            #expect(response.status == .notFound)
            #expect(response.code == "person.not-found")
            #expect(try await api.count("SELECT count(*) FROM habeas.request") == 0)
            #expect(try await api.count("SELECT count(*) FROM habeas.audit_entry") == entries)
        }
    }

    @Test func listsAreFilteredAndPagedByCursor() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            for person in 0..<5 {
                api.clock.pass(.seconds(1))
                _ = try await api.opened(support, person, right: person == 4 ? "export" : "access")
            }
            var seen: [String] = []
            var path: String? = "/v1/requests?limit=2&right=access"
            while let next = path {
                let page = try await api.call(.get, next, support)
                #expect(page.status == .ok)
                seen += page.items.compactMap { $0["id"] as? String }
                path = page.text("next_cursor").map { "/v1/requests?limit=2&right=access&cursor=\($0)" }
                #expect((page.headers[.link] != nil) == (path != nil))
            }
            let none = try await api.call(.get, "/v1/requests?state=ready,queued&regime=gdpr", support)
            let all = try await api.call(.get, "/v1/requests?state=verifying", support)

            #expect(seen.count == 4)
            #expect(Set(seen).count == 4)
            #expect(none.items.isEmpty)
            #expect(all.items.count == 5)
        }
    }

    @Test func aPersonIsSearchedByBodyAndThatIsInTheirTrail() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let id = try await api.opened(support)
            _ = try await api.opened(support, 1)
            let found = try await api.call(
                .post, "/v1/requests/search", support, ["subject": "email:\(try await api.address())"])
            let nobody = try await api.call(.post, "/v1/requests/search", support, ["subject": "email:no@example.com"])

            #expect(found.items.map { $0["id"] as? String } == [id])
            #expect(nobody.status == .ok)
            #expect(nobody.items.isEmpty)
            let trail = "SELECT count(*) FROM habeas.audit_entry WHERE action = 'request.read' AND request_id IS NULL"
            #expect(try await api.count(trail) == 2)
        }
    }

    @Test func readingShowsNoAddressAndIsAudited() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let id = try await api.opened(support)
            let detail = try await api.call(.get, "/v1/requests/\(id)", support)
            let timeline = try await api.call(.get, "/v1/requests/\(id)/timeline", support)
            let actions = timeline.items.compactMap { $0["action"] as? String }
            let unknown = try await api.call(.get, "/v1/requests/0199a1c2-7d3e-7abc-8def-0123456789ab", support)
            let malformed = try await api.call(.get, "/v1/requests/1", support)
            let receipts = try await api.call(.get, "/v1/requests/\(id)/receipts", support)

            #expect(detail.status == .ok)
            #expect((detail.json["request"] as? [String: Any])?["id"] as? String == id)
            #expect(!detail.text.contains("@"))
            #expect(!timeline.text.contains("@"))
            #expect(actions == ["request.opened", "request.moved", "request.read"])
            #expect(timeline.items[1]["words"] as? String == "by phone")
            #expect(unknown.code == "request.not-found")
            #expect(malformed.status == .notFound)
            #expect(receipts.status == .ok)
        }
    }

    @Test func vouchingQueuesAndDecisionsFollowTheStates() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let compliance = try await api.token(.compliance)
            let id = try await api.opened(support)
            let refused = try await api.verify(id, support, accepted: false)
            let verified = try await api.verify(id, support)
            let again = try await api.verify(id, support)
            let paused = try await api.act("/v1/requests/\(id)/pause", compliance)
            let resumed = try await api.act("/v1/requests/\(id)/resume", compliance)
            let approved = try await api.act("/v1/requests/\(id)/approve", compliance)
            let retried = try await api.act("/v1/requests/\(id)/retry", compliance)
            let cancelled = try await api.act("/v1/requests/\(id)/cancel", support)
            let late = try await api.call(
                .post, "/v1/requests/\(id)/refuse", compliance,
                ["ticket": "T-1", "reason": "manifestly-unfounded:too late"])

            #expect(refused.text("state") == "verifying")
            #expect(verified.text("state") == "queued")
            #expect(again.status == .conflict)
            #expect(again.code == "request.not-possible")
            #expect(paused.text("state") == "paused")
            #expect(paused.text("paused_from") == "queued")
            #expect(resumed.text("state") == "queued")
            #expect(approved.code == "request.not-possible")
            #expect(retried.code == "request.not-possible")
            #expect(cancelled.text("state") == "cancelled")
            #expect(late.status == .conflict)
            #expect(
                try await api.count("SELECT count(*) FROM habeas.job WHERE kind = 'export' AND state = 'waiting'") == 0)
        }
    }

    @Test func refusingTellsThePersonTheGround() async throws {
        try await APIBench.with { api in
            let compliance = try await api.token(.compliance)
            let id = try await api.opened(compliance)
            let silent = try await api.call(
                .post, "/v1/requests/\(id)/refuse", compliance, ["ticket": "T-1", "reason": "not-entitled"])
            let unlisted = try await api.act("/v1/requests/\(id)/refuse", compliance)
            let refused = try await api.call(
                .post, "/v1/requests/\(id)/refuse", compliance,
                ["ticket": "T-1", "reason": "manifestly-unfounded:it is the fifth this week"])

            #expect(silent.status == .unprocessableContent)
            #expect(refused.text("state") == "refused")
            #expect(unlisted.status == .unprocessableContent)
            #expect(refused.text("outcome") == "manifestly-unfounded")
            #expect(try await api.count("SELECT count(*) FROM habeas.notice WHERE kind = 'request-refused'") == 1)
        }
    }

    @Test func twoPeopleAreNeededWhenTheRuleSaysSo() async throws {
        try await APIBench.with({ $0.isTwoPersonRule = true }) { api in
            let one = try await api.token(.compliance)
            let two = try await api.token(.compliance)
            let support = try await api.token(.support)
            let id = try await api.opened(one)
            let vouched = try await api.verify(id, one)
            let alone = try await api.act("/v1/requests/\(id)/approve", one)
            let role = try await api.act("/v1/requests/\(id)/approve", support)
            let approved = try await api.act("/v1/requests/\(id)/approve", two)

            #expect(vouched.text("state") == "accepted")
            #expect(vouched.json["needs_release"] as? Bool == true)
            #expect(alone.status == .forbidden)
            #expect(alone.code == "staff.second-person")
            #expect(role.code == "staff.forbidden")
            #expect(approved.text("state") == "queued")
        }
    }

    /// FAILURES F7: whoever gives another address may be somebody else.
    @Test func anotherAddressIsAnnouncedToTheOneOnFileAndWaits() async throws {
        try await APIBench.with { api in
            let one = try await api.token(.compliance)
            let two = try await api.token(.compliance)
            let opened = try await api.call(
                .post, "/v1/requests", one, try await api.opening(0, ["contact": "else@example.org"]))
            let id = try #require(opened.text("id"))
            let told = try await api.database.query(
                "SELECT recipient FROM habeas.notice WHERE kind = 'address-change' AND request_id = $1", [id])
            let usable = try await api.database.query(
                "SELECT habeas.micros(usable_from) FROM habeas.sealed WHERE kind = 'contact' AND request_id = $1", [id])
            let vouched = try await api.verify(id, one)
            let alone = try await api.act("/v1/requests/\(id)/approve", one)
            let approved = try await api.act("/v1/requests/\(id)/approve", two)
            let detail = try await api.call(.get, "/v1/requests/\(id)", one)

            #expect(opened.json["needs_release"] as? Bool == true)
            #expect(told == [["on_file"]])
            // The cool-down begins when the owner's mail is handed over.
            #expect(usable == [[nil]])
            #expect(vouched.text("state") == "accepted")
            #expect(alone.code == "staff.second-person")
            #expect(approved.text("state") == "queued")
            #expect(detail.json["has_contact"] as? Bool == true)
            #expect(!detail.text.contains("example.org"))
        }
    }

    @Test func linksAreIssuedRenewedAndRevoked() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let id = try await api.opened(support)
            let early = try await api.act("/v1/requests/\(id)/links", support)
            _ = try await api.verify(id, support)
            try await APIBench.finish(api.engine, id)
            let issued = try await api.act("/v1/requests/\(id)/links", support, key: "link-1")
            let replay = try await api.act("/v1/requests/\(id)/links", support, key: "link-1")
            let link = try #require((issued.json["link"] as? [String: Any])?["id"] as? String)
            let renewed = try await api.act("/v1/links/\(link)/renew", support)
            let revoked = try await api.act("/v1/links/\(link)/revoke", support)
            let twice = try await api.act("/v1/links/\(link)/revoke", support)
            let gone = try await api.act("/v1/links/\(link)/renew", support)
            let unknown = try await api.act("/v1/links/0199a1c2-7d3e-7abc-8def-0123456789ab/revoke", support)
            let list = try await api.call(.get, "/v1/requests/\(id)/links", support)

            #expect(early.status == .conflict)
            #expect(early.code == "archive.missing")
            #expect(issued.status == .created)
            #expect(issued.text("url")?.hasPrefix("https://privacy.example/p/d/") == true)
            #expect(replay.status == .created)
            #expect(replay.json["url"] == nil)
            #expect(replay.headers[.idempotencyReplayed] == "true")
            #expect(renewed.json["renewals"] as? Int == 1)
            #expect(revoked.text("state") == "revoked")
            #expect(twice.status == .ok)
            #expect(gone.status == .gone)
            #expect(unknown.code == "link.not-found")
            #expect(list.items.map { $0["state"] as? String } == ["revoked", "revoked"])
        }
    }
}
