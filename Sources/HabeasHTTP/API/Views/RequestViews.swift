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
    let possible: [String]

    init(_ request: RequestRecord) {
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
        zone = request.zone
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
        possible = Self.verbs(request)
    }

    /// What staff can do with it now, as the verbs of the API.
    private static func verbs(_ request: RequestRecord) -> [String] {
        let verbs: [(RequestLife.Event, String)] = [
            (.identify, "verify"), (.refuse, "refuse"), (.pause, "pause"), (.resume, "resume"), (.cancel, "cancel"),
            (.retry, "retry"),
        ]
        let possible = verbs.filter { request.life.possible.contains($0.0) }.map(\.1)
        return request.state == .accepted && request.needsRelease ? ["approve"] + possible : possible
    }
}

/// One request with all that staff may know of it.
struct RequestDetail: Encodable {
    let request: RequestSummary
    let job: JobView?
    let links: [LinkView]
    let archive: [ArchivePartView]
    let receipts: [PartReceiptView]
    let notices: [NoticeView]
    let verifications: [VerificationView]
    let hasContact: Bool

    init(_ view: StaffView, now: Instant) {
        request = RequestSummary(view.request)
        job = view.job.map(JobView.init)
        links = view.links.map { LinkView($0, now: now) }
        archive = view.archives.map(ArchivePartView.init)
        receipts = view.receipts.map(PartReceiptView.init)
        notices = view.notices.map(NoticeView.init)
        verifications = view.verifications.map(VerificationView.init)
        hasContact = view.hasContact
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
