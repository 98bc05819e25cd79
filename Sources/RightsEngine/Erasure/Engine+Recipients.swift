internal import AuditLedger
internal import Erasing
internal import FoundationEssentials
internal import Notifying
package import RequestLedger
package import RightsCore

/// How a recipient's duty is settled by the staff.
package enum RecipientOutcome: String, Sendable, CaseIterable {
    /// They say that it is done.
    case acknowledged
    /// They keep it under a duty of their own until a day.
    case parked
    /// They can't be told, or only with disproportionate effort.
    case impossible
}

extension Engine {
    /// How long a recipient has to answer.
    static let recipientPatience = Duration.days(14)

    // MARK: before the erasure

    /// Seals by what recipients know the person, while that is still there.
    func keepIdentifiers(
        of request: RequestRecord, _ plan: ErasurePlan, _ known: KnownTarget?
    ) async throws {
        let names = Set(plan.recipients.compactMap { settings.way(to: $0.name).identifiesBy })
        guard !names.isEmpty, let known else { return }
        var values: [String: [String]] = [:]
        for name in names {
            let own = name == "key" ? [known.key] : known.identifiers.filter { $0.name == name }.map(\.value)
            if !own.isEmpty { values[name] = Set(own).sorted() }
        }
        guard !values.isEmpty else { return }
        let text = String(decoding: try JSONEncoder().encode(values), as: UTF8.self)
        let box = try people.seal(text, for: "identifiers \(request.id)")
        try await control.transaction { try await $0.seal(box, as: .identifiers, of: request.id) }
    }

    // MARK: after it

    /// Writes down who else must be told (GDPR Art. 19), once for each, and tells whoever a program can.
    func tellRecipients(
        of request: RequestRecord, _ plan: ErasurePlan, in transaction: ControlTransaction
    ) async throws {
        let known = Set(try await transaction.recipients(of: request.id).map(\.recipient))
        var values: [String: [String]] = [:]
        if let sealed = try await transaction.sealed(.identifiers, of: request.id) {
            let text = try people.open(sealed.box, for: "identifiers \(request.id)")
            values = try JSONDecoder().decode([String: [String]].self, from: Data(text.utf8))
        }
        for line in plan.recipients where !known.contains(line.name) {
            let way = settings.way(to: line.name)
            var duty = RecipientDuty(
                id: makeID(), request: request.id, recipient: line.name, collections: line.collections, madeAt: now(),
                dueAt: now() + Self.recipientPatience)
            if let name = way.identifiesBy, let own = values[name] {
                duty.box = try people.seal(
                    String(decoding: try JSONEncoder().encode(own), as: UTF8.self), for: "recipient \(duty.id)")
            }
            if let days = way.keepsDays {
                duty.state = .parked
                duty.dueAt = now() + .days(days)
            }
            try await transaction.insert(duty)
            if duty.state == .open { try await call(&duty, about: request, in: transaction) }
        }
        try await transaction.forget(.identifiers, of: request.id)
    }

    /// Has a recipient's webhook told; whoever has none is told by the staff.
    private func call(
        _ duty: inout RecipientDuty, about request: RequestRecord, in transaction: ControlTransaction
    ) async throws {
        guard let endpoint = settings.way(to: duty.recipient).webhook else { return }
        let id: EventID = makeID()
        let event = RecipientEvent(
            id: id, at: now(), duty: duty.id, request: request.id, collections: duty.collections,
            subject: request.subject)
        try await transaction.insert(
            WebhookRecord(
                id: id, request: request.id, endpoint: endpoint, body: try event.message().body, madeAt: now()))
        try await transaction.enqueue(makeID(), .webhook, request: request.id, target: id.text, maxAttempts: 12)
        duty.event = id
        duty.notices += 1
        try await transaction.store(duty, now: now())
    }

    // MARK: telling

    /// An event as it is sent: to a recipient with whom it is about.
    func addressed(_ event: WebhookRecord) async throws -> WebhookRecord {
        let duty = try await control.transaction { try await $0.recipient(toldBy: event.id) }
        guard let duty, let box = duty.box, let name = settings.way(to: duty.recipient).identifiesBy else {
            return event
        }
        let text = try people.open(box, for: "recipient \(duty.id)")
        let values = try JSONDecoder().decode([String].self, from: Data(text.utf8))
        return event.with(body: try RecipientEvent.body(event.body, about: values, identifiedBy: name))
    }

    /// Whoever answered a webhook's event was told: if it was a recipient, they have so long to confirm.
    func noteTold(by event: WebhookRecord, in transaction: ControlTransaction) async throws {
        guard var duty = try await transaction.recipient(toldBy: event.id),
            let request = try await transaction.request(duty.request)
        else { return }
        duty.state = .told
        duty.toldAt = now()
        duty.dueAt = now() + Self.recipientPatience
        try await transaction.store(duty, now: now())
        try await audit(
            .recipientTold, by: .system, request, ["duty": .id(duty.id.text), "number": .number(duty.notices)],
            in: transaction)
        try await transaction.enqueue(makeID(), .retention, maxAttempts: 5)
    }

    /// Asks again whoever hasn't answered, and whose own duty is over; tells the operators of those who never do.
    func chaseRecipients() async throws {
        try await control.transaction { transaction in
            var silent: [RecipientDuty] = []
            for var duty in try await transaction.dueRecipients(now: now(), limit: 200) {
                guard let request = try await transaction.request(duty.request) else { continue }
                if duty.state == .parked { duty.state = .open }
                duty.dueAt = now() + Self.recipientPatience
                if settings.way(to: duty.recipient).webhook == nil {
                    duty.notices += 1
                    try await transaction.store(duty, now: now())
                } else {
                    try await call(&duty, about: request, in: transaction)
                }
                if duty.notices > 3 { silent.append(duty) }
            }
            guard !silent.isEmpty else { return }
            let listed = silent.prefix(20).map {
                "\($0.id) \($0.request) \(settings.clock.zone.lastDay(before: $0.dueAt))"
            }
            try await tellOperators(
                .recipientsSilent, request: nil,
                facts: ["count": String(silent.count), "duties": listed.joined(separator: "\n")], in: transaction)
        }
    }

    /// Whether a program tells them, rather than the staff.
    package func isToldByWebhook(_ duty: RecipientDuty) -> Bool { settings.way(to: duty.recipient).webhook != nil }

    // MARK: settling

    /// Duties that pass a filter, the newest first.
    package func recipients(_ filter: RecipientFilter, by caller: StaffCaller) async throws -> [RecipientDuty] {
        try caller.require(.readRequests)
        return try await control.connection { try await $0.recipients(filter) }
    }

    /// Writes down what a recipient answered.
    ///
    /// - Parameter until: the last day of their own duty, of those that are parked.
    /// - Throws: `EngineError` when it is settled already, or the day doesn't fit.
    package func settleRecipient(
        _ id: EventID, _ outcome: RecipientOutcome, until: CivilDate?, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> RecipientDuty {
        try caller.require(.manageRecipients)
        guard var duty = try await transaction.recipient(id) else { throw Self.noRecipient }
        guard let request = try await transaction.request(duty.request) else { throw Self.noRequest }
        guard !duty.state.isSettled else {
            throw EngineError(.requestNotPossible, "the duty is settled: it is \(duty.state.rawValue)")
        }
        try checkDay(until, for: outcome)
        var facts = try await facts(of: ground, request: request.id, in: transaction)
        facts["duty"] = .id(duty.id.text)
        facts["outcome"] = .code(outcome.rawValue)
        duty.outcome = ground.reason.code
        switch outcome {
        case .acknowledged: duty.state = .acknowledged
        case .impossible: duty.state = .impossible
        case .parked: duty.state = .parked
        }
        if let until {
            facts["until"] = .code(until.description)
            duty.dueAt = settings.clock.zone.end(of: until)
        } else {
            duty.endedAt = now()
        }
        try await transaction.store(duty, now: now())
        try await audit(.recipientSettled, by: caller.actor, request, facts, in: transaction)
        // The certificate is made anew by whoever holds the key to sign it.
        try await transaction.enqueue(makeID(), .retention, maxAttempts: 5)
        return duty
    }

    private func checkDay(_ until: CivilDate?, for outcome: RecipientOutcome) throws {
        guard outcome == .parked else {
            guard until == nil else {
                throw EngineError(.invalid, "until goes with the outcome parked only", field: "until")
            }
            return
        }
        guard let until, until > today, until.year <= today.year + 100 else {
            throw EngineError(
                .invalid, "until has to be the last day of the recipient's own duty, after today and within 100 years",
                field: "until")
        }
    }

    package static var noRecipient: EngineError {
        EngineError(.notFound, "there is no such duty", hint: "`habeas recipients list` shows them")
    }
}
