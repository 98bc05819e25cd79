internal import RequestLedger
internal import RightsCore

/// A download link. Its address isn't in here: the person has it by mail.
struct LinkView: Encodable {
    let id: String
    let requestID: String
    let state: String
    let madeAt: String
    let actor: String
    let expiresAt: String
    let revokedAt: String?
    let renewals: Int

    init(_ link: LinkRecord, now: Instant) {
        id = link.id.text
        requestID = link.request.text
        state = link.revokedAt != nil ? "revoked" : now < link.expiresAt ? "live" : "expired"
        madeAt = link.madeAt.rfc3339
        actor = link.actor
        expiresAt = link.expiresAt.rfc3339
        revokedAt = link.revokedAt?.rfc3339
        renewals = link.renewals
    }
}

/// A link just issued. The address is shown this once; it opens nothing without the code that is mailed to the person.
struct IssuedLinkView: Encodable {
    let link: LinkView
    let url: String?
    let hint: String?
}

/// What one download session fetched.
struct ReceiptView: Encodable {
    let session: String
    let linkID: String
    let method: String
    let openedAt: String
    let firstAt: String?
    let lastAt: String?
    let transfers: Int
    let sentBytes: Int
    let parts: Int
    let completeParts: Int
    let complete: Bool
    let completedAt: String?

    init(_ download: DownloadRecord) {
        session = download.session.text
        linkID = download.link.text
        method = download.method
        openedAt = download.openedAt.rfc3339
        firstAt = download.firstAt?.rfc3339
        lastAt = download.lastAt?.rfc3339
        transfers = download.transfers
        sentBytes = download.sent
        parts = download.parts
        completeParts = download.completeParts
        complete = download.isComplete
        completedAt = download.completedAt?.rfc3339
    }
}
