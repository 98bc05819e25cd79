internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
package import RightsCore

/// Where a webhook goes. Its path or query may hold a secret, so it prints its host only.
package struct WebhookURL: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    fileprivate let text: String

    /// Parses an https URL, or an http URL of this machine, without user, password and fragment.
    package init(_ text: String) throws(NotifyingError) {
        guard WebURL.isAllowed(text) else {
            throw NotifyingError(
                .badWebhookURL, "the webhook's address isn't an https URL without user, password and fragment",
                hint: "http is taken for localhost only")
        }
        self.text = text
    }

    package var description: String { URLComponents(string: text)?.host ?? "<url>" }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What came of one delivery.
package enum WebhookOutcome: Sendable, Hashable {
    /// The receiver said 2xx.
    case accepted(status: Int)
    /// The receiver said something else, a redirect included.
    case refused(status: Int)
    /// Nobody there, no TLS, or no answer in time.
    case unreachable
}

/// Delivers webhooks, one attempt a call. It follows no redirect, reads nothing of an answer but its status, and logs
/// nothing.
package final class WebhookSender: Sendable {
    private let client: HTTPClient
    private let seconds: Int64

    /// A sender that waits at most so many seconds for an answer. It must be shut down.
    package init(seconds: Int64 = 15) {
        self.seconds = seconds
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(min(seconds, 10)), read: .seconds(seconds)))
        configuration.httpVersion = .http1Only
        // A failed attempt is the job's to repeat: it counts them.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections.
    package func shutdown() async throws { try await client.shutdown() }

    /// Tries once to deliver a message, signed at `now`.
    ///
    /// - Throws: `CancellationError` only.
    package func send(
        _ message: WebhookMessage, to url: WebhookURL, signedBy signer: WebhookSigner, now: Instant
    ) async throws -> WebhookOutcome {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "user-agent", value: "habeas")
        for header in signer.headers(for: message, at: now) {
            request.headers.add(name: header.name, value: header.value)
        }
        request.body = .bytes(ByteBuffer(string: message.body))
        guard let status = await status(of: request) else {
            try Task.checkCancellation()
            return .unreachable
        }
        return (200..<300).contains(status) ? .accepted(status: status) : .refused(status: status)
    }

    /// The status of the answer; nil when none came. The body is never asked for: letting it go ends the connection.
    private func status(of request: HTTPClientRequest) async -> Int? {
        do { return Int(try await client.execute(request, timeout: .seconds(seconds)).status.code) } catch {
            // Why doesn't matter to the caller, and the error's text may hold the URL.
            return nil
        }
    }
}
