import AuditLedger
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import Erasing
@testable import HabeasHTTP
@testable import RightsEngine

/// What a person reads of their erasure, and the certificate they can keep.
@Suite struct ErasurePagesTests {
    private static let law = "UStG § 14b(1)"

    private static func receipt(isKeeping: Bool) throws -> ErasureReceipt {
        let until = try #require(CivilDate("2034-12-31"))
        let kept = ErasurePlan.RetainedLine(
            collection: "invoices", document: "invoice", statute: "DE", citation: law, until: until, documents: 2,
            fields: [])
        return ErasureReceipt(
            run: "0199a1c2-7d3e-7abc-8def-0123456789ab", sequence: 1, plan: String(repeating: "a", count: 64),
            at: try #require(Instant(rfc3339: "2026-09-21T10:00:00Z")), regime: "one_transaction",
            done: .init(collections: [], retained: isKeeping ? [kept] : [], sideEffects: [], holds: [], deviations: []))
    }

    /// Brings a confirmed erasure to an end, as its job does.
    private static func finish(
        _ bench: PagesBench, _ id: RightsCore.RequestID, _ event: RequestLife.Event
    ) async throws -> CertificateRecord {
        let engine = bench.engine
        let receipt = try receipt(isKeeping: event == .eraseKeeping)
        return try await engine.control.transaction { transaction in
            var request = try await engine.locked(id, in: transaction)
            for step in [RequestLife.Event.enqueue, .start, event] {
                try await engine.move(&request, step, by: .system, in: transaction)
            }
            var duty = RecipientDuty(
                id: engine.makeID(), request: id, recipient: "Northlight <AI> Ltd", collections: ["tasks"],
                madeAt: engine.now(), dueAt: engine.now())
            duty.state = .told
            try await transaction.insert(duty)
            let certificate = ErasureCertificate(
                request: id.text, service: "workspace", controller: "Demo", regime: "GDPR", scope: "person",
                state: request.state.rawValue, receivedAt: request.receivedAt, approvedAt: nil, issuedAt: engine.now(),
                receipt: receipt, files: 3, recipients: [],
                hunt: .init(tables: 1, isComplete: true, leftovers: []), contactKept: true)
            let record = CertificateRecord(
                request: id, bytes: try certificate.canonicalBytes(), signature: [UInt8](repeating: 7, count: 64),
                page: Array("<!doctype html><title>Certificate</title>".utf8), madeAt: engine.now())
            try await transaction.keep(record)
            return record
        }
    }

    private static func erasure(
        _ bench: PagesBench, _ browser: PageBrowser
    ) async throws -> RightsCore.RequestID {
        let id = try await bench.prove(browser, right: "erasure")
        _ = try await browser.get("/p/requests/\(id)/confirm")
        _ = try await browser.post("/p/requests/\(id)/confirm", ["sure": "yes"])
        return id
    }

    @Test(arguments: [
        (RequestLife.Event.erase, "Your data is erased", "Ihre Daten sind gelöscht"),
        (.eraseKeeping, "but for what we must keep", "bis auf Aufbewahrungspflichtiges"),
        (.finishPartly, "A part is done", "Ein Teil ist erledigt"),
    ])
    func thePageSaysWhatIsGoneAndWhatStays(event: RequestLife.Event, english: String, german: String) async throws {
        let pages = try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            let id = try await Self.erasure(bench, browser)
            let record = try await Self.finish(bench, id, event)
            let page = try await browser.get("/p/requests/\(id)")
            let translated = try await browser.get("/p/requests/\(id)?lang=de")
            let list = try await browser.get("/p/requests")
            let shown = try await browser.get("/p/requests/\(id)/certificate")
            let saved = try await browser.get("/p/requests/\(id)/certificate.json")
            let signature = try await browser.get("/p/requests/\(id)/certificate.sig")
            let stranger = try await PageBrowser(client).get("/p/requests/\(id)/certificate.json")

            #expect(page.text.contains(english) && translated.text.contains(german))
            #expect(page.text.contains("Northlight &lt;AI&gt; Ltd: was told, and has not answered yet"))
            #expect(translated.text.contains("Northlight &lt;AI&gt; Ltd: ist benachrichtigt"))
            #expect(page.text.contains("Records: 0, files: 3") && page.text.contains("21 September 2026"))
            let isKeeping = event == .eraseKeeping
            #expect(page.text.contains("until 31 December 2034, under \(Self.law)") == isKeeping)
            #expect(translated.text.contains("bis 31. Dezember 2034, nach \(Self.law)") == isKeeping)
            #expect(page.text.contains("is gone from") == (event != .finishPartly))
            // Of four steps the last is done, or it is the one that somebody is at.
            #expect((page.text.contains("aria-current=\"step\"")) == (event == .finishPartly))
            #expect(list.status == .ok)
            #expect(shown.text.contains("Certificate") && shown.headers[.contentType]?.hasPrefix("text/html") == true)
            #expect(Array(saved.body.readableBytesView) == record.bytes)
            #expect(Array(signature.body.readableBytesView) == record.signature)
            #expect(saved.headers[.contentDisposition]?.contains("erasure-certificate_\(id.shortText).json") == true)
            #expect(stranger.status == .unauthorized || stranger.status == .seeOther)
            return browser.seen
        }
        try await withFolder { folder in
            for (number, page) in pages.filter({ $0.contains("<main") }).enumerated() {
                try page.write(toFile: "\(folder)/\(number).html", atomically: true, encoding: .utf8)
            }
            let judge = try await Program.run(Checkout.python, ["\(Checkout.path)/Tests/Judges/pages_html.py", folder])
            #expect(judge.status == 0, "\(judge.output)\(judge.errors)")
        }
    }

    @Test func nobodyElseGetsTheCertificateAndNobodyBeforeThereIsOne() async throws {
        try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            let id = try await Self.erasure(bench, browser)
            let early = try await browser.get("/p/requests/\(id)/certificate")
            let page = try await browser.get("/p/requests/\(id)")
            _ = try await Self.finish(bench, id, .erase)
            let other = try await browser.get("/p/requests/0199a1c2-7d3e-7abc-8def-0123456789ab/certificate")

            #expect(early.status == .notFound && other.status == .notFound)
            #expect(!page.text.contains("/certificate"))
        }
    }

    @Test func whatTheStaffWroteDownNeedsNoConfirmationAndWhatHasBegunIsNotOffered() async throws {
        try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            let id = try await Self.erasure(bench, browser)
            try await bench.database.run(
                "UPDATE habeas.request SET channel = 'staff', confirmed_at = NULL WHERE id = '\(id)'")
            let prepared = try await browser.get("/p/requests/\(id)")
            let german = try await browser.get("/p/requests/\(id)?lang=de")
            func move(_ event: RequestLife.Event) async throws -> String {
                try await bench.engine.control.transaction { transaction in
                    var request = try await bench.engine.locked(id, in: transaction)
                    try await bench.engine.move(&request, event, by: .system, in: transaction)
                }
                return try await browser.get("/p/requests/\(id)?lang=en").text
            }
            let queued = try await move(.enqueue)
            let running = try await move(.start)
            let offered = try await browser.get("/p/requests/\(id)/cancel")
            let cancelled = try await browser.post("/p/requests/\(id)/cancel")
            let after = try await browser.get("/p/requests/\(id)")

            for text in [prepared.text, german.text] { #expect(!text.contains("/confirm\"")) }
            #expect(prepared.text.contains("It is clear who you are. First we list exactly what will be erased"))
            #expect(german.text.contains("Ihre Löschung wird vorbereitet"))
            #expect(queued.contains("Your erasure is about to begin") && queued.contains("/cancel"))
            #expect(running.contains("Your data is being erased") && !running.contains("/cancel"))
            for text in [prepared.text, queued, running] { #expect(!text.contains("copy is ready")) }
            #expect(offered.status == .seeOther)
            #expect(cancelled.status == .conflict, "\(cancelled.status)")
            #expect(after.text.contains("Your data is being erased"))
        }
    }
}
