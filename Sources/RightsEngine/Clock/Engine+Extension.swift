internal import AuditLedger
package import RequestLedger
package import RightsCore

/// The notice that an answer takes longer.
package struct ExtensionInput: Sendable {
    package var purpose: ClockPurpose
    /// The day the person was told another way; nil mails the words of the reason now.
    package var deliveredOn: CivilDate?
    /// The new date, where the regime leaves it to the controller.
    package var announcedOn: CivilDate?

    /// A notice by its parts.
    package init(purpose: ClockPurpose, deliveredOn: CivilDate?, announcedOn: CivilDate?) {
        self.purpose = purpose
        self.deliveredOn = deliveredOn
        self.announcedOn = announcedOn
    }
}

extension Engine {
    /// Lengthens the period, once. It counts from the day the person was told: with a mailed notice, from the day the
    /// mail server took it (GDPR Art. 12(3); FAILURES F6).
    ///
    /// - Throws: `EngineError` `clock.extension-refused` when the first period is over, the regime allows none, or the
    ///   person couldn't be told. The attempt is to be audited: ``noteExtensionRefused(_:by:_:)``.
    package func extend(
        _ id: RequestID, _ input: ExtensionInput, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.decide)
        var request = try await locked(id, in: transaction)
        let facts = try await facts(of: ground, request: id, in: transaction)
        let words = try words(in: facts, "the person must be told why (GDPR Art. 12(3))")
        let today = settings.clock.zone.day(of: now())
        if let told = input.deliveredOn {
            try check(told, "delivered_on", of: request, notBefore: settings.clock.zone.day(of: request.receivedAt))
        }
        let notice = ExtensionNotice(delivered: input.deliveredOn ?? today, announced: input.announcedOn)
        let lengthened = try await lengthened(request, input.purpose, by: notice, in: transaction)
        let before = try await history(of: id, in: transaction)
        var mail: NoticeID?
        if input.deliveredOn == nil {
            try await requireAddress(of: request, "--delivered-on", in: transaction)
            mail = try await notify(
                .requestExtended, about: request, facts: ["words": words, "until": lengthened.description],
                in: transaction)
        }
        let record = ExtensionRecord(
            request: id, purpose: input.purpose, reason: ground.reason.code, notice: mail,
            deliveredOn: input.deliveredOn, announcedOn: input.announcedOn,
            state: mail == nil ? .granted : .waiting, madeAt: now())
        guard try await transaction.insert(record) else {
            throw EngineError(.extensionRefused, "it was lengthened already: the law allows that once")
        }
        try await audit(
            mail == nil ? .extensionGranted : .extensionAsked, by: caller.actor, request,
            facts.merging(Self.facts(of: input.purpose, until: lengthened)) { $1 }, in: transaction)
        if mail == nil { try await recompute(&request, since: before, in: transaction) }
        return request
    }

    /// Audits an attempt that was refused, in a transaction of its own.
    package func noteExtensionRefused(_ id: RequestID, by caller: StaffCaller, _ ground: StaffGround) async throws {
        try await control.transaction { transaction in
            guard let request = try await transaction.request(id) else { return }
            try await audit(
                .extensionRefused, by: caller.actor, request,
                ["ticket": .ticket(ground.ticket), "reason": .code(ground.reason.code)], in: transaction)
        }
    }

    /// The earliest date that the notice leads to among the regimes that allow it.
    ///
    /// - Throws: `EngineError` when none does.
    private func lengthened(
        _ request: RequestRecord, _ purpose: ClockPurpose, by notice: ExtensionNotice,
        in transaction: ControlTransaction
    ) async throws -> CivilDate {
        var history = try await history(of: request.id, in: transaction)
        guard history.extensions[purpose.rawValue] == nil else {
            throw EngineError(.extensionRefused, "it was lengthened already: the law allows that once")
        }
        try await checkIsRunning(request, purpose, in: transaction)
        history.extensions[purpose.rawValue] = notice
        var dates: [CivilDate] = []
        var refusal: EngineError?
        for regime in regimes(of: request) {
            do {
                let lengthened = try await deadline(regime, of: request, purpose, history, in: transaction)
                if let date = lengthened?.dueInForce, lengthened?.isExtended == true { dates.append(date) }
            } catch let error as EngineError where error.code == .extensionRefused {
                refusal = error
            }
        }
        guard let date = dates.min() else {
            throw refusal ?? EngineError(.extensionRefused, "no law it runs under allows an extension")
        }
        return date
    }

    private func checkIsRunning(
        _ request: RequestRecord, _ purpose: ClockPurpose, in transaction: ControlTransaction
    ) async throws {
        switch purpose {
        case .answer:
            guard request.state.isOpen else {
                throw EngineError(.extensionRefused, "the request is \(request.state.rawValue): its clock has ended")
            }
        case .appeal:
            guard let appeal = try await transaction.appeal(of: request.id), appeal.decidedAt == nil else {
                throw EngineError(.extensionRefused, "no complaint about the answer is open")
            }
        }
    }

    /// The dates under one regime, with the extension held to its rules.
    private func deadline(
        _ regime: String, of request: RequestRecord, _ purpose: ClockPurpose, _ history: ClockHistory,
        in transaction: ControlTransaction
    ) async throws -> Deadline? {
        switch purpose {
        case .answer: return try deadline(regime, of: request, history, isStrict: true)
        case .appeal:
            guard let appeal = try await transaction.appeal(of: request.id) else { return nil }
            return try appealDeadline(regime, of: request, appeal, history, isStrict: true)
        }
    }

    private static func facts(of purpose: ClockPurpose, until: CivilDate) -> [String: AuditFact] {
        ["purpose": .code(purpose.rawValue), "until": .code(until.description)]
    }

    // MARK: the mail

    /// The mail that tells of an extension was handed over: in time, the longer period is in force; too late, nothing
    /// moves.
    func settleExtension(toldBy notice: NoticeRecord, in transaction: ControlTransaction) async throws {
        guard let id = notice.request else { return }
        var request = try await locked(id, in: transaction)
        let records = try await transaction.extensions(of: id)
        guard let record = records.first(where: { $0.notice == notice.id }), record.state == .waiting else { return }
        let before = try await history(of: id, in: transaction)
        guard notice.state == .handedOver else {
            try await transaction.settleExtension(toldBy: notice.id, as: .undelivered, deliveredOn: nil)
            return try await audit(
                .extensionRefused, by: .system, request, ["purpose": .code(record.purpose.rawValue)], in: transaction)
        }
        let told = ExtensionNotice(delivered: settings.clock.zone.day(of: now()), announced: record.announcedOn)
        do {
            let until = try await lengthened(request, record.purpose, by: told, in: transaction)
            try await transaction.settleExtension(toldBy: notice.id, as: .granted, deliveredOn: told.delivered)
            try await audit(
                .extensionGranted, by: .system, request, Self.facts(of: record.purpose, until: until),
                in: transaction)
            try await recompute(&request, since: before, in: transaction)
        } catch let error as EngineError where error.code == .extensionRefused {
            try await transaction.settleExtension(toldBy: notice.id, as: .late, deliveredOn: told.delivered)
            try await audit(
                .extensionRefused, by: .system, request, ["purpose": .code(record.purpose.rawValue)], in: transaction)
            try await tellOperators(
                .noticeBounced, request: id, facts: ["kind": notice.kind, "notice": notice.id.text], in: transaction)
        }
    }

    /// What the end of a mail does to the clock of what it tells about.
    func noteEnd(of notice: NoticeRecord, in transaction: ControlTransaction) async throws {
        guard let id = notice.request, let kind = NoticeKindCode(rawValue: notice.kind) else { return }
        switch kind {
        case .requestExtended: try await settleExtension(toldBy: notice, in: transaction)
        case .requestQuestion: try await settleQuestion(askedBy: notice, in: transaction)
        case .requestReceived, .requestAccepted:
            guard notice.state == .handedOver else { return }
            var request = try await locked(id, in: transaction)
            try await noteAcknowledged(&request, at: now(), by: .system, in: transaction)
        default: return
        }
    }

    /// The question counts from the day the mail server took it; what never went out never asked anything.
    private func settleQuestion(askedBy notice: NoticeRecord, in transaction: ControlTransaction) async throws {
        guard notice.state == .handedOver else { return try await undoClock(toldBy: notice, in: transaction) }
        guard let id = notice.request else { return }
        var request = try await locked(id, in: transaction)
        let before = try await history(of: id, in: transaction)
        let day = settings.clock.zone.day(of: now())
        guard try await transaction.postponeQuestion(askedBy: notice.id, to: day) else { return }
        try await recompute(&request, since: before, in: transaction)
    }

    /// A mail that moved the clock came back after all: what it moved goes back.
    func undoClock(toldBy notice: NoticeRecord, in transaction: ControlTransaction) async throws {
        guard let id = notice.request else { return }
        var request = try await locked(id, in: transaction)
        let before = try await history(of: id, in: transaction)
        switch NoticeKindCode(rawValue: notice.kind) {
        case .requestExtended:
            try await transaction.settleExtension(toldBy: notice.id, as: .undelivered, deliveredOn: nil)
            try await audit(.extensionRefused, by: .system, request, ["error": .code("undelivered")], in: transaction)
        case .requestQuestion:
            guard try await transaction.removeQuestion(askedBy: notice.id) else { return }
            try await audit(.questionVoid, by: .system, request, ["notice": .id(notice.id.text)], in: transaction)
        default: return
        }
        try await recompute(&request, since: before, in: transaction)
    }
}
