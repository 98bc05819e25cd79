/// Why a purge didn't begin.
package struct PurgeError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// Another purge of the same database is at work.
        case alreadyRunning = "purge.already-running"
        /// The store has no companion schema, or an older one, or the role may not write its progress there.
        case noCompanion = "purge.no-companion"
        /// The server is a standby: only the primary can be purged.
        case standby = "purge.standby"
        /// A table is named that isn't there.
        case noSuchTable = "purge.no-such-table"
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
