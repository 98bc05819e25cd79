package import ArchiveFormat
internal import AuditLedger
package import Erasing

/// Judges a certificate of erasure, offline.
package enum CertificateVerifier {
    /// The certificate, when its bytes are one, and what was found.
    package static func verify(
        _ bytes: [UInt8], signature: [UInt8]?, keys: [[UInt8]]
    ) -> (certificate: ErasureCertificate?, report: VerificationReport) {
        var report = VerificationReport()
        let certificate = ErasureCertificate(canonicalBytes: bytes)
        report.record(
            "certificate",
            certificate == nil ? ["the bytes aren't those of a certificate as this program writes it"] : [],
            passed: certificate.map { "\($0.state), request \($0.request)" } ?? "")
        check(signature, of: bytes, named: "certificate", keys, &report)
        return (certificate, report)
    }

    static func check(
        _ signature: [UInt8]?, of bytes: [UInt8], named name: String, _ keys: [[UInt8]],
        _ report: inout VerificationReport
    ) {
        guard let signature else {
            return report.record("signature", ["\(name).sig is missing: nothing says who wrote it"], passed: "")
        }
        guard !keys.isEmpty else {
            return report.leave(
                "signature", why: "no published key at hand; give it with --key, then this is checked too")
        }
        report.record(
            "signature",
            PublishedSignature.isGood(signature, of: bytes, by: keys)
                ? [] : ["\(name).json isn't what any of the keys given signed"],
            passed: "Ed25519 over the exact bytes of \(name).json")
    }
}
