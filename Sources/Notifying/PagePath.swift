/// A place under the service's address, such as `/p/d/<token>`. It may hold a token, so it prints itself as `<link>`.
package struct PagePath: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    let text: String

    /// A path of unreserved characters (RFC 3986 §2.3) between slashes.
    package init(_ text: String) throws(NotifyingError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isPath =
            text.hasPrefix("/") && text.utf8.count <= 500
            && parts.dropFirst().allSatisfy { part in
                !part.isEmpty && part != "." && part != ".." && part.utf8.allSatisfy(Self.isUnreserved)
            }
        guard isPath else { throw NotifyingError(.badPath, "a link's path holds characters that a path can't") }
        self.text = text
    }

    package var description: String { "<link>" }

    package var customMirror: Mirror { Mirror(self, children: []) }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
