package import RightsCore

/// Something that is wrong with the chain.
package struct AuditFinding: Sendable, Hashable, Codable {
    /// The kinds of wrong (docs/audit-log.md).
    package enum Code: String, Sendable, CaseIterable, Codable {
        /// The entry's hash isn't that of its content.
        case altered = "entry-altered"
        /// The entry names another hash than that of the entry before it.
        case unlinked = "entry-unlinked"
        /// There is no entry of that number, and there was one.
        case missing = "entry-missing"
        /// There is an entry of that number, and there should be none, or not a second one.
        case surplus = "entry-surplus"
        /// The entry is older than the one before it.
        case backwards = "entry-backwards"
        /// A signed checkpoint names another hash for the entry.
        case rewritten = "entry-rewritten"
        /// The database remembers another end of the chain.
        case headDiffers = "head-differs"
        /// The checkpoint isn't what a published key signed.
        case checkpointAltered = "checkpoint-altered"
        /// The checkpoint was copied away and is no longer recorded.
        case checkpointRemoved = "checkpoint-removed"
        /// A line of an export can't be read, stands in the wrong place, or is missing.
        case exportDamaged = "export-damaged"
    }

    /// The number of the entry.
    package let seq: Int
    /// The kind.
    package let code: Code
    /// Said for people.
    package let message: String
}

/// What a verification found.
package struct AuditReport: Sendable, Hashable {
    /// How many entries were checked.
    package internal(set) var entries = 0
    /// The number of the first one.
    package internal(set) var first: Int?
    /// The number of the last one.
    package internal(set) var last: Int?
    /// When the first one was appended.
    package internal(set) var from: Instant?
    /// When the last one was.
    package internal(set) var to: Instant?
    /// How many checkpoints were checked, recorded or copied.
    package internal(set) var checkpoints = 0
    /// The last entry that a checkpoint vouches for.
    package internal(set) var signedThrough: Int?
    /// Whether published keys were at hand to check signatures with.
    package internal(set) var hasKeys = true
    /// Recorded checkpoints that were not copied to the object store; nil when its copies weren't looked at.
    package internal(set) var notCopied: Int?
    /// What is wrong, by entry; the first hundred.
    package internal(set) var findings: [AuditFinding] = []
    /// How much is wrong.
    package internal(set) var findingCount = 0

    /// Whether a checkpoint has to vouch for the last entry: an export ends with one.
    var mustEndSigned = false

    static let mostFindings = 100

    /// How many entries at the end no checkpoint vouches for.
    package var unsignedTail: Int { max(0, (last ?? 0) - (signedThrough ?? (first ?? 1) - 1)) }
    /// Whether nothing is wrong.
    package var isSound: Bool { findingCount == 0 }
    /// Whether everything could be checked.
    package var isComplete: Bool { hasKeys && !(mustEndSigned && unsignedTail > 0) }
    /// What is wrong with the first bad entry.
    package var firstBad: AuditFinding? { findings.first }

    /// Findings come by entry, nearly in order; those about one entry stay in the order they were made.
    mutating func add(_ seq: Int, _ code: AuditFinding.Code, _ message: String) {
        findingCount += 1
        let place = findings.lastIndex { $0.seq <= seq }.map { $0 + 1 } ?? 0
        guard place < Self.mostFindings else { return }
        findings.insert(AuditFinding(seq: seq, code: code, message: message), at: place)
        if findings.count > Self.mostFindings { findings.removeLast() }
    }
}
