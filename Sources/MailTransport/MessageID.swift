internal import RightsCore

/// What a mail is known by: `<left@right>`, RFC 5322 §3.6.4. Sending the same mail again uses the same id.
package struct MessageID: Sendable, Hashable, CustomStringConvertible {
    /// Without the angle brackets.
    package let text: String

    /// An id from a unique left side and the domain that vouches for it.
    ///
    /// Both are letters, digits, `-`, `_` and inner dots, so that the id is also a safe file name.
    package init(unique: String, domain: String) throws(MailError) {
        guard Self.isPlain(unique), Self.isPlain(domain), unique.utf8.count + domain.utf8.count <= 200 else {
            throw MailError(
                .badMessage, "the message id has other characters than letters, digits, dots, - and _, or is too long")
        }
        text = "\(unique)@\(domain)"
    }

    package var description: String { text }

    private static func isPlain(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.utf8.allSatisfy { $0.isLetterOrDigit || "-_".utf8.contains($0) }
        }
    }
}
