package import MailTransport
package import RightsCore

/// Writes notices as mails, in the name of one controller.
package struct NoticeRenderer: Sendable {
    private let controller: Controller
    private let baseURL: String

    /// A renderer whose links lead to pages under `baseURL`, such as `https://privacy.example.org`.
    ///
    /// - Throws: ``NotifyingError`` when `baseURL` isn't https (or http on this machine), or has a query.
    package init(controller: Controller, baseURL: String) throws(NotifyingError) {
        guard WebURL.isAllowed(baseURL), !baseURL.contains("?") else {
            throw NotifyingError(
                .badBaseURL, "the address of the pages isn't an https URL without query, user and fragment",
                hint: "such as https://privacy.example.org; http is taken for localhost only")
        }
        self.controller = controller
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    }

    /// The mail that tells a notice.
    ///
    /// - Parameters:
    ///   - zone: the reader's time zone, such as `Europe/Berlin`; times are told in UTC when it isn't known.
    ///   - messageID: the same for each attempt at the same mail.
    /// - Throws: `MailError` when a fact can't stand in a mail.
    package func message(
        for notice: Notice, language: Language, zone: String? = nil, to address: MailAddress, messageID: MessageID,
        date: Instant
    ) throws(MailError) -> MailMessage {
        let reader = NoticeReader(language: language, time: ReaderTime(zone: zone), baseURL: baseURL)
        var facts = notice.facts(for: reader)
        facts["controller"] = controller.name
        facts["service"] = controller.service
        facts["contact"] = controller.contact
        facts["language"] = language.rawValue
        let parts = NoticeTemplates.of(language).render(notice.wording, in: notice.frame, facts)
        return try MailMessage(
            from: controller.from, replyTo: controller.replyTo, to: address, subject: parts.subject, text: parts.text,
            html: parts.html, language: language.rawValue, messageID: messageID, date: date)
    }
}
