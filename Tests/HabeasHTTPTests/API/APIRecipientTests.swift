import Foundation
import HTTPTypes
import HummingbirdTesting
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import HabeasHTTP
@testable import RightsEngine

/// Recipients of erased data through the API.
@Suite struct APIRecipientTests {
    /// Duties of a request, as an erasure leaves them.
    private static func duties(
        _ api: APIBench, _ id: RightsCore.RequestID, _ names: [String], due: Duration = .days(14)
    ) async throws -> [RecipientDuty] {
        let engine = api.engine
        return try await engine.control.transaction { transaction in
            var duties: [RecipientDuty] = []
            for name in names {
                let duty = RecipientDuty(
                    id: engine.makeID(), request: id, recipient: name, collections: ["tasks"], madeAt: engine.now(),
                    dueAt: engine.now() + due)
                try await transaction.insert(duty)
                duties.append(duty)
            }
            return duties
        }
    }

    private static func request(_ text: String) throws -> RightsCore.RequestID {
        let id = RightsCore.RequestID(text)
        return try #require(id)
    }

    @Test func staffListAndSettle() async throws {
        try await APIBench.with { api in
            let (compliance, support) = (try await api.token(.compliance), try await api.token(.support))
            let auditor = try await api.token(.auditor, lifetime: .days(60))
            let id = try await api.opened(support, right: "erasure")
            let duties = try await Self.duties(
                api, Self.request(id), ["Northlight AI Ltd", "Havel PartG", "Old Press Ltd"])
            let all = try await api.call(.get, "/v1/recipients?request=\(id)&limit=2", support)
            let path = "/v1/recipients/\(duties[0].id)/confirm"
            let done = ["outcome": "acknowledged"].merging(APIBench.ground) { $1 }
            let forbidden = try await api.call(.post, path, support, done)
            let settled = try await api.call(.post, path, compliance, done, key: "r-1")
            let replay = try await api.call(.post, path, compliance, done, key: "r-1")
            let again = try await api.call(.post, path, compliance, done)
            let parked = try await api.call(
                .post, "/v1/recipients/\(duties[1].id)/confirm", compliance,
                ["outcome": "parked", "until": "2034-12-31"].merging(APIBench.ground) { $1 })
            let open = try await api.call(.get, "/v1/recipients?state=open", compliance)
            let before = try await api.call(.get, "/v1/dashboard", support)
            api.clock.pass(.days(20))
            let after = try await api.call(.get, "/v1/dashboard", auditor)

            #expect(all.items.count == 2 && all.text("next_cursor") != nil)
            #expect(all.items.allSatisfy { $0["request_id"] as? String == id && $0["way"] as? String == "manual" })
            #expect(forbidden.status == .forbidden)
            #expect(settled.text("state") == "acknowledged" && settled.json["due_on"] == nil)
            #expect(replay.text == settled.text)
            #expect(again.status == .conflict && again.code == "request.not-possible")
            #expect(parked.text("state") == "parked" && parked.text("due_on") == "2034-12-31")
            #expect(open.items.compactMap { $0["recipient"] as? String } == ["Old Press Ltd"])
            #expect(before.json["recipients_open"] as? Int == 1 && before.json["recipients_overdue"] as? Int == 0)
            #expect(after.json["recipients_overdue"] as? Int == 1)
        }
    }

    @Test(arguments: [
        (["outcome": "gone"] as [String: any Sendable], HTTPResponse.Status.badRequest, "outcome"),
        (["outcome": "parked"], .unprocessableContent, "until"),
        (["outcome": "parked", "until": "2020-01-01"], .unprocessableContent, "until"),
        (["outcome": "parked", "until": "soon"], .badRequest, "until"),
        (["outcome": "acknowledged", "until": "2034-12-31"], .unprocessableContent, "until"),
        (["until": "2034-12-31"], .badRequest, "outcome"),
    ])
    func badInputIsRefused(input: [String: any Sendable], status: HTTPResponse.Status, word: String) async throws {
        try await APIBench.with { api in
            let compliance = try await api.token(.compliance)
            let id = try Self.request(try await api.opened(compliance, right: "erasure"))
            let duties = try await Self.duties(api, id, ["Havel PartG"])
            let answer = try await api.call(
                .post, "/v1/recipients/\(duties[0].id)/confirm", compliance, input.merging(APIBench.ground) { $1 })
            let unknown = try await api.call(
                .post, "/v1/recipients/0199a1c2-7d3e-7abc-8def-0123456789ab/confirm", compliance,
                ["outcome": "acknowledged"].merging(APIBench.ground) { $1 })
            let query = try await api.call(.get, "/v1/recipients?state=done", compliance)

            #expect(answer.status == status && answer.text.contains(word), "\(answer.text)")
            #expect(unknown.status == .notFound && query.status == .badRequest)
            #expect(try await api.count("SELECT count(*) FROM habeas.recipient_duty WHERE state = 'open'") == 1)
        }
    }
}
