/// What one address that mail can be sent to looks like, in ASCII: `local@domain` with the plain characters of RFC 5322's
/// dot-atom; no display name, comment, quoted local part, list or address literal.
package enum MailSyntax {
    /// Whether a text is such an address. A domain beyond ASCII has to be written as it goes over the wire (IDNA).
    package static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && isLocalPart(parts[0]) && isDomain(parts[1])
    }

    /// RFC 5322 §3.2.3, dot-atom; at most 64 bytes (RFC 5321 §4.5.3.1.1).
    package static func isLocalPart(_ text: some StringProtocol) -> Bool {
        text.utf8.count <= 64
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.utf8.allSatisfy { $0.isLetterOrDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
            }
    }

    /// Labels of letters, digits and inner hyphens; the last one has a letter, or it would be an IP address.
    package static func isDomain(_ domain: some StringProtocol) -> Bool {
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        return domain.utf8.count <= 253 && labels.allSatisfy { isLabel($0) }
            && labels.last?.contains(where: \.isLetter) == true
    }

    private static func isLabel(_ label: some StringProtocol) -> Bool {
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
    }
}

extension UInt8 {
    /// Whether this is an ASCII letter or digit.
    package var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
