package import DataMap

/// A person as written by whoever asks: `user:0199…` or `email:ada@example.com`. It prints itself as `<personal>`.
package struct SubjectReference: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The word before the colon.
    package let scheme: String
    package let value: String

    /// Parses `scheme:value`; nil when there is no colon or either side is empty.
    package init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        scheme = String(text[..<colon])
        value = String(text[text.index(after: colon)...])
        if scheme.isEmpty || value.isEmpty || value.contains("\0") { return nil }
    }

    /// The scheme by which a person is found by their mail address.
    package static let email = "email"

    /// The reference of a key: the one way of writing it.
    package init(_ kind: SubjectKind, key: [String]) { self.init(scheme: kind.name, key: key) }

    /// The reference of a key, of a person or of a record.
    package init(scheme: String, key: [String]) {
        self.scheme = scheme
        value = key.count == 1 ? key[0] : Self.joined(key)
    }

    /// The reference of a key as ``value`` writes it.
    package init(scheme: String, writtenKey: String) {
        self.scheme = scheme
        value = writtenKey
    }

    /// The text as it is parsed, for a place that keeps it sealed.
    package func reveal() -> String { "\(scheme):\(value)" }

    /// The parts of a key of several columns: between commas, where `\,` is a comma and `\\` a backslash.
    package static func parts(of value: String) -> [String] {
        var parts = [""]
        var isEscaped = false
        for scalar in value.unicodeScalars {
            if !isEscaped && scalar == "\\" {
                isEscaped = true
                continue
            }
            if !isEscaped && scalar == "," {
                parts.append("")
            } else {
                parts[parts.count - 1].unicodeScalars.append(scalar)
            }
            isEscaped = false
        }
        return parts
    }

    private static func joined(_ parts: [String]) -> String {
        parts.map { $0.replacing("\\", with: "\\\\").replacing(",", with: "\\,") }.joined(separator: ",")
    }

    package var description: String { "\(scheme):<personal>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A person found in the database. It prints itself as `<personal>`.
package struct Subject: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What kind of person.
    package let kind: SubjectKind
    /// The key's columns as PostgreSQL writes them in text.
    package let key: [String]
    /// What row security is given.
    package let scopeValue: String

    package var description: String { "\(kind.name):<personal>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
