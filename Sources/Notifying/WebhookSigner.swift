internal import Crypto
internal import Foundation
package import RightsCore

/// A secret shared with a webhook's receiver. It prints itself as `<secret>`.
package struct WebhookSecret: Sendable, CustomStringConvertible, CustomReflectable {
    fileprivate let key: [UInt8]

    /// Parses `whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks writes it.
    package init(_ text: String) throws(NotifyingError) {
        let prefix = "whsec_"
        guard text.hasPrefix(prefix), let bytes = Data(base64Encoded: String(text.dropFirst(prefix.count))) else {
            throw Self.refusal
        }
        try self.init(bytes: Array(bytes))
    }

    /// A secret of 24 to 64 bytes.
    package init(bytes: [UInt8]) throws(NotifyingError) {
        guard (24...64).contains(bytes.count) else { throw Self.refusal }
        key = bytes
    }

    private static var refusal: NotifyingError {
        NotifyingError(
            .badSecret, "a webhook's secret isn't whsec_ and the base64 of 24 to 64 bytes",
            hint: "make one: echo whsec_$(openssl rand -base64 32)")
    }

    package var description: String { "<secret>" }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Signs webhooks in the way of Standard Webhooks: HMAC-SHA-256 over id, time and body.
package struct WebhookSigner: Sendable {
    private let secrets: [WebhookSecret]

    /// A signer with the current secret and, while it is being changed, the others that receivers may still have.
    package init(_ current: WebhookSecret, _ others: [WebhookSecret] = []) { secrets = [current] + others }

    /// The headers of a delivery: `webhook-id`, `webhook-timestamp` (the time of this attempt) and `webhook-signature`
    /// with one `v1,<base64>` a secret.
    package func headers(for message: WebhookMessage, at now: Instant) -> [(name: String, value: String)] {
        let signed = Data("\(message.id).\(now.seconds).\(message.body)".utf8)
        let signatures = secrets.map { secret in
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: secret.key))
            return "v1,\(Data(code).base64EncodedString())"
        }
        return [
            ("webhook-id", message.id.text), ("webhook-timestamp", "\(now.seconds)"),
            ("webhook-signature", signatures.joined(separator: " ")),
        ]
    }
}
