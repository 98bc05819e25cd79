import Foundation
import HTTPTypes
import HummingbirdTesting
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import HabeasHTTP
@testable import RightsEngine

/// Legal holds through the API.
@Suite struct APIHoldTests {
    private static func placing(_ more: [String: any Sendable] = [:]) -> [String: any Sendable] {
        let own: [String: any Sendable] = [
            "matter": "2026-LIT-014", "basis": "gdpr-17-3-e", "collections": ["tasks"], "review_on": "2027-05-31",
        ]
        return own.merging(APIBench.ground) { $1 }.merging(more) { $1 }
    }

    @Test func twoColleaguesPlaceReviewAndReleaseAHold() async throws {
        try await APIBench.with { api in
            let one = try await api.token(.compliance)
            let two = try await api.token(.compliance)
            let person = "email:\(try await api.address())"
            let body = Self.placing(["subject": person, "records": ["41", "42"]])
            let placed = try await api.call(.post, "/v1/holds", one, body, key: "hold-1")
            let again = try await api.call(.post, "/v1/holds", one, body, key: "hold-1")
            let path = "/v1/holds/\(try #require(placed.text("id")))"
            let own = try await api.act("\(path)/confirm", one)
            let confirmed = try await api.act("\(path)/confirm", two)
            let review = ["review_on": "2027-08-31"].merging(APIBench.ground) { $1 }
            let reviewed = try await api.call(.post, "\(path)/review", one, review)
            let early = try await api.act("\(path)/confirm-release", two)
            let proposed = try await api.act("\(path)/release", one)
            let same = try await api.act("\(path)/confirm-release", one)
            let released = try await api.act("\(path)/confirm-release", two)
            let shown = try await api.call(.get, path, two)

            #expect(placed.status == .created && placed.text("state") == "proposed")
            #expect(placed.json["record_count"] as? Int == 2 && placed.text("subject_hash")?.count == 64)
            #expect(again.text == placed.text && again.headers[.idempotencyReplayed] == "true")
            #expect(own.status == .forbidden && own.code == "staff.second-person")
            #expect(Self.hold(confirmed)["state"] as? String == "active")
            #expect(Self.hold(reviewed)["review_on"] as? String == "2027-08-31")
            #expect(early.status == .conflict && early.code == "hold.not-possible")
            #expect(Self.hold(proposed)["possible"] as? [String] == ["confirm-release", "decline", "review"])
            #expect(same.code == "staff.second-person")
            #expect(Self.hold(released)["state"] as? String == "released")
            #expect(released.json["resumed_requests"] as? [String] == [])
            #expect(Self.hold(shown)["released_by"] as? String != Self.hold(shown)["release_proposed_by"] as? String)
            for answer in [placed, confirmed, released, shown] { #expect(!answer.text.contains("@")) }
        }
    }

    private static func hold(_ answer: TestResponse) -> [String: Any] { answer.json["hold"] as? [String: Any] ?? [:] }

    @Test func requestAndDashboardTellThoseWhoMayKnow() async throws {
        try await APIBench.with { api in
            let (compliance, support) = (try await api.token(.compliance), try await api.token(.support))
            let auditor = try await api.token(.auditor, lifetime: .days(300))
            let person = "email:\(try await api.address())"
            let placed = try await api.call(.post, "/v1/holds", compliance, Self.placing(["subject": person]))
            _ = try await api.call(.post, "/v1/holds", compliance, Self.placing(["matter": "HR-7"]))
            let id = try await api.opened(support, right: "erasure")
            let known = try await api.call(.get, "/v1/requests/\(id)", auditor)
            let unknown = try await api.call(.get, "/v1/requests/\(id)", support)
            let closed = try await api.call(.get, "/v1/dashboard", support)
            api.clock.pass(.days(260))
            let open = try await api.call(.get, "/v1/dashboard", auditor)
            let overdue = try await api.call(.get, "/v1/holds?review=overdue&limit=1", auditor)
            let none = try await api.call(.get, "/v1/holds?state=released,declined", auditor)

            let holds = try #require(known.json["holds"] as? [[String: Any]])
            #expect(Set(holds.compactMap { $0["matter"] as? String }) == ["2026-LIT-014", "HR-7"])
            #expect(holds.contains { $0["id"] as? String == placed.text("id") })
            #expect(unknown.status == .ok && unknown.json["holds"] == nil)
            #expect(closed.json["holds_in_force"] == nil)
            #expect(open.json["holds_in_force"] as? Int == 2 && open.json["holds_unconfirmed"] as? Int == 2)
            #expect(open.json["holds_review_overdue"] as? Int == 2)
            #expect(overdue.items.count == 1 && overdue.items[0]["review_overdue"] as? Bool == true)
            #expect(overdue.text("next_cursor") != nil && none.items.isEmpty)
        }
    }

    @Test(arguments: [
        (["review_on": "2026-09-21"] as [String: any Sendable], HTTPResponse.Status.unprocessableContent, "review_on"),
        (["review_on": "soon"], .badRequest, "review_on"),
        (["matter": "Ada Lovelace"], .unprocessableContent, "matter"),
        (["basis": "because"], .badRequest, "basis"),
        (["collections": [String]()], .unprocessableContent, "hold has to name"),
        (["collections": ["a", "b"], "records": ["1"]], .unprocessableContent, "records"),
        (["range": ["column": "due_on"]], .unprocessableContent, "range"),
        (["range": ["column": "due_on", "from": "2024-02-30"]], .badRequest, "range.from"),
        (["custodian": "Nobody Of That Name"], .notFound, "custodian"),
        (["subject": "email:nobody@example.com"], .notFound, "subject"),
        (["hold": true], .badRequest, "hold"),
    ])
    func badInputIsRefusedAndNothingIsWritten(
        more: [String: any Sendable], status: HTTPResponse.Status, word: String
    ) async throws {
        try await APIBench.with { api in
            let compliance = try await api.token(.compliance)
            let entries = try await api.count("SELECT count(*) FROM habeas.audit_entry")
            let answer = try await api.call(.post, "/v1/holds", compliance, Self.placing(more))

            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.text.contains(word), "\(answer.text)")
            #expect(!answer.text.contains("Ada") && !answer.text.contains("nobody@"))
            #expect(try await api.count("SELECT count(*) FROM habeas.hold") == 0)
            #expect(try await api.count("SELECT count(*) FROM habeas.audit_entry") == entries)
        }
    }

    @Test func aHoldThatIsNotThereIsNotFound() async throws {
        try await APIBench.with { api in
            let compliance = try await api.token(.compliance)
            let unknown = try await api.call(.get, "/v1/holds/0199a1c2-7d3e-7abc-8def-0123456789ab", compliance)
            let malformed = try await api.act("/v1/holds/1/confirm", compliance)

            #expect(unknown.status == .notFound && unknown.code == "not-found")
            #expect(malformed.status == .notFound)
        }
    }
}
