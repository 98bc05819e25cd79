internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

extension Pages {
    /// The certificate of an erasure, for its person: to be read, and signed for programs.
    func addCertificates(to group: inout RouteGroup) {
        group.get("/requests/{id}/certificate") { request, context in
            let (_, record) = try await certificate(request, context)
            var response = Response.bytes(record.page, type: "text/html; charset=utf-8")
            // One page without scripts, styled within: it has to look the same where it is saved.
            if let policy = HTTPField.Name("Content-Security-Policy") {
                response.headers[policy] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
            }
            return response
        }
        group.get("/requests/{id}/certificate.json") { request, context in
            let (id, record) = try await certificate(request, context)
            return Self.saved(record.bytes, "application/json", "erasure-certificate_\(id.shortText).json")
        }
        group.get("/requests/{id}/certificate.sig") { request, context in
            let (id, record) = try await certificate(request, context)
            return Self.saved(record.signature, "application/octet-stream", "erasure-certificate_\(id.shortText).sig")
        }
    }

    private func certificate(
        _ request: Request, _ context: HabeasContext
    ) async throws -> (RightsCore.RequestID, CertificateRecord) {
        let id: RightsCore.RequestID = try context.id("id")
        return (id, try await engine.certificate(of: id, by: try await session(of: request)))
    }

    private static func saved(_ bytes: [UInt8], _ type: String, _ name: String) -> Response {
        .bytes(bytes, type: type, headers: [.contentDisposition: disposition(name)])
    }
}
