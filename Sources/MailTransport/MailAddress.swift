internal import Foundation
internal import RightsCore

/// One address a mail can be sent to. It prints itself as `<personal>`.
///
/// `local@domain` with the plain characters of RFC 5322's dot-atom; no display name, comment, quoted local part, list or
/// address literal. An internationalised domain is taken and sent in its ASCII form (IDNA). A local part beyond ASCII is
/// refused: it needs SMTPUTF8 at every server on the way, so it would bounce somewhere instead of failing here.
package struct MailAddress: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The address as it goes over the wire: ASCII.
    package let text: String

    /// Parses one address.
    ///
    /// - Throws: ``MailError`` without the text in it.
    package init(_ text: String) throws(MailError) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, MailSyntax.isLocalPart(parts[0]) else { throw Self.refusal(text) }
        guard let domain = Self.asciiDomain(String(parts[1])) else { throw Self.refusal(text) }
        self.text = "\(parts[0])@\(domain)"
    }

    /// The part behind the `@`, in ASCII.
    package var domain: String { String(text.split(separator: "@")[1]) }

    package var description: String { "<personal>" }

    package var customMirror: Mirror { Mirror(self, children: []) }

    private static func refusal(_ text: String) -> MailError {
        let local = text.prefix { $0 != "@" }
        let hint =
            local.utf8.allSatisfy { $0 < 128 }
            ? "write one address such as name@example.org, without a name, spaces or brackets"
            : "the part before the @ must be ASCII: servers on the way may not know SMTPUTF8"
        return MailError(.badAddress, "this is not an address that mail can be sent to", hint: hint)
    }

    private static func asciiDomain(_ domain: String) -> String? {
        if domain.utf8.allSatisfy({ $0 < 128 }) { return MailSyntax.isDomain(domain) ? domain : nil }
        var components = URLComponents()
        components.host = domain
        guard let ascii = components.encodedHost, MailSyntax.isDomain(ascii) else { return nil }
        return ascii
    }
}

/// An address with the name that a reader sees beside it.
package struct Mailbox: Sendable, Hashable {
    /// The name.
    package let name: String
    /// The address.
    package let address: MailAddress

    /// A mailbox; the name is one line of at most 120 bytes.
    package init(name: String, address: MailAddress) throws(MailError) {
        try MailMessage.checkLine(name, called: "the sender's name", atMost: 120)
        self.name = name
        self.address = address
    }
}
