/// Why the audit chain can't be signed, pruned, or judged.
package struct AuditError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// The chain isn't what it should be, so nothing is signed or removed.
        case broken = "audit.broken"
        /// Entries of the last 24 months would be removed.
        case retentionTooShort = "audit.retention-too-short"
        /// A copy of a checkpoint can't be written or read.
        case copyUnusable = "audit.copy-unusable"
        /// A file isn't an export of the audit chain.
        case notAnExport = "audit.not-an-export"
        /// What was read from the control database isn't what the program wrote.
        case unreadable = "audit.unreadable"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people.
    package let description: String
    /// What to do.
    package let hint: String?

    /// An error by its parts.
    package init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}
