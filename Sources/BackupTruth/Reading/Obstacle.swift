/// Why a reading can't be trusted to be whole. Any obstacle makes the verdict `unknown`.
package struct Obstacle: Sendable, Hashable, CustomStringConvertible {
    /// Stable names (docs/backups.md).
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The program can't be run, or didn't end in time.
        case toolFailed = "tool-failed"
        /// It said something on standard error.
        case toolWarned = "tool-warned"
        /// What it printed can't be understood.
        case unreadable
        /// The repository, stanza, server or folder isn't there.
        case missing
        /// It is there, and refuses to be read, or is in a state of its own.
        case refused
        /// It holds no backup at all, as an unmounted one does.
        case empty
        /// A backup is being made just now.
        case backupRunning = "backup-running"
        /// Something lies there that the catalogue doesn't list, such as a killed backup.
        case unlisted
        /// The catalogue lists something that isn't there.
        case vanished
        /// A backup rests on another one that isn't listed.
        case missingReference = "missing-reference"
        /// The backup tool found damaged pages in a backup.
        case pageErrors = "page-errors"
        /// A backup says nothing of where it begins in the log, or contradicts itself.
        case noPosition = "no-position"
        /// What was kept belongs to another server than the live one.
        case otherSystem = "other-system"
        /// A timeline's history isn't kept, or two copies tell different ones.
        case unknownTimeline = "unknown-timeline"
        /// There is a copy that nobody declared.
        case undeclared
        /// Only the time of a file speaks for it.
        case weakEvidence = "weak-evidence"
        /// A sidecar doesn't belong to its dump.
        case sidecarMismatch = "sidecar-mismatch"
        /// A backup knows an entry of the erasure ledger that the ledger doesn't have.
        case otherLedger = "other-ledger"
        /// The live database is older than the erasure ledger.
        case rewound
        /// It lies beyond the end of the live server's log.
        case otherBranch = "other-branch"
        /// Somebody's word for a copy is over.
        case attestationExpired = "attestation-expired"
        /// No reading was made.
        case notRead = "not-read"
    }

    /// What kind.
    package let kind: Kind
    /// Which thing, said for people.
    package let description: String

    /// An obstacle.
    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
