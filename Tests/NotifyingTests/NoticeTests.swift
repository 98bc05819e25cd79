import Foundation
import MailTransport
import Notifying
import PostgresTestKit
import RightsCore
import Testing

/// Every notice in every language, judged by a mail parser and an HTML parser that aren't ours.
@Suite(.timeLimit(.minutes(10))) struct NoticeTests {
    private struct Judged: Decodable {
        let name: String
        let subject: String
        let text: String
        let html: String
        let shown: String
        let problems: [String]
        let links: [String]
    }

    private func judged(_ language: Language) async throws -> [Judged] {
        let cases = try SampleNotices.all().map { name, notice in
            let mail = try SampleNotices.mail(notice, language)
            return ["name": name, "mail": String(decoding: mail.bytes, as: UTF8.self)]
        }
        let input = String(decoding: try JSONEncoder().encode(cases), as: UTF8.self)
        let outcome = try await Program.run(
            Checkout.python, ["\(Checkout.path)/Tests/Judges/notices.py"], input: input)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try JSONDecoder().decode([Judged].self, from: Data(outcome.output.utf8))
    }

    @Test(arguments: Language.allCases) func everyNoticeIsAGoodMail(language: Language) async throws {
        let all = try await judged(language)

        #expect(all.count == 76)
        for mail in all {
            #expect(mail.problems == [], "\(mail.name)")
            #expect(!mail.subject.lowercased().contains("canary"), "\(mail.name)")
            #expect(!mail.subject.contains(SampleNotices.code), "\(mail.name)")
            #expect(!mail.subject.contains("01936f1e"), "only the short form of a request's id: \(mail.name)")
            #expect((10...100).contains(mail.subject.count), "\(mail.subject)")
            #expect(mail.text.contains("Demo & Söhne <GmbH>") && mail.shown.contains("Demo & Söhne <GmbH>"))
            #expect(mail.html.contains("Demo &amp; Söhne &lt;GmbH&gt;"))
            #expect(mail.links.allSatisfy { $0.hasPrefix("https://privacy.demo.example/p/") && mail.text.contains($0) })
            #expect(mail.text.contains("\n\n\n") == false, "\(mail.name)")
        }
    }

    @Test(arguments: Language.allCases) func linksCodesAndReasonsAreInBothParts(language: Language) async throws {
        for mail in try await judged(language) {
            let kind = mail.name.split(separator: "-")[0]
            switch kind {
            case "oneTimeCode":
                #expect(mail.text.contains("\n\n\(SampleNotices.code)\n\n"))
                #expect(mail.html.contains("<p class=\"code\">\(SampleNotices.code)</p>"))
            case "requestRefused", "requestQuestion", "requestExtended", "appealDecided":
                #expect(mail.text.contains(SampleNotices.reason))
                #expect(mail.shown.contains(SampleNotices.reason))
                #expect(mail.html.contains("a&quot; &lt; b &amp; c &gt; d"))
            case "archiveReady", "linkRenewed", "archiveExpiresSoon":
                #expect(mail.links == ["https://privacy.demo.example/p/d/\(SampleNotices.token)"])
            case "requestReceived", "requestAccepted", "requestFailed", "requestDelayed", "linkRevoked",
                "addressChange", "erasureAccepted", "erasureDone", "erasureDoneKeeping", "erasurePartly",
                "backupsMoved", "backupsGone":
                #expect(mail.links == ["https://privacy.demo.example/p/r/\(SampleNotices.token)"])
            case "noAccount": #expect(mail.links == ["https://privacy.demo.example/p/"])
            default: #expect(mail.links == [])
            }
            if kind == "requestQuestion" || kind == "requestExtended" {
                #expect(mail.links == ["https://privacy.demo.example/p/r/\(SampleNotices.token)"])
            }
        }
    }

    /// What was erased, what stays, why and until when; and never that all is done while a part isn't.
    @Test(arguments: Language.allCases) func erasuresAreToldWithLawAndDate(language: Language) async throws {
        let texts = Dictionary(uniqueKeysWithValues: try await judged(language).map { ($0.name, $0.text) })
        let day = language == .english ? "31 December 2034" : "31. Dezember 2034"
        let erasedOn = language == .english ? "21 November 2025" : "21. November 2025"
        let done = ["was erased in Workspace", "wurde in Workspace am"]
        for (name, text) in texts where name.hasPrefix("erasureDone") || name.hasPrefix("erasurePartly") {
            #expect(text.contains(erasedOn), "\(name)")
            #expect(text.contains("your supervisory authority"), "\(name)")
            #expect(done.contains { text.contains($0) } == name.hasPrefix("erasureDone"), "\(name)")
            let isKept = ["erasureDoneKeeping", "erasurePartly-keeping"].contains(name)
            #expect(text.contains(day) == isKept && text.contains("UStG § 14b(1)") == isKept, "\(name)")
            let held = language == .english ? "stay, restricted" : "eingeschränkter Verarbeitung"
            #expect(
                text.contains(held) == ["erasureDoneKeeping-held", "erasurePartly-keeping"].contains(name), "\(name)")
        }
        #expect(texts["erasureStopped"]?.contains("erasure.plan-changed") == true)
        #expect(texts["erasureStopped"] != texts["erasureStopped-partly"])
    }

    /// Recipients are told whom or what it is about, by when to answer, and what to name then.
    @Test(arguments: Language.allCases) func recipientsAreToldWhatToErase(language: Language) async throws {
        let all = try await judged(language).filter { $0.name.hasPrefix("recipientErasure") }
        let days =
            language == .english ? ["21 November 2025", "5 December 2025"] : ["21. November 2025", "5. Dezember 2025"]
        let told = ["Messages to the assistant; Documents", "01936f1e-7a2b-7c3d-8e4f-0123456789ac", "Demo & Söhne"]
        #expect(all.count == 4)
        for mail in all {
            for part in days + told { #expect(mail.text.contains(part) && mail.shown.contains(part), "\(mail.name)") }
            let isPerson = ["recipientErasure-person", "recipientErasure-partly"].contains(mail.name)
            #expect(mail.text.contains(SampleNotices.address) == isPerson, "\(mail.name)")
            #expect(mail.shown.contains(SampleNotices.address) == isPerson, "\(mail.name)")
            #expect(mail.text.contains("canary & 41") == (mail.name == "recipientErasure-record"), "\(mail.name)")
            #expect(mail.text.contains(": Documents.") == (mail.name == "recipientErasure-partly"), "\(mail.name)")
            // The people's warning of codes isn't for them.
            #expect(!mail.text.contains(language == .english ? "ask you for a code" : "nach einem Code"))
        }
    }

    /// The build holds that each language has each wording; this holds that none is a copy of another language's.
    @Test func languagesDiffer() throws {
        let folder = "\(Checkout.path)/Sources/Notifying/Templates"
        let english = try names("\(folder)/en", "en")
        let german = try names("\(folder)/de", "de")

        #expect(english == german && english.count == 39)
        for name in english {
            let texts = try ["en", "de"].map {
                try Checkout.text("Sources/Notifying/Templates/\($0)/\(name).\($0).mustache")
            }
            #expect(texts[0] != texts[1])
            // Wording has no markup: it is the same source for text and HTML.
            #expect(texts.allSatisfy { !$0.contains("<") && !$0.contains("&") && !$0.contains("{{{") })
        }
    }

    private func names(_ folder: String, _ language: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).map {
            $0.replacingOccurrences(of: ".\(language).mustache", with: "")
        }.sorted()
    }

    private static let times: [(Language, String?, String)] = [
        (Language.english, "Europe/Berlin", "21 November 2025, 18:01 (Europe/Berlin, UTC+1)"),
        (.german, "Europe/Berlin", "21. November 2025, 18:01 Uhr (Europe/Berlin, UTC+1)"),
        (.english, "Asia/Kolkata", "21 November 2025, 22:31 (Asia/Kolkata, UTC+5:30)"),
        (.english, "Pacific/Kiritimati", "22 November 2025, 07:01 (Pacific/Kiritimati, UTC+14)"),
        (.english, "America/St_Johns", "21 November 2025, 13:31 (America/St_Johns, UTC-3:30)"),
        (.german, nil, "21. November 2025, 17:01 Uhr (UTC)"),
        (.english, "Nowhere/Land", "21 November 2025, 17:01 (UTC)"),
    ]

    @Test(arguments: times)
    func tellsTimesInTheReadersZone(language: Language, zone: String?, text: String) throws {
        let notice = try #require(SampleNotices.all()["archiveReady"])
        #expect(try SampleNotices.mail(notice, language, zone: zone).text.contains(text))
    }

    @Test(
        arguments: zip(
            [0, 999, 1000, 1049, 1050, 9949, 9950, 999_499, 999_500, 4_160_000, 17_400_000_000, 5_000_000_000_000_000]
                as [UInt64],
            [
                "0 Byte", "999 Byte", "1 kB", "1 kB", "1,1 kB", "9,9 kB", "10 kB", "999 kB", "1 MB", "4,2 MB", "17 GB",
                "5000 TB",
            ]))
    func tellsSizesAsPeopleDo(bytes: UInt64, text: String) throws {
        let request = try #require(SampleNotices.request)
        let archive = Notice.Archive(
            link: try PagePath("/p/d/x"), bytes: bytes, parts: 1, until: SampleNotices.until, format: .json)
        #expect(
            try SampleNotices.mail(.archiveReady(request, archive), .german).text.contains("Es sind \(text) (JSON)."))
    }

    @Test(arguments: [
        "", "p", "p/x", "/p/../x", "/p//x", "/p/x?y", "/p/x#y", "/p/ä", "/p/a b", "/p/\"x", "/", "//evil.example",
    ])
    func pathsCannotLeadAstray(path: String) {
        #expect(#expect(throws: NotifyingError.self) { try PagePath(path) }?.code == .badPath)
    }

    @Test(arguments: [
        "", "privacy.example", "http://privacy.example", "https://", "https://u:p@privacy.example", "https://a/?q",
        "https://a/#f", "javascript:alert(1)", "https://a b", "ftp://a", "https://u@a",
    ])
    func baseURLsAreHTTPS(text: String) throws {
        let controller = try Controller(name: "a", service: "b", contact: "c", from: MailAddress("a@b.example"))
        let error = #expect(throws: NotifyingError.self) { try NoticeRenderer(controller: controller, baseURL: text) }
        #expect(error?.code == .badBaseURL)
    }

    @Test(arguments: ["", "a\nb", "a\r\nBcc: x@y.example", "a\u{0}", String(repeating: "a", count: 121)])
    func controllersAreOneLine(name: String) {
        let error = #expect(throws: NotifyingError.self) {
            try Controller(name: name, service: "b", contact: "c", from: MailAddress("a@b.example"))
        }
        #expect(error?.code == .badController)
    }

    @Test func linksPrintNothing() throws {
        let page = try PagePath("/p/r/\(SampleNotices.token)")
        var dumped = "\(page) \(String(reflecting: page))"
        dump(page, to: &dumped)
        #expect(!dumped.contains("canary"))
    }

    @Test(arguments: NotifyingError.Code.allCases) func codesAreDocumented(code: NotifyingError.Code) throws {
        #expect(try Checkout.text("docs/errors.md").contains("`\(code.rawValue)`"))
    }
}
