internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// A request in lists and in answers to writes: nothing in it names the person.
struct RequestSummary: Encodable {
    let id: String
    let right: String
    let regime: String
    let channel: String
    let state: String
    let stateSince: String
    let pausedFrom: String?
    let outcome: String?
    let receivedAt: String
    let openedAt: String
    let actor: String
    let subjectHash: String
    let format: String
    let collections: [String]
    let language: String
    let zone: String?
    let assurance: Int
    let vouchedBy: String?
    let needsRelease: Bool
    let confirmedAt: String?
    let readyAt: String?
    let deliveredAt: String?
    let keepUntil: String?
    let executedAt: String?
    let closedAt: String?
    let ticket: String?
    /// Further laws whose clocks run beside the first.
    let alsoUnder: [String]
    let acknowledgedAt: String?
    let answeredAt: String?
    /// The last day of the law's period, in the controller's zone; and the first instant after it.
    let dueOn: String?
    let dueEnd: String?
    /// The day to have it done by: the conservative date, or the promise if that is earlier.
    let workBy: String?
    let acknowledgeBy: String?
    /// The question to the person that holds the clock.
    let waitsFor: String?
    let waitsSince: String?
    /// Whether the rules of today would give other dates, and somebody has to accept them.
    let hasProposedDates: Bool
    let forecastAt: String?
    let assignee: String?
    let possible: [String]

    /// - Parameter hasBegun: whether an erasure has begun, where that was looked up.
    init(_ request: RequestRecord, zone: ZoneRules, hasBegun: Bool? = nil) {
        id = request.id.text
        right = request.right.rawValue
        regime = request.regime
        channel = request.channel.rawValue
        state = request.state.rawValue
        stateSince = request.stateSince.rfc3339
        pausedFrom = request.life.pausedFrom?.rawValue
        outcome = request.outcome
        receivedAt = request.receivedAt.rfc3339
        openedAt = request.openedAt.rfc3339
        actor = request.actor
        subjectHash = request.subject.hex
        format = request.format.rawValue
        collections = request.collections
        language = request.language.rawValue
        self.zone = request.zone
        assurance = request.assurance
        vouchedBy = request.vouchedBy?.text
        needsRelease = request.needsRelease
        confirmedAt = request.confirmedAt?.rfc3339
        readyAt = request.readyAt?.rfc3339
        deliveredAt = request.deliveredAt?.rfc3339
        keepUntil = request.keepUntil?.rfc3339
        executedAt = request.executedAt?.rfc3339
        closedAt = request.closedAt?.rfc3339
        ticket = request.ticket
        alsoUnder = request.alsoUnder
        acknowledgedAt = request.acknowledgedAt?.rfc3339
        answeredAt = request.answeredAt?.rfc3339
        let dates = request.dates
        dueOn = dates.dueEnd.map { zone.lastDay(before: $0).description }
        dueEnd = dates.dueEnd?.rfc3339
        workBy = dates.workEnd.map { zone.lastDay(before: $0).description }
        acknowledgeBy = dates.acknowledgeEnd.map { zone.lastDay(before: $0).description }
        waitsFor = dates.waitsFor?.rawValue
        waitsSince = dates.waitsSince?.description
        hasProposedDates = request.hasProposedDates
        forecastAt = request.forecastEnd?.rfc3339
        assignee = request.assignee?.text
        possible = Self.verbs(request, hasBegun ?? (request.right == .erasure && request.state == .running))
    }

    /// What staff can do with it now, as the verbs of the API.
    private static func verbs(_ request: RequestRecord, _ hasBegun: Bool) -> [String] {
        let verbs: [(RequestLife.Event, String)] = [
            (.identify, "verify"), (.refuse, "refuse"), (.pause, "pause"), (.resume, "resume"), (.cancel, "cancel"),
            (.retry, "retry"),
        ]
        var ends: [RequestLife.Event] = hasBegun ? [.refuse, .pause, .cancel] : []
        // What is found after a proved erasure is a new request.
        if request.state.isErased { ends.append(.retry) }
        var possible = verbs.filter { request.life.possible.contains($0.0) && !ends.contains($0.0) }.map(\.1)
        if request.state.isOpen { possible += ["questions", "answers", "extend"] }
        if request.acknowledgedAt == nil { possible.append("acknowledge") }
        if request.answeredAt != nil { possible.append("appeal") }
        if request.hasProposedDates { possible.append("deadline/accept") }
        guard request.state == .accepted else { return possible }
        if request.needsRelease { return ["approve"] + possible }
        return request.outcome == "erasure.awaits-approval" ? ["plan/approve"] + possible : possible
    }
}

/// One request with all that staff may know of it.
struct RequestDetail: Encodable {
    let request: RequestSummary
    let assigneeName: String?
    let job: JobView?
    let links: [LinkView]
    let archive: [ArchivePartView]
    let receipts: [PartReceiptView]
    let notices: [NoticeView]
    let verifications: [VerificationView]
    let hasContact: Bool
    /// Legal holds that can keep something of what is to be erased; absent for whoever may not know of holds.
    let holds: [HoldNote]?

    init(_ view: StaffView, assigneeName: String?, now: Instant, zone: ZoneRules) {
        request = RequestSummary(view.request, zone: zone, hasBegun: view.hasBegun)
        self.assigneeName = assigneeName
        job = view.job.map(JobView.init)
        links = view.links.map { LinkView($0, now: now) }
        archive = view.archives.map(ArchivePartView.init)
        receipts = view.receipts.map(PartReceiptView.init)
        notices = view.notices.map(NoticeView.init)
        verifications = view.verifications.map(VerificationView.init)
        hasContact = view.hasContact
        holds = view.holds.map { holds in
            holds.map { HoldNote($0, isWaitedFor: view.waitsForHolds?.contains($0.id) == true) }
        }
    }
}

/// A part of the archive: how large, never what is in it.
struct ArchivePartView: Encodable {
    let part: Int
    let bytes: UInt64
    let madeAt: String

    init(_ archive: ArchiveRecord) {
        part = archive.part
        bytes = archive.bytes
        madeAt = archive.madeAt.rfc3339
    }
}

/// What went out of one part in one download session.
struct PartReceiptView: Encodable {
    let session: String
    let method: String
    let part: Int
    let firstAt: String
    let lastAt: String
    let transfers: Int
    let sentBytes: Int
    let completedAt: String?

    init(_ receipt: ReceiptRecord) {
        session = receipt.session.text
        method = receipt.method
        part = receipt.part
        firstAt = receipt.firstAt.rfc3339
        lastAt = receipt.lastAt.rfc3339
        transfers = receipt.transfers
        sentBytes = receipt.sent
        completedAt = receipt.completedAt?.rfc3339
    }
}

/// A mail about the request: to whom in kind, never the address.
struct NoticeView: Encodable {
    let id: String
    let kind: String
    let recipient: String
    let state: String
    let madeAt: String
    let handedOverAt: String?
    let smtpCode: Int?
    let error: String?

    init(_ notice: NoticeRecord) {
        id = notice.id.text
        kind = notice.kind
        recipient = notice.recipient.rawValue
        state = notice.state.rawValue
        madeAt = notice.madeAt.rfc3339
        handedOverAt = notice.handedOverAt?.rfc3339
        smtpCode = notice.smtpCode
        error = notice.error
    }
}

/// An attempt to show who the person is: method and kinds of evidence.
struct VerificationView: Encodable {
    let id: String
    let at: String
    let method: String
    let evidence: [String]
    let assurance: Int
    let accepted: Bool
    let actor: String

    init(_ verification: VerificationRecord) {
        id = verification.id.text
        at = verification.at.rfc3339
        method = verification.method
        evidence = verification.evidence
        assurance = verification.assurance
        accepted = verification.isAccepted
        actor = verification.actor
    }
}
