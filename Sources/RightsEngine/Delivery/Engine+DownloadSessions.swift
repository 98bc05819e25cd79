internal import AuditLedger
package import RequestLedger
package import RightsCore

/// A download that was opened: what the browser keeps.
package struct OpenedDownload: Sendable {
    /// The cookie; only its hash is stored.
    package let secret: String
    /// Until when it opens anything.
    package let expiresAt: Instant
}

extension Engine {
    /// How long an opened download holds at most.
    private static let downloadLifetime = Duration.seconds(24 * 3600)

    // MARK: by a mailed code

    /// Mails a one-time code to the person's own address: whoever merely holds the link gets nothing.
    ///
    /// - Throws: `EngineError` when the link doesn't open, or codes are asked for too often.
    package func askDownloadCode(_ token: String) async throws {
        try await control.transaction { transaction in
            let (request, link) = try await openableLink(token, in: transaction)
            try await mayWantCode(for: .link(link.id), in: transaction)
            let code = try await wantCode(for: .link(link.id), in: transaction)
            try await notify(
                .oneTimeCode, about: request, to: try await recipient(of: request, in: transaction),
                facts: ["code": code.text, "link": link.id.text, "purpose": "download"], in: transaction)
        }
    }

    /// Opens a download by the code that was mailed for this link.
    ///
    /// - Parameter old: the cookie of an earlier session of this link in the same browser, whose receipt goes on.
    /// - Throws: `EngineError` when the link doesn't open or the code isn't right; the try counts all the same.
    package func openDownload(_ token: String, code: String, continuing old: String?) async throws -> OpenedDownload {
        let outcome: Result<OpenedDownload, EngineError> = try await control.transaction { transaction in
            let (request, link) = try await openableLink(token, in: transaction)
            guard try await transaction.latestCode(for: .link(link.id))?.state != .locked else {
                return .failure(Self.locked)
            }
            let verdict = try await check(code, for: .link(link.id), in: transaction)
            if let refusal = Self.refusal(verdict) {
                try await noteWrongCode(verdict, of: request, link, in: transaction)
                return .failure(refusal)
            }
            try await record(method: "mailed-code", isAccepted: true, of: request, in: transaction)
            return .success(
                try await openSession(of: request, link, method: "mailed-code", continuing: old, in: transaction))
        }
        return try outcome.get()
    }

    private func noteWrongCode(
        _ verdict: CodeVerdict, of request: RequestRecord, _ link: LinkRecord, in transaction: ControlTransaction
    ) async throws {
        // Where no code waits to be entered nothing was guessed, and nothing is written.
        guard verdict != .expired else { return }
        try await record(method: "mailed-code", isAccepted: false, of: request, in: transaction)
        try await audit(
            verdict == .locked ? .codeLocked : .codeRefused, by: .person, request, ["link": .id(link.id.text)],
            in: transaction)
    }

    private func record(
        method: String, isAccepted: Bool, of request: RequestRecord, in transaction: ControlTransaction
    ) async throws {
        let recipient = try await recipient(of: request, in: transaction)
        try await transaction.record(
            VerificationRecord(
                id: makeID(), request: request.id, claim: nil, at: now(), method: method,
                evidence: [recipient == .contact ? "contact-address" : "address-on-file"],
                assurance: isAccepted ? 2 : 0, isAccepted: isAccepted, actor: AuditActor.person.description))
    }

    // MARK: by a person who is signed in

    /// Opens a download for somebody who has shown who they are and whose request it is.
    ///
    /// - Throws: `EngineError` when the link doesn't open, or the request isn't theirs, which looks as if there were no
    ///   session.
    package func openDownload(
        _ token: String, session: SessionRecord, continuing old: String?
    ) async throws -> OpenedDownload {
        try await control.transaction { transaction in
            let (request, link) = try await openableLink(token, in: transaction)
            guard try await transaction.session(session.hash, now: now()) != nil, session.maySee(request) else {
                throw Self.noDownloadSession
            }
            return try await openSession(of: request, link, method: "session", continuing: old, in: transaction)
        }
    }

    // MARK: sessions

    /// The session of a link that a browser's cookie stands for; nil when there is none that holds.
    package func downloadSession(_ token: String, secret: String) async throws -> DownloadSessionRecord? {
        try await control.transaction { transaction in
            guard let link = try await transaction.link(tokenHash: Self.hash(secret: token)) else { return nil }
            return try await transaction.downloadSession(Self.hash(secret: secret), of: link.id, now: now())
        }
    }

    private func openSession(
        of request: RequestRecord, _ link: LinkRecord, method: String, continuing old: String?,
        in transaction: ControlTransaction
    ) async throws -> OpenedDownload {
        let secret = Self.makeSecret()
        let fresh = DownloadSessionRecord(
            hash: Self.hash(secret: secret), id: makeID(), link: link.id, method: method, madeAt: now(),
            expiresAt: min(link.expiresAt, now() + Self.downloadLifetime))
        var session: DownloadSessionRecord?
        if let old { session = try await transaction.continueSession(Self.hash(secret: old), as: fresh) }
        if session == nil { try await transaction.insert(fresh) }
        try await audit(
            .downloadOpened, by: .person, request,
            [
                "session": .id((session ?? fresh).id.text), "link": .id(link.id.text), "method": .code(method),
                "continued": .flag(session != nil),
            ], in: transaction)
        return OpenedDownload(secret: secret, expiresAt: fresh.expiresAt)
    }

    /// The link of a token and its request, both locked, if it opens now.
    private func openableLink(
        _ token: String, in transaction: ControlTransaction
    ) async throws -> (request: RequestRecord, link: LinkRecord) {
        guard let id = try await transaction.link(tokenHash: Self.hash(secret: token))?.id else { throw Self.noLink }
        let (request, link) = try await lockedLink(id, in: transaction)
        let archives = try await transaction.archives(of: request.id)
        let landing = Landing(link, request, archives, fetched: 0, now: now())
        if let refusal = Self.refusal(landing.state) { throw refusal }
        return (request, link)
    }

    static var noDownloadSession: EngineError {
        EngineError(
            .noSession, "this browser hasn't opened the download, or its time is up",
            hint:
                "open the link's page and enter the code that is mailed to you; a download that was begun goes on after it"
        )
    }
}
