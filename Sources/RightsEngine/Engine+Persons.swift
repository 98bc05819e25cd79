internal import AuditLedger
package import RequestLedger
package import RightsCore

/// What a person sees of a request of theirs.
package struct PersonView: Sendable {
    package let request: RequestRecord
    /// The export's job, for its progress; nil when there is none.
    package let job: JobRecord?
    /// The live link, if there is one.
    package let link: LinkRecord?
    /// Its token.
    package let token: String?
    package let archives: [ArchiveRecord]
    package let receipts: [ReceiptRecord]
    package let notices: [NoticeRecord]
    /// Each time somebody showed, or failed to show, that it is theirs.
    package let verifications: [VerificationRecord]
    /// Another address that answers go to; nil when they go to the one on file.
    package let contact: OtherContact?
    /// The last day by which the law gives them an answer, in the controller's zone; nil once they have it, where their own
    /// answer is waited for, or where the law gives no number.
    package let answerBy: CivilDate?
    /// What came of an erasure; nil before it is carried out.
    package let erasure: PersonErasure?
    /// Whether an erasure has begun: it can't be taken back any more.
    package let hasBegun: Bool
}

/// That answers go to another address than the one on file; which one stays sealed.
package struct OtherContact: Sendable {
    /// From when on; nil when they do already.
    package let usableFrom: Instant?
}

extension Engine {
    // MARK: sessions

    /// The session of a cookie.
    ///
    /// - Throws: `EngineError` when nobody is signed in.
    package func session(_ secret: String) async throws -> SessionRecord {
        let session = try await control.transaction {
            try await $0.session(Self.hash(secret: secret), now: now())
        }
        guard let session else {
            throw EngineError(
                .noSession, "you are not signed in, or no longer", hint: "show again who you are, by a mailed code")
        }
        return session
    }

    /// Ends a session.
    package func signOut(_ secret: String) async throws {
        try await control.transaction { try await $0.endSession(Self.hash(secret: secret), now: now()) }
    }

    /// Signs in somebody whom the product vouches for by its token.
    ///
    /// - Parameter reference: who it is, as the data map names people.
    /// - Throws: `EngineError` when nobody of that reference is in the database.
    package func signIn(reference: String) async throws -> (secret: String, session: SessionRecord) {
        guard let person = try await directory.find(reference) else {
            throw EngineError(.noSuchPerson, "the product's database doesn't know the person of that token")
        }
        let secret = Self.makeSecret()
        let hash = Self.hash(secret: secret)
        let now = now()
        let session = SessionRecord(
            hash: hash, subject: self.hash(person: person.reference), method: "product-session", assurance: 3,
            box: try people.seal(person.reference, for: "session \(hash)"), request: nil, madeAt: now,
            expiresAt: now + settings.sessionLifetime)
        try await control.transaction { try await $0.insert(session) }
        return (secret, session)
    }

    // MARK: asking

    /// Opens a request for a signed-in person, accepted and queued at once; or gives the one that is open.
    package func ask(_ input: ClaimInput, by session: SessionRecord) async throws -> RequestRecord {
        guard let box = session.box else {
            throw EngineError(.noSession, "this session leads to one request only", hint: "ask from the first page")
        }
        let reference = try people.open(box, for: "session \(session.hash)")
        guard let person = try await directory.find(reference) else {
            throw EngineError(.noSuchPerson, "the product's database doesn't know you any more")
        }
        let regime = try regime(input.regime, input.right, at: now())
        return try await control.transaction { transaction in
            let now = now()
            let draft = RequestRecord(
                id: makeID(), right: input.right, regime: regime, channel: .product, receivedAt: now, openedAt: now,
                actor: AuditActor.person.description, subject: session.subject, scope: wholeAccount, collections: [],
                format: input.format, language: input.language, zone: Self.zone(input.zone), ticket: nil)
            var (request, _) = try await open(
                draft, reference: person.reference, address: person.address, by: .person, in: transaction)
            request = try await locked(request.id, in: transaction)
            if request.assurance < 3 || request.life.possible.contains(.identify) {
                try await acceptProof(&request, method: session.method, claim: nil, in: transaction)
            }
            return request
        }
    }

    // MARK: following

    /// The requests a session may see, the newest first.
    package func requests(of session: SessionRecord) async throws -> [RequestRecord] {
        try await control.transaction { transaction in
            if let id = session.request { return try await transaction.request(id).map { [$0] } ?? [] }
            var filter = RequestFilter()
            filter.subject = session.subject
            filter.limit = 20
            return try await transaction.requests(filter)
        }
    }

    /// One request as its person sees it.
    ///
    /// - Throws: `EngineError` when it isn't theirs, which looks as if there were none.
    package func view(_ id: RequestID, by session: SessionRecord) async throws -> PersonView {
        try await control.transaction { transaction in
            guard let request = try await transaction.request(id), session.maySee(request) else {
                throw Self.noRequest
            }
            let link = try await transaction.links(of: id).first { $0.isLive(at: now()) }
            return PersonView(
                request: request, job: try await transaction.exportJob(of: id), link: link,
                token: try link.map { try people.open($0.box, for: "link \($0.id)") },
                archives: try await transaction.archives(of: id), receipts: try await transaction.receipts(of: id),
                notices: try await transaction.notices(of: id),
                verifications: try await transaction.verifications(of: id),
                contact: try await transaction.sealed(.contact, of: id).map { OtherContact(usableFrom: $0.from) },
                answerBy: answerBy(request), erasure: try await erasure(of: id, in: transaction),
                hasBegun: try await hasBegun(request, in: transaction))
        }
    }

    private func answerBy(_ request: RequestRecord) -> CivilDate? {
        guard request.state.isOpen, request.dates.waitsFor == nil else { return nil }
        return request.dates.dueEnd.map { settings.clock.zone.lastDay(before: $0) }
    }

    /// Withdraws a request for its person.
    package func cancel(_ id: RequestID, by session: SessionRecord) async throws {
        try await control.transaction { transaction in
            var request = try await locked(id, in: transaction)
            guard session.maySee(request) else { throw Self.noRequest }
            try await cancel(&request, by: .person, in: transaction)
        }
    }

    /// Confirms an erasure: the second step, so that no slip of a finger erases anything.
    package func confirm(_ id: RequestID, by session: SessionRecord) async throws {
        try await control.transaction { transaction in
            var request = try await locked(id, in: transaction)
            guard session.maySee(request) else { throw Self.noRequest }
            guard request.right == .erasure, request.state == .accepted, request.confirmedAt == nil else {
                throw EngineError(.requestNotPossible, "there is nothing to confirm")
            }
            request.confirmedAt = now()
            try await transaction.store(request)
            try await notify(.erasureAccepted, about: request, in: transaction)
            try await audit(.requestConfirmed, by: .person, request, in: transaction)
            try await queueIfDue(&request, by: .person, in: transaction)
        }
    }

    /// Takes back that answers go to another address: the owner of the address on file objects.
    package func dropContact(_ id: RequestID, by session: SessionRecord) async throws {
        try await control.transaction { transaction in
            var request = try await locked(id, in: transaction)
            guard session.maySee(request) else { throw Self.noRequest }
            try await transaction.forget(.contact, of: id)
            try await audit(.contactDropped, by: .person, request, in: transaction)
            // What the other address has been sent opens nothing any more.
            if request.mayBeFetched {
                _ = try await replaceLink(of: id, by: .person, in: transaction)
                request = try await locked(id, in: transaction)
            }
            // They have shown who they are, and answers go to their own address: nothing is left to release.
            request.needsRelease = false
            try await transaction.store(request)
            try await queueIfDue(&request, by: .person, in: transaction)
        }
    }
}

extension SessionRecord {
    /// Whether a request is one that this session leads to.
    func maySee(_ request: RequestRecord) -> Bool {
        request.subject == subject && (self.request == nil || self.request == request.id) && assurance >= 2
    }
}
