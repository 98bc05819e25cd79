/// What keeps a table from the level that was asked for. Names of things and numbers, never values.
package struct PurgeObstacle: Sendable, Hashable, Encodable {
    /// Stable words.
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Old snapshots, prepared transactions or slots make the server keep dead rows.
        case horizon
        /// Somebody held a lock for too long.
        case locked
        /// The role isn't allowed to.
        case rights
        /// The settings don't allow what it takes.
        case notAllowed = "not-allowed"
        /// `VACUUM` left dead rows.
        case deadRows = "dead-rows"
        /// Its rows lie in another server.
        case foreign
        /// What was looked for is in the files.
        case found
        /// The server refused a statement, or passed over the table.
        case refused
        /// The planner's statistics of another table still hold old values.
        case statistics
        /// It isn't its turn yet.
        case waiting
    }

    /// What kind of thing.
    package let kind: Kind
    /// Said for people.
    package let message: String
    /// What to do about it.
    package let mend: String?

    package init(_ kind: Kind, _ message: String, mend: String? = nil) {
        self.kind = kind
        self.message = message
        self.mend = mend
    }
}
