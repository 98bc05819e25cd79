/// The number of a ticket at the help desk, such as `T-1042`: it may stand in the audit chain, so it can't be a name.
package struct Ticket: Sendable, Hashable, CustomStringConvertible {
    /// The text as given.
    package let text: String

    /// Parses letters, digits and `-_.:`, at most 40 characters with a digit among them; nil when it is anything else.
    package init?(_ text: String) {
        guard (1...40).contains(text.utf8.count), text.contains(where: \.isNumber) else { return nil }
        guard
            text.unicodeScalars.allSatisfy({
                $0.isASCII && (Character($0).isLetter || Character($0).isNumber || "-_.:".unicodeScalars.contains($0))
            })
        else { return nil }
        self.text = text
    }

    package var description: String { text }
}
