internal import Foundation

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
        guard parts.count == 2, Self.isLocalPart(parts[0]) else { throw Self.refusal(text) }
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

    /// RFC 5322 §3.2.3, dot-atom; at most 64 bytes (RFC 5321 §4.5.3.1.1).
    private static func isLocalPart(_ text: Substring) -> Bool {
        text.utf8.count <= 64
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.utf8.allSatisfy { $0.isLetterOrDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
            }
    }

    private static func asciiDomain(_ domain: String) -> String? {
        if domain.utf8.allSatisfy({ $0 < 128 }) { return isDomain(domain) ? domain : nil }
        var components = URLComponents()
        components.host = domain
        guard let ascii = components.encodedHost, isDomain(ascii) else { return nil }
        return ascii
    }

    /// Labels of letters, digits and inner hyphens; the last one has a letter, or it would be an IP address.
    private static func isDomain(_ domain: String) -> Bool {
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        return domain.utf8.count <= 253 && labels.allSatisfy(isLabel)
            && labels.last?.contains(where: \.isLetter) == true
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
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

extension UInt8 {
    /// Whether this is an ASCII letter or digit.
    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
