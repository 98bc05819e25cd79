import Foundation
import Notifying
import PostgresTestKit
import RightsCore
import Testing

/// Webhooks to a real HTTP server, which checks signatures with the documentation's own example.
@Suite(.timeLimit(.minutes(10))) struct WebhookTests {
    private struct Seen: Decodable {
        let path: String
        let headers: [String: String]
        let json: [String: String]
        let genuine: [Bool]
        let forged: [Bool]
    }

    private static let current = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
    private static let old = "whsec_" + Data(repeating: 8, count: 24).base64EncodedString()
    private static let foreign = "whsec_" + Data(repeating: 9, count: 32).base64EncodedString()
    private static let at = Instant(microseconds: 1_763_744_462_500_000)

    private func message() throws -> WebhookMessage {
        let request = try #require(RequestID("01936f1e-7a2b-7c3d-8e4f-0123456789ab"))
        let id = try #require(EventID("01936f1e-7a2b-7c3d-8e4f-0123456789ad"))
        return WebhookEvent(
            .requestStateChanged, id: id, at: Self.at, request: request, right: .access, state: .ready
        ).message
    }

    private func now(_ later: TimeInterval = 0) -> Instant {
        Instant(microseconds: Int64((Date().timeIntervalSince1970 + later) * 1_000_000))
    }

    private func with<Value: Sendable>(
        seconds: Int64 = 15, _ body: (LineServer, WebhookSender, WebhookSigner) async throws -> Value
    ) async throws -> Value {
        let signer = try WebhookSigner(WebhookSecret(Self.current), [WebhookSecret(Self.old)])
        let sender = WebhookSender(seconds: seconds)
        let arguments = ["\(Checkout.path)/docs/notices.md", Self.current, Self.old, Self.foreign]
        do {
            let value = try await LineServer.with("webhook_server.py", arguments) { try await body($0, sender, signer) }
            try await sender.shutdown()
            return value
        } catch {
            try await sender.shutdown()
            throw error
        }
    }

    @Test func aReceiverCanTellThatItIsOurs() async throws {
        try await with { server, sender, signer in
            let url = try WebhookURL("http://127.0.0.1:\(server.port)/ok?key=sesame")
            let outcome = try await sender.send(message(), to: url, signedBy: signer, now: now())
            let seen = try await server.next(Seen.self)

            #expect(outcome == .accepted(status: 204))
            #expect(seen.path == "/ok?key=sesame")
            #expect(seen.genuine == [true, true, false])
            #expect(seen.forged == [false, false, false])
            #expect(seen.headers["content-type"] == "application/json")
            #expect(seen.headers["webhook-id"] == "01936f1e-7a2b-7c3d-8e4f-0123456789ad")
            #expect(
                seen.json == [
                    "id": "01936f1e-7a2b-7c3d-8e4f-0123456789ad", "type": "request.state_changed",
                    "at": "2025-11-21T17:01:02.5Z", "request_id": "01936f1e-7a2b-7c3d-8e4f-0123456789ab",
                    "right": "access", "state": "ready",
                ])
        }
    }

    @Test(arguments: [-301.0, 302.0]) func aReceiverRefusesAReplay(later: TimeInterval) async throws {
        try await with { server, sender, signer in
            let url = try WebhookURL("http://localhost:\(server.port)/ok")
            _ = try await sender.send(message(), to: url, signedBy: signer, now: now(later))
            let seen = try await server.next(Seen.self)
            #expect(seen.genuine == [false, false, false])
        }
    }

    @Test(
        arguments: zip(
            ["broken", "elsewhere", "endless"],
            [
                WebhookOutcome.refused(status: 500), .refused(status: 302), .accepted(status: 200),
            ]))
    func tellsTheStatusWhateverComesWithIt(path: String, outcome: WebhookOutcome) async throws {
        try await with { server, sender, signer in
            let url = try WebhookURL("http://127.0.0.1:\(server.port)/\(path)")
            let first = try await sender.send(message(), to: url, signedBy: signer, now: now())
            #expect(first == outcome)

            // The next request seen is the next one sent: no redirect was followed.
            let next = try WebhookURL("http://127.0.0.1:\(server.port)/ok?second")
            _ = try await sender.send(message(), to: next, signedBy: signer, now: now())
            let paths = [try await server.next(Seen.self).path, try await server.next(Seen.self).path]
            #expect(paths == ["/\(path)", "/ok?second"])
        }
    }

    @Test func aSilentReceiverIsUnreachable() async throws {
        try await with(seconds: 1) { server, sender, signer in
            let url = try WebhookURL("http://127.0.0.1:\(server.port)/silent")
            let outcome = try await sender.send(message(), to: url, signedBy: signer, now: now())
            #expect(outcome == .unreachable)
        }
    }

    @Test func nobodyThereIsUnreachable() async throws {
        let port = try await with { server, _, _ in server.port }
        let sender = WebhookSender(seconds: 5)
        let url = try WebhookURL("http://127.0.0.1:\(port)/ok")
        let signer = try WebhookSigner(WebhookSecret(Self.current))
        let outcome = try await sender.send(message(), to: url, signedBy: signer, now: now())
        try await sender.shutdown()
        #expect(outcome == .unreachable)
    }

    @Test func cancellingEndsTheAttempt() async throws {
        try await with(seconds: 60) { server, sender, signer in
            let url = try WebhookURL("http://127.0.0.1:\(server.port)/silent")
            let message = try message()
            let now = now()
            let sending = Task { try await sender.send(message, to: url, signedBy: signer, now: now) }
            _ = try await server.next(Seen.self)
            sending.cancel()
            await #expect(throws: CancellationError.self) { try await sending.value }
        }
    }

    @Test(arguments: [
        "", "example.org", "http://example.org/hook", "https://user:pass@example.org/", "https://example.org/#x",
        "http://127.0.0.1.example.org/", "http://localhost@example.org/", "https://example.org/\r\nX: y",
        "ftp://localhost/",
    ])
    func urlsAreHTTPS(text: String) {
        #expect(#expect(throws: NotifyingError.self) { try WebhookURL(text) }?.code == .badWebhookURL)
    }

    @Test(arguments: [
        "https://example.org/hook?key=1", "http://localhost:8080/", "http://[::1]:8080/x", "http://127.0.0.1/",
    ])
    func urlsThatAreTaken(text: String) throws {
        _ = try WebhookURL(text)
    }

    @Test(arguments: [
        "", "whsec_", "whsec_????", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_" + Data(repeating: 1, count: 23).base64EncodedString(),
        "whsec_" + Data(repeating: 1, count: 65).base64EncodedString(),
    ])
    func secretsAreLongEnough(text: String) {
        #expect(#expect(throws: NotifyingError.self) { try WebhookSecret(text) }?.code == .badSecret)
    }

    @Test func secretsAndQueriesPrintNothing() throws {
        let url = try WebhookURL("https://example.org/hook/sesame?key=sesame")
        let secret = try WebhookSecret(Self.current)
        var dumped = "\(url) \(String(reflecting: url)) \(secret) \(String(reflecting: secret))"
        dump(url, to: &dumped)
        dump(secret, to: &dumped)
        #expect(!dumped.contains("sesame") && !dumped.contains("BwcH") && !dumped.contains("7, 7"))
        #expect("\(url)" == "example.org")
    }
}
