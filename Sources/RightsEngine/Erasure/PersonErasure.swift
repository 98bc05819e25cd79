internal import Erasing
package import RequestLedger
package import RightsCore

/// What came of an erasure, as its person sees it.
package struct PersonErasure: Sendable {
    /// What a statute keeps of one kind of document.
    package struct Kept: Sendable, Hashable {
        /// The provision.
        package let citation: String
        /// The last day; the day after, it goes.
        package let until: CivilDate
        package let documents: Int
    }

    /// Somebody who held copies.
    package struct Recipient: Sendable, Hashable {
        package let name: String
        package let state: RecipientDuty.State
    }

    package let erasedAt: Instant
    /// How many rows went.
    package let rows: Int
    package let files: Int
    /// What is kept, what goes first first.
    package let kept: [Kept]
    /// Whether something stays for proceedings.
    package let isHeld: Bool
    package let recipients: [Recipient]

    init(_ certificate: ErasureCertificate, _ recipients: [RecipientDuty]) {
        erasedAt = certificate.erasedAt
        rows = certificate.collections.reduce(0) { $0 + $1.rows }
        files = certificate.files
        var documents: [String: Int] = [:]
        for line in certificate.retained { documents["\(line.until) \(line.citation)", default: 0] += line.documents }
        kept = documents.sorted { $0.key < $1.key }.compactMap { key, count in
            guard let until = CivilDate(String(key.prefix(10))) else { return nil }
            return Kept(citation: String(key.dropFirst(11)), until: until, documents: count)
        }
        isHeld = certificate.isHeld
        self.recipients = recipients.map { Recipient(name: $0.recipient, state: $0.state) }
    }
}

extension Engine {
    /// What came of a request's erasure; nil before there is a certificate.
    func erasure(of id: RequestID, in transaction: ControlTransaction) async throws -> PersonErasure? {
        guard let record = try await transaction.certificate(of: id),
            let certificate = ErasureCertificate(canonicalBytes: record.bytes)
        else { return nil }
        return PersonErasure(certificate, try await transaction.recipients(of: id))
    }

    /// The certificate of a person's own request.
    ///
    /// - Throws: `EngineError` when it isn't theirs, or there is none.
    package func certificate(of id: RequestID, by session: SessionRecord) async throws -> CertificateRecord {
        try await control.transaction { transaction in
            guard let request = try await transaction.request(id), session.maySee(request),
                let certificate = try await transaction.certificate(of: id)
            else { throw Self.noRequest }
            return certificate
        }
    }
}
