/// Why nobody was found, or no way to their rows.
package struct SubjectError: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    package enum Code: Sendable, CaseIterable {
        /// The word before the colon is neither a kind of person nor an identifier.
        case unknownReference
        /// Nobody has that id or identifier.
        case noSuchSubject
        /// The identifier fits several people.
        case ambiguousSubject
        /// The database isn't what the map describes.
        case mapDoesNotFit
    }

    /// What went wrong.
    package let code: Code
    /// Said for people: names of things, never values.
    package let description: String
    /// What to do about it.
    package let hint: String?

    init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}
