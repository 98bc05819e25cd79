// MailTransport: mail by SMTP or into a folder. It must never know what is mailed.

package import RightsCore

/// A way for a mail to leave.
package protocol MailTransport: Sendable {
    /// Hands a mail over to whoever carries it on.
    ///
    /// Cancelling the task stops the conversation with the server; a mail it has taken by then stays taken.
    ///
    /// - Throws: ``MailError``; `CancellationError` when the task was cancelled before the mail was taken.
    func send(_ message: MailMessage) async throws -> Handover
}

/// Word that somebody took a mail to carry it on. Whether it arrives is another matter.
package struct Handover: Sendable, Hashable {
    /// When the mail was taken.
    package let at: Instant
    /// The server's SMTP reply code, such as 250; nil when no server was asked.
    package let replyCode: Int?

    /// A handover as it was recorded.
    package init(at: Instant, replyCode: Int?) {
        self.at = at
        self.replyCode = replyCode
    }
}
