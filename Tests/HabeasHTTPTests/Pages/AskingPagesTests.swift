import AuditLedger
import Foundation
import HTTPTypes
import HummingbirdTesting
import PostgresTestKit
import RequestLedger
import RightsCore
import RightsEngine
import Testing

@testable import HabeasHTTP

@Suite struct AskingPagesTests {
    @Test func aPersonAsksProvesAndFollows() async throws {
        try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            let request = try await bench.prove(browser)
            let page = try await browser.get("/p/requests/\(request)")
            let progress = try await browser.get("/p/requests/\(request)/progress", [.accept: "application/json"])

            #expect(page.status == .ok)
            #expect(page.text.contains("Your request is in line"))
            #expect(page.text.contains("By a code mailed to you"))
            #expect(page.text.contains("http-equiv=\"refresh\""))
            #expect(progress.json["is_over"] as? Bool == false)
            #expect(progress.json["title"] as? String == "Your request is in line")
            #expect(!page.text.contains(PagesBench.known))
        }
    }

    @Test(arguments: ["1234-5678", " 1234 5678 ", "12345678", "1234\u{2013}5678", "1 2 3 4 5 6 7 8"])
    func codesAreTakenHoweverTheyAreTyped(text: String) {
        #expect(EnteredCode(text)?.digits == "12345678")
    }

    @Test(arguments: ["", "1234567", "123456789", "1234-567x", "１２３４５６７８"])
    func whatIsNoCodeIsntTried(text: String) { #expect(EnteredCode(text) == nil) }

    @Test func fiveWrongCodesLockTheClaim() async throws {
        try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            let claim = try await bench.ask(browser)
            let code = try #require(try await bench.mailedCode(of: claim))
            _ = try await browser.get("/p/claims/\(claim)")
            let wrong = code == "0000-0000" ? "0000-0001" : "0000-0000"
            let mistyped = try await browser.post("/p/claims/\(claim)/code", ["code": "12"])
            var tries: [Int] = []
            for _ in 1...5 {
                tries.append(try await browser.post("/p/claims/\(claim)/code", ["code": wrong]).status.code)
            }
            let right = try await browser.post("/p/claims/\(claim)/code", ["code": code])
            let page = try await browser.get("/p/claims/\(claim)")

            #expect(mistyped.status == .unprocessableContent)
            #expect(mistyped.text.contains("href=\"#code\""))
            #expect(tries.prefix(4) == [422, 422, 422, 422])
            #expect(tries[4] >= 400)
            #expect(right.status.kind == .clientError)
            #expect(page.text.contains("Too many wrong codes"))
            #expect(browser.cookies[PageCookie.session] == nil)
        }
    }

    @Test func aCodeOfAnotherClaimIsWrong() async throws {
        try await PagesBench.with { bench, client in
            let (one, two) = (PageBrowser(client), PageBrowser(client))
            let first = try await bench.ask(one)
            let code = try #require(try await bench.mailedCode(of: first))
            let second = try await bench.ask(two, right: "export")
            _ = try await bench.mailedCode(of: second)
            _ = try await two.get("/p/claims/\(second)")
            let crossed = try await two.post("/p/claims/\(second)/code", ["code": code])
            let stolen = try await two.post("/p/claims/\(first)/code", ["code": code])
            let looked = try await two.get("/p/claims/\(first)")

            #expect(crossed.status == .unprocessableContent)
            #expect(stolen.status == .notFound)
            #expect(looked.status == .notFound)
            #expect(looked.text.contains("This page has ended"))
        }
    }

    /// Whether somebody has an account can't be told from answers, nor from what is written before the mail.
    @Test func nothingTellsWhetherTheAccountExists() async throws {
        try await PagesBench.with { bench, client in
            var pages: [[String]] = []
            var writes: [[String: Int]] = []
            for address in [PagesBench.known, "nobody@demo.example"] {
                let browser = PageBrowser(client)
                let before = try await bench.counts()
                let claim = try await bench.ask(browser, address)
                writes.append(try await bench.counts().merging(before) { $0 - $1 }.filter { $0.value != 0 })
                _ = try await bench.mailedCode(of: claim)
                var texts = [try await browser.get("/p/claims/\(claim)").text]
                texts.append(try await browser.post("/p/claims/\(claim)/code", ["code": "00000000"]).text)
                texts.append(try await browser.post("/p/claims/\(claim)/again").text)
                bench.clock.pass(.seconds(61))
                texts.append(String(try await browser.post("/p/claims/\(claim)/again").status.code))
                pages.append(texts.map { bare($0, claim) })
                bench.clock.pass(.seconds(4000))
            }

            #expect(pages[0] == pages[1])
            #expect(writes[0] == writes[1])
            #expect(writes[0]["claim"] == 1)
        }
    }

    /// A page without the claim's id and the form's token, which differ by chance.
    private func bare(_ text: String, _ claim: ClaimID) -> String {
        text.replacing(claim.text, with: "").replacing(#/name="csrf" value="[^"]+"/#, with: "")
    }

    @Test func formsFromElsewhereAreRefused() async throws {
        try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            _ = try await browser.get("/p/")
            let before = try await bench.dump()
            let form = ["right": "access", "format": "both", "address": PagesBench.known]
            let none = try await browser.send("/p/ask", form)
            _ = try await browser.get("/p/")
            let foreign = try await browser.post("/p/ask", form, extra: [.origin: "https://evil.example"])
            let unknown = try await browser.post("/p/ask", form.merging(["extra": "1"]) { $1 })
            _ = try await browser.get("/p/")
            let empty = try await browser.post("/p/ask", ["right": "access", "format": "both", "address": "x y"])
            let rightless = try await browser.post("/p/ask", ["format": "both", "address": PagesBench.known])
            let after = try await bench.dump()

            #expect([none.status, foreign.status, unknown.status] == [.forbidden, .forbidden, .badRequest])
            #expect(none.text.contains("This form could not be taken"))
            #expect(empty.status == .unprocessableContent)
            #expect(empty.text.contains("role=\"alert\"") && empty.text.contains("href=\"#address\""))
            #expect(empty.text.contains("value=\"x y\""))
            #expect(empty.text.contains("<title>Error:"))
            #expect(rightless.text.contains("Choose what you want"))
            #expect(before == after)
        }
    }

    @Test func theProductSignsInFromItsOwnPagesOnly() async throws {
        try await PagesBench.with { _, client in
            let browser = PageBrowser(client)
            let nowhere = try await browser.send("/p/sign-in", ["token": "x"])
            let evil = try await browser.send("/p/sign-in", ["token": "x"], extra: [.origin: "https://evil.example"])
            let product = try await browser.send(
                "/p/sign-in", ["token": "x"], extra: [.origin: "https://app.demo.example"])

            #expect([nowhere.status, evil.status, product.status] == [.forbidden, .forbidden, .unauthorized])
            #expect(product.text.contains("The sign-in was not accepted"))
            #expect(browser.cookies[PageCookie.session] == nil)
        }
    }

    @Test func aSignedInPersonAsksAtOnce() async throws {
        try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            let found = try await bench.engine.directory.find("email:\(PagesBench.known)")
            let person = try #require(found)
            let (secret, _) = try await bench.engine.signIn(reference: person.reference)
            browser.headers[.cookie] = "\(PageCookie.session)=\(secret)"
            let page = try await browser.get("/p/requests")
            let csrf = try #require(browser.cookies[FormProtection.cookieName])
            browser.headers[.cookie] = nil
            let cookie = "\(PageCookie.session)=\(secret); \(FormProtection.cookieName)=\(csrf)"
            let answer = try await browser.post(
                "/p/requests", ["right": "export", "format": "csv"], extra: [.cookie: cookie])
            let list = try await browser.get("/p/requests", [.cookie: cookie])

            #expect(page.text.contains("You have not asked for anything yet"))
            #expect(answer.status == .seeOther)
            #expect(list.text.contains("Your data to take along"))
            #expect(list.text.contains("in line"))
        }
    }

    @Test func anErasureTakesTwoSteps() async throws {
        try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            let request = try await bench.prove(browser, right: "erasure")
            let page = try await browser.get("/p/requests/\(request)")
            let question = try await browser.get("/p/requests/\(request)/confirm")
            let unsure = try await browser.post("/p/requests/\(request)/confirm")
            let sure = try await browser.post("/p/requests/\(request)/confirm", ["sure": "yes"])
            let after = try await browser.get("/p/requests/\(request)")
            _ = try await browser.get("/p/requests/\(request)/cancel")
            let cancelled = try await browser.post("/p/requests/\(request)/cancel")
            let end = try await browser.get("/p/requests/\(request)")

            #expect(page.text.contains("Nothing is erased until you confirm it"))
            #expect(question.text.contains("Really erase everything?"))
            #expect(unsure.status == .unprocessableContent)
            #expect([sure.status, cancelled.status] == [.seeOther, .seeOther])
            #expect(after.text.contains("Your erasure is being prepared"))
            #expect(end.text.contains("Your erasure was withdrawn") && end.text.contains("Nothing was erased"))
        }
    }

    @Test func whoIsntSignedInIsToldWhatToDo() async throws {
        try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            let request = try await bench.prove(browser)
            let stranger = PageBrowser(client)
            let page = try await stranger.get("/p/requests/\(request)")
            let json = try await stranger.get("/p/requests/\(request)/progress", [.accept: "application/json"])
            _ = try await browser.get("/p/requests/\(request)")
            let out = try await browser.post("/p/sign-out")
            let after = try await browser.get("/p/requests/\(request)")

            #expect(page.status == .unauthorized)
            #expect(page.text.contains("You are not signed in"))
            #expect(json.code == "session.missing")
            #expect(out.text.contains("You are signed out"))
            #expect(after.status == .unauthorized)
        }
    }

    @Test func answersElsewhereCanBeStopped() async throws {
        try await PagesBench.with { bench, client in
            let browser = PageBrowser(client)
            let request = try await bench.prove(browser)
            try await bench.engine.control.transaction { transaction in
                let box = try bench.engine.people.seal("new@demo.example", for: "contact \(request)")
                try await transaction.seal(box, as: .contact, of: request, usableFrom: bench.clock.now)
            }
            let page = try await browser.get("/p/requests/\(request)")
            let stopped = try await browser.post("/p/requests/\(request)/contact")
            let after = try await browser.get("/p/requests/\(request)")

            #expect(page.text.contains("Answers go to another address"))
            #expect(!page.text.contains("new@demo.example"))
            #expect(stopped.status == .seeOther)
            #expect(!after.text.contains("Stop it: write to my own address only"))
        }
    }
}
