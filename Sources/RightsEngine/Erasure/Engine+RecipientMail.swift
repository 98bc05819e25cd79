internal import Notifying
internal import RequestLedger
internal import RightsCore

/// Recipients who are told by mail.
extension Engine {
    /// Queues the mail to a recipient. It is stored by its duty alone: the address, and whom or what it is about, are looked
    /// up when it is sent.
    func mail(
        _ duty: inout RecipientDuty, about request: RequestRecord, in transaction: ControlTransaction
    ) async throws {
        let notice = NoticeRecord(
            id: makeID(), request: request.id, claim: nil, kind: NoticeKindCode.recipientErasure.rawValue,
            recipient: .dataRecipient, language: settings.defaultLanguage,
            facts: try Self.json(["duty": duty.id.text]), madeAt: now())
        try await transaction.insert(notice)
        try await transaction.enqueue(makeID(), .mail, request: request.id, target: notice.id.text, maxAttempts: 12)
        duty.notice = notice.id
        duty.event = nil
        duty.notices += 1
        try await transaction.store(duty, now: now())
    }

    /// The duty that a mail tells of; nil when that is over: settled, parked, or told by a later mail.
    func duty(toldBy notice: NoticeRecord) async throws -> RecipientDuty? {
        let duty = try await control.transaction { try await $0.recipient(toldBy: notice.id) }
        return duty?.isWaiting == true ? duty : nil
    }

    /// What a mail to a recipient says, opened for sending.
    func letterDuty(toldBy notice: NoticeRecord) async throws -> Letter.Duty? {
        guard let duty = try await duty(toldBy: notice) else { return nil }
        let zone = settings.clock.zone
        return Letter.Duty(
            id: duty.id, collections: duty.collections, partly: duty.partly, matter: try matter(of: duty),
            erasedOn: zone.day(of: duty.madeAt), answerBy: zone.lastDay(before: now() + Self.recipientPatience))
    }

    /// What the end of a mail does to the duty it tells of: they were told, or have to be.
    func noteMailed(_ notice: NoticeRecord, in transaction: ControlTransaction) async throws {
        guard let duty = try await transaction.recipient(toldBy: notice.id), duty.isWaiting else { return }
        switch notice.state {
        case .handedOver: try await noteTold(duty, in: transaction)
        case .failed, .bounced, .withheld: try await reopen(duty, in: transaction)
        case .waiting, .cancelled: return
        }
    }

    private func reopen(_ duty: RecipientDuty, in transaction: ControlTransaction) async throws {
        var duty = duty
        duty.state = .open
        duty.toldAt = nil
        try await transaction.store(duty, now: now())
        // The certificate said that they were told.
        try await transaction.enqueue(makeID(), .retention, maxAttempts: 5)
    }
}

extension RecipientDuty {
    /// Whether somebody still has to be told, or to answer.
    fileprivate var isWaiting: Bool { state == .open || state == .told }
}
