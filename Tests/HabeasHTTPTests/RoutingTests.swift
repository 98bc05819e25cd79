import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import RightsCore
import Testing

@testable import HabeasHTTP

@Suite struct RoutingTests {
    private func ask(
        _ uri: String, _ method: HTTPRequest.Method = .get, headers: HTTPFields = [:], checks: [ReadinessCheck] = [],
        life: ServerLife = ServerLife()
    ) async throws -> TestResponse {
        let parts = SampleServer.parts(life: life, checks: checks)
        return try await SampleServer.server(parts: parts).application.test(.router) { client in
            try await client.execute(uri: uri, method: method, headers: headers)
        }
    }

    @Test func everyAnswerHasItsHeaders() async throws {
        for uri in ["/healthz", "/nothing", "/v1/fails", "/p/ask"] {
            let response = try await ask(uri)
            let id = try #require(response.headers[.requestID])
            #expect(RightsCore.RequestID(id)?.text == id)
            for (name, value) in SecurityHeaders.always {
                #expect(response.headers[HTTPField.Name(name)!] == value, "\(uri) \(name)")
            }
            #expect(response.headers[.strictTransportSecurity] == "max-age=31536000")
        }
    }

    @Test func whatIsNotThereIsAProblem() async throws {
        let nothing = try await ask("/nothing")
        let wrong = try await ask("/v1/notes/7", .patch)
        let odd = try await ask("/v1/notes", .init("BREW")!)

        #expect(nothing.status == .notFound)
        #expect(nothing.code == "http.not-found")
        #expect(nothing.json["type"] as? String == "/problems/http.not-found")
        #expect(nothing.json["request_id"] as? String == nothing.headers[.requestID])
        #expect(wrong.status == .methodNotAllowed)
        #expect(wrong.headers[.allow] == "DELETE, GET, HEAD")
        #expect(odd.status == .methodNotAllowed)
        #expect(odd.headers[.allow] == "GET, HEAD, POST")
    }

    @Test(arguments: ["/v1//notes", "/v1/../v1/notes", "/v1/notes/..%2fx", "/v1/notes/%00", "/v1/notes/", "/p/..%2f"])
    func pathTricksAreRefused(uri: String) async throws {
        let response = try await ask(uri)
        #expect(response.status == .badRequest)
        #expect(response.code == "http.bad-path")
    }

    @Test func headAnswersLikeGetWithoutABody() async throws {
        let got = try await ask("/v1/notes/abc")
        let head = try await ask("/v1/notes/abc", .head)

        #expect(got.text == #"{"id":"abc"}"#)
        #expect(head.status == .ok)
        #expect(head.text == "")
        #expect(head.headers[.contentLength] == got.headers[.contentLength])
        let archive = try await ask("/d/archive", .head)
        #expect(archive.headers[.contentLength] == String(8 << 20))
    }

    @Test func anUnforeseenErrorSaysNothing() async throws {
        let response = try await ask("/v1/fails")

        #expect(response.status == .internalServerError)
        #expect(response.code == "http.internal-error")
        #expect(!response.text.contains("marker") && !response.text.contains("Unforeseen"))
    }

    @Test func whoIsNotSignedInIsTold() async throws {
        let response = try await ask("/v1/mine")
        #expect(response.status == .unauthorized)
    }

    @Test func readinessNamesWhatFails() async throws {
        let fine = try await ask("/readyz", checks: [ReadinessCheck("database") { true }])
        let failing = try await ask(
            "/readyz", checks: [ReadinessCheck("database") { false }, ReadinessCheck("archives") { true }])
        let life = ServerLife()
        life.stop()
        let stopping = try await ask("/readyz", life: life)
        let download = try await ask("/d/archive", life: life)

        #expect(fine.text == #"{"checks":[{"name":"database","state":"ready"}],"state":"ready"}"#)
        #expect(failing.status == .serviceUnavailable)
        #expect(failing.text.contains(#"{"name":"database","state":"failing"}"#))
        #expect(stopping.status == .serviceUnavailable)
        #expect(stopping.json["state"] as? String == "stopping")
        #expect(download.code == "http.shutting-down")
    }

    @Test func listsArePagedByCursors() async throws {
        let first = try await ask("/v1/notes?limit=10")
        let link = try #require(first.headers[.link])
        let next = String(try #require(link.split(separator: ">").first).dropFirst())
        let second = try await ask(next)

        #expect(next.hasPrefix("/v1/notes?limit=10&cursor="))
        #expect(second.text == #"{"after":12,"limit":10}"#)
        for query in ["limit=0", "limit=201", "limit=x", "limit=-1", "limit=+5"] {
            #expect(try await ask("/v1/notes?\(query)").code == "http.bad-value")
        }
        let foreign = Base64URL.encode(Array(#"{"keys":{"number":1},"list":"others.1"}"#.utf8))
        let typed = Base64URL.encode(Array(#"{"keys":{"number":"1; drop table"},"list":"notes.1"}"#.utf8))
        let extra = Base64URL.encode(Array(#"{"keys":{"number":1,"x":1},"list":"notes.1"}"#.utf8))
        for cursor in [foreign, typed, extra, "x", "", "e30"] {
            #expect(try await ask("/v1/notes?cursor=\(cursor)").code == "http.bad-cursor", "\(cursor)")
        }
        #expect(try await ask("/v1/notes?colour=1").code == "http.unknown-field")
    }

    @Test func pagesGetProblemsAsPages() async throws {
        var parts = SampleServer.parts()
        parts.problemPage = { problem, _, _ in .html("<h1>\(problem.title)</h1>") }
        let server = try SampleServer.server(parts: parts)
        let (page, json, api) = try await server.application.test(.router) { client in
            (
                try await client.execute(uri: "/p/nothing", method: .get, headers: [.accept: "text/html,*/*"]),
                try await client.execute(uri: "/p/nothing", method: .get, headers: [.accept: "application/json"]),
                try await client.execute(uri: "/v1/nothing", method: .get, headers: [.accept: "text/html"])
            )
        }

        #expect(page.status == .notFound)
        #expect(page.text == "<h1>not found</h1>")
        #expect(json.code == "http.not-found")
        #expect(api.code == "http.not-found")
    }
}
