internal import RightsCore

/// A header beyond those every mail has.
package struct MailHeader: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Its value: printable ASCII.
    package let value: String

    /// Headers that follow from the message's own parts.
    private static let owned: Set<String> = [
        "bcc", "cc", "date", "from", "message-id", "mime-version", "reply-to", "sender", "subject", "to",
    ]

    /// A header; refused when it could end its line or stands for something the message has a part for.
    package init(_ name: String, _ value: String) throws(MailError) {
        let isOwned = Self.owned.contains(name.lowercased()) || name.lowercased().hasPrefix("content-")
        guard !isOwned, (1...60).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameByte) else {
            throw MailError(.badMessage, "a header has a name that an extra header can't have")
        }
        guard (1...900).contains(value.utf8.count), value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw MailError(.badMessage, "the header \(name) has a value that isn't one line of printable ASCII")
        }
        self.init(known: name, value)
    }

    private init(known name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Says that a program wrote the mail (RFC 3834), so that no other program answers.
    package static let autoSubmitted = MailHeader(known: "Auto-Submitted", "auto-generated")
    /// Tells Exchange the same.
    package static let noAutomaticReplies = MailHeader(known: "X-Auto-Response-Suppress", "All")

    private static func isNameByte(_ byte: UInt8) -> Bool { byte.isLetterOrDigit || byte == UInt8(ascii: "-") }
}
