package import AuditLedger
package import RequestLedger
package import RightsCore

extension EngineSettings {
    /// How long an archive can be kept at most, however often its links are renewed.
    var archiveKeepMost: Duration { archiveKeep * 4 }
}

extension Engine {
    // MARK: addresses

    /// Where a link leads to.
    package func url(of link: LinkRecord) throws -> String {
        "\(settings.publicURL)/p/d/\(try people.open(link.box, for: "link \(link.id)"))"
    }

    // MARK: issuing

    /// Makes the link of an archive that is ready: its clock starts with the archive, not with the asking.
    ///
    /// - Parameter request: locked by this transaction, and stored with the times of its archive.
    func issueLink(
        for request: RequestRecord, by actor: AuditActor, _ facts: [String: AuditFact] = [:],
        in transaction: ControlTransaction
    ) async throws -> LinkRecord {
        guard let readyAt = request.readyAt, let keepUntil = request.keepUntil else { throw Self.noArchive(request) }
        return try await makeLink(
            of: request, until: min(readyAt + settings.linkLifetime, keepUntil), by: actor, facts, in: transaction)
    }

    /// Makes a new link in the place of all that were there: for somebody who lost theirs, or gave it away.
    ///
    /// - Throws: `EngineError` when the archive is gone.
    package func replaceLink(
        of request: RequestID, by actor: AuditActor, _ facts: [String: AuditFact] = [:],
        in transaction: ControlTransaction
    ) async throws -> LinkRecord {
        var request = try await locked(request, in: transaction)
        let end = try await prolong(&request, in: transaction)
        let before = try await transaction.links(of: request.id)
        let link = try await makeLink(of: request, until: end, by: actor, facts, in: transaction)
        for old in before where try await transaction.revoke(old.id, now: now()) {
            try await audit(
                .linkRevoked, by: actor, request, ["link": .id(old.id.text), "replaced_by": .id(link.id.text)],
                in: transaction)
        }
        try await notify(
            .linkRenewed, about: request, to: try await recipient(of: request, in: transaction),
            facts: ["link": link.id.text], in: transaction)
        return link
    }

    private func makeLink(
        of request: RequestRecord, until end: Instant, by actor: AuditActor, _ facts: [String: AuditFact],
        in transaction: ControlTransaction
    ) async throws -> LinkRecord {
        let token = Self.makeSecret()
        let id: LinkID = makeID()
        let link = LinkRecord(
            id: id, request: request.id, tokenHash: Self.hash(secret: token),
            box: try people.seal(token, for: "link \(id)"), madeAt: now(), actor: actor.description, expiresAt: end)
        try await transaction.insert(link)
        try await audit(.linkIssued, by: actor, request, facts.about(link.id, until: end), in: transaction)
        return link
    }

    // MARK: renewing

    /// Moves the end of a link to a whole lifetime from now, and that of its archive if need be. Nothing is built.
    ///
    /// - Throws: `EngineError` when the link was revoked, the archive is gone, or it was kept as long as can be.
    package func renewLink(
        _ id: LinkID, by actor: AuditActor, _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws -> LinkRecord {
        var (request, link) = try await lockedLink(id, in: transaction)
        guard link.revokedAt == nil else {
            throw EngineError(
                .linkGone, "the link was revoked, so it isn't renewed", hint: "issue a new one: `habeas link issue`")
        }
        let end = max(try await prolong(&request, in: transaction), link.expiresAt)
        try await transaction.renew(id, until: end)
        guard let renewed = try await transaction.link(id) else { throw Self.noLink }
        link = renewed
        try await notify(
            .linkRenewed, about: request, to: try await recipient(of: request, in: transaction),
            facts: ["link": id.text], in: transaction)
        try await audit(.linkRenewed, by: actor, request, facts.about(id, until: end), in: transaction)
        return link
    }

    /// The end of a link that begins now; the archive is kept that long.
    private func prolong(_ request: inout RequestRecord, in transaction: ControlTransaction) async throws -> Instant {
        guard request.mayBeFetched, let readyAt = request.readyAt, let keepUntil = request.keepUntil,
            now() < keepUntil, try await !transaction.archives(of: request.id).isEmpty
        else { throw Self.noArchive(request) }
        let last = readyAt + settings.archiveKeepMost
        guard now() < last else {
            throw EngineError(
                .linkGone, "the archive was kept as long as it can be, until \(last.rfc3339)",
                hint: "open a new request: it makes a fresh archive")
        }
        let end = min(now() + settings.linkLifetime, last)
        if end > keepUntil {
            request.keepUntil = end
            try await transaction.store(request)
        }
        return end
    }

    // MARK: revoking

    /// Ends a link at once, also for transfers in flight.
    ///
    /// - Throws: `EngineError` when there is no such link. One that was revoked before stays so.
    package func revokeLink(
        _ id: LinkID, by actor: AuditActor, _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws {
        let (request, _) = try await lockedLink(id, in: transaction)
        guard try await transaction.revoke(id, now: now()) else { return }
        try await notify(
            .linkRevoked, about: request, to: try await recipient(of: request, in: transaction),
            facts: ["link": id.text], in: transaction)
        var facts = facts
        facts["link"] = .id(id.text)
        try await audit(.linkRevoked, by: actor, request, facts, in: transaction)
    }

    // MARK: reading

    /// The links of a request, the newest first.
    package func links(of request: RequestID) async throws -> [LinkRecord] {
        try await control.transaction { transaction in
            guard try await transaction.request(request) != nil else { throw Self.noRequest }
            return try await transaction.links(of: request)
        }
    }

    /// A link and its request, both locked: always the request first.
    func lockedLink(
        _ id: LinkID, in transaction: ControlTransaction
    ) async throws -> (request: RequestRecord, link: LinkRecord) {
        guard let owner = try await transaction.requestOfLink(id) else { throw Self.noLink }
        let request = try await locked(owner, in: transaction)
        guard let link = try await transaction.link(id) else { throw Self.noLink }
        return (request, link)
    }

    /// Where the person reads mail now: the address they gave, once it may be used, else the one on file.
    func recipient(
        of request: RequestRecord, in transaction: ControlTransaction
    ) async throws -> NoticeRecord.Recipient {
        guard let contact = try await transaction.sealed(.contact, of: request.id) else { return .onFile }
        return contact.from.map { $0 <= now() } ?? false ? .contact : .onFile
    }

    package static var noLink: EngineError {
        EngineError(
            .linkNotFound, "there is no such download link",
            hint: "copy the whole address from the mail; if it was replaced, use the latest mail")
    }

    static func noArchive(_ request: RequestRecord) -> EngineError {
        EngineError(
            .noArchive, "the request is \(request.state.rawValue), and there is no archive to download",
            hint: request.life.possible.contains(.retry)
                ? "make it again with `habeas request retry`, or open a new request"
                : request.state.isOpen ? "it isn't ready yet" : "open a new request: it makes a fresh archive")
    }
}

extension RequestRecord {
    /// Whether an archive of it may leave the house.
    var mayBeFetched: Bool { state == .ready || state == .delivered }
}

extension [String: AuditFact] {
    fileprivate func about(_ link: LinkID, until end: Instant) -> Self {
        merging(["link": .id(link.text), "expires_at": .instant(end)]) { _, own in own }
    }
}
