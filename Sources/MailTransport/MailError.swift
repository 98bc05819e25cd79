/// Why a mail can't be made or wasn't taken. It holds no address, and nothing of what a server wrote in its answer.
package struct MailError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// The server refused the mail for good (SMTP 5xx), such as for a mailbox it doesn't know.
        case refused = "mail.refused"
        /// The server refused the mail for now (SMTP 4xx).
        case refusedForNow = "mail.refused-for-now"
        /// The server can't be reached, broke off or didn't answer in time.
        case unreachable = "mail.unreachable"
        /// No encrypted connection to the server that was meant.
        case tls = "mail.tls"
        /// The server refused user and password.
        case signInRefused = "mail.sign-in-refused"
        /// The text isn't one address that mail can be sent to.
        case badAddress = "mail.bad-address"
        /// A part of the mail can't stand in one.
        case badMessage = "mail.bad-message"
        /// The transport's settings contradict each other.
        case badSettings = "mail.bad-settings"
        /// The folder for mails can't be written.
        case folderUnusable = "mail.folder-unusable"
    }

    /// What went wrong.
    package let code: Code
    /// How far the conversation with the server had come.
    package let stage: SMTPStage?
    /// The server's SMTP reply code, when it refused.
    package let replyCode: Int?
    /// Said for people.
    package let description: String
    /// What to do about it.
    package let hint: String?

    init(
        _ code: Code, _ description: String, hint: String? = nil, stage: SMTPStage? = nil, replyCode: Int? = nil
    ) {
        self.code = code
        self.description = description
        self.hint = hint
        self.stage = stage
        self.replyCode = replyCode
    }

    /// Whether the same mail may well be taken later.
    ///
    /// A refusal for good counts only once the server has come to judge the recipient or the mail: before that it is about
    /// the operator's set-up, and no mail should be lost over it.
    package var isWorthRetrying: Bool {
        switch code {
        case .refusedForNow, .unreachable, .tls, .signInRefused, .folderUnusable: true
        case .refused: stage != .recipient && stage != .content
        case .badAddress, .badMessage, .badSettings: false
        }
    }
}

/// The steps of a conversation with an SMTP server, in their order.
package enum SMTPStage: String, Sendable, CaseIterable {
    /// Until the server has greeted.
    case connecting
    /// From greeting to encryption.
    case securing
    /// While user and password are told.
    case signingIn = "signing-in"
    /// The server judges the sender.
    case sender
    /// The server judges the recipient.
    case recipient
    /// The mail itself goes over. Broken off here, the server may have taken it or not.
    case content
}
