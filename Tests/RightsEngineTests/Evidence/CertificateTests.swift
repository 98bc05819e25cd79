import ArchiveFormat
import AuditLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

@testable import Erasing
@testable import RightsEngine

/// The certificate: its page, and that no byte of it can be changed.
@Suite struct CertificateTests {
    private static let now = Instant(microseconds: 1_795_000_000_123_456)

    private static func sample() -> ErasureCertificate {
        let plan = EvidenceBench.plan(rows: 900, at: now)
        return EvidenceBench.certificate(
            request: "0199a1c2-7d3e-7abc-8def-0123456789ab",
            receipt: EvidenceBench.receipt(of: plan, run: "0199a1c2-7d3e-7abc-8def-000000000001", at: now), at: now)
    }

    private static func page(_ certificate: ErasureCertificate) -> String {
        String(decoding: CertificatePage.html(certificate), as: UTF8.self)
    }

    @Test func thePageSaysEverything() throws {
        let certificate = Self.sample()
        let page = Self.page(certificate)
        for text in [
            certificate.request, certificate.plan, "Tasks", "<td class=\"n\">900</td>", "Files", "3 documents",
            "§ 147 AO", "2034-12-31", "number, total", "Mailer Inc.", "told", "31 tables", "ask the controller",
            "habeas verify certificate.json", "openssl pkeyutl -verify -pubin -inkey KEY.pem -rawin", " UTC</time>",
            "41",
            "Workspace GmbH", "encrypted until the last",
        ] {
            #expect(page.contains(text), "\(text)")
        }
        #expect(!page.contains("for proceedings"))
    }

    @Test func everyStateHasItsWords() {
        var certificate = Self.sample()
        certificate.state = "partial"
        certificate.isHeld = true
        certificate.hunt = .init(
            tables: 31, isComplete: false, obstacles: ["public.archive: locked"], leftovers: ["workspace.notes.body"])
        certificate.collections[0].held = 3
        certificate.collections[0].hollow = 1
        certificate.backups = [.init(name: "nightly", until: CivilDate("2027-01-31")!)]
        certificate.recipients = []
        let partial = Self.page(certificate)
        certificate.state = "erased"
        certificate.retained = []
        certificate.collections = []
        certificate.files = 0
        certificate.contactKept = false
        certificate.backups = []
        let erased = Self.page(certificate)

        #expect(partial.contains("Kept, restricted, for proceedings") && partial.contains("<strong>in part</strong>"))
        #expect(partial.contains("workspace.notes.body") && partial.contains("not complete"))
        #expect(partial.contains("public.archive: locked"))
        #expect(
            partial.contains("3 rows not counted here: they stay, restricted") && partial.contains("1 row not counted"))
        #expect(partial.contains("nightly") && partial.contains("2027-01-31"))
        #expect(partial.contains("passed on to nobody"))
        #expect(
            erased.contains("Nothing was there to erase") && erased.contains("<h2>What is kept</h2>\n<p>Nothing.</p>"))
    }

    /// Whatever a map or setting holds, the page stays one page without a script or a fetch.
    @Test func everythingIsEscapedAndNothingIsFetched() {
        var certificate = Self.sample()
        let evil = "<script>alert(1)</script>\"'&<img src=x>"
        certificate.service = evil
        certificate.controller = evil
        certificate.regime = evil
        certificate.collections[0].title = evil
        certificate.collections[0].outcome = evil
        certificate.collections.append(
            .init(title: evil, outcome: "keep", rows: 1, staying: 0, held: 0, hollow: 0, reason: evil))
        certificate.retained[0].citation = evil
        certificate.retained[0].fields = [evil]
        certificate.recipients = [.init(name: evil, state: evil)]
        certificate.hunt = .init(tables: 1, isComplete: true, leftovers: [evil])
        let page = Self.page(certificate)

        #expect(!page.lowercased().contains("<script") && !page.contains("<img"))
        let rest = page.replacing("&lt;img src=x&gt;", with: "")
        for fetch in ["src=", "href=", "url(", "@import", "http://", "https://"] {
            #expect(!rest.contains(fetch), "\(fetch)")
        }
        #expect(page.contains("default-src 'none'"))
    }

    @Test func everyBitIsSigned() async throws {
        try await withFolder { folder in
            let keys = try KeyRing.create(folder: "\(folder)/keys", now: Self.now)
            let raw = try keys.rawKeys()
            let bytes = try Self.sample().canonicalBytes()
            let signature = try keys.sign(bytes)
            #expect(CertificateVerifier.verify(bytes, signature: signature, keys: raw).report.isComplete)
            #expect(signature.count == 64)
            for index in bytes.indices {
                var changed = bytes
                changed[index] ^= 1
                #expect(
                    !CertificateVerifier.verify(changed, signature: signature, keys: raw).report.isSound, "\(index)")
            }
            for index in signature.indices {
                var changed = signature
                changed[index] ^= 1
                #expect(!CertificateVerifier.verify(bytes, signature: changed, keys: raw).report.isSound, "\(index)")
            }
            let other = try KeyRing.create(folder: "\(folder)/others", now: Self.now)
            #expect(!CertificateVerifier.verify(bytes, signature: signature, keys: try other.rawKeys()).report.isSound)
            #expect(!CertificateVerifier.verify(bytes, signature: nil, keys: raw).report.isSound)
        }
    }
}
