/// Why a person of the staff acted: a code for the record and, if given, words for whoever handles the request.
package struct Reason: Sendable, Hashable {
    /// A stable code: lower-case letters, digits and `-`, at most 40 characters.
    package let code: String
    /// The words after the colon. They may name people, so they never go into logs, manifests or the audit chain.
    package let words: String?

    /// Parses `CODE` or `CODE:words`; nil when the code is malformed.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let code = String(parts[0])
        guard (1...40).contains(code.utf8.count), code.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.code = code
        words = parts.count > 1 ? String(parts[1]) : nil
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
