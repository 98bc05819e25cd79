/// Why a document of rules can't be read or found.
package struct RuleError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// A document isn't what its schema says.
        case invalid = "rules.invalid"
        /// No regime, calendar or statute has that name.
        case unknown = "rules.unknown"
        /// The regime exists, but no edition of it was in force that day.
        case notInForce = "rules.not-in-force"
    }

    package let code: Code
    /// What is wrong.
    package let message: String
    /// The document, as its name was given; nil when the error isn't in one.
    package let document: String?
    package let line: Int?
    package let column: Int?
    /// What to do.
    package let hint: String?

    init(
        _ code: Code, _ message: String, document: String? = nil, line: Int? = nil, column: Int? = nil,
        hint: String? = nil
    ) {
        self.code = code
        self.message = message
        self.document = document
        self.line = line
        self.column = column
        self.hint = hint
    }

    /// `schemas/regimes/GDPR.yaml:4:3: respond_within: expected a whole number`.
    package var description: String {
        let place = [document, line.map(String.init), column.map(String.init)].compactMap(\.self)
        return (place.isEmpty ? "" : place.joined(separator: ":") + ": ") + message
    }
}
