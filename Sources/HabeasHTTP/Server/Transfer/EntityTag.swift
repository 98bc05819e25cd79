/// A strong entity tag (RFC 9110 §8.8.3): the same tag, the same bytes.
package struct EntityTag: Hashable, Sendable {
    /// With its quotes, as the header has it.
    package let header: String

    /// A tag of our own; hexadecimal digits and dashes, for instance.
    package init(_ opaque: String) {
        precondition(
            opaque.utf8.allSatisfy { $0 == 0x21 || (0x23...0x7e).contains($0) }, "an entity tag is of etag characters")
        header = "\"\(opaque)\""
    }

    /// Whether a list of tags as in `If-Match` or `If-None-Match` names this one; weak tags never do.
    package func isNamed(by list: String) -> Bool {
        list.split(separator: ",").contains { part in
            let tag = part.drop { $0 == " " || $0 == "\t" }
            return tag == "*" || tag.prefix { $0 != " " && $0 != "\t" } == header
        }
    }
}
