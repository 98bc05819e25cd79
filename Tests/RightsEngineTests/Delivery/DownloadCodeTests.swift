import AuditLedger
import ObjectStore
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

@Suite struct DownloadCodeTests {
    @Test func fiveWrongCodesLockTheLink() async throws {
        try await DeliverySample.with { sample in
            let (request, token) = try await sample.unopened()
            let code = try await sample.mailedCode(token)
            var verdicts: [EngineError.Code?] = []
            for _ in 0..<5 { verdicts.append(try await sample.enter(wrong(code), token)) }
            let right = try await sample.enter(code, token)
            let before = try await sample.dump()
            let further = try await sample.enter(wrong(code), token)
            let asked = try await refusal { try await sample.engine.askDownloadCode(token) }

            #expect(verdicts == [.codeWrong, .codeWrong, .codeWrong, .codeWrong, .codeLocked])
            #expect(right == .codeLocked && further == .codeLocked && asked == .codeLocked)
            #expect(try await sample.dump() == before)
            let actions = try await sample.actions(of: request).filter { $0.hasPrefix("code.") }
            #expect(actions.count { $0 == "code.refused" } == 4)
            #expect(actions.last == "code.locked")
            let attempts = try await sample.engine.control.transaction { try await $0.verifications(of: request) }
            #expect(attempts.count == 5 && attempts.allSatisfy { !$0.isAccepted })
        }
    }

    @Test func aCodeFitsItsOwnLinkOnly() async throws {
        try await DeliverySample.with { sample in
            let (_, one) = try await sample.unopened()
            let (_, two) = try await sample.unopened(person: "user:2")
            let code = try await sample.mailedCode(one)
            _ = try await sample.mailedCode(two)
            let other = try await sample.enter(code, two)
            let own = try await sample.enter(code, one)

            #expect(other == .codeWrong)
            #expect(own == nil)
        }
    }

    @Test func aCodeOfAClaimOpensNoLink() async throws {
        try await DeliverySample.with { sample in
            let (_, token) = try await sample.unopened()
            let held = try await sample.engine.makeClaim(
                ClaimInput(
                    address: "ada@example.com", right: .access, format: .json, language: .english, zone: nil,
                    regime: nil))
            _ = try await sample.mailedCode(token)
            let claim = try await sample.codeOfClaim(held.id)
            let verdict = try await sample.enter(claim, token)

            #expect(verdict == .codeWrong)
        }
    }

    @Test func aCodeEndsAndIsReplacedAndOpensOnce() async throws {
        try await DeliverySample.with { sample in
            let (request, token) = try await sample.unopened()
            let old = try await sample.mailedCode(token)
            let code = try await sample.mailedCode(token)
            let replaced = try await sample.enter(old, token)
            let first = try await sample.enter(code, token)
            let replayed = try await sample.enter(code, token)
            let late = try await sample.mailedCode(token)
            sample.clock.pass(.seconds(601))
            let expired = try await sample.enter(late, token)

            #expect(replaced == .codeWrong)
            #expect(first == nil)
            #expect(replayed == .codeExpired)
            #expect(expired == .codeExpired)
            #expect(try await sample.actions(of: request).count { $0 == "download.opened" } == 1)
            let stored = try await sample.dump().filter {
                $0.contains(code) || $0.contains(code.replacing("-", with: ""))
            }
            #expect(stored == [])
        }
    }

    @Test func codesAreLimitedPerMinuteAndHour() async throws {
        try await DeliverySample.with { sample in
            let (_, token) = try await sample.unopened()
            _ = try await sample.mailedCode(token)
            let soon = try await refusal { try await sample.engine.askDownloadCode(token) }
            for _ in 0..<4 { _ = try await sample.mailedCode(token) }
            sample.clock.pass(.seconds(61))
            let often = try await refusal { try await sample.engine.askDownloadCode(token) }

            #expect(soon == .codeTooSoon)
            #expect(often == .codeTooSoon)
        }
    }

    @Test func aSignedInPersonNeedsNoCode() async throws {
        try await DeliverySample.with { sample in
            let (request, token) = try await sample.unopened()
            let own = try await sample.signIn("user:1")
            let opened = try await sample.engine.openDownload(token, session: own, continuing: nil)
            let foreign = try await sample.signIn("user:2")
            let unsure = try await sample.signIn("user:1", assurance: 1)
            let other = try await sample.signIn("user:1", request: sample.running("user:3").id)
            var refusals: [EngineError.Code?] = []
            for session in [foreign, unsure, other] {
                refusals.append(
                    try await refusal {
                        _ = try await sample.engine.openDownload(token, session: session, continuing: nil)
                    })
            }
            sample.clock.pass(.seconds(3600))
            let over = try await refusal {
                _ = try await sample.engine.openDownload(token, session: own, continuing: nil)
            }

            #expect(refusals == [.noSession, .noSession, .noSession])
            #expect(over == .noSession)
            let session = try await sample.engine.downloadSession(token, secret: opened.secret)
            #expect(session?.method == "session")
            #expect(opened.expiresAt == session?.expiresAt)
            #expect(try await sample.actions(of: request).last == "download.opened")
        }
    }

    private func wrong(_ code: String) -> String {
        code.hasPrefix("1") ? "2" + code.dropFirst() : "1" + code.dropFirst()
    }
}

extension DeliverySample {
    /// A link that nobody has opened.
    func unopened(person: String = "user:1") async throws -> (RequestID, token: String) {
        let link = try await finish(try await running(person), parts: [[1, 2, 3]])
        return (link.request, String(try engine.url(of: link).split(separator: "/").last ?? ""))
    }

    func enter(_ code: String, _ token: String) async throws -> EngineError.Code? {
        try await refusal { _ = try await engine.openDownload(token, code: code, continuing: nil) }
    }

    func signIn(_ person: String, assurance: Int = 2, request: RequestID? = nil) async throws -> SessionRecord {
        let session = SessionRecord(
            hash: Engine.hash(secret: Engine.makeSecret()), subject: engine.people.hash("person", person),
            method: "mailed-code", assurance: assurance, box: nil, request: request, madeAt: clock.now,
            expiresAt: clock.now + .seconds(1800))
        try await engine.control.transaction { try await $0.insert(session) }
        return session
    }

    /// The code that a claim's mail would carry.
    func codeOfClaim(_ claim: ClaimID) async throws -> String {
        let notice = try await engine.control.transaction { transaction in
            let code = try await engine.wantCode(for: .claim(claim), in: transaction)
            let notice = NoticeRecord(
                id: engine.makeID(), request: nil, claim: claim, kind: "one-time-code", recipient: .claim,
                language: .english, facts: "{\"code\":\"\(code.text)\"}", madeAt: clock.now)
            try await transaction.insert(notice)
            return notice
        }
        return try await engine.makeCode(for: notice) ?? ""
    }
}
