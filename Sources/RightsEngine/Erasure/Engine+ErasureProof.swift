internal import AuditLedger
package import RequestLedger
package import RightsCore

extension Engine {
    /// The certificate of an erasure, as it was signed.
    ///
    /// - Throws: `EngineError` while there is none.
    package func certificate(of id: RequestID, by caller: StaffCaller) async throws -> CertificateRecord {
        try caller.require(.readRequests)
        return try await control.transaction { transaction in
            guard let request = try await transaction.request(id) else { throw Self.noRequest }
            guard let certificate = try await transaction.certificate(of: id) else {
                throw EngineError(
                    .notFound, "there is no certificate of this request: it is \(request.state.rawValue)",
                    hint: "one is signed when an erasure was carried out")
            }
            try await audit(.requestRead, by: caller.actor, request, in: transaction)
            return certificate
        }
    }
}
