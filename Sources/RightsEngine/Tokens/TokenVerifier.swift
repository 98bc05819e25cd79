internal import AsyncHTTPClient
internal import FoundationEssentials
internal import JWTKit
internal import NIOCore
internal import NIOHTTP1
internal import ObjectStore
package import RightsCore

/// Checks tokens of one issuer: signature by a published key, issuer, audience, times.
package actor TokenVerifier {
    private let issuer: TokenIssuer
    private let now: @Sendable () -> Instant
    private var keys: JWTKeyCollection?
    private var keyIDs: Set<String> = []
    private var readAt: Instant?
    private var triedAt: Instant?
    private var reading: Task<Void, Never>?

    /// How long keys are used before they are read again.
    private static let freshness = Duration.seconds(600)
    /// How soon they are read again, because a key's id is unknown or the last time failed.
    private static let shortestPause = Duration.seconds(30)
    private static let largestKeySet = 262_144

    /// A verifier for an issuer's tokens.
    package init(_ issuer: TokenIssuer, now: @escaping @Sendable () -> Instant) {
        self.issuer = issuer
        self.now = now
    }

    /// Whom a token names: the subject as the data map names people, or as it stands in the claim.
    ///
    /// - Throws: `EngineError` when the token isn't accepted; it says why without repeating the token.
    package func subject(of token: String) async throws -> String {
        guard token.utf8.count <= 16_384 else { throw Self.refused("it is too long") }
        let keyID = try Self.keyID(of: token)
        let keys = try await keys(for: keyID)
        let claims: TokenClaims
        do { claims = try await keys.verify(token, as: TokenClaims.self) } catch {
            throw Self.refused("its signature or form isn't right")
        }
        try check(claims)
        guard let subject = claims.strings[issuer.subjectClaim], !subject.isEmpty, subject.utf8.count <= 256 else {
            throw Self.refused("it has no claim “\(issuer.subjectClaim)”")
        }
        return issuer.subjectKind.map { "\($0):\(subject)" } ?? subject
    }

    private func check(_ claims: TokenClaims) throws(EngineError) {
        let seconds = now().seconds
        // Clocks differ by a little.
        let leeway: Int64 = 30
        guard claims.issuer == issuer.issuer else { throw Self.refused("it is another issuer's") }
        guard claims.audience.contains(issuer.audience) else { throw Self.refused("it is meant for somebody else") }
        guard seconds < claims.expiresAt + leeway else { throw Self.refused("its time is up") }
        guard seconds >= (claims.notBefore ?? seconds) - leeway else { throw Self.refused("its time hasn't come") }
        guard let maximumAge = issuer.maximumAge else { return }
        guard let signedInAt = claims.signedInAt else { throw Self.refused("it doesn't say when they signed in") }
        guard seconds - signedInAt <= maximumAge.components.seconds + leeway else {
            throw Self.refused("the sign-in is too long ago; sign in at the product again")
        }
    }

    private static func refused(_ reason: String) -> EngineError {
        EngineError(.badToken, "the token isn't accepted: \(reason)")
    }

    /// The key's id of the header (RFC 7515 §4.1.4).
    private static func keyID(of token: String) throws(EngineError) -> String {
        struct Header: Decodable {
            let kid: String?
            let crit: [String]?
        }
        let part = token.prefix { $0 != "." }
        var text = String(part).replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.count % 4) % 4)
        // Whatever the decoder says, it is no token.
        guard let data = Data(base64Encoded: text), let header = try? JSONDecoder().decode(Header.self, from: data)
        else {
            throw refused("it is no JWT")
        }
        // RFC 7515 §4.1.11: what it demands to be understood isn't.
        guard header.crit == nil else { throw refused("it needs an extension that isn't known here") }
        guard let keyID = header.kid else { throw refused("it doesn't say which key signed it") }
        return keyID
    }

    // MARK: keys

    private func keys(for keyID: String) async throws -> JWTKeyCollection {
        if !isWithin(Self.freshness, of: readAt) || !keyIDs.contains(keyID) { await readKeysInTime() }
        guard let keys else {
            throw EngineError(
                .unavailable, "the keys that tokens are checked with can't be read",
                hint: "the operator finds the cause with `habeas doctor`")
        }
        guard keyIDs.contains(keyID) else { throw Self.refused("no published key has signed it") }
        return keys
    }

    /// Reads the keys, for everybody who waits for them at once, unless that was tried a moment ago: whoever sends
    /// tokens of unknown keys, or while the publisher is away, makes nobody be asked more often.
    private func readKeysInTime() async {
        if let reading { return await reading.value }
        guard !isWithin(Self.shortestPause, of: triedAt) else { return }
        triedAt = now()
        let reading = Task { await readKeys() }
        self.reading = reading
        await reading.value
        self.reading = nil
    }

    private func isWithin(_ duration: Duration, of instant: Instant?) -> Bool {
        // A clock that was set back counts as time that passed.
        instant.map { (0..<duration.microseconds).contains(now().microseconds - $0.microseconds) } ?? false
    }

    private func readKeys() async {
        // Keys that were good ten minutes ago are still better than nobody signing in; so are they when what is
        // published now is no set of keys. One unreadable key mustn't hide the others.
        guard let bytes = try? await keyBytes(),
            let set = try? JSONDecoder().decode(KeySet.self, from: Data(bytes)).keys
        else { return }
        let collection = JWTKeyCollection()
        var ids: Set<String> = []
        for key in set.compactMap(\.key) {
            guard let id = key.keyIdentifier?.string else { continue }
            guard (try? await collection.add(jwk: key)) != nil else { continue }
            ids.insert(id)
        }
        keys = collection
        keyIDs = ids
        readAt = now()
    }

    private struct KeySet: Decodable {
        struct Entry: Decodable {
            let key: JWK?
            init(from decoder: any Decoder) throws { key = try? JWK(from: decoder) }
        }
        let keys: [Entry]
    }

    private func keyBytes() async throws -> [UInt8] {
        guard issuer.keys.hasPrefix("https://") || issuer.keys.hasPrefix("http://") else {
            return try WholeFile.read(issuer.keys)
        }
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: issuer.keys), timeout: .seconds(10))
        guard response.status.code == 200 else { throw Self.refused("its keys can't be fetched") }
        return Array(buffer: try await response.body.collect(upTo: Self.largestKeySet))
    }
}
