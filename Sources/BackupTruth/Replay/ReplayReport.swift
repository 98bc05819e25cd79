/// What a replay did, or would do: numbers and names of things, never whom it is about.
package struct ReplayReport: Sendable, Encodable {
    /// Something that couldn't be erased again.
    package struct Unresolved: Sendable, Encodable {
        /// The kind of person, or the collection.
        package let scope: String
        /// The number of the first entry about it in the ledger.
        package let entry: Int
        /// Why, in words that name nobody.
        package let reasons: [String]
    }

    /// What was looked at.
    package struct Look: Sendable, Encodable {
        /// The kind of person, or the collection.
        package let scope: String
        /// How many keys were hashed.
        package let keys: Int
        /// How many hashes were looked for.
        package let wanted: Int
        /// How many were found, before anything was erased.
        package let found: Int
    }

    package let store: String
    package let dryRun: Bool
    /// The ledger's head when it began.
    package internal(set) var ledgerEntry: Int
    /// Erasures that the ledger has as done and this database has no receipt of.
    package internal(set) var missingRuns = 0
    package internal(set) var looked: [Look] = []
    /// People and records erased again, or that would be.
    package internal(set) var erasedAgain = 0
    /// Rows that went, or would.
    package internal(set) var rows = 0
    /// Files that went.
    package internal(set) var files = 0
    /// Found, but with nothing left to erase: what a hold, a statute or the map keeps.
    package internal(set) var keptOnPurpose = 0
    package internal(set) var suppressionsAdded = 0
    package internal(set) var suppressionsLifted = 0
    /// Documents whose time was over.
    package internal(set) var documentsEnded = 0
    /// Holds that came after the erasures and so keep nothing of them.
    package internal(set) var laterHolds = 0
    package internal(set) var unresolved: [Unresolved] = []
    package internal(set) var notes: [String] = []
    /// Whether a second look found nobody; nil of a dry run.
    package internal(set) var verified: Bool?
    /// Where the server's log stood at the end, as PostgreSQL writes it.
    package internal(set) var position: String?
    package internal(set) var timeline: Int?
    /// Whether the server may be opened.
    package var isComplete: Bool { !dryRun && unresolved.isEmpty && verified == true }

    init(store: String, dryRun: Bool, ledgerEntry: Int) {
        self.store = store
        self.dryRun = dryRun
        self.ledgerEntry = ledgerEntry
    }
}

/// How far a replay is.
package struct ReplayProgress: Sendable {
    /// `finding`, `erasing`, `verifying`.
    package let phase: String
    /// What is looked at.
    package let scope: String?
    package let done: Int
    package let total: Int?
}
