package import RightsCore

/// That somebody who holds copies is told of an erasure (GDPR Art. 19).
package struct RecipientDuty: Sendable {
    /// How far it is.
    package enum State: String, Sendable, CaseIterable {
        /// Nobody has told them.
        case open
        /// They were told, and haven't answered.
        case told
        /// They say that it is done.
        case acknowledged
        /// They keep it under a duty of their own, and are asked again when that ends.
        case parked
        /// They can't be reached, or telling them would take disproportionate effort (GDPR Art. 19).
        case impossible

        /// Whether nothing is left to do.
        package var isSettled: Bool { self == .acknowledged || self == .impossible }
    }

    package let id: EventID
    package let request: RequestID
    /// As the map names them.
    package let recipient: String
    package let collections: [String]
    /// Those of them of which a legal hold keeps a part.
    package let partly: [String]
    package var state: State
    package let madeAt: Instant
    package var toldAt: Instant?
    /// When they are asked again.
    package var dueAt: Instant
    package var endedAt: Instant?
    /// How it was settled, as a code.
    package var outcome: String?
    /// How often they were asked, or somebody was reminded to.
    package var notices: Int
    /// The event that their webhook is told of, the latest one.
    package var event: EventID?
    /// The mail that tells them, the latest one; nil when they aren't told by mail.
    package var notice: NoticeID?
    /// By what they know the person, sealed; nil once nobody has to be told any more.
    package var box: [UInt8]?
    /// What proves their answer; the file itself is kept elsewhere.
    package var proof: Proof?

    /// A file, known by its digest.
    package struct Proof: Sendable, Hashable {
        /// SHA-256.
        package let digest: Hash256
        package let bytes: Int

        /// A file by its digest and size.
        package init(digest: Hash256, bytes: Int) {
            self.digest = digest
            self.bytes = bytes
        }
    }

    /// A duty that begins.
    package init(
        id: EventID, request: RequestID, recipient: String, collections: [String], partly: [String] = [],
        madeAt: Instant, dueAt: Instant
    ) {
        self.id = id
        self.request = request
        self.recipient = recipient
        self.collections = collections
        self.partly = partly
        self.madeAt = madeAt
        self.dueAt = dueAt
        state = .open
        notices = 0
    }

    /// Whether somebody should have been asked, or have answered, by then.
    package func isOverdue(at now: Instant) -> Bool { endedAt == nil && dueAt <= now }

    static let columns = """
        id, request_id, recipient, array_to_string(collections, ','), array_to_string(partly, ','), state, \
        habeas.micros(made_at), habeas.micros(told_at), habeas.micros(due_at), habeas.micros(ended_at), outcome, \
        notices, event_id, notice_id, box, proof_digest, proof_bytes
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { EventID($0) }
        request = try row.value { RequestID($0) }
        recipient = try row.text()
        collections = try row.list()
        partly = try row.list()
        state = try row.value(State.init(rawValue:))
        madeAt = try row.instant()
        toldAt = try row.optionalInstant()
        dueAt = try row.instant()
        endedAt = try row.optionalInstant()
        outcome = try row.optionalText()
        notices = try row.int()
        event = try row.optionalValue { EventID($0) }
        notice = try row.optionalValue { NoticeID($0) }
        box = try row.optionalBytes()
        let digest = try row.optionalBytes().flatMap { Hash256($0) }
        let size = try row.optionalValue { Int($0) }
        if let digest, let size { proof = Proof(digest: digest, bytes: size) }
    }
}

/// Which duties are listed.
package struct RecipientFilter: Sendable {
    /// Only those of one request.
    package var request: RequestID?
    /// Only in these states; in any if there is none.
    package var states: [RecipientDuty.State] = []
    /// Those made before this one.
    package var before: EventID?
    package var limit = 50

    /// Every duty.
    package init() {}
}

/// How many recipients haven't confirmed.
package struct RecipientCount: Sendable, Hashable {
    /// Duties that aren't settled, the parked ones apart.
    package let open: Int
    /// Those whose day is past, parked ones too.
    package let overdue: Int

    /// Numbers.
    package init(open: Int, overdue: Int) {
        self.open = open
        self.overdue = overdue
    }
}
