import MailTransport
import RightsCore

/// Mails of the tests.
enum SampleMail {
    static let date = Instant(microseconds: 1_763_744_462_000_000)
    static let text = """
        Guten Tag,

        „Grüße“ — 100 % = alles, mit Leerzeichen am Ende \n.
        ..zwei Punkte
        From here: \(String(repeating: "sehr lang ", count: 30))
        \u{1F469}\u{200D}\u{1F680} Ende
        """
    static let html =
        "<!doctype html><html lang=\"de\"><title>x</title><p>Grüße = &lt;\(String(repeating: "ä", count: 200))</p>"

    static func make(
        to: String = "ada@example.org", from: String = "privacy@service.example",
        subject: String = "Ihre Auskunft ist fertig", name: String = "Demo Workspace",
        id: String = "0199.ready", headers: [MailHeader] = [.autoSubmitted, .noAutomaticReplies]
    ) throws -> MailMessage {
        try MailMessage(
            from: Mailbox(name: name, address: MailAddress(from)),
            replyTo: MailAddress("dpo@service.example"), to: MailAddress(to), subject: subject, text: text, html: html,
            language: "de", messageID: MessageID(unique: id, domain: "service.example"), date: date, headers: headers)
    }
}

/// What the server tells of a mail it took.
struct SeenMail: Decodable {
    let event: String
    let sender: String
    let recipients: [String]
    let user: String?
    let encrypted: Bool
    let headers: [String: String]
    let text: String
    let html: String
    let defects: [String]
    let longest: Int
    let ascii: Bool
}
