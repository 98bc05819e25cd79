// Until Delivery/Engine+Links.swift is merged: the same four functions under the same names. Remove this file then.

internal import AuditLedger
internal import RequestLedger
internal import RightsCore

extension Engine {
    func issueLink(
        for request: RequestRecord, by actor: AuditActor, in transaction: ControlTransaction
    ) async throws -> LinkRecord {
        let token = Self.makeSecret()
        let id: LinkID = makeID()
        let link = LinkRecord(
            id: id, request: request.id, tokenHash: Self.hash(secret: token),
            box: try people.seal(token, for: "link \(id)"), madeAt: now(), actor: actor.description,
            expiresAt: now() + settings.linkLifetime)
        try await transaction.insert(link)
        try await audit(.linkIssued, by: actor, request, ["link": .id(id.text)], in: transaction)
        return link
    }

    func url(of link: LinkRecord) throws -> String {
        "\(settings.publicURL)/p/d/\(try people.open(link.box, for: "link \(link.id)"))"
    }

    func recipient(
        of request: RequestRecord, in transaction: ControlTransaction
    ) async throws -> NoticeRecord.Recipient {
        guard let contact = try await transaction.sealed(.contact, of: request.id) else { return .onFile }
        return contact.from.map { $0 <= now() } ?? true ? .contact : .onFile
    }

    func destroyDueArchives() async throws {}
}
