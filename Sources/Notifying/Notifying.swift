// Notifying: the person's notices and the operator's webhooks. It must never decide who is told what.

/// Why a notice or a webhook can't be made.
package struct NotifyingError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// The address of the pages isn't an https URL, or http on this machine.
        case badBaseURL = "notice.bad-base-url"
        /// A link's path holds characters that a path can't.
        case badPath = "notice.bad-path"
        /// The controller's name or contact can't stand in a mail.
        case badController = "notice.bad-controller"
        /// A webhook's address isn't an https URL, or http on this machine.
        case badWebhookURL = "webhook.bad-url"
        /// A webhook's secret isn't one.
        case badSecret = "webhook.bad-secret"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people. It never holds a path, a query or a secret.
    package let description: String
    /// What to do about it.
    package let hint: String?

    init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}
