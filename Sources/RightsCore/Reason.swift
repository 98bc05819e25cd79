/// Why a person of the staff acted: a code for the record and, if given, words for whoever handles the request.
package struct Reason: Sendable, Hashable {
    /// A stable code: lower-case letters, digits and `-`, at most 40 characters.
    package let code: String
    /// The words after the colon. They may name people, so they never go into logs, manifests or the audit chain.
    package let words: String?

    /// Parses `CODE` or `CODE:words`; nil when the code is malformed.
    package init?(_ text: String) {
        // By bytes: a mark that follows the colon makes one character with it.
        let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
        let code = colon.map { String(text[..<$0]) } ?? text
        guard (1...40).contains(code.utf8.count), code.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.code = code
        words = colon.map { String(text[text.utf8.index(after: $0)...]) }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
