/// Whose pages they are, as people read it.
package struct PageSettings: Sendable {
    /// The product the data is in, as people know it, such as `Workspace`.
    package var service: String
    /// Who is responsible for the data (GDPR Art. 4(7)).
    package var controller: String
    /// How they are reached: an address, a telephone number or a postal address, on one line.
    package var contact: String
    /// Their privacy notice (GDPR Art. 13), http or https; nil when there is none to point to.
    package var privacyNotice: String?
    /// Where the product's own pages are, such as `https://app.example.com`: only from there a sign-in is taken.
    package var productOrigins: Set<String> = []

    /// Settings with defaults for what may be missing.
    package init(service: String, controller: String, contact: String, privacyNotice: String? = nil) {
        self.service = service
        self.controller = controller
        self.contact = contact
        let isLink = privacyNotice.map { $0.hasPrefix("https://") || $0.hasPrefix("http://") } ?? false
        self.privacyNotice = isLink ? privacyNotice : nil
    }

    /// Whether the contact is a mail address and nothing else, so that a page can lead to it.
    var isContactAddress: Bool {
        contact.split(separator: "@", omittingEmptySubsequences: false).count == 2
            && contact.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x40...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || "._+-".utf8.contains(byte)
            }
    }
}
