/// Why the control database refuses.
package struct LedgerError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// The schema `habeas` isn't there, or is older than the program.
        case notMigrated = "control.not-migrated"
        /// The schema is of a later version than the program.
        case tooNew = "control.too-new"
        /// A migration that ran has another text than the program's.
        case migrationChanged = "control.migration-changed"
        /// What was read isn't what the program wrote.
        case unreadable = "control.unreadable"
        /// The same key was used for another request before.
        case idempotencyMismatch = "control.idempotency-mismatch"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people.
    package let description: String
    /// What to do.
    package let hint: String?

    init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}
