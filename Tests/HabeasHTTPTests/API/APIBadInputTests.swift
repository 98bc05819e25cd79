import HTTPTypes
import HummingbirdTesting
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import HabeasHTTP
@testable import RightsEngine

/// What is refused, and that nothing is written then.
@Suite struct APIBadInputTests {
    @Test func malformedBodiesAreRefused() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let before = try await api.count("SELECT count(*) FROM habeas.audit_entry")
            let ground = #""ticket":"T-1","reason":"x""#
            let cases: [(body: String, status: Int, code: String)] = [
                ("{", 400, "http.malformed-json"), ("[]", 400, "http.wrong-type"),
                (#"{"subject":"email:a@b.c","right":"access","ticket":"T-1"}"#, 400, "http.missing-field"),
                (#"{"subject":"email:a@b.c","right":"access","extra":1,\#(ground)}"#, 400, "http.unknown-field"),
                (#"{"subject":"email:a@b.c","subject":"x","right":"access",\#(ground)}"#, 400, "http.malformed-json"),
                (#"{"subject":"email:a@b.c","right":"all",\#(ground)}"#, 400, "http.bad-value"),
                (#"{"subject":7,"right":"access",\#(ground)}"#, 400, "http.wrong-type"),
                (#"{"subject":"nobody","right":"access",\#(ground)}"#, 400, "http.bad-value"),
                (#"{"subject":"email:a\u0000@b.c","right":"access",\#(ground)}"#, 400, "http.bad-value"),
                (
                    #"{"subject":"email:a@b.c","right":"access","ticket":"no number","reason":"x"}"#, 400,
                    "http.bad-value"
                ),
                (
                    #"{"subject":"email:a@b.c","right":"access","ticket":"T-1","reason":"No Code"}"#, 400,
                    "http.bad-value"
                ),
                (#"{"subject":"email:a@b.c","right":"access","regime":"NARNIA",\#(ground)}"#, 422, "input.invalid"),
                (
                    #"{"subject":"email:a@b.c","right":"erasure","regime":"US-HIPAA",\#(ground)}"#, 422,
                    "input.invalid"
                ),
                (#"{"subject":"email:a@b.c","right":"access","regime":"X_X",\#(ground)}"#, 400, "http.bad-value"),
                (#"{"subject":"email:a@b.c","right":"access","zone":"Ber lin",\#(ground)}"#, 400, "http.bad-value"),
                (
                    #"{"subject":"email:a@b.c","right":"access","received_at":"gestern",\#(ground)}"#, 400,
                    "http.bad-value"
                ),
                (
                    #"{"subject":"email:a@b.c","right":"access","collections":["a,b"],\#(ground)}"#, 400,
                    "http.bad-value"
                ),
            ]
            for (body, status, code) in cases {
                let answer = try await api.send(.post, "/v1/requests", support, body)
                #expect(answer.status.code == status, "\(body)")
                #expect(answer.code == code || (code == "http.malformed-json" && answer.status.code == 400), "\(body)")
                #expect(!answer.text.contains("a@b.c"))
            }
            #expect(try await api.count("SELECT count(*) FROM habeas.audit_entry") == before)
            #expect(try await api.count("SELECT count(*) FROM habeas.request") == 0)
        }
    }

    @Test func rulesOfTheEngineAre422() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let cases: [[String: any Sendable]] = [
                ["received_at": "2050-01-01T00:00:00Z"], ["received_at": "1990-01-01T00:00:00Z"],
                ["records": ["tasks:1"]], ["contact": "no address"],
            ]
            for more in cases {
                let answer = try await api.call(.post, "/v1/requests", support, try await api.opening(0, more))
                #expect(answer.status == .unprocessableContent, "\(more)")
                #expect(answer.code == "input.invalid")
            }
            #expect(try await api.count("SELECT count(*) FROM habeas.request") == 0)
        }
    }

    @Test func typesSizesAndQueriesAreChecked() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let form = try await api.send(
                .post, "/v1/requests", support, "a=b", [.contentType: "application/x-www-form-urlencoded"])
            let large = try await api.send(
                .post, "/v1/requests", support, "\"" + String(repeating: "x", count: 70_000) + "\"")
            let limit = try await api.send(.get, "/v1/requests?limit=0", support)
            let unknown = try await api.send(.get, "/v1/requests?subject=email:a@b.c", support)
            let state = try await api.send(.get, "/v1/requests?state=ready,lost", support)
            let cursor = try await api.send(.get, "/v1/requests?cursor=AAAA", support)
            let foreign = try await api.send(.get, "/v1/jobs?cursor=\(Cursor.text(AuditKeys(seq: 1)))", support)
            let forged = try await api.send(.get, "/v1/jobs?cursor=\(Cursor.text(JobKeys(id: "x'")))", support)
            let fixed = try await api.send(.put, "/v1/requests/search", support, "{}")
            let method = try await api.send(.put, "/v1/requests", support, "{}")

            #expect(form.status == .unsupportedMediaType)
            #expect(large.status == .contentTooLarge)
            #expect(limit.code == "http.bad-value")
            #expect(unknown.code == "http.unknown-field")
            #expect(!unknown.text.contains("a@b.c"))
            #expect(state.code == "http.bad-value")
            #expect([cursor.code, foreign.code, forged.code] == Array(repeating: "http.bad-cursor", count: 3))
            #expect(fixed.headers[.allow] == "POST")
            #expect(method.status == .methodNotAllowed)
            #expect(method.headers[.allow] == "GET, HEAD, POST")
        }
    }

    @Test(arguments: ["", "with blank", "tab\there", String(repeating: "k", count: 201), "ümlaut"])
    func oddIdempotencyKeysAreRefused(key: String) async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let answer = try await api.call(.post, "/v1/requests", support, try await api.opening(), key: key)

            #expect(answer.code == "http.bad-value")
            #expect(try await api.count("SELECT count(*) FROM habeas.request") == 0)
        }
    }

    @Test func aKeyDoesAWriteOnceAndBelongsToItsCaller() async throws {
        try await APIBench.with { api in
            let one = try await api.token(.support)
            let two = try await api.token(.support)
            let first = try await api.call(.post, "/v1/requests", one, try await api.opening(), key: "k1")
            let entries = try await api.count("SELECT count(*) FROM habeas.audit_entry")
            let replay = try await api.call(.post, "/v1/requests", one, try await api.opening(), key: "k1")
            let unchanged = try await api.count("SELECT count(*) FROM habeas.audit_entry")
            let other = try await api.call(.post, "/v1/requests", one, try await api.opening(1), key: "k1")
            let colleague = try await api.call(.post, "/v1/requests", two, try await api.opening(), key: "k1")

            #expect(first.headers[.idempotencyReplayed] == nil)
            #expect(replay.status == .created)
            #expect(replay.text == first.text)
            #expect(replay.headers[.idempotencyReplayed] == "true")
            #expect(unchanged == entries)
            #expect(other.status == .unprocessableContent)
            #expect(other.code == "control.idempotency-mismatch")
            #expect(colleague.status == .ok)
        }
    }

    @Test func aDatabaseThatIsAwayIs503() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            try await api.database.run("ALTER TABLE habeas.request RENAME TO elsewhere")
            let broken = try await api.call(.get, "/v1/requests", support)
            await api.engine.control.close()
            let away = try await api.call(.get, "/v1/requests", support)

            #expect(broken.status == .internalServerError)
            #expect(broken.code == "http.internal-error")
            #expect(!broken.text.contains("habeas.request"))
            #expect(away.status == .serviceUnavailable)
            #expect(away.headers[try #require(HTTPField.Name("Retry-After"))] == "5")
        }
    }
}
