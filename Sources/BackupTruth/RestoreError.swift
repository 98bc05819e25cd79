/// Why a restored server stays shut, or can't be fenced.
package struct RestoreError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// There is no erasure ledger.
        case ledgerMissing = "replay.ledger-missing"
        /// Its end was cut: it lacks an entry that a database knows.
        case ledgerTruncated = "replay.ledger-truncated"
        /// A line was changed.
        case ledgerEdited = "replay.ledger-edited"
        /// Lines changed places, or came twice.
        case ledgerReordered = "replay.ledger-reordered"
        /// Lines or files were left out.
        case ledgerIncomplete = "replay.ledger-incomplete"
        /// The database was erased from by runs that the ledger doesn't have.
        case ledgerBehind = "replay.ledger-behind"
        /// The database and the ledger have different stories.
        case ledgerForked = "replay.ledger-forked"
        /// The database is older than what the ledger remembers: its beginning expired.
        case beyondLedger = "replay.beyond-ledger"
        /// The ledger or its hashes are of another key.
        case otherKey = "replay.other-key"
        /// The data map isn't the one the erasures were approved under.
        case mapChanged = "replay.map-changed"
        /// The map doesn't fit the database.
        case mapDoesNotFit = "replay.map-does-not-fit"
        /// Somebody is found who should be gone.
        case notGone = "replay.not-gone"
        /// The server hasn't ended its recovery.
        case inRecovery = "replay.in-recovery"
        /// Another process is replaying.
        case busy = "replay.busy"
        /// The fence can't be installed or lifted.
        case fenceRefused = "fence.refused"
        /// The server has another command at the end of recovery.
        case otherCommand = "fence.other-command"
        /// A role or method can't stand in the fence.
        case badFence = "fence.invalid"
        /// The database is older than the ledger, so nothing is served.
        case rewound = "restore.rewound"
        /// It isn't known yet whether the database is as new as the ledger.
        case unchecked = "restore.unchecked"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people: names of things, never whom it is about.
    package let description: String
    /// What to do about it.
    package let hint: String?

    package init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}
