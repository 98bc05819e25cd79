/// Why nothing was erased, or not everything.
package struct ErasureError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// Nobody, or no record, has that id or identifier.
        case noSuchSubject = "erasure.no-such-subject"
        /// The identifier fits several people.
        case ambiguousSubject = "erasure.ambiguous-subject"
        /// The word before the colon is no kind of person, identifier or collection.
        case unknownReference = "erasure.unknown-reference"
        /// The database isn't what the map describes.
        case mapDoesNotFit = "erasure.map-does-not-fit"
        /// A database role has too many or too few rights.
        case wrongRole = "erasure.wrong-role"
        /// The store has no companion schema, or an older one.
        case noCompanion = "erasure.no-companion"
        /// Something in the database stands in the way: a trigger, a rule, a missing index.
        case preflight = "erasure.preflight"
        /// The plan can't be carried out as the map says.
        case conflict = "erasure.conflict"
        /// What would be done now differs from what was approved.
        case planChanged = "erasure.plan-changed"
        /// The plan's bytes aren't a plan, or were changed.
        case badPlan = "erasure.bad-plan"
        /// Another number of rows went than the same statement saw.
        case countMismatch = "erasure.count-mismatch"
        /// Rows are there after the deletion.
        case rowsRemain = "erasure.rows-remain"
        /// Rows were forecast and none is there.
        case nothingFound = "erasure.nothing-found"
        /// A lock or statement took longer than allowed, or others changed the same rows; nothing was erased.
        case contended = "erasure.contended"
        /// An object store isn't configured, isn't there, or refused.
        case storeUnavailable = "erasure.store-unavailable"
        /// The connection broke while the server was told to commit, and it isn't known yet what it did.
        case outcomeUnknown = "erasure.outcome-unknown"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people: names of things, never values.
    package let description: String
    /// What to do about it.
    package let hint: String?

    package init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}
