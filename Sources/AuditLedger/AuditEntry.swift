package import RightsCore

/// Who did something, as the audit chain names them: never a name, an address or a person's own id.
package enum AuditActor: Sendable, Hashable, CustomStringConvertible {
    /// The data subject, or whoever says they are.
    case person
    /// The product, on behalf of a signed-in person.
    case product
    /// The service itself.
    case system
    /// Somebody of the staff.
    case staff(StaffID)
    /// Somebody with access to machine and database, by a keyed hash of the operating system's user.
    case `operator`(String)

    package var description: String {
        switch self {
        case .person: "person"
        case .product: "product"
        case .system: "system"
        case .staff(let id): "staff:\(id)"
        case .operator(let hash): "operator:\(hash)"
        }
    }
}

/// What was done: a closed list (docs/audit-log.md).
package enum AuditAction: String, Sendable, CaseIterable {
    case claimMade = "claim.made"
    case claimMatched = "claim.matched"
    case claimUnmatched = "claim.unmatched"
    case claimExpired = "claim.expired"
    case codeRefused = "code.refused"
    case codeLocked = "code.locked"
    case identityAccepted = "identity.accepted"
    case identityRefused = "identity.refused"
    case identityVouched = "identity.vouched"
    case requestOpened = "request.opened"
    case requestAskedAgain = "request.asked-again"
    case requestMoved = "request.moved"
    case requestConfirmed = "request.confirmed"
    case requestReleased = "request.released"
    case requestRead = "request.read"
    case requestForgotten = "request.forgotten"
    case requestAcknowledged = "request.acknowledged"
    case requestAssigned = "request.assigned"
    case questionAsked = "question.asked"
    case questionAnswered = "question.answered"
    case questionPostponed = "question.postponed"
    case questionVoid = "question.void"
    case extensionAsked = "extension.asked"
    case extensionGranted = "extension.granted"
    case extensionRefused = "extension.refused"
    case appealReceived = "appeal.received"
    case appealDecided = "appeal.decided"
    case deadlineNear = "deadline.near"
    case datesProposed = "deadline.changed-rules"
    case datesAccepted = "deadline.accepted"
    case contactChanged = "request.contact-changed"
    case contactDropped = "request.contact-dropped"
    case exportFinished = "export.finished"
    case exportWithheld = "export.withheld"
    case jobAbandoned = "job.abandoned"
    case jobRetried = "job.retried"
    case queuePaused = "queue.paused"
    case queueResumed = "queue.resumed"
    case linkIssued = "link.issued"
    case linkRenewed = "link.renewed"
    case linkRevoked = "link.revoked"
    case downloadOpened = "download.opened"
    case downloadCompleted = "download.completed"
    case archiveDamaged = "archive.damaged"
    case archiveDestroyed = "archive.destroyed"
    case noticeHandedOver = "notice.handed-over"
    case noticeFailed = "notice.failed"
    case noticeBounced = "notice.bounced"
    case noticeWithheld = "notice.withheld"
    case staffAdded = "staff.added"
    case staffEnded = "staff.ended"
    case tokenIssued = "token.issued"
    case tokenRevoked = "token.revoked"
    case signInRefused = "sign-in.refused"
    case holdPlaced = "hold.placed"
    case holdConfirmed = "hold.confirmed"
    case holdDeclined = "hold.declined"
    case holdReleaseProposed = "hold.release-proposed"
    case holdReleaseDeclined = "hold.release-declined"
    case holdReleased = "hold.released"
    case holdReviewed = "hold.reviewed"
    case holdRead = "hold.read"
    case holdForgotten = "hold.forgotten"
    case erasureResumed = "hold.erasure-resumed"
    case erasurePlanned = "erasure.planned"
    case erasurePlanAsked = "erasure.plan-asked"
    case erasureApproved = "erasure.approved"
    case erasureStopped = "erasure.stopped"
    case erasureDone = "erasure.done"
    case erasureFilesGone = "erasure.files-gone"
    case erasureHunted = "erasure.hunted"
    case erasureCertified = "erasure.certified"
    case recipientTold = "recipient.told"
    case recipientSettled = "recipient.settled"
    case retentionPurged = "retention.purged"
    case retentionRead = "retention.read"
    case backupsJudged = "backups.judged"
    case backupsDrilled = "backups.drilled"
    case suppressionLifted = "person.suppression-lifted"
    case suppressionChecked = "person.suppression-checked"
    case productDeleted = "product.deleted"
    case databaseReplayed = "database.replayed"
    case databasePurged = "database.purged"
    case ledgerExpired = "ledger.expired"
    case auditPruned = "audit.pruned"
    case auditExported = "audit.exported"
    case evidenceMade = "evidence.made"
}

/// A fact of an entry: nothing that could be a name, an address or a sentence.
package enum AuditFact: Sendable, Hashable {
    /// One of the program's own codes, or one that passed ``AuditFact/isCode(_:)``.
    case code(String)
    case number(Int)
    case id(String)
    case hash(Hash256)
    case instant(Instant)
    case flag(Bool)
    case ticket(Ticket)

    /// Whether text is a code: lower-case letters, digits, `.`, `_`, `-`; at most 60 characters.
    package static func isCode(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                    UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// The value as it is hashed. What isn't a code after all is replaced, never written.
    var text: String {
        switch self {
        case .code(let code): Self.isCode(code) ? code : "not-a-code"
        case .number(let number): String(number)
        case .id(let id): id.isUUID ? id.lowercased() : "not-an-id"
        case .hash(let hash): hash.hex
        case .instant(let instant): instant.rfc3339
        case .flag(let flag): flag ? "true" : "false"
        case .ticket(let ticket): ticket.text
        }
    }
}

/// One thing that was done.
package struct AuditEntry: Sendable {
    /// What.
    package var action: AuditAction
    /// By whom.
    package var actor: AuditActor
    /// On which request.
    package var request: RequestID?
    /// About whom, by their keyed hash.
    package var subject: Hash256?
    /// What else is to be known: keys are lower-case words.
    package var facts: [String: AuditFact]

    /// An entry by its parts.
    package init(
        _ action: AuditAction, by actor: AuditActor, request: RequestID? = nil, subject: Hash256? = nil,
        _ facts: [String: AuditFact] = [:]
    ) {
        self.action = action
        self.actor = actor
        self.request = request
        self.subject = subject
        self.facts = facts
    }

    /// The facts as a JSON object, keys sorted: the very text that is hashed. No value needs escaping.
    var factsText: String {
        "{" + facts.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value.text)\"" }.joined(separator: ",") + "}"
    }
}
