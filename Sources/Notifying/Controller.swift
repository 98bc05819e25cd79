package import MailTransport

/// Who writes: the one that is responsible for the data (GDPR Art. 4(7)), as every notice says.
package struct Controller: Sendable {
    /// Its name, such as `Demo Workspace GmbH`.
    package let name: String
    /// How it is reached: an address, a telephone number or a postal address, on one line.
    package let contact: String
    /// What its mails are from.
    package let from: Mailbox
    /// Where answers go, when not to the sender.
    package let replyTo: MailAddress?
    /// The product the data is in, as people know it, such as `Workspace`.
    package let service: String

    /// A checked controller.
    ///
    /// - Throws: ``NotifyingError`` when a part is empty, longer than 120 bytes (300 the contact) or no single line.
    package init(
        name: String, service: String, contact: String, from: MailAddress, replyTo: MailAddress? = nil
    ) throws(NotifyingError) {
        for (line, what, limit) in [(name, "name", 120), (service, "service", 120), (contact, "contact", 300)] {
            let isLine = (1...limit).contains(line.utf8.count) && !line.contains(where: \.isNewline)
            guard isLine, !line.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw NotifyingError(
                    .badController, "the controller's \(what) is empty, longer than \(limit) bytes or no single line")
            }
        }
        do { self.from = try Mailbox(name: name, address: from) } catch {
            throw NotifyingError(.badController, "the controller's name can't stand beside an address")
        }
        self.name = name
        self.service = service
        self.contact = contact
        self.replyTo = replyTo
    }
}
