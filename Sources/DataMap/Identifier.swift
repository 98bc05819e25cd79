/// A PostgreSQL identifier: the name of a schema, table or column as the catalogue holds it.
package struct Identifier: Hashable, Sendable, CustomStringConvertible, Comparable {
    /// The name, unquoted.
    package let text: String

    /// Wraps a catalogue name.
    package init(_ text: String) { self.text = text }

    /// The name quoted for SQL, always (PostgreSQL manual §4.1.1).
    package var quoted: String {
        var quoted = "\""
        // Scalar by scalar: a quote with a combining mark is one character, and still a quote.
        for scalar in text.unicodeScalars { quoted += scalar == "\"" ? "\"\"" : String(Character(scalar)) }
        return quoted + "\""
    }

    package var description: String { text }

    /// The name as it is written in a map: in double quotes when it holds more than letters, digits and `_`.
    package var written: String {
        text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } && !text.isEmpty ? text : quoted
    }

    package static func < (left: Identifier, right: Identifier) -> Bool { left.text < right.text }
}

/// A schema-qualified table name.
package struct TableName: Hashable, Sendable, CustomStringConvertible, Comparable {
    /// The schema.
    package let schema: Identifier
    /// The table in it.
    package let name: Identifier

    /// A table by catalogue names.
    package init(schema: Identifier, name: Identifier) {
        self.schema = schema
        self.name = name
    }

    /// Parses `schema.table`, parts quoted where they hold a dot; nil when it isn't of that form.
    package init?(_ text: String) {
        guard let parts = IdentifierParser.parts(of: text), parts.count == 2 else { return nil }
        self.init(schema: parts[0], name: parts[1])
    }

    /// Both parts quoted for SQL.
    package var quoted: String { "\(schema.quoted).\(name.quoted)" }

    package var description: String { "\(schema).\(name)" }

    /// The name as it is written in a map: odd parts in double quotes.
    package var written: String { "\(schema.written).\(name.written)" }

    package static func < (left: TableName, right: TableName) -> Bool {
        (left.schema, left.name) < (right.schema, right.name)
    }
}

/// Splits dotted, possibly quoted names.
enum IdentifierParser {
    static func parts(of text: String) -> [Identifier]? {
        var parts: [Identifier] = []
        var current = ""
        var isQuoted = false
        var isPending = false
        var rest = text[...]
        while let character = rest.popFirst() {
            switch (character, isQuoted) {
            case ("\"", true) where rest.first == "\"":
                rest.removeFirst()
                current.append("\"")
            case ("\"", _): isQuoted.toggle()
            case (".", false):
                guard !current.isEmpty else { return nil }
                parts.append(Identifier(current))
                current = ""
                isPending = true
                continue
            default: current.append(character)
            }
            isPending = false
        }
        guard !isQuoted, !isPending, !current.isEmpty else { return nil }
        return parts + [Identifier(current)]
    }
}
