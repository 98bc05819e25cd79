import Foundation
import HTTPTypes
import HummingbirdTesting
import PostgresTestKit
import RequestLedger
import RightsCore
import RightsEngine
import Testing

@testable import HabeasHTTP

@Suite struct PageTextTests {
    private static let folder = "Sources/HabeasHTTP/Pages"

    @Test func bothLanguagesSayTheSameThings() {
        let (english, german) = (PageTexts.table(.english), PageTexts.table(.german))

        #expect(Set(english.keys) == Set(german.keys))
        for (key, text) in english {
            #expect(places(text) == places(german[key] ?? ""), "\(key)")
        }
    }

    private func places(_ text: String) -> Set<String> {
        Set(text.matches(of: #/\{[a-z]+\}/#).map { String($0.0) })
    }

    /// Every text that a template or the code names is there, and every text that is there is named.
    @Test func everyTextIsUsed() throws {
        let keys = Set(PageTexts.table(.english).keys)
        let inTemplates = Set(
            PageTemplate.allCases.flatMap { $0.source.matches(of: #/t\.([a-z_]+)/#) }.map { String($0.1) })
        let named = try inTemplates.union(literals()).union(families)

        #expect(inTemplates.subtracting(keys) == [])
        #expect(families.subtracting(keys) == [])
        #expect(keys.subtracting(named) == [])
    }

    /// Texts in the code's quotes.
    private func literals() throws -> Set<String> {
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(Checkout.path)/\(Self.folder)")
        let texts = try files.filter { $0.hasSuffix(".swift") }.map { try Checkout.text("\(Self.folder)/\($0)") }
        return Set(texts.flatMap { $0.matches(of: #/"([a-z_]+)"/#) }.map { String($0.1) })
    }

    /// Keys that the code puts together.
    private var families: Set<String> {
        var keys: Set<String> = []
        for state in RequestState.allCases { keys.insert("state_short_\(state.rawValue)") }
        let special = ["confirming", "confirmed", "unlinked"]
        for state in RequestState.allCases.map(\.rawValue) + special {
            keys.formUnion(["state_\(state)_title", "state_\(state)_text"])
        }
        for state in ["accepted", "verifying", "queued", "running", "failed", "fulfilled", "paused", "cancelled"] {
            keys.formUnion(["state_\(state)_erasure_title", "state_\(state)_erasure_text"])
        }
        for right in RequestRight.allCases.map(\.rawValue) {
            keys.formUnion(["right_\(right)", "right_\(right)_label", "right_\(right)_about"])
        }
        for format in DataFormat.allCases.map(\.rawValue) {
            keys.formUnion(["format_\(format)_label", "format_\(format)_about"])
        }
        for channel in Channel.allCases { keys.insert("receipt_channel_\(channel.rawValue)") }
        for state in NoticeRecord.State.allCases { keys.insert("mail_state_\(state.rawValue)") }
        let operators: [NoticeKindCode] = [
            .jobAbandoned, .noticeBounced, .deadlinesNear, .holdPlaced, .holdsWaiting, .erasureStopped, .backupsLate,
            .recipientsSilent, .recipientsWaiting,
        ]
        for kind in NoticeKindCode.allCases where !operators.contains(kind) {
            keys.insert("mail_\(kind.rawValue.replacing("-", with: "_"))")
        }
        for state in RecipientDuty.State.allCases { keys.insert("recipient_\(state.rawValue)") }
        for step in ["done", "now", "next"] { keys.insert("step_\(step)") }
        let table = PageTexts.table(.english)
        for notice in PageNotice.allCases {
            keys.formUnion([notice.titleKey, notice.textKey])
            if table[notice.nextKey] != nil { keys.insert(notice.nextKey) }
        }
        return keys
    }

    @Test func theLanguageIsTheReadersAndCanBeChanged() async throws {
        try await PagesBench.with { _, client in
            let browser = PageBrowser(client)
            browser.headers[.acceptLanguage] = "fr;q=0.5, de-AT;q=0.9, en;q=0.8"
            let german = try await browser.get("/p/")
            let english = try await browser.get("/p/?lang=en&utm_source=mail")
            let kept = try await browser.get("/p/")
            let problem = try await browser.get("/p/nothing?lang=de")

            #expect(german.text.contains("<html lang=\"de\">"))
            #expect(german.text.contains("href=\"/p/?lang=en\""))
            #expect(english.text.contains("<html lang=\"en\">"))
            #expect(kept.text.contains("<html lang=\"en\">"))
            #expect(problem.status == .notFound)
            #expect(problem.text.contains("Hier ist nichts"))
        }
    }

    @Test func valuesAreEscaped() async throws {
        try await PagesBench.with { _, client in
            let page = try await PageBrowser(client).get("/p/")

            #expect(page.text.contains("Workspace &lt;Demo&gt;"))
            #expect(page.text.contains("Demo &amp; Sons GmbH"))
            #expect(!page.text.contains("<Demo>"))
        }
    }

    @Test func filesAreKeptForGood() async throws {
        try await PagesBench.with { _, client in
            let browser = PageBrowser(client)
            for asset in PageAsset.all {
                let answer = try await browser.get(asset.path)
                #expect(answer.headers[.cacheControl] == "public, max-age=31536000, immutable")
            }
            #expect(try await browser.get("/p/assets/other.css").status == .notFound)
        }
    }

    /// Every page is valid HTML as html5lib reads it, in both languages, with one h1, labels and landmarks.
    @Test func pagesAreValid() async throws {
        let pages = try await PagesBench.with { bench, client in
            var pages: [String] = []
            for language in Language.allCases {
                let browser = PageBrowser(client)
                browser.headers[.acceptLanguage] = language.rawValue
                bench.clock.pass(.seconds(4000))
                let request = try await bench.prove(browser, right: language == .english ? "access" : "export")
                _ = try await browser.post("/p/ask", ["address": "x"])
                for path in ["", "/progress", "/cancel"] { _ = try await browser.get("/p/requests/\(request)\(path)") }
                _ = try await browser.get("/p/requests")
                let token = try await bench.finish(request, parts: [[1], [2]])
                _ = try await browser.get("/p/requests/\(request)")
                _ = try await PageBrowser(client).get("/p/d/\(token)")
                _ = try await browser.get("/p/d/\(token)?sent=1")
                _ = try await browser.post("/p/d/\(token)/open")
                _ = try await browser.get("/p/d/\(token)")
                let erasure = try await bench.prove(browser, right: "erasure")
                _ = try await browser.get("/p/requests/\(erasure)")
                _ = try await browser.get("/p/requests/\(erasure)/confirm")
                _ = try await browser.get("/p/nothing")
                pages += browser.seen
            }
            return pages
        }

        let listed = pages
        try await withFolder { folder in
            for (number, page) in listed.enumerated() {
                try page.write(toFile: "\(folder)/\(number).html", atomically: true, encoding: .utf8)
            }
            let judge = try await Program.run(Checkout.python, ["\(Checkout.path)/Tests/Judges/pages_html.py", folder])
            #expect(judge.status == 0, "\(judge.output)\(judge.errors)")
        }
        #expect(listed.count >= 26)
    }
}
