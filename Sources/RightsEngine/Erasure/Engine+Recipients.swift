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
        guard plan.isOfPerson, !names.isEmpty, let known else { return }
        var values: [String: [String]] = [:]
        for name in names {
            let own = name == "key" ? [known.key] : known.identifiers.filter { $0.name == name }.map(\.value)
            if !own.isEmpty { values[name] = Set(own).sorted() }
        }
        guard !values.isEmpty else { return }
        let text = String(decoding: try JSONEncoder().encode(values), as: UTF8.self)
        let box = try people.seal(text, for: "identifiers \(request.id)")
        try await control.transaction { transaction in
            // Once something is gone the product knows them by surrogates: what was sealed before that counts.
            let wasErased = try await transaction.runs(of: request.id).contains { $0.receipt != nil }
            if !wasErased { try await transaction.seal(box, as: .identifiers, of: request.id) }
        }
    }

    // MARK: after it

    /// Writes down who else must be told (GDPR Art. 19), once of each collection, and tells whoever a program can. What a
    /// hold keeps is told when it is gone.
    func tellRecipients(
        of request: RequestRecord, _ plan: ErasurePlan, in transaction: ControlTransaction
    ) async throws {
        let earlier = try await transaction.recipients(of: request.id)
        let values = try await identifiers(of: request.id, in: transaction)
        var manual: [RecipientDuty] = []
        for line in plan.recipients {
            let news = RecipientNews(line, of: plan, after: earlier)
            guard !news.collections.isEmpty else { continue }
            let way = settings.way(to: line.name)
            var duty = RecipientDuty(
                id: makeID(), request: request.id, recipient: line.name, collections: news.collections,
                partly: news.partly, madeAt: now(), dueAt: now() + Self.recipientPatience)
            if let matter = try await matter(of: request.id, plan, way, values, in: transaction) {
                duty.box = try people.seal(
                    String(decoding: try JSONEncoder().encode(matter), as: UTF8.self), for: "recipient \(duty.id)")
            }
            if let days = way.keepsDays {
                duty.state = .parked
                duty.dueAt = now() + .days(days)
            }
            try await transaction.insert(duty)
            guard duty.state == .open else { continue }
            if way.means == .manual { manual.append(duty) }
            try await call(&duty, about: request, in: transaction)
        }
        try await tellOperators(.recipientsWaiting, of: manual, in: transaction)
        if !plan.isHeld { try await transaction.forget(.identifiers, of: request.id) }
    }

    private func identifiers(
        of request: RequestID, in transaction: ControlTransaction
    ) async throws -> [String: [String]] {
        guard let sealed = try await transaction.sealed(.identifiers, of: request) else { return [:] }
        let text = try people.open(sealed.box, for: "identifiers \(request)")
        return try JSONDecoder().decode([String: [String]].self, from: Data(text.utf8))
    }

    /// Whom or what a recipient is told of: a person only as they know them, a record by its key and never by its owner.
    private func matter(
        of request: RequestID, _ plan: ErasurePlan, _ way: RecipientWay, _ values: [String: [String]],
        in transaction: ControlTransaction
    ) async throws -> RecipientEvent.Matter? {
        guard plan.isOfPerson else {
            guard let sealed = try await transaction.sealed(.records, of: request) else { return nil }
            let record = try people.open(sealed.box, for: "records \(request)")
            guard let colon = record.firstIndex(of: ":") else { return nil }
            return .record(
                collection: String(record[..<colon]), key: String(record[record.index(after: colon)...]))
        }
        guard let name = way.identifiesBy, let own = values[name] else { return nil }
        return .person(identifiedBy: name, values: own)
    }

    /// Has a recipient told by the map's means; by the staff whoever a program can't tell.
    private func call(
        _ duty: inout RecipientDuty, about request: RequestRecord, in transaction: ControlTransaction
    ) async throws {
        let way = settings.way(to: duty.recipient)
        switch way.means {
        case .manual: return
        case .mail: return try await mail(&duty, about: request, in: transaction)
        case .webhook: break
        }
        guard let endpoint = way.webhook else { return }
        let id: EventID = makeID()
        let event = RecipientEvent(
            id: id, at: now(), duty: duty.id, request: request.id, scope: try scope(of: duty),
            collections: duty.collections,
            partly: duty.partly, subject: request.subject)
        try await transaction.insert(
            WebhookRecord(
                id: id, request: request.id, endpoint: endpoint, body: try event.message().body, madeAt: now()))
        try await transaction.enqueue(makeID(), .webhook, request: request.id, target: id.text, maxAttempts: 12)
        duty.event = id
        duty.notice = nil
        duty.notices += 1
        try await transaction.store(duty, now: now())
    }

    // MARK: telling

    /// An event as it is sent: to a recipient with whom or what it is about.
    func addressed(_ event: WebhookRecord) async throws -> WebhookRecord {
        let duty = try await control.transaction { try await $0.recipient(toldBy: event.id) }
        guard let matter = try duty.flatMap(matter) else { return event }
        return event.with(body: try RecipientEvent.body(event.body, about: matter))
    }

    /// What a duty is sealed to be about; nil where a recipient can't be told by a program.
    func matter(of duty: RecipientDuty) throws -> RecipientEvent.Matter? {
        guard let box = duty.box else { return nil }
        let text = try people.open(box, for: "recipient \(duty.id)")
        return try JSONDecoder().decode(RecipientEvent.Matter.self, from: Data(text.utf8))
    }

    private func scope(of duty: RecipientDuty) throws -> RecipientEvent.Scope {
        if case .record? = try matter(of: duty) { return .record }
        return .person
    }

    /// Whoever answered a webhook's event was told: if it was a recipient, they have so long to confirm.
    func noteTold(by event: WebhookRecord, in transaction: ControlTransaction) async throws {
        guard let duty = try await transaction.recipient(toldBy: event.id) else { return }
        try await noteTold(duty, in: transaction)
    }

    func noteTold(_ duty: RecipientDuty, in transaction: ControlTransaction) async throws {
        guard let request = try await transaction.request(duty.request) else { return }
        var duty = duty
        // An answer that comes late changes nothing of what the staff have written down since.
        guard duty.state == .open || duty.state == .told else { return }
        duty.state = .told
        duty.toldAt = now()
        duty.dueAt = now() + Self.recipientPatience
        try await transaction.store(duty, now: now())
        try await audit(
            .recipientTold, by: .system, request, ["duty": .id(duty.id.text), "number": .number(duty.notices)],
            in: transaction)
        try await transaction.enqueue(makeID(), .retention, maxAttempts: 5)
    }

    /// Asks again whoever hasn't answered, and whose own duty is over; tells the operators whom to tell, and of those who
    /// never answer. Each for itself: one that fails keeps no other from being asked.
    func chaseRecipients() async throws {
        var (silent, manual): ([RecipientDuty], [RecipientDuty]) = ([], [])
        var failure: (any Error)?
        for due in try await control.transaction({ try await $0.dueRecipients(now: now(), limit: 200) }) {
            do {
                guard let duty = try await chase(due.id) else { continue }
                if means(toTell: duty) == .manual {
                    manual.append(duty)
                } else if duty.notices > 3 {
                    silent.append(duty)
                }
            } catch { failure = failure ?? error }
        }
        let (unanswered, waiting) = (silent, manual)
        try await control.transaction { transaction in
            try await tellOperators(.recipientsSilent, of: unanswered, in: transaction)
            try await tellOperators(.recipientsWaiting, of: waiting, in: transaction)
        }
        if let failure { throw failure }
    }

    /// - Returns: the duty as it is then; nil when it isn't due any more.
    private func chase(_ id: EventID) async throws -> RecipientDuty? {
        try await control.transaction { transaction in
            guard var duty = try await transaction.recipient(id), duty.isOverdue(at: now()),
                let request = try await transaction.request(duty.request)
            else { return nil }
            if duty.state == .parked { duty.state = .open }
            duty.dueAt = now() + Self.recipientPatience
            if means(toTell: duty) == .manual {
                duty.notices += 1
                try await transaction.store(duty, now: now())
            } else {
                try await call(&duty, about: request, in: transaction)
            }
            return duty
        }
    }

    private func tellOperators(
        _ kind: NoticeKindCode, of duties: [RecipientDuty], in transaction: ControlTransaction
    ) async throws {
        guard !duties.isEmpty else { return }
        let listed = duties.prefix(20).map { "\($0.id) \($0.request) \(settings.clock.zone.lastDay(before: $0.dueAt))" }
        try await tellOperators(
            kind, request: nil, facts: ["count": String(duties.count), "duties": listed.joined(separator: "\n")],
            in: transaction)
    }

    /// Who tells them: a program, or the staff.
    package func means(toTell duty: RecipientDuty) -> RecipientWay.Means { settings.way(to: duty.recipient).means }

    // MARK: settling

    /// Duties that pass a filter, the newest first.
    package func recipients(_ filter: RecipientFilter, by caller: StaffCaller) async throws -> [RecipientDuty] {
        try caller.require(.readRequests)
        return try await control.connection { try await $0.recipients(filter) }
    }

    /// Writes down what a recipient answered.
    ///
    /// - Parameters:
    ///   - until: the last day of their own duty, of those that are parked.
    ///   - proof: what proves it, such as their letter; only its digest is kept.
    /// - Throws: `EngineError` when it is settled already, or the day doesn't fit.
    package func settleRecipient(
        _ id: EventID, _ outcome: RecipientOutcome, until: CivilDate?, proof: RecipientDuty.Proof? = nil,
        by caller: StaffCaller, _ ground: StaffGround, in transaction: ControlTransaction
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
        if let proof {
            duty.proof = proof
            facts["proof"] = .hash(proof.digest)
        }
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

/// What one recipient has to hear of an erasure that they haven't heard yet.
private struct RecipientNews {
    /// The collections, in the map's order.
    let collections: [String]
    /// Those of them of which a hold keeps a part.
    let partly: [String]

    init(_ line: ErasurePlan.RecipientLine, of plan: ErasurePlan, after earlier: [RecipientDuty]) {
        let told = earlier.filter { $0.recipient == line.name }
        let (known, knownPartly) = (Set(told.flatMap(\.collections)), Set(told.flatMap(\.partly)))
        let knownWhole = Set(told.flatMap { duty in duty.collections.filter { !duty.partly.contains($0) } })
        let going = plan.collections.filter { $0.goes }
        let held = Set(plan.collections.filter { $0.held > 0 }.map(\.name))
        let whole = Set(plan.collections.map(\.name)).subtracting(held)
        collections = line.collections.filter { name in
            // Of what is wholly held nothing is erased.
            guard whole.contains(name) || going.contains(where: { $0.name == name }) else { return false }
            return !known.contains(name)
                || (knownPartly.contains(name) && !knownWhole.contains(name) && whole.contains(name))
        }
        partly = collections.filter(held.contains)
    }
}

extension ErasurePlan {
    /// Whether everything of a person goes, not one record.
    fileprivate var isOfPerson: Bool { scope == "person" }

    fileprivate var isHeld: Bool { collections.contains { $0.held > 0 } }
}

extension ErasurePlan.CollectionLine {
    /// Whether something of it goes, or is emptied.
    fileprivate var goes: Bool { rows + hollow > 0 }
}
