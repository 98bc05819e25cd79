internal import DataMap
internal import MailTransport
internal import Notifying
internal import RightsCore
internal import RightsEngine

extension Settings {
    /// The way mail goes: into a folder, or to a mail server.
    func mailTransport(now: @escaping @Sendable () -> Instant) throws -> any MailTransport {
        if let folder = path("mail.folder") { return FolderTransport(folder: folder, now: now) }
        let host = try required(
            "mail.host", why: "codes and links couldn't be mailed; mail.folder keeps mails in a folder")
        let (text, source) = found("mail.security") ?? ("starttls", "default")
        guard let security = SMTPSettings.Security(rawValue: text) else {
            throw invalid("mail.security", source, text, "starttls, tls or none")
        }
        let standard = security == .implicitTLS ? 465 : security == .startTLS ? 587 : 25
        return SMTPTransport(
            try SMTPSettings(
                host: host, port: try number("mail.port", 1...65_535, default: standard), security: security,
                credentials: try mailCredentials(), authorities: path("mail.authorities")), now: now)
    }

    private func mailCredentials() throws -> SMTPSettings.Credentials? {
        guard let user = found("mail.user")?.value else { return nil }
        guard let password = found("mail.password", isSecret: true)?.value else {
            throw CommandFailure(
                .failed, code: "settings.missing", "mail.user is set and mail.password isn't",
                hint: "set HABEAS_MAIL_PASSWORD")
        }
        return SMTPSettings.Credentials(user: user, password: password)
    }

    /// Who writes to people.
    func mailController(_ map: DataMap) throws -> Notifying.Controller {
        try Notifying.Controller(
            name: map.controller.name, service: map.service, contact: map.controller.contact,
            from: try mailAddress(), replyTo: try found("mail.reply_to").map { try MailAddress($0.value) })
    }

    private func mailAddress() throws -> MailAddress {
        try MailAddress(try required("mail.from", why: "mails need a sender"))
    }

    /// What stands behind the `@` of the sender.
    func mailDomain() throws -> String {
        let from = try required("mail.from", why: "mails need a sender")
        return from.split(separator: "@").last.map(String.init) ?? "localhost"
    }

    /// The webhooks that `webhooks.names` lists: `webhooks.NAME.url` and its secret, with the one before while it is being
    /// changed.
    func webhooks() throws -> [WebhookEndpoint] {
        try list("webhooks.names").map { name in
            let url = try required("webhooks.\(name).url", why: "the webhook has no address")
            _ = try WebhookURL(url)
            guard let secret = found("webhooks.\(name).secret", isSecret: true)?.value else {
                throw CommandFailure(
                    .failed, code: "settings.missing", "webhooks.\(name).secret is missing",
                    hint: "set \(Self.variable(of: "webhooks.\(name).secret")) to whsec_ and 32 random bytes in base64")
            }
            let former = found("webhooks.\(name).former_secret", isSecret: true)?.value
            for text in [secret, former].compactMap({ $0 }) { _ = try WebhookSecret(text) }
            return WebhookEndpoint(name: name, url: url, secrets: [secret, former].compactMap { $0 })
        }
    }
}
