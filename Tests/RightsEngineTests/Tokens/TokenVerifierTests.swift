import Foundation
import PostgresTestKit
import RightsCore
import Testing

@testable import RightsEngine

/// Tokens that PyJWT made, and others that nobody should accept.
@Suite(.timeLimit(.minutes(10))) struct TokenVerifierTests {
    private static let start = TestClock().now

    /// What the judge made, and where it publishes its keys.
    private struct Mint: Sendable {
        let folder: String
        let url: String
        let tokens: [String: String]

        func named(_ name: String) -> String { tokens[name] ?? "there is no such token" }

        var fetches: Int {
            let text = (try? String(contentsOfFile: "\(folder)/fetches", encoding: .utf8)) ?? ""
            return text.split(separator: "\n").count
        }

        func issuer(_ keys: String) -> TokenIssuer {
            TokenIssuer(keys: keys, issuer: "https://id.example", audience: "habeas")
        }

        func rotate() throws {
            let rotated = try Data(contentsOf: URL(filePath: "\(folder)/rotated.json"))
            try rotated.write(to: URL(filePath: "\(folder)/jwks.json"), options: .atomic)
        }
    }

    private func withMint(_ body: @Sendable (Mint) async throws -> Void) async throws {
        try await withFolder { folder in
            try await LineServer.with("tokens.py", [folder, String(Self.start.seconds)]) { server in
                let tokens = try JSONDecoder().decode(
                    [String: String].self, from: Data(contentsOf: URL(filePath: "\(folder)/tokens.json")))
                try await body(
                    Mint(folder: folder, url: "http://127.0.0.1:\(server.port)/jwks.json", tokens: tokens))
            }
        }
    }

    /// What the verifier says of a token: whom it names, or why it isn't accepted.
    private func verdict(_ verifier: TokenVerifier, _ token: String) async -> Result<String, EngineError> {
        do { return .success(try await verifier.subject(of: token)) } catch let error as EngineError {
            return .failure(error)
        } catch {
            Issue.record("another error: \(type(of: error))")
            return .success("")
        }
    }

    private func subject(_ verifier: TokenVerifier, _ token: String) async -> String? {
        try? await verdict(verifier, token).get()
    }

    @Test(arguments: [true, false]) func onlyWhatThePublishedKeysSignedForUsIsAccepted(fromFile: Bool) async throws {
        try await withMint { mint in
            let verifier = TokenVerifier(mint.issuer(fromFile ? "\(mint.folder)/jwks.json" : mint.url)) { Self.start }
            var (accepted, refused) = (0, 0)
            for (name, token) in mint.tokens where name.hasPrefix("good") || name.hasPrefix("bad") {
                switch await verdict(verifier, token) {
                case .success(let subject):
                    #expect(name.hasPrefix("good") && subject == "subject-1", "\(name)")
                    accepted += 1
                case .failure(let error):
                    #expect(name.hasPrefix("bad") && error.code == .badToken, "\(name): \(error)")
                    #expect(!repeats(error, token), "\(name)")
                    refused += 1
                }
            }
            #expect(accepted == 7 && refused == 28)
            #expect(mint.fetches == (fromFile ? 0 : 1))
        }
    }

    /// Whether an error tells anything of a token: a piece of it, or of what it says.
    private func repeats(_ error: EngineError, _ token: String) -> Bool {
        let said = "\(error) \(error.hint ?? "") \(error.field ?? "") \(String(reflecting: error))"
        let pieces = token.split(separator: ".").map { String($0.prefix(12)) }.filter { $0.count == 12 }
        return (pieces + ["subject-1", "subject-2", "example"]).contains { said.contains($0) }
    }

    @Test func aSignInThatIsTooOldIsAskedAgain() async throws {
        try await withMint { mint in
            var issuer = mint.issuer("\(mint.folder)/jwks.json")
            let lenient = TokenVerifier(issuer) { Self.start }
            issuer.maximumAge = .seconds(3600)
            let strict = TokenVerifier(issuer) { Self.start }
            for name in ["old sign-in", "no sign-in"] {
                #expect(await subject(lenient, mint.named(name)) == "subject-1")
                #expect(isRefused(await verdict(strict, mint.named(name))))
            }
            #expect(await subject(strict, mint.named("good ec")) == "subject-1")
        }
    }

    @Test func theClaimAndKindAreTheIssuersSettings() async throws {
        try await withMint { mint in
            var issuer = mint.issuer("\(mint.folder)/jwks.json")
            issuer.subjectKind = "user"
            let named = await subject(TokenVerifier(issuer) { Self.start }, mint.named("good ec"))
            #expect(named == "user:subject-1")
            issuer.subjectClaim = "email"
            #expect(isRefused(await verdict(TokenVerifier(issuer) { Self.start }, mint.named("good ec"))))
        }
    }

    /// A rotated key is known as soon as a token names it, and unknown ones ask at most every 30 seconds.
    @Test func unknownKeysAreLookedForAtMostEveryThirtySeconds() async throws {
        try await withMint { mint in
            let time = TestClock()
            let verifier = TokenVerifier(mint.issuer(mint.url)) { time.now }
            let (known, unknown) = (mint.named("good ec"), mint.named("rotated"))
            #expect(await subject(verifier, known) == "subject-1")
            for _ in 0..<5 { #expect(isRefused(await verdict(verifier, unknown))) }
            #expect(mint.fetches == 1)

            time.pass(.seconds(31))
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = await verdict(verifier, unknown) } }
            }
            #expect(isRefused(await verdict(verifier, unknown)))
            #expect(mint.fetches == 2)

            try mint.rotate()
            time.pass(.seconds(31))
            #expect(await subject(verifier, unknown) == "subject-1")
            #expect(await subject(verifier, known) == "subject-1")
            #expect(mint.fetches == 3)
        }
    }

    /// A publisher that is away, or publishes nonsense, is asked at most every 30 seconds too, and good keys stay good.
    @Test func keysThatCannotBeReadAreNotAskedForOnAndOn() async throws {
        try await withMint { mint in
            let time = TestClock()
            let verifier = TokenVerifier(mint.issuer(mint.url)) { time.now }
            let path = URL(filePath: "\(mint.folder)/jwks.json")
            let good = try Data(contentsOf: path)
            let token = mint.named("good ec")
            try FileManager.default.removeItem(at: path)
            for _ in 0..<3 { #expect(refusal(await verdict(verifier, token)) == .unavailable) }
            #expect(mint.fetches == 1)

            try good.write(to: path)
            time.pass(.seconds(31))
            #expect(await subject(verifier, token) == "subject-1")
            try Data("<html>".utf8).write(to: path)
            let unknown = mint.named("rotated")
            time.pass(.seconds(31))
            #expect(isRefused(await verdict(verifier, unknown)))
            #expect(await subject(verifier, token) == "subject-1")
            #expect(mint.fetches == 3)
        }
    }

    private func isRefused(_ verdict: Result<String, EngineError>) -> Bool { refusal(verdict) == .badToken }

    /// The code of a refusal; nil when the token was accepted.
    private func refusal(_ verdict: Result<String, EngineError>) -> EngineError.Code? {
        if case .failure(let error) = verdict { return error.code }
        return nil
    }
}
