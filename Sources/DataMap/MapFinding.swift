/// One thing a map check found.
package struct MapFinding: Sendable, Hashable, CustomStringConvertible {
    /// How grave it is.
    package enum Severity: String, Sendable { case error, warning }

    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        case unmappedTable = "map.unmapped-table"
        case unmappedColumn = "map.unmapped-column"
        case missingTable = "map.missing-table"
        case missingColumn = "map.missing-column"
        case unenforcedPath = "map.unenforced-path"
        case unmappedReference = "map.unmapped-reference"
        case unsharedReference = "map.unshared-reference"
        case unreachable = "map.unreachable"
        case ambiguousPath = "map.ambiguous-path"
        case ambiguousSubject = "map.ambiguous-subject"
        case rowSecurityMissing = "map.row-security-missing"
        case rowSecurityNotForced = "map.row-security-not-forced"
        case noPolicy = "map.no-policy"
        case missingIndex = "map.missing-index"
        case blockedErasure = "map.blocked-erasure"
        case exportedSecret = "map.exported-secret"
        case undisclosableField = "map.undisclosable-field"
        case undecided = "map.undecided"
        case staleExclusion = "map.stale-exclusion"
        case unconfirmedGuess = "map.unconfirmed-guess"
        case erasureStopped = "map.erasure-stopped"
        case erasureSlow = "map.erasure-slow"
    }

    /// How grave it is.
    package let severity: Severity
    /// What kind of thing it is.
    package let code: Code
    /// The table or column, by name.
    package let object: String
    /// What is wrong.
    package let message: String
    /// What to do, a statement to run where one helps.
    package let mend: String

    /// A finding by its parts.
    package init(severity: Severity, code: Code, object: String, message: String, mend: String) {
        self.severity = severity
        self.code = code
        self.object = object
        self.message = message
        self.mend = mend
    }

    /// Whether an export over this map and catalogue could leave something out or take somebody else's in.
    package var blocksExport: Bool {
        severity == .error && code != .blockedErasure && code != .erasureStopped
    }

    package var description: String { "\(severity.rawValue): \(object): \(message)" }
}
