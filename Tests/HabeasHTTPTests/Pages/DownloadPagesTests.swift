import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PostgresTestKit
import RightsCore
import Testing

@testable import HabeasHTTP

@Suite struct DownloadPagesTests {
    static let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 9) }

    /// FAILURES F18: mail scanners, previews and impatient browsers may look as often as they like.
    @Test func lookingAtALinkChangesNothing() async throws {
        try await PagesBench.with { bench, client in
            let token = try await bench.finish(try await bench.prove(PageBrowser(client)), parts: [[1, 2, 3]])
            let before = try await bench.dump()
            let scanner = PageBrowser(client)
            let page = try await scanner.get("/p/d/\(token)")
            let head = try await scanner.get("/p/d/\(token)", method: .head)
            let early = try await scanner.get("/p/d/\(token)", [HTTPField.Name("Sec-Purpose")!: "prefetch;prerender"])
            let part = try await scanner.get("/p/d/\(token)/parts/1")
            let range = try await scanner.get("/p/d/\(token)/parts/1", [.range: "bytes=0-0", .accept: "*/*"])
            let after = try await bench.dump()

            #expect([page.status, head.status, early.status] == [.ok, .ok, .ok])
            #expect(page.text.contains("Opening this page uses nothing up"))
            #expect(page.text.contains("3 bytes"))
            #expect(part.status == .seeOther)
            #expect(part.headers[.location] == "/p/d/\(token)")
            #expect(range.status == .unauthorized)
            #expect(range.code == "session.missing")
            #expect(before == after)
        }
    }

    @Test func aMailedCodeOpensTheDownload() async throws {
        try await PagesBench.with { bench, client in
            let token = try await bench.finish(try await bench.prove(PageBrowser(client)), parts: [Self.content])
            let browser = PageBrowser(client)
            _ = try await browser.get("/p/d/\(token)")
            let sent = try await browser.post("/p/d/\(token)/code-request")
            let code = try #require(try await bench.latestCode("facts LIKE '%link%'"))
            let wrong = try await browser.post("/p/d/\(token)/open", ["code": code == "00000000" ? "1" : "0000-0000"])
            let opened = try await browser.post("/p/d/\(token)/open", ["code": code])
            let page = try await browser.get("/p/d/\(token)")
            let part = try await browser.get("/p/d/\(token)/parts/1")

            #expect(sent.headers[.location] == "/p/d/\(token)?sent=1")
            #expect(wrong.status == .unprocessableContent)
            #expect(opened.status == .seeOther)
            #expect(page.text.contains("/p/d/\(token)/parts/1"))
            #expect(page.text.contains("contacts"))
            #expect(Array(part.body.readableBytesView) == Self.content)
            #expect(part.headers[.contentDisposition] == "attachment; filename=\"personal-data_1.zip\"")
        }
    }

    @Test func rangesAreSentAndReceipted() async throws {
        try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            let request = try await bench.prove(browser)
            let token = try await bench.finish(request, parts: [Self.content, [7]])
            _ = try await browser.get("/p/requests/\(request)")
            let opened = try await browser.post("/p/d/\(token)/open")
            let path = "/p/d/\(token)/parts/1"
            let head = try await browser.get(path, method: .head)
            let tag = try #require(head.headers[.eTag])
            let first = try await browser.get(path, [.range: "bytes=0-999999"])
            let rest = try await browser.get(path, [.range: "bytes=1000000-", .ifRange: tag])
            let stale = try await browser.get(path, [.range: "bytes=5-", .ifRange: "\"other\""])
            let beyond = try await browser.get(path, [.range: "bytes=3000000-"])
            let known = try await browser.get(path, [.ifNoneMatch: tag])
            let missing = try await browser.get("/p/d/\(token)/parts/3", [.accept: "*/*"])
            let receipt = try await browser.get("/p/requests/\(request)")

            #expect(opened.status == .seeOther)
            #expect(head.headers[.acceptRanges] == "bytes")
            #expect(head.headers[.contentLength] == "3000000")
            #expect(first.status == .partialContent)
            #expect(first.headers[.contentRange] == "bytes 0-999999/3000000")
            #expect(Array(first.body.readableBytesView) + Array(rest.body.readableBytesView) == Self.content)
            #expect(stale.status == .ok)
            #expect(beyond.status == .rangeNotSatisfiable)
            #expect(beyond.headers[.contentRange] == "bytes */3000000")
            #expect(known.status == .notModified)
            #expect(missing.status.kind == .clientError)
            #expect(receipt.text.contains("Part 1: 6 MB sent, complete"))
        }
    }

    @Test func linksThatAreOverSayWhatToDo() async throws {
        try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            let request = try await bench.prove(browser)
            let token = try await bench.finish(request, parts: [[1]])
            let unknown = try await browser.get("/p/d/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
            bench.clock.pass(.seconds(8 * 86_400))
            let expired = try await browser.get("/p/d/\(token)")
            bench.clock.pass(.seconds(8 * 86_400))
            let destroyed = try await browser.get("/p/d/\(token)")

            #expect(unknown.status == .notFound)
            #expect(unknown.text.contains("This link leads nowhere"))
            #expect(expired.status == .gone)
            #expect(expired.text.contains("Write to us for a new link"))
            #expect(expired.text.contains("<time datetime="))
            #expect(destroyed.status == .gone)
            #expect(destroyed.text.contains("This copy no longer exists"))
        }
    }

    @Test func fileNamesAreSafeInHeaders() {
        #expect(Pages.disposition("a-b_1.zip") == "attachment; filename=\"a-b_1.zip\"")
        #expect(
            Pages.disposition("Jö\"\r\n.zip")
                == "attachment; filename=\"J_____.zip\"; filename*=UTF-8''J%C3%B6%22%0D%0A.zip")
    }
}
