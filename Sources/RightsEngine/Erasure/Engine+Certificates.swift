internal import AuditLedger
internal import Erasing
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// Signs a certificate and keeps it, in the place of an earlier one.
    func certify(
        _ certificate: ErasureCertificate, for request: RequestRecord, _ tools: ErasureTools,
        in transaction: ControlTransaction
    ) async throws {
        var certificate = certificate
        certificate.recipients = try await transaction.recipients(of: request.id).map {
            ErasureCertificate.RecipientLine(name: $0.recipient, state: $0.state.rawValue)
        }
        let bytes = try certificate.canonicalBytes()
        try await transaction.keep(
            CertificateRecord(
                request: request.id, bytes: bytes, signature: try tools.sign(bytes),
                page: CertificatePage.html(certificate), madeAt: certificate.issuedAt))
        try await audit(
            .erasureCertified, by: .system, request, ["certificate": .hash(ErasurePlan.digest(of: bytes))],
            in: transaction)
    }

    /// Makes certificates anew whose recipients have answered since.
    func certifyAnew(_ tools: ErasureTools) async throws {
        for id in try await control.connection({ try await $0.requestsToCertifyAnew(limit: 200) }) {
            try await control.transaction { transaction in
                let request = try await locked(id, in: transaction)
                guard let record = try await transaction.certificate(of: id),
                    var certificate = ErasureCertificate(canonicalBytes: record.bytes)
                else { return }
                certificate.issuedAt = now()
                try await certify(certificate, for: request, tools, in: transaction)
            }
        }
    }
}
