internal import AuditLedger
package import RequestLedger
package import RightsCore

/// What a person asks for on the first page.
package struct ClaimInput: Sendable {
    /// The address they say is theirs.
    package var address: String
    package var right: RequestRight
    package var format: DataFormat
    package var language: Language
    /// Their time zone by IANA's name, if the browser told.
    package var zone: String?
    /// The law they name; the service's own if nil.
    package var regime: String?

    /// An input by its parts.
    package init(
        address: String, right: RequestRight, format: DataFormat, language: Language, zone: String?, regime: String?
    ) {
        self.address = address
        self.right = right
        self.format = format
        self.language = language
        self.zone = zone
        self.regime = regime
    }
}

/// A claim and the secret of the browser that holds it.
package struct HeldClaim: Sendable {
    /// The claim's id, which may stand in an address.
    package let id: ClaimID
    /// The cookie.
    package let secret: String
}

/// What a right code opened.
package struct ProvenClaim: Sendable {
    /// The request, new or the one that was open.
    package let request: RequestID
    /// The session's cookie.
    package let session: String
}

extension Engine {
    // MARK: claiming

    /// Writes down what somebody asks who hasn't shown who they are. Nothing here depends on whether the account exists.
    ///
    /// - Throws: `EngineError` when the address can't be one.
    package func makeClaim(_ input: ClaimInput) async throws -> HeldClaim {
        let address = try Self.address(input.address)
        let regime = try regime(input.regime, input.right, at: now())
        let id: ClaimID = makeID()
        let secret = Self.makeSecret()
        let now = now()
        let claim = ClaimRecord(
            id: id, holder: Self.hash(secret: secret), receivedAt: now, expiresAt: now + settings.claimLifetime,
            right: input.right, regime: regime, format: input.format, language: input.language,
            zone: Self.zone(input.zone), address: hash(address: address),
            box: try people.seal(address, for: "claim \(id)"))
        try await control.transaction { transaction in
            try await transaction.insert(claim)
            _ = try await wantCode(for: .claim(id), in: transaction)
            try await transaction.enqueue(makeID(), .resolve, target: id.text, maxAttempts: 10)
            try await transaction.connection.append(
                AuditEntry(
                    .claimMade, by: .person, ["claim": .id(id.text), "right": .code(input.right.rawValue)]))
        }
        return HeldClaim(id: id, secret: secret)
    }

    /// Mails another code.
    ///
    /// - Throws: `EngineError` when the claim isn't this browser's, or it is too soon.
    package func askCodeAgain(_ id: ClaimID, secret: String) async throws {
        try await control.transaction { transaction in
            let claim = try await heldClaim(id, secret, in: transaction)
            guard claim.state == .new || claim.state == .waiting || claim.state == .unmatched else {
                throw Self.noClaim
            }
            try await mayWantCode(for: .claim(id), in: transaction)
            _ = try await wantCode(for: .claim(id), in: transaction)
            try await transaction.enqueue(makeID(), .resolve, target: id.text, maxAttempts: 10)
        }
    }

    /// The claim of a browser.
    ///
    /// - Throws: `EngineError` when it isn't this browser's.
    package func claim(_ id: ClaimID, secret: String) async throws -> ClaimRecord {
        try await control.transaction { try await heldClaim(id, secret, in: $0) }
    }

    private func heldClaim(
        _ id: ClaimID, _ secret: String, in transaction: ControlTransaction
    ) async throws -> ClaimRecord {
        guard let claim = try await transaction.claim(id, isLocked: true),
            claim.holder.isEqualInConstantTime(to: Self.hash(secret: secret)), now() < claim.expiresAt
        else { throw Self.noClaim }
        return claim
    }

    static var noClaim: EngineError {
        EngineError(
            .claimNotFound, "this page is over, or belongs to another browser",
            hint: "go back to the first page and ask again, in the browser you will enter the code in")
    }

    // MARK: resolving

    /// Finds out whom a claim means and mails the code to the address on file: what the queue's `resolve` job does.
    ///
    /// - Parameter ending: ends that job, in the very transaction that changes the claim.
    package func resolve(
        _ id: ClaimID, ending: (ControlTransaction) async throws -> Void = { _ in }
    ) async throws {
        guard let claim = try await control.transaction({ try await $0.claim(id) }), let box = claim.box,
            claim.state == .new || claim.state == .waiting || claim.state == .unmatched, now() < claim.expiresAt
        else { return try await control.transaction { try await ending($0) } }
        let address = try people.open(box, for: "claim \(id)")
        let person = try await onlyPerson("email:\(address)")
        try await control.transaction { transaction in
            try await ending(transaction)
            guard var claim = try await transaction.claim(id, isLocked: true) else { return }
            // Nobody's mailbox is filled by whoever writes their address again and again.
            let count = try await transaction.countClaims(address: claim.address, since: now() - .seconds(3600))
            guard count <= settings.codesPerHour * 2 else { return }
            guard let person, person.address != nil else {
                return try await leaveUnmatched(&claim, in: transaction)
            }
            try await match(&claim, person, in: transaction)
        }
    }

    /// The one person of a reference; an address that several have is nobody's: no code may go to either.
    private func onlyPerson(_ reference: String) async throws -> PersonDirectory.Person? {
        do { return try await directory.find(reference) } catch let error as EngineError
            where error.code == .ambiguousPerson
        {
            return nil
        }
    }

    private func leaveUnmatched(_ claim: inout ClaimRecord, in transaction: ControlTransaction) async throws {
        guard claim.state == .new else { return }
        let isTold = try await transaction.countUnmatched(address: claim.address, since: now() - .days(1)) > 0
        claim.state = .unmatched
        try await transaction.store(claim)
        if !isTold { try await notify(.noAccount, about: claim, in: transaction) }
        try await transaction.connection.append(
            AuditEntry(.claimUnmatched, by: .system, ["claim": .id(claim.id.text)]))
    }

    private func match(
        _ claim: inout ClaimRecord, _ person: PersonDirectory.Person, in transaction: ControlTransaction
    ) async throws {
        guard let code = try await transaction.latestCode(for: .claim(claim.id)), code.state == .wanted else { return }
        if claim.request == nil {
            let request = try await openForClaim(claim, person, in: transaction)
            claim.request = request.id
        }
        claim.state = .waiting
        try await transaction.store(claim)
        try await notify(
            .oneTimeCode, about: claim, facts: ["code": code.id.text, "purpose": claim.right.rawValue], to: .onFile,
            in: transaction)
        try await transaction.connection.append(
            AuditEntry(
                .claimMatched, by: .system, request: claim.request, subject: hash(person: person.reference),
                ["claim": .id(claim.id.text)]))
    }

    private func openForClaim(
        _ claim: ClaimRecord, _ person: PersonDirectory.Person, in transaction: ControlTransaction
    ) async throws -> RequestRecord {
        let draft = RequestRecord(
            id: makeID(), right: claim.right, regime: claim.regime, channel: .web, receivedAt: claim.receivedAt,
            openedAt: now(), actor: AuditActor.person.description, subject: hash(person: person.reference),
            scope: wholeAccount, collections: [], format: claim.format, language: claim.language, zone: claim.zone,
            ticket: nil)
        var (request, isNew) = try await open(
            draft, reference: person.reference, address: person.address, by: .person, in: transaction)
        if isNew { try await move(&request, .askIdentity, by: .system, in: transaction) }
        return request
    }

    // MARK: proving

    /// Takes the code that was mailed: the request is accepted and queued, and the browser signed in.
    ///
    /// - Throws: `EngineError` when the code isn't right; the try counts all the same.
    package func prove(_ id: ClaimID, secret: String, code: String) async throws -> ProvenClaim {
        let session = Self.makeSecret()
        let outcome: (refusal: EngineError?, request: RequestID?) = try await control.transaction { transaction in
            var claim = try await heldClaim(id, secret, in: transaction)
            guard claim.state != .locked else { return (Self.locked, nil) }
            guard claim.state != .proven else { throw Self.noClaim }
            let verdict = try await check(code, for: .claim(id), in: transaction)
            guard verdict == .right, let requestID = claim.request else {
                try await noteWrongCode(&claim, verdict, in: transaction)
                return (Self.refusal(verdict) ?? Self.noClaim, nil)
            }
            claim.state = .proven
            claim.box = nil
            try await transaction.store(claim)
            var request = try await locked(requestID, in: transaction)
            try await acceptProof(&request, method: "mailed-code", claim: id, in: transaction)
            try await transaction.insert(
                SessionRecord(
                    hash: Self.hash(secret: session), subject: request.subject, method: "mailed-code", assurance: 2,
                    box: nil, request: request.id, madeAt: now(), expiresAt: now() + settings.sessionLifetime))
            return (nil, request.id)
        }
        if let refusal = outcome.refusal { throw refusal }
        guard let request = outcome.request else { throw Self.noClaim }
        return ProvenClaim(request: request, session: session)
    }

    private func noteWrongCode(
        _ claim: inout ClaimRecord, _ verdict: CodeVerdict, in transaction: ControlTransaction
    ) async throws {
        let subject: Hash256? =
            if let id = claim.request { try await transaction.request(id)?.subject } else { nil }
        try await transaction.record(
            VerificationRecord(
                id: makeID(), request: claim.request, claim: claim.id, at: now(), method: "mailed-code",
                evidence: ["address-on-file"], assurance: 0, isAccepted: false, actor: AuditActor.person.description))
        if verdict == .locked && claim.state != .locked {
            claim.state = .locked
            claim.box = nil
            try await transaction.store(claim)
        }
        try await transaction.connection.append(
            AuditEntry(
                verdict == .locked ? .codeLocked : .codeRefused, by: .person, request: claim.request, subject: subject,
                ["claim": .id(claim.id.text)]))
    }

    // MARK: values

    /// The keyed hash of a person.
    package func hash(person reference: String) -> Hash256 { people.hash("person", reference) }

    func hash(address: String) -> Hash256 { people.hash("address", address.lowercased()) }

    /// What a request is about when it names no records: the whole account.
    var wholeAccount: Hash256 { people.hash("scope", "") }

    /// A law by its id, the default one for nil.
    ///
    /// - Throws: `EngineError` when it is unknown, wasn't in force, or gives no such right.
    func regime(_ text: String?, _ right: RequestRight, at received: Instant) throws -> String {
        try deadlineClock(text ?? settings.defaultRegime, right, at: received).clock.regime.id.text
    }

    /// A mail address that can be looked up: one `@`, no blanks, at most 254 bytes (RFC 5321 §4.5.3.1).
    static func address(_ text: String) throws(EngineError) -> String {
        let address = String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        let isUsable =
            parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && address.utf8.count <= 254
            && address.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value != 0x7F && !",;<>()[]\\\"".unicodeScalars.contains($0)
            }
        guard isUsable else {
            throw EngineError(
                .invalid, "this isn't a mail address", hint: "write it as name@example.com", field: "address")
        }
        return address
    }

    /// A time zone's name as the tz database writes it; nil when it can't be one.
    package static func zone(_ text: String?) -> String? {
        guard let text, (1...60).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({
                $0.isASCII && (Character($0).isLetter || Character($0).isNumber || "/_+-".unicodeScalars.contains($0))
            })
        else { return nil }
        return text
    }
}
