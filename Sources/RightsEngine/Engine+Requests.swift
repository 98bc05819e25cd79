internal import AuditLedger
internal import RequestLedger
internal import RightsCore

extension Engine {
    // MARK: opening

    /// Opens a request, or gives the one that is open already, with who it is sealed beside it.
    func open(
        _ draft: RequestRecord, reference: String, address: String?, by actor: AuditActor,
        _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws -> (request: RequestRecord, isNew: Bool) {
        try await checkClock(in: transaction)
        var facts = facts
        facts["right"] = .code(draft.right.rawValue)
        facts["channel"] = .code(draft.channel.rawValue)
        facts["received_at"] = .instant(draft.receivedAt)
        facts["regime"] = .code(draft.regime.lowercased())
        if !draft.alsoUnder.isEmpty {
            facts["also_under"] = .code(draft.alsoUnder.joined(separator: "_").lowercased())
        }
        if case .alreadyOpen(let live) = try await transaction.open(draft) {
            try await audit(.requestAskedAgain, by: actor, live, facts, in: transaction)
            return (live, false)
        }
        try await transaction.seal(
            try people.seal(reference, for: "subject \(draft.id)"), as: .subject, of: draft.id)
        if let address {
            try await transaction.seal(
                try people.seal(address, for: "on_file \(draft.id)"), as: .onFile, of: draft.id)
        }
        var request = draft
        try await startClocks(of: &request, in: transaction)
        if let end = request.dates.dueEnd { facts["due_end"] = .instant(end) }
        try await audit(.requestOpened, by: actor, request, facts, in: transaction)
        return (request, true)
    }

    /// Who a request is about, as the data map names people.
    func reference(of request: RequestID, in transaction: ControlTransaction) async throws -> String {
        guard let sealed = try await transaction.sealed(.subject, of: request) else {
            throw EngineError(
                .noSuchPerson, "it isn't known any more whom the request is about", hint: "open a new request")
        }
        return try people.open(sealed.box, for: "subject \(request)")
    }

    // MARK: identity

    /// The person has shown who they are: what was waiting for that goes on.
    func acceptProof(
        _ request: inout RequestRecord, method: String, claim: ClaimID?, in transaction: ControlTransaction
    ) async throws {
        let assurance = method == "product-session" ? 3 : 2
        try await transaction.record(
            VerificationRecord(
                id: makeID(), request: request.id, claim: claim, at: now(), method: method,
                evidence: [method == "product-session" ? "product-sign-in" : "address-on-file"], assurance: assurance,
                isAccepted: true, actor: AuditActor.person.description))
        request.assurance = max(request.assurance, assurance)
        // They are asked now: whatever a member of the staff has vouched for needs no second one.
        let contact = try await transaction.sealed(.contact, of: request.id)
        if contact == nil { request.needsRelease = false }
        try await transaction.store(request)
        _ = try await noteAnswer(
            &request, .identity, on: today, by: .person, in: transaction)
        try await audit(
            .identityAccepted, by: .person, request,
            ["method": .code(method), "assurance": .number(assurance)], in: transaction)
        if request.life.possible.contains(.identify) {
            try await move(&request, .identify, by: .person, in: transaction)
            // An erasure is confirmed first; then they are told.
            if request.right != .erasure { try await notify(.requestAccepted, about: request, in: transaction) }
        }
        try await queueIfDue(&request, by: .person, in: transaction)
    }

    /// Queues what is accepted, confirmed and released. An erasure waits for its plan and approval.
    func queueIfDue(
        _ request: inout RequestRecord, by actor: AuditActor, in transaction: ControlTransaction
    ) async throws {
        guard request.state == .accepted, !request.needsRelease else { return }
        if let question = try await blockingQuestion(of: request.id, in: transaction) {
            return try await move(&request, .pause, by: actor, outcome: question.rawValue, in: transaction)
        }
        // What an erasure will do is planned first, and waits for its approval; what a person asks for themselves waits
        // for their confirmation before.
        guard request.right != .erasure else {
            guard request.channel == .staff || request.confirmedAt != nil else { return }
            try await transaction.enqueue(makeID(), .plan, request: request.id, maxAttempts: 8)
            return
        }
        try await move(&request, .enqueue, by: actor, in: transaction)
        try await transaction.enqueue(makeID(), .export, request: request.id)
    }

    // MARK: ending

    /// Withdraws a request: nothing that comes later runs, also when a worker has its job already.
    func cancel(
        _ request: inout RequestRecord, by actor: AuditActor, outcome: String = "withdrawn",
        _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws {
        try await requireNotBegun(request, in: transaction)
        try await move(&request, .cancel, by: actor, outcome: outcome, facts, in: transaction)
        try await transaction.cancelJobs(of: request.id, kinds: [.export, .plan, .erase])
        for link in try await transaction.links(of: request.id) {
            if try await transaction.revoke(link.id, now: now()) {
                try await audit(.linkRevoked, by: actor, request, ["link": .id(link.id.text)], in: transaction)
            }
        }
        try await notify(.requestCancelled, about: request, in: transaction)
        try await transaction.enqueue(makeID(), .expire, maxAttempts: 3)
    }
}
