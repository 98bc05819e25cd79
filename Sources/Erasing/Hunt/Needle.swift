/// One value that tells who somebody is, to be looked for. It is held in memory only and prints itself as `<personal>`.
package struct Needle: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What is looked for, and so how.
    package enum Form: String, Sendable {
        /// A mail address.
        case mail
        /// A UUID, also as 16 bytes.
        case uuid
        /// A whole number.
        case number
        /// A handle, a name or anything else.
        case text
    }

    /// Why a value can't be told from what belongs to nobody.
    package enum Weakness: String, Sendable, Encodable {
        /// Numbers of fewer than ten digits are everywhere.
        case smallNumber = "small number"
        /// Texts of fewer than five bytes are parts of ordinary words.
        case shortText = "short text"
    }

    /// The fewest digits of a number that is looked for: smaller ones stand for many things.
    static let fewestDigits = 10
    /// The fewest bytes of a text that is looked for.
    static let fewestBytes = 5

    /// What it is called in reports: `key`, or the name of the map's identifier.
    package let kind: String
    package let value: String
    let form: Form

    /// A value by the name of what it is; its form is told by its letters.
    package init(kind: String, value: String) {
        self.kind = kind
        let value = value.trimming()
        self.value = value
        form =
            if NeedleSpelling.uuidBytes(value) != nil {
                .uuid
            } else if !value.isEmpty && value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
                .number
            } else if value.dropFirst().dropLast().contains("@") {
                .mail
            } else {
                .text
            }
    }

    /// Why it isn't looked for; nil when it is.
    package var weakness: Weakness? {
        switch form {
        case .mail, .uuid: value.utf8.count < Self.fewestBytes ? .shortText : nil
        case .number: value.drop { $0 == "0" }.count < Self.fewestDigits ? .smallNumber : nil
        case .text: value.utf8.count < Self.fewestBytes ? .shortText : nil
        }
    }

    package var description: String { "\(kind):<personal>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension String {
    fileprivate func trimming() -> String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
