import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import HabeasHTTP

@Suite struct FormTests {
    @Test func fieldsAreDecoded() throws {
        let form = try FormFields(
            "address=jo%40example.com&name=J%C3%B6+B&empty=".utf8, known: ["address", "name", "empty"])

        #expect(form["address"] == "jo@example.com")
        #expect(form["name"] == "Jö B")
        #expect(form["empty"] == "")
        #expect(form["absent"] == nil)
        #expect(throws: Problem.self) { try form.require("empty") }
    }

    @Test(arguments: [
        ("a=1&a=2", "http.duplicate-field"), ("b=1", "http.unknown-field"), ("a=%zz", "http.malformed-form"),
        ("a=%4", "http.malformed-form"), ("a=%ff", "http.malformed-form"), ("a=x%00y", "http.malformed-form"),
        ("%61=1&a=2", "http.duplicate-field"),
    ]) func badFormsAreRefused(text: String, code: String) {
        let problem = #expect(throws: Problem.self) { try FormFields(text.utf8, known: ["a"]) }
        #expect(problem?.code == code)
    }

    private func send(
        _ headers: [HTTPField.Name: String] = [:], token: @escaping @Sendable (String) -> String = { $0 },
        cookie: @escaping @Sendable (String) -> String = { $0 }
    ) async throws -> TestResponse {
        try await SampleServer.server().application.test(.router) { client in
            let page = try await client.execute(uri: "/p/ask", method: .get)
            let value = try #require(page.headers[.setCookie]?.split(separator: ";").first)
            let field = try #require(page.text.split(separator: "value=").last?.dropLast())
            var fields: HTTPFields = [
                .contentType: "application/x-www-form-urlencoded", .cookie: cookie(String(value)),
            ]
            for (name, value) in headers { fields[name] = value }
            return try await client.execute(
                uri: "/p/ask", method: .post, headers: fields,
                body: ByteBuffer(string: "address=jo%40example.com&csrf=\(token(String(field)))"))
        }
    }

    @Test func aFormFromOurPageIsTaken() async throws {
        let plain = try await send()
        let fetched = try await send([.fetchSite: "same-origin", .origin: "null"])
        let origin = try await send([.origin: "https://privacy.example.com"])

        #expect([plain.status, fetched.status, origin.status] == [.seeOther, .seeOther, .seeOther])
        #expect(plain.headers[.location] == "/p/ask")
    }

    @Test func aFormFromElsewhereIsRefused() async throws {
        let site = try await send([.fetchSite: "cross-site"])
        let sibling = try await send([.fetchSite: "same-site"])
        let origin = try await send([.origin: "https://evil.example.com"])
        let scheme = try await send([.origin: "http://privacy.example.com"])
        let noToken = try await send(token: { _ in "" })
        let otherToken = try await send(token: { _ in Base64URL.encode(Array(repeating: 1, count: 32)) })
        let otherCookie = try await send(cookie: { _ in "habeas_csrf=\(String(repeating: "A", count: 43))" })
        let twoCookies = try await send(cookie: { "habeas_csrf=\(String(repeating: "A", count: 43)); \($0)" })

        for response in [site, sibling, origin, scheme, noToken, otherToken, otherCookie, twoCookies] {
            #expect(response.status == .forbidden)
            #expect(response.code == "http.cross-site")
        }
    }

    @Test func cookiesAreGuarded() async throws {
        let page = try await SampleServer.server().application.test(.router) { client in
            try await client.execute(uri: "/p/ask", method: .get)
        }
        let cookie = try #require(page.headers[.setCookie])

        #expect(cookie.hasPrefix("habeas_csrf="))
        #expect(cookie.hasSuffix("; Path=/p; HttpOnly; SameSite=Lax; Secure"))
        let removal = SetCookie.removing("habeas_session", path: "/p", isSecure: false).header
        #expect(removal == "habeas_session=; Path=/p; HttpOnly; SameSite=Lax; Max-Age=0")
    }
}
