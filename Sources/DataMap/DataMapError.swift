/// Why a map can't be used.
package struct DataMapError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// The text isn't YAML.
        case notYAML = "map.not-yaml"
        /// A value is missing, of the wrong kind, or unknown.
        case invalid = "map.invalid"
        /// There is nothing to propose a map for.
        case noTables = "map.no-tables"
        /// No table is one of people, or the one named can't be.
        case noSubject = "map.no-subject"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people, with the path inside the map.
    package let message: String
    /// Where in the text, counted from 1; nil when the fault has no single place.
    package let line: Int?
    /// Where in the line, counted from 1.
    package let column: Int?
    /// What to do, where the message doesn't say it.
    package let hint: String?

    /// A fault with its place.
    package init(_ code: Code, _ message: String, line: Int? = nil, column: Int? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint
    }

    package var description: String {
        guard let line, let column else { return message }
        return "line \(line), column \(column): \(message)"
    }
}
