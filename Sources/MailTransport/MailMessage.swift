package import RightsCore

/// One mail to one address. What could break out of a header line can't get into it.
package struct MailMessage: Sendable {
    /// Who it is from.
    package let from: Mailbox
    /// Where answers go, when not to the sender.
    package let replyTo: MailAddress?
    /// Who it is to.
    package let to: MailAddress
    /// The subject.
    package let subject: String
    /// The text for programs that show no HTML.
    package let text: String
    /// The same as HTML.
    package let html: String
    /// The language of subject and text: a tag such as `de` (RFC 5646).
    package let language: String
    /// What the mail is known by.
    package let messageID: MessageID
    /// The time in its `Date` header.
    package let date: Instant
    /// Further headers.
    package let headers: [MailHeader]

    /// A mail of checked parts.
    ///
    /// - Throws: ``MailError`` that names the part, never its content.
    package init(
        from: Mailbox, replyTo: MailAddress? = nil, to: MailAddress, subject: String, text: String, html: String,
        language: String, messageID: MessageID, date: Instant,
        headers: [MailHeader] = [.autoSubmitted, .noAutomaticReplies]
    ) throws(MailError) {
        try Self.checkLine(subject, called: "the subject", atMost: 200)
        try Self.checkBody(text, called: "the text")
        try Self.checkBody(html, called: "the HTML")
        guard (2...35).contains(language.utf8.count), language.utf8.allSatisfy({ $0.isLetterOrDigit || $0 == 0x2D })
        else { throw MailError(.badMessage, "the language isn't a language tag") }
        self.from = from
        self.replyTo = replyTo
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
        self.language = language
        self.messageID = messageID
        self.date = date
        self.headers = headers
    }

    /// One line for a header: no control characters, among them CR, LF and NUL, nor Unicode's line separators.
    static func checkLine(_ line: String, called name: String, atMost limit: Int) throws(MailError) {
        guard (1...limit).contains(line.utf8.count) else {
            throw MailError(.badMessage, "\(name) is empty or longer than \(limit) bytes")
        }
        let breaks = line.unicodeScalars.contains {
            $0.properties.generalCategory == .control || $0 == "\u{2028}" || $0 == "\u{2029}"
        }
        if breaks { throw MailError(.badMessage, "\(name) has a control character or a line break in it") }
    }

    private static func checkBody(_ body: String, called name: String) throws(MailError) {
        guard (1...1_000_000).contains(body.utf8.count) else {
            throw MailError(.badMessage, "\(name) is empty or longer than 1,000,000 bytes")
        }
        if body.utf8.contains(0) { throw MailError(.badMessage, "\(name) has a NUL in it") }
    }
}
