/// Why a legal hold can't be placed or changed.
package struct HoldError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of refusal it is.
    package enum Kind: Sendable, Hashable {
        /// A value isn't allowed.
        case invalid
        /// The hold stands where that can't happen.
        case notPossible
        /// The one who did the first step can't do the second.
        case needsSecondPerson
    }

    /// What kind.
    package let kind: Kind
    /// The field of the input that is wrong.
    package let field: String?
    /// What is wrong, for people to read.
    package let description: String
    /// What to do.
    package let hint: String?

    init(field: String, _ description: String, hint: String? = nil) {
        kind = .invalid
        self.field = field
        self.description = description
        self.hint = hint
    }

    init(_ kind: Kind, _ description: String, hint: String? = nil) {
        self.kind = kind
        field = nil
        self.description = description
        self.hint = hint
    }
}
