import Foundation
import HTTPTypes
import HummingbirdTesting
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import HabeasHTTP
@testable import RightsEngine

/// The clock's routes: what staff do to a request, and what they read of its dates. The bench stands at
/// 2026-09-21T14:13:20Z.
@Suite struct APIClockTests {
    private static func body(_ reason: String, _ more: [String: any Sendable] = [:]) -> [String: any Sendable] {
        ["ticket": "T-7", "reason": reason].merging(more) { $1 }
    }

    private func open(
        _ api: APIBench, _ token: String, received: String = "2026-09-21T10:00:00+02:00",
        _ more: [String: any Sendable] = [:]
    ) async throws -> String {
        let wanted: [String: any Sendable] = [
            "subject": "email:\(try await api.address())", "right": "access", "received_at": received,
        ]
        let answer = try await api.call(
            .post, "/v1/requests", token, Self.body("dsar", wanted.merging(more) { $1 }))
        return try #require(answer.text("id"), "\(answer.text)")
    }

    @Test func datesComeWithTheirSteps() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let id = try await open(api, support, ["also_under": ["ccpa"]])
            let summary = try await api.call(.get, "/v1/requests/\(id)", support)
            let dates = try await api.call(.get, "/v1/requests/\(id)/deadline", support)

            #expect(summary.text.contains(#""due_on":"2026-10-21""#))
            #expect(summary.text.contains(#""also_under":["CCPA"]"#))
            #expect(dates.text.contains(#""regime":"GDPR""#) && dates.text.contains(#""regime":"CCPA""#))
            #expect(dates.text.contains("1182/71"))
            #expect(dates.text.contains(#""code":"period""#))
        }
    }

    @Test func everyVerbActsAndIsAudited() async throws {
        try await APIBench.with { api in
            let token = try await api.token(.compliance)
            let id = try await open(api, token)
            let path = "/v1/requests/\(id)"
            let answers = [
                try await api.call(.post, "\(path)/acknowledge", token, Self.body("told-by-letter")),
                try await api.call(
                    .post, "\(path)/questions", token,
                    Self.body("asked-by-phone", ["kind": "clarification", "asked_on": "2026-09-21"])),
                try await api.call(
                    .post, "\(path)/answers", token,
                    Self.body("answered", ["kind": "clarification", "answered_on": "2026-09-21"])),
                try await api.call(
                    .post, "\(path)/extend", token,
                    Self.body("complex:three archives", ["delivered_on": "2026-09-21"])),
                try await api.call(.post, "\(path)/assign", token, Self.body("cover")),
                try await api.call(.post, "\(path)/withdraw", token, Self.body("person-withdrew")),
            ]
            let actions = try await api.database.query(
                "SELECT DISTINCT action FROM habeas.audit_entry WHERE request_id = $1", [id]
            ).compactMap { $0[0] }

            for answer in answers { #expect(answer.status == .ok, "\(answer.text)") }
            #expect(answers[3].text("due_on") == "2026-12-21")
            #expect(answers[5].text("outcome") == "withdrawn")
            #expect(
                Set(actions).isSuperset(of: [
                    "request.acknowledged", "question.asked", "question.answered", "extension.granted",
                    "request.assigned",
                ]))
        }
    }

    @Test func assignsToWhoeverAsks() async throws {
        try await APIBench.with { api in
            let token = try await api.token(.support)
            let id = try await open(api, token)
            let mine = try await api.call(
                .post, "/v1/requests/\(id)/assign", token, Self.body("mine", ["assignee": "me"]))
            let me = try await api.call(.get, "/v1/me", token)
            let detail = try await api.call(.get, "/v1/requests/\(id)", token)
            let list = try await api.call(.get, "/v1/requests?assignee=me", token)

            #expect(mine.text("assignee") == me.text("id") && me.text("id") != nil, "\(mine.text)\(me.text)")
            #expect(detail.text("assignee_name") == me.text("name") && list.text.contains(id))
        }
    }

    /// The field is said once.
    @Test func errorsNameTheirFieldOnce() {
        func detail(_ words: String) -> String? {
            EngineError(.invalid, words, field: "received_at").problem.detail
        }
        #expect(detail("received_at lies in the future") == "received_at lies in the future")
        #expect(detail("a time is needed") == "received_at: a time is needed")
    }

    /// FAILURES F6.
    @Test func aLateExtensionIsRefusedAndAudited() async throws {
        try await APIBench.with { api in
            let token = try await api.token(.compliance)
            let id = try await open(api, token, received: "2026-08-10T10:00:00+02:00")
            let late = try await api.call(
                .post, "/v1/requests/\(id)/extend", token, Self.body("complex:three archives"))
            let dates = try await api.call(.get, "/v1/requests/\(id)", token)

            #expect(late.status == .conflict)
            #expect(late.code == "clock.extension-refused")
            #expect(dates.text.contains(#""due_on":"2026-09-10""#))
            #expect(
                try await api.count(
                    "SELECT count(*) FROM habeas.audit_entry WHERE action = 'extension.refused'") == 1)
            #expect(try await api.count("SELECT count(*) FROM habeas.notice WHERE kind = 'request-extended'") == 0)
        }
    }

    @Test func whatIsNoDayOrTimeIsRefused() async throws {
        try await APIBench.with { api in
            let token = try await api.token(.compliance)
            let naive = try await api.call(
                .post, "/v1/requests", token,
                Self.body(
                    "dsar",
                    [
                        "subject": "email:\(try await api.address())", "right": "access",
                        "received_at": "2026-09-21T10:00:00",
                    ]))
            let future = try await api.call(
                .post, "/v1/requests", token,
                Self.body(
                    "dsar",
                    [
                        "subject": "email:\(try await api.address())", "right": "access",
                        "received_at": "2026-09-22T10:00:00Z",
                    ]))
            let id = try await open(api, token)
            let day = try await api.call(
                .post, "/v1/requests/\(id)/questions", token, Self.body("x", ["kind": "fee", "asked_on": "21.9.2026"]))
            let kind = try await api.call(
                .post, "/v1/requests/\(id)/questions", token, Self.body("x", ["kind": "weather"]))

            #expect(naive.status == .badRequest && naive.text.contains("offset"))
            #expect(future.status == .unprocessableContent && future.text.contains("future"))
            #expect(day.status == .badRequest && day.text.contains("2026-03-01"))
            #expect(kind.status == .badRequest)
        }
    }

    @Test func rolesAreHeldTo() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let auditor = try await api.token(.auditor)
            let id = try await open(api, support)
            let path = "/v1/requests/\(id)"
            for verb in ["extend", "deadline/accept"] {
                #expect(try await api.act("\(path)/\(verb)", support).status == .forbidden, "\(verb)")
            }
            let decision = try await api.call(
                .post, "\(path)/appeal/decide", support, Self.body("x", ["outcome": "granted"]))
            #expect(decision.status == .forbidden)
            for verb in ["acknowledge", "assign", "withdraw", "appeal"] {
                #expect(try await api.act("\(path)/\(verb)", auditor).status == .forbidden, "\(verb)")
            }
            #expect(try await api.call(.get, "\(path)/deadline", auditor).status == .ok)
        }
    }
}
