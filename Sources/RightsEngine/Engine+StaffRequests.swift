package import AuditLedger
internal import Erasing
package import RequestLedger
package import RightsCore
internal import SubjectAccess

/// What staff write down for a person.
package struct StaffRequestInput: Sendable {
    /// `kind:key` or `email:…`, as the data map names people.
    package var subject: String
    package var right: RequestRight
    package var regime: String?
    package var format: DataFormat
    /// Collections wanted; all when empty.
    package var collections: [String]
    /// Records an erasure is about, `collection:id`; the whole account when empty.
    package var records: [String]
    /// Further laws it is held to; the earliest date counts.
    package var alsoUnder: [String]
    /// When it reached the controller, as it was written; now if nil.
    package var received: Stamp?
    package var language: Language
    package var zone: String?
    /// Another address the person wants answers at; it waits for the cool-down.
    package var contact: String?

    /// An input by its parts.
    package init(
        subject: String, right: RequestRight, regime: String? = nil, alsoUnder: [String] = [],
        format: DataFormat = .both, collections: [String] = [], records: [String] = [], received: Stamp? = nil,
        language: Language, zone: String? = nil, contact: String? = nil
    ) {
        self.subject = subject
        self.right = right
        self.regime = regime
        self.format = format
        self.collections = collections
        self.records = records
        self.alsoUnder = alsoUnder
        self.received = received
        self.language = language
        self.zone = zone
        self.contact = contact
    }
}

extension StaffRequestInput {
    /// The collections of the records it is about.
    fileprivate var recordCollections: [String] { records.map { String($0.prefix { $0 != ":" }) } }
}

/// A person found for staff, before the transaction that writes the request down.
package struct FoundPerson: Sendable {
    let person: PersonDirectory.Person
}

extension Engine {
    // MARK: grounds

    /// The facts of a ground; its words are sealed in a row of their own, the chain holds their salted hash.
    package func facts(
        of ground: StaffGround, request: RequestID?, in transaction: ControlTransaction
    ) async throws -> [String: AuditFact] {
        // Always the request first: words refer to it, and two that both wait to change it would stop each other.
        if let request { _ = try await transaction.request(request, isLocked: true) }
        var facts: [String: AuditFact] = [
            "ticket": .ticket(ground.ticket), "reason": .code(ground.reason.code),
        ]
        if let words = ground.reason.words, !words.isEmpty {
            guard words.utf8.count <= 2000 else {
                throw EngineError(.invalid, "a reason has at most 2000 bytes of words", field: "reason")
            }
            let id: EventID = makeID()
            try await transaction.keepWords(
                try people.seal(words, for: "words \(id)"), id: id, of: request, at: now())
            facts["words"] = .id(id.text)
            facts["words_hash"] = .hash(people.hash("words", "\(id.text) \(words)"))
        }
        return facts
    }

    /// The words of a reason, for whoever may read them.
    ///
    /// - Returns: nil when they were erased.
    package func words(_ id: EventID, of request: RequestID) async throws -> String? {
        guard let box = try await control.connection({ try await $0.words(of: request) })[id] else { return nil }
        return try people.open(box, for: "words \(id)")
    }

    // MARK: opening

    /// Refuses what can be seen without looking anything up: a law that is unknown, or gives no such right; a scope that the
    /// right doesn't have.
    package func check(_ input: StaffRequestInput) throws {
        try checkScope(of: input)
        _ = try regimes(input, at: input.received?.instant ?? now())
    }

    /// Finds whom staff mean.
    ///
    /// - Throws: `EngineError` when there is nobody.
    package func find(_ subject: String) async throws -> FoundPerson {
        guard let person = try await directory.find(subject) else {
            throw EngineError(
                .noSuchPerson, "nobody has that id or address", hint: "check the spelling; nothing was written",
                field: "subject")
        }
        return FoundPerson(person: person)
    }

    /// Looks whether the records of a request are there and are the person's, and writes their keys as the store does.
    ///
    /// - Parameter tools: nil where nothing is erased.
    /// - Throws: `ErasureError` where one isn't, or isn't theirs.
    package func settle(
        recordsOf input: inout StaffRequestInput, of found: FoundPerson, _ tools: ErasureTools?
    ) async throws {
        guard let tools, let owner = SubjectReference(found.person.reference) else { return }
        var settled: [String] = []
        for record in input.records {
            guard let reference = SubjectReference(record) else {
                throw EngineError(.invalid, "the record isn't written as collection:id", field: "records")
            }
            settled.append(try await tools.eraser.canonical(record: reference, of: owner).reveal())
        }
        input.records = settled
    }

    /// Writes a request down for a person; or gives the one that is open.
    package func open(
        _ input: StaffRequestInput, for found: FoundPerson, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> (request: RequestRecord, isNew: Bool) {
        try caller.require(.openRequests)
        let now = now()
        let received = input.received ?? Stamp(now)
        let receivedAt = received.instant
        guard receivedAt <= now + .seconds(60), receivedAt > now - .days(3660) else {
            throw EngineError(
                .invalid, "received_at lies in the future or more than ten years back", field: "received_at")
        }
        try checkScope(of: input)
        let regimes = try regimes(input, at: receivedAt)
        var draft = RequestRecord(
            id: makeID(), right: input.right, regime: regimes[0], channel: .staff, receivedAt: receivedAt,
            openedAt: now,
            actor: caller.actor.description, subject: hash(person: found.person.reference), scope: scope(of: input),
            collections: input.records.isEmpty ? input.collections : input.recordCollections, format: input.format,
            language: input.language,
            zone: Self.zone(input.zone), ticket: ground.ticket.text)
        draft.receivedOffset = received.offset
        draft.alsoUnder = Array(regimes.dropFirst())
        let contact = try input.contact.map(Self.address)
        var (request, isNew) = try await open(
            draft, reference: found.person.reference, address: found.person.address, by: caller.actor, [:],
            in: transaction)
        let facts = try await facts(of: ground, request: request.id, in: transaction)
        guard isNew else { return (request, false) }
        if !input.records.isEmpty {
            try await transaction.seal(
                try people.seal(input.records.joined(separator: "\n"), for: "records \(request.id)"), as: .records,
                of: request.id)
        }
        try await move(&request, .askIdentity, by: caller.actor, facts, in: transaction)
        try await notify(.requestReceived, about: request, in: transaction)
        if let contact, contact.lowercased() != found.person.address?.lowercased() {
            guard found.person.address != nil else {
                throw EngineError(
                    .noAddress, "there is no address on file, so nobody could be told of another one",
                    hint: "hand the archive over in person: an operator makes it with `habeas export`", field: "contact"
                )
            }
            try await change(contact: contact, of: &request, by: caller.actor, in: transaction)
        }
        return (request, true)
    }

    /// An erasure is of a person or of one record: what happens to each collection is the data map's to say.
    private func checkScope(of input: StaffRequestInput) throws(EngineError) {
        guard input.collections.isEmpty || input.right != .erasure else {
            throw EngineError(
                .invalid, "an erasure can't be limited to collections: it would erase the whole person",
                hint: "name one record (records, --records) to erase that alone; what is kept of a person says the "
                    + "data map, by each collection's outcome", field: "collections")
        }
        guard input.records.isEmpty || input.right == .erasure else {
            throw EngineError(.invalid, "single records can only be erased", field: "records")
        }
        guard input.records.count <= 1 else {
            throw EngineError(
                .invalid, "each record is planned, approved and proved for itself",
                hint: "open one request for each record", field: "records")
        }
    }

    /// The laws staff name, the first one first, each once.
    private func regimes(_ input: StaffRequestInput, at received: Instant) throws -> [String] {
        var regimes = [try regime(input.regime, input.right, at: received)]
        for further in input.alsoUnder {
            let id = try regime(further, input.right, at: received)
            if !regimes.contains(id) { regimes.append(id) }
        }
        // One fact of the audit entry names them all.
        guard regimes.dropFirst().joined(separator: "_").utf8.count <= 60 else {
            throw EngineError(
                .invalid, "so many laws can't be named at once: at most 60 characters", field: "also_under")
        }
        return regimes
    }

    private func scope(of input: StaffRequestInput) -> Hash256 {
        people.hash("scope", (input.collections.sorted() + input.records.sorted()).joined(separator: "\n"))
    }

    /// Sends answers to another address, but not before the owner of the one on file was told and could object
    /// (FAILURES F7); and never without a second person's release. The cool-down begins when the notice is handed over.
    private func change(
        contact: String, of request: inout RequestRecord, by actor: AuditActor, in transaction: ControlTransaction
    ) async throws {
        let usable = now() + settings.coolDown
        try await transaction.seal(
            try people.seal(contact, for: "contact \(request.id)"), as: .contact, of: request.id)
        request.needsRelease = true
        try await transaction.store(request)
        try await notify(
            .addressChange, about: request, to: .onFile, facts: ["usable_from": usable.rfc3339], in: transaction)
        try await audit(
            .contactChanged, by: actor, request,
            ["contact": .hash(hash(address: contact)), "usable_from": .instant(usable)], in: transaction)
    }

    // MARK: reading

    /// A request with all that staff may know of it; that they looked is in the person's trail.
    package func read(_ id: RequestID, by caller: StaffCaller) async throws -> StaffView {
        try caller.require(.readRequests)
        return try await control.transaction { transaction in
            guard let request = try await transaction.request(id) else { throw Self.noRequest }
            let view = StaffView(
                request: request, job: try await transaction.workJob(of: id),
                links: try await transaction.links(of: id), archives: try await transaction.archives(of: id),
                receipts: try await transaction.receipts(of: id), notices: try await transaction.notices(of: id),
                verifications: try await transaction.verifications(of: id),
                hasContact: try await transaction.sealed(.contact, of: id) != nil,
                holds: try await holds(touching: request, by: caller, in: transaction),
                waitsForHolds: caller.permissions.contains(.readHolds)
                    ? try await transaction.holds(holding: id) : nil,
                hasBegun: try await hasBegun(request, in: transaction))
            try await audit(.requestRead, by: caller.actor, request, in: transaction)
            return view
        }
    }

    // MARK: deciding

    /// Records how staff checked who asks: method and kinds of evidence, never values.
    package func vouch(
        _ id: RequestID, method: String, evidence: [String], isAccepted: Bool, by caller: StaffCaller,
        _ ground: StaffGround, in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.vouch)
        guard AuditFact.isCode(method), (1...10).contains(evidence.count), evidence.allSatisfy(AuditFact.isCode) else {
            throw EngineError(
                .invalid, "method and evidence are codes, one to ten kinds of evidence",
                hint: "for example: method call-back, evidence customer-number,invoice-amount", field: "evidence")
        }
        var request = try await locked(id, in: transaction)
        var facts = try await facts(of: ground, request: id, in: transaction)
        facts["method"] = .code(method)
        facts["evidence"] = .number(evidence.count)
        try await transaction.record(
            VerificationRecord(
                id: makeID(), request: id, claim: nil, at: now(), method: method, evidence: evidence,
                assurance: isAccepted ? 3 : 0, isAccepted: isAccepted, actor: caller.actor.description))
        guard isAccepted else {
            try await audit(.identityRefused, by: caller.actor, request, facts, in: transaction)
            return request
        }
        request.assurance = max(request.assurance, 3)
        request.vouchedBy = caller.id
        request.needsRelease = request.needsRelease || settings.isTwoPersonRule
        try await audit(.identityVouched, by: caller.actor, request, facts, in: transaction)
        _ = try await noteAnswer(
            &request, .identity, on: today, by: caller.actor, in: transaction)
        try await move(&request, .identify, by: caller.actor, in: transaction)
        try await notify(.requestAccepted, about: request, in: transaction)
        try await queueIfDue(&request, by: caller.actor, in: transaction)
        return request
    }

    /// Releases what one person vouched for, by another one.
    package func release(
        _ id: RequestID, by caller: StaffCaller, _ ground: StaffGround, in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(.release)
        var request = try await locked(id, in: transaction)
        guard request.state == .accepted, request.needsRelease else {
            throw EngineError(
                .requestNotPossible, "the request doesn't wait for a release: it is \(request.state.rawValue)")
        }
        // Who wrote down another address, and nobody of the staff vouched: the one who wrote is the first person.
        let hasContact = try await transaction.sealed(.contact, of: id) != nil
        let isFirst = request.vouchedBy == caller.id || (hasContact && request.actor == caller.actor.description)
        guard !isFirst else {
            throw EngineError(
                .needsSecondPerson, "whoever vouched for the person, or wrote the request down, can't release it too",
                hint: "ask a colleague with the role compliance")
        }
        request.needsRelease = false
        let facts = try await facts(of: ground, request: id, in: transaction)
        try await transaction.store(request)
        try await audit(.requestReleased, by: caller.actor, request, facts, in: transaction)
        try await queueIfDue(&request, by: caller.actor, in: transaction)
        return request
    }

    /// Lets an event happen that staff may cause: refuse, pause, resume, cancel, retry.
    package func decide(
        _ id: RequestID, _ event: RequestLife.Event, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        try caller.require(event == .cancel ? .cancel : .decide)
        var request = try await locked(id, in: transaction)
        let facts = try await facts(of: ground, request: id, in: transaction)
        switch event {
        case .cancel:
            try await cancel(&request, by: caller.actor, outcome: "cancelled", facts, in: transaction)
        case .refuse:
            try await refuse(&request, by: caller, ground, facts, in: transaction)
        case .pause:
            try await requireNotBegun(request, in: transaction)
            try await move(&request, .pause, by: caller.actor, outcome: ground.reason.code, facts, in: transaction)
            try await transaction.cancelJobs(of: id, kinds: [.export, .plan, .erase])
        case .resume:
            if let question = try await blockingQuestion(of: id, in: transaction) {
                throw EngineError(
                    .requestNotPossible, "it waits for the person's answer: \(question.rawValue)",
                    hint: "record the answer; the work goes on by itself")
            }
            try await goOn(&request, by: caller.actor, facts, in: transaction)
        case .retry:
            try await checkRetry(request, in: transaction)
            try await move(&request, .retry, by: caller.actor, facts, in: transaction)
            try await transaction.cancelJobs(of: id, kinds: [.export, .erase])
            if request.right == .erasure {
                try await transaction.enqueue(makeID(), .erase, request: id, maxAttempts: 8)
            } else {
                try await transaction.enqueue(makeID(), .export, request: id)
            }
        default:
            throw EngineError(.requestNotPossible, "“\(event.rawValue)” isn't decided by people")
        }
        return request
    }

    /// An archive that nobody fetched is made again only while the proof is fresh, for the address on file, and unless the
    /// person has asked anew.
    private func checkRetry(_ request: RequestRecord, in transaction: ControlTransaction) async throws {
        guard !request.state.isErased else {
            throw EngineError(
                .requestNotPossible, "the erasure is done and proved", hint: "what is found later is a new request")
        }
        guard request.state == .expired else { return }
        guard let readyAt = request.readyAt, now() < readyAt + settings.archiveKeepMost else {
            throw EngineError(
                .requestNotPossible, "the proof of identity is too old for making the archive again",
                hint: "open a new request")
        }
        guard try await transaction.openRequest(request.subject, request.right, request.scope) == nil else {
            throw EngineError(
                .requestNotPossible, "the person has asked again since, and that request is open",
                hint: "go on with the later one")
        }
        try await transaction.forget(.contact, of: request.id)
    }

    /// Records that a mail came back.
    package func noteBounce(
        _ id: NoticeID, by actor: AuditActor, _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws -> NoticeRecord {
        guard var notice = try await transaction.notice(id) else {
            throw EngineError(.notFound, "there is no such notice")
        }
        guard notice.state != .bounced else { return notice }
        notice.state = .bounced
        try await transaction.store(notice, now: now())
        // Whoever wasn't told can't object.
        if notice.kind == NoticeKindCode.addressChange.rawValue, let request = notice.request {
            try await transaction.setUsable(.contact, of: request, from: nil)
        }
        try await undoClock(toldBy: notice, in: transaction)
        if notice.recipient == .dataRecipient { try await noteMailed(notice, in: transaction) }
        if let request = notice.request, let record = try await transaction.request(request) {
            try await notify(
                .noticeBounced, about: record, to: .operators, facts: try Self.bounceFacts(of: notice),
                in: transaction)
            try await audit(
                .noticeBounced, by: actor, record,
                facts.merging(["notice": .id(id.text), "kind": .code(notice.kind)]) { $1 }, in: transaction)
        }
        return notice
    }

    /// What the operators hear of a mail that reached nobody.
    static func bounceFacts(of notice: NoticeRecord) throws -> [String: String] {
        var known = ["kind": notice.kind, "notice": notice.id.text]
        if notice.recipient == .dataRecipient { known["duty"] = try facts(notice.facts)["duty"] }
        return known
    }

    // MARK: writing once

    /// Does a write under an idempotency key: asked again with the same key, the stored answer comes back and nothing is
    /// done.
    ///
    /// - Parameters:
    ///   - key: as the caller sent it; nil does the write without remembering it.
    ///   - fingerprint: the request's method, path and body.
    package func once(
        _ key: String?, by actor: AuditActor, fingerprint: [UInt8],
        _ body: (ControlTransaction) async throws -> StoredAnswer
    ) async throws -> StoredAnswer {
        guard let key else { return try await control.transaction { try await body($0) } }
        let keyHash = people.hash("idempotency", key)
        let print = people.hash("fingerprint", fingerprint)
        let purpose = "answer \(keyHash.hex)"
        return try await control.transaction { transaction in
            if let known = try await transaction.answer(
                under: keyHash, of: actor.description, fingerprint: print)
            {
                return StoredAnswer(status: known.status, body: Array(try people.open(known.body, for: purpose).utf8))
            }
            let answer = try await body(transaction)
            // An answer may hold the name of a colleague.
            let box = try people.seal(String(decoding: answer.body, as: UTF8.self), for: purpose)
            try await transaction.keep(
                StoredAnswer(status: answer.status, body: box), under: keyHash, of: actor.description,
                fingerprint: print)
            return answer
        }
    }
}

/// What staff may know of a request: no content, no address.
package struct StaffView: Sendable {
    package let request: RequestRecord
    package let job: JobRecord?
    package let links: [LinkRecord]
    package let archives: [ArchiveRecord]
    package let receipts: [ReceiptRecord]
    package let notices: [NoticeRecord]
    package let verifications: [VerificationRecord]
    /// Whether answers go to another address than the one on file.
    package let hasContact: Bool
    /// Legal holds that can keep something of what an erasure is about; nil for whoever may not know of holds.
    package let holds: [LegalHold]?
    /// The holds that an erasure waits for; nil for whoever may not know of holds.
    package let waitsForHolds: [HoldID]?
    /// Whether an erasure has begun: it can be neither ended nor set aside any more.
    package let hasBegun: Bool
}
