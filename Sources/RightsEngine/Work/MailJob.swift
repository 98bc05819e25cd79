internal import AuditLedger
internal import RequestLedger
internal import RightsCore

/// Mails one notice: whose address it is, is found out now and forgotten with the mail.
struct MailJob: Sendable {
    let engine: Engine
    let postOffice: PostOffice
    let held: HeldJob

    func run() async throws {
        guard let notice = try await waitingNotice() else { return try await held.finish() }
        switch try await destination(of: notice) {
        case .over(let state, let reason): try await end(notice, as: state, reason)
        case .address(let address):
            guard let letter = try await letter(notice, to: address) else {
                return try await end(notice, as: .cancelled, "notice.over")
            }
            try await send(letter)
        }
    }

    private func waitingNotice() async throws -> NoticeRecord? {
        guard let id = held.job.target.flatMap({ NoticeID($0) }) else { return nil }
        let notice = try await engine.control.transaction { try await $0.notice(id) }
        return notice?.state == .waiting ? notice : nil
    }

    // MARK: the address

    private enum Destination {
        case address(String)
        /// It isn't mailed, for a reason as a code.
        case over(NoticeRecord.State, String)

        static func withheldUnless(_ address: String?) -> Destination {
            guard let address, !address.isEmpty else {
                return .over(.withheld, EngineError.Code.noAddress.rawValue)
            }
            return .address(address)
        }
    }

    private func destination(of notice: NoticeRecord) async throws -> Destination {
        switch notice.recipient {
        case .operators: return .withheldUnless(engine.settings.operatorsAddress)
        case .claim: return .withheldUnless(try await claimAddress(notice))
        case .onFile: return try await onFile(notice)
        case .former: return .withheldUnless(try await sealedAddress(.onFile, notice)?.address)
        case .contact: return try await contact(notice)
        case .dataRecipient:
            guard let duty = try await engine.duty(toldBy: notice) else { return .over(.cancelled, "notice.over") }
            return .withheldUnless(engine.settings.way(to: duty.recipient).mail)
        }
    }

    private func claimAddress(_ notice: NoticeRecord) async throws -> String? {
        guard let id = notice.claim, let claim = try await engine.control.transaction({ try await $0.claim(id) }),
            let box = claim.box
        else { return nil }
        return try engine.people.open(box, for: "claim \(id)")
    }

    /// The address that the product has at this moment, not one remembered: people change it.
    private func onFile(_ notice: NoticeRecord) async throws -> Destination {
        guard let id = notice.request else { return .over(.withheld, EngineError.Code.noAddress.rawValue) }
        // Who was erased isn't in the product any more; the last letters go where they had their mail.
        if let request = try await engine.control.transaction({ try await $0.request(id) }), request.right == .erasure,
            request.executedAt != nil
        {
            return .withheldUnless(try await sealedAddress(.onFile, notice)?.address)
        }
        let reference = try await engine.control.transaction { try await engine.reference(of: id, in: $0) }
        guard let person = try await engine.directory.find(reference) else {
            return .over(.withheld, EngineError.Code.noSuchPerson.rawValue)
        }
        return .withheldUnless(person.address)
    }

    /// Another address the person gave, from the day on that it may be used.
    private func contact(_ notice: NoticeRecord) async throws -> Destination {
        guard let sealed = try await sealedAddress(.contact, notice) else { return .withheldUnless(nil) }
        let now = engine.now()
        // Without a day, the owner of the address on file wasn't told yet.
        guard let from = sealed.from else { throw JobWait(reason: .address, delay: .seconds(600)) }
        guard now < from else { return .address(sealed.address) }
        throw JobWait(reason: .address, delay: .microseconds(from.microseconds - now.microseconds))
    }

    private func sealedAddress(
        _ kind: SealedKind, _ notice: NoticeRecord
    ) async throws -> (address: String, from: Instant?)? {
        guard let id = notice.request,
            let sealed = try await engine.control.transaction({ try await $0.sealed(kind, of: id) })
        else { return nil }
        return (try engine.people.open(sealed.box, for: "\(kind.rawValue) \(id)"), sealed.from)
    }

    // MARK: the letter

    /// The letter; nil when what it tells is over: a code that was replaced, a link that was revoked, a duty that is settled.
    private func letter(_ notice: NoticeRecord, to address: String) async throws -> Letter? {
        let facts = try Engine.facts(notice.facts)
        let link = try await link(facts)
        if NoticeKindCode(rawValue: notice.kind)?.leadsToArchive == true {
            guard let link, link.record.isLive(at: engine.now()) else { return nil }
        }
        guard try await !engine.isOver(notice) else { return nil }
        var code: String?
        if notice.kind == NoticeKindCode.oneTimeCode.rawValue {
            code = try await engine.makeCode(for: notice)
            guard code != nil else { return nil }
        }
        var duty: Letter.Duty?
        if notice.kind == NoticeKindCode.recipientErasure.rawValue {
            duty = try await engine.letterDuty(toldBy: notice)
            guard duty != nil else { return nil }
        }
        var request: RequestRecord?
        if let id = notice.request { request = try await engine.control.transaction { try await $0.request(id) } }
        return Letter(
            notice: notice, address: address, facts: facts, request: request, code: code, download: link?.download,
            duty: duty)
    }

    private func link(_ facts: [String: String]) async throws -> (record: LinkRecord, download: Letter.Download)? {
        guard let id = facts["link"].flatMap({ LinkID($0) }) else { return nil }
        return try await engine.control.transaction { transaction in
            guard let link = try await transaction.link(id) else { return nil }
            let parts = try await transaction.archives(of: link.request)
            let download = Letter.Download(
                url: try engine.url(of: link), until: link.expiresAt, bytes: parts.reduce(0) { $0 + $1.bytes },
                parts: parts.count)
            return (link, download)
        }
    }

    // MARK: the outcome

    private func send(_ letter: Letter) async throws {
        let outcome = try await postOffice(letter)
        var notice = letter.notice
        switch outcome {
        case .handedOver(let replyCode):
            notice.state = .handedOver
            notice.smtpCode = replyCode
            notice.handedOverAt = engine.now()
            try await end(notice, .noticeHandedOver)
        case .refused(let code, let replyCode):
            notice.state = .failed
            notice.smtpCode = replyCode
            notice.error = code
            try await end(notice, .noticeFailed)
        case .deferred(let code, let replyCode):
            notice.smtpCode = replyCode
            notice.error = code
            try await note(notice)
            throw JobFailure(code: code)
        }
    }

    /// What the server said last, for whoever looks.
    private func note(_ notice: NoticeRecord) async throws {
        try await engine.control.transaction { transaction in
            guard try await transaction.holds(held.job) else { throw JobLost() }
            try await transaction.store(notice, now: engine.now())
        }
    }

    private func end(_ notice: NoticeRecord, as state: NoticeRecord.State, _ reason: String) async throws {
        var notice = notice
        notice.state = state
        notice.error = reason
        try await end(notice, state == .withheld ? .noticeWithheld : nil)
    }

    private func end(_ notice: NoticeRecord, _ action: AuditAction?) async throws {
        try await held.finish { transaction in
            try await transaction.store(notice, now: engine.now())
            if notice.kind == NoticeKindCode.addressChange.rawValue, notice.state == .handedOver,
                let request = notice.request
            {
                try await transaction.setUsable(
                    .contact, of: request, from: engine.now() + engine.settings.coolDown)
            }
            try await engine.noteEnd(of: notice, in: transaction)
            if notice.needsLooking {
                try await engine.tellOperators(
                    .noticeBounced, request: notice.request, facts: try Engine.bounceFacts(of: notice),
                    in: transaction)
            }
            guard let action else { return }
            let request: RequestRecord? =
                if let id = notice.request { try await transaction.request(id) } else { nil }
            try await transaction.connection.append(
                AuditEntry(
                    action, by: .system, request: notice.request, subject: request?.subject, notice.auditFacts))
        }
    }
}

extension NoticeKindCode {
    /// Whether it tells of something to download, and is void without it.
    fileprivate var leadsToArchive: Bool {
        self == .archiveReady || self == .linkRenewed || self == .archiveExpiresSoon
    }
}

extension NoticeRecord {
    /// Whether the operators are told that somebody can't be reached; a mail to themselves leads to no other.
    fileprivate var needsLooking: Bool {
        (state == .failed || state == .withheld) && recipient != .operators && request != nil
    }

    fileprivate var auditFacts: [String: AuditFact] {
        var facts: [String: AuditFact] = [
            "notice": .id(id.text), "kind": .code(kind), "recipient": .code(recipient.rawValue),
        ]
        if let smtpCode { facts["reply"] = .number(smtpCode) }
        if let error { facts["error"] = .code(error) }
        return facts
    }
}
