internal import SubjectAccess

/// Why no archive was made, or one was withheld.
package struct ExportError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// The word before the colon is neither a kind of person nor an identifier.
        case unknownReference = "export.unknown-reference"
        /// Nobody has that id or identifier.
        case noSuchSubject = "export.no-such-subject"
        /// The identifier fits several people.
        case ambiguousSubject = "export.ambiguous-subject"
        /// `--only` names a collection the map doesn't know, or not for this kind.
        case unknownCollection = "export.unknown-collection"
        /// Nothing that was asked for falls under the right.
        case nothingToExport = "export.nothing-to-export"
        /// The database isn't what the map describes.
        case mapDoesNotFit = "export.map-does-not-fit"
        /// Files would be named after a value that the law forbids to disclose.
        case undisclosableName = "export.undisclosable-name"
        /// A database role has too many or too few rights.
        case wrongRole = "export.wrong-role"
        /// The exporter saw another number of rows than there are.
        case countMismatch = "export.count-mismatch"
        /// A row came that doesn't belong to the person.
        case ownershipMismatch = "export.ownership-mismatch"
        /// The finished archive didn't pass its own verification.
        case readBackFailed = "export.read-back-failed"
        /// The snapshot was held as long as allowed.
        case budgetSpent = "export.budget-spent"
        /// A table was rewritten or emptied between the snapshot and its first reading.
        case tableRewritten = "export.table-rewritten"
        /// An object store isn't configured or isn't there.
        case storeUnavailable = "export.store-unavailable"
    }

    /// Whether a fresh snapshot may well succeed.
    var isWorthAnotherSnapshot: Bool { code == .budgetSpent || code == .tableRewritten }

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

extension ExportError {
    init(_ error: SubjectError) {
        let code: Code =
            switch error.code {
            case .unknownReference: .unknownReference
            case .noSuchSubject: .noSuchSubject
            case .ambiguousSubject: .ambiguousSubject
            case .mapDoesNotFit: .mapDoesNotFit
            }
        self.init(code, error.description, hint: error.hint)
    }

    /// What `body` gives; its error as one of an export.
    static func translating<Value>(_ body: () throws(SubjectError) -> Value) throws(ExportError) -> Value {
        do { return try body() } catch { throw ExportError(error) }
    }
}
