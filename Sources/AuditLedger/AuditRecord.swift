internal import Crypto
package import RightsCore

/// An entry of the chain as it was found. Whatever its columns hold is taken as it is: judging is the verifier's.
package struct AuditRecord: Sendable, Hashable {
    /// Its number; the first entry has 1.
    package var seq: Int
    /// When it was appended.
    package var at: Instant
    /// What was done (``AuditAction``).
    package var action: String
    /// By whom (``AuditActor``).
    package var actor: String
    /// On which request.
    package var request: String?
    /// About whom, by their keyed hash.
    package var subject: [UInt8]?
    /// What else is to be known: a JSON object, as it was hashed.
    package var facts: String
    /// The hash of the entry before; zeros for the first.
    package var previous: [UInt8]
    /// The hash of this entry.
    package var hash: [UInt8]

    /// An entry by its parts.
    package init(
        seq: Int, at: Instant, action: String, actor: String, request: String?, subject: [UInt8]?, facts: String,
        previous: [UInt8], hash: [UInt8]
    ) {
        self.seq = seq
        self.at = at
        self.action = action
        self.actor = actor
        self.request = request
        self.subject = subject
        self.facts = facts
        self.previous = previous
        self.hash = hash
    }

    /// The text that is hashed: the same as `habeas.audit_text()` makes (docs/audit-log.md).
    package var hashedText: String {
        """
        habeas-audit-1
        \(seq)
        \(at.microseconds)
        \(action)
        \(actor)
        \(request ?? "-")
        \(subject?.hex ?? "-")
        \(facts)
        \(previous.hex)

        """
    }

    /// The hash that its content has.
    package var computedHash: [UInt8] { Array(SHA256.hash(data: Array(hashedText.utf8))) }

    /// What the first entry names as the hash before it.
    package static let beginning = [UInt8](repeating: 0, count: 32)
}

/// The chain's end, as the database remembers it.
package struct AuditHead: Sendable, Hashable {
    /// The number of the last entry; 0 when there never was one.
    package let seq: Int
    /// Its time.
    package let at: Instant
    /// Its hash.
    package let hash: [UInt8]
}
