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
                [
                    "ticket": .ticket(ground.ticket), "reason": .code(ground.reason.code), "attempt": .flag(true),
                ], in: transaction)
        }
    }

    /// The day by which the person has their answer once the notice counts: the earliest over all laws.
    ///
    /// - Throws: `EngineError` when no law allows it, the first period is over, or another law's period ends as soon as
    ///   before.
    private func lengthened(
        _ request: RequestRecord, _ purpose: ClockPurpose, by notice: ExtensionNotice,
        in transaction: ControlTransaction
    ) async throws -> CivilDate {
        let before = try await history(of: request.id, in: transaction)
        guard before.extensions[purpose.rawValue] == nil else {
            throw EngineError(.extensionRefused, "it was lengthened already: the law allows that once")
        }
        try await checkIsRunning(request, purpose, in: transaction)
        var after = before
        after.extensions[purpose.rawValue] = notice
        var ends: (before: [CivilDate], after: [CivilDate]) = ([], [])
        var refusal: EngineError?
        for regime in regimes(of: request) {
            guard let first = try await deadline(regime, of: request, purpose, before, in: transaction) else {
                continue
            }
            ends.before += [first.dueInForce].compactMap(\.self)
            do {
                let longer = try await deadline(regime, of: request, purpose, after, in: transaction)
                try checkIsInTime(first)
                ends.after += [longer?.dueInForce].compactMap(\.self)
            } catch let error as EngineError where error.code == .extensionRefused {
                refusal = error
                ends.after += [first.dueInForce].compactMap(\.self)
            }
        }
        guard let earliest = ends.after.min(), let standing = ends.before.min() else {
            throw refusal ?? EngineError(.extensionRefused, "no law it runs under allows an extension")
        }
        guard earliest > standing else {
            throw refusal
                ?? EngineError(
                    .extensionRefused, "another law it runs under ends on \(standing) all the same")
        }
        return earliest
    }

    /// Refuses an extension that is written down after the first period, also when the person was told before
    /// (FAILURES F6): nobody could tell it from one that was made up.
    private func checkIsInTime(_ first: Deadline) throws(EngineError) {
        guard let last = first.extensionNoticeBy, today > last else { return }
        throw EngineError(.extensionRefused, "the first period ended on \(last)")
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

    /// Whether what a mail would ask or announce is over: the person answered, or the request ended.
    func isOver(_ notice: NoticeRecord) async throws -> Bool {
        guard let id = notice.request, let kind = NoticeKindCode(rawValue: notice.kind) else { return false }
        return try await control.transaction { transaction in
            switch kind {
            case .requestQuestion:
                let isAsked = try await transaction.questions(of: id).contains {
                    $0.notice == notice.id && $0.answeredOn == nil
                }
                let isOpen = try await transaction.request(id)?.state.isOpen == true
                return !(isAsked && isOpen)
            case .requestExtended:
                let waiting = try await transaction.extensions(of: id).first {
                    $0.notice == notice.id && $0.state == .waiting
                }
                guard let waiting, let request = try await transaction.request(id) else { return true }
                guard waiting.purpose == .answer else { return false }
                return !request.state.isOpen
            default: return false
            }
        }
    }

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
        let told = ExtensionNotice(delivered: today, announced: record.announcedOn)
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
        }
    }

    /// What the end of a mail does to the clock of what it tells about.
    func noteEnd(of notice: NoticeRecord, in transaction: ControlTransaction) async throws {
        guard let id = notice.request, let kind = NoticeKindCode(rawValue: notice.kind) else { return }
        switch kind {
        case .requestExtended: try await settleExtension(toldBy: notice, in: transaction)
        case .requestQuestion: try await settleQuestion(askedBy: notice, in: transaction)
        case .recipientErasure: try await noteMailed(notice, in: transaction)
        case .requestReceived, .requestAccepted:
            guard notice.state == .handedOver else { return }
            var request = try await locked(id, in: transaction)
            try await noteAcknowledged(&request, at: notice.handedOverAt ?? now(), by: .system, in: transaction)
        default: return
        }
    }

    /// The question counts from the day the mail server took it; what never went out never asked anything.
    private func settleQuestion(askedBy notice: NoticeRecord, in transaction: ControlTransaction) async throws {
        guard notice.state == .handedOver else { return try await undoClock(toldBy: notice, in: transaction) }
        guard let id = notice.request else { return }
        var request = try await locked(id, in: transaction)
        let before = try await history(of: id, in: transaction)
        let day = today
        guard try await transaction.postponeQuestion(askedBy: notice.id, to: day) else { return }
        try await audit(
            .questionPostponed, by: .system, request,
            try kindFact(of: notice).merging(["asked_on": .code(day.description)]) { $1 },
            in: transaction)
        try await recompute(&request, since: before, in: transaction)
    }

    /// A mail that moved the clock came back after all: what it moved goes back.
    func undoClock(toldBy notice: NoticeRecord, in transaction: ControlTransaction) async throws {
        guard let id = notice.request else { return }
        var request = try await locked(id, in: transaction)
        let before = try await history(of: id, in: transaction)
        switch NoticeKindCode(rawValue: notice.kind) {
        case .requestExtended:
            let records = try await transaction.extensions(of: id)
            let purpose = records.first { $0.notice == notice.id }?.purpose ?? .answer
            try await transaction.settleExtension(toldBy: notice.id, as: .undelivered, deliveredOn: nil)
            try await audit(
                .extensionRefused, by: .system, request,
                ["error": .code("undelivered"), "purpose": .code(purpose.rawValue)], in: transaction)
        case .requestQuestion:
            guard try await transaction.removeQuestion(askedBy: notice.id) else { return }
            try await audit(
                .questionVoid, by: .system, request,
                try kindFact(of: notice).merging(["notice": .id(notice.id.text)]) { $1 }, in: transaction)
        case .requestReceived, .requestAccepted:
            return try await undoAcknowledgement(toldBy: notice, of: &request, in: transaction)
        default: return
        }
        try await recompute(&request, since: before, isUndone: true, in: transaction)
    }

    /// Which question a mail put.
    private func kindFact(of notice: NoticeRecord) throws -> [String: AuditFact] {
        try Self.facts(notice.facts)["kind"].map { ["kind": .code($0)] } ?? [:]
    }

    /// The mail that confirmed receipt came back: another one that didn't may have confirmed it, else nobody has.
    private func undoAcknowledgement(
        toldBy notice: NoticeRecord, of request: inout RequestRecord, in transaction: ControlTransaction
    ) async throws {
        guard let at = notice.handedOverAt, request.acknowledgedAt == at else { return }
        let confirming = [NoticeKindCode.requestReceived, .requestAccepted].map(\.rawValue)
        let others = try await transaction.notices(of: request.id).filter {
            $0.id != notice.id && confirming.contains($0.kind) && $0.state == .handedOver
        }
        request.acknowledgedAt = others.compactMap(\.handedOverAt).min()
        try await transaction.store(request)
        var facts: [String: AuditFact] = ["error": .code("undelivered")]
        let end = request.dates.acknowledgeEnd
        if let end { facts["on_time"] = .flag((request.acknowledgedAt ?? .distantFuture) < end) }
        try await audit(.requestAcknowledged, by: .system, request, facts, in: transaction)
    }
}
