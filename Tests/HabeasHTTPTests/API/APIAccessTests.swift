import Crypto
import Foundation
import HTTPTypes
import HummingbirdTesting
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import HabeasHTTP
@testable import RightsEngine

/// Who may do what.
@Suite struct APIAccessTests {
    /// Every route of the API, as a call that reaches its check of permissions.
    static var routes: [(method: HTTPRequest.Method, path: String, permission: Permission?)] {
        let id = "0199a1c2-7d3e-7abc-8def-0123456789ab"
        return [
            (.get, "/v1/me", nil), (.post, "/v1/requests", .openRequests), (.get, "/v1/requests", .readRequests),
            (.post, "/v1/requests/search", .readRequests), (.get, "/v1/requests/\(id)", .readRequests),
            (.get, "/v1/requests/\(id)/evidence", .readAudit),
            (.get, "/v1/requests/\(id)/timeline", .readRequests), (.get, "/v1/requests/\(id)/receipts", .readRequests),
            (.post, "/v1/requests/\(id)/verify", .vouch), (.post, "/v1/requests/\(id)/approve", .release),
            (.post, "/v1/requests/\(id)/refuse", .decide), (.post, "/v1/requests/\(id)/pause", .decide),
            (.post, "/v1/requests/\(id)/resume", .decide), (.post, "/v1/requests/\(id)/cancel", .cancel),
            (.post, "/v1/requests/\(id)/retry", .decide), (.get, "/v1/requests/\(id)/links", .readRequests),
            (.post, "/v1/requests/\(id)/links", .manageLinks), (.post, "/v1/links/\(id)/renew", .manageLinks),
            (.post, "/v1/links/\(id)/revoke", .manageLinks), (.post, "/v1/notices/\(id)/bounce", .reportBounces),
            (.get, "/v1/jobs", .readJobs), (.get, "/v1/jobs/\(id)", .readJobs),
            (.post, "/v1/jobs/\(id)/retry", .manageJobs), (.get, "/v1/queue", .readJobs),
            (.post, "/v1/queue/mail/pause", .manageJobs), (.post, "/v1/queue/mail/resume", .manageJobs),
            (.get, "/v1/audit", .readAudit), (.get, "/v1/audit/export", .readAudit), (.get, "/v1/staff", .readStaff),
            (.post, "/v1/staff", .manageStaff), (.post, "/v1/staff/\(id)/end", .manageStaff),
            (.get, "/v1/staff/\(id)/tokens", .readStaff), (.post, "/v1/staff/\(id)/tokens", .manageStaff),
            (.post, "/v1/tokens/0123456789abcdef/revoke", .manageStaff),
            (.get, "/v1/requests/\(id)/deadline", .readRequests),
            (.post, "/v1/requests/\(id)/deadline/accept", .decide),
            (.post, "/v1/requests/\(id)/acknowledge", .handle), (.post, "/v1/requests/\(id)/questions", .handle),
            (.post, "/v1/requests/\(id)/answers", .handle), (.post, "/v1/requests/\(id)/extend", .decide),
            (.post, "/v1/requests/\(id)/withdraw", .handle), (.post, "/v1/requests/\(id)/assign", .handle),
            (.post, "/v1/requests/\(id)/appeal", .handle), (.post, "/v1/requests/\(id)/appeal/decide", .decide),
            (.get, "/v1/dashboard", .readRequests), (.get, "/v1/reports/yearly", .readAudit),
            (.get, "/v1/calendar.ics", .readCalendar),
            (.post, "/v1/holds", .writeHolds), (.get, "/v1/holds", .readHolds), (.get, "/v1/holds/\(id)", .readHolds),
            (.post, "/v1/holds/\(id)/confirm", .writeHolds), (.post, "/v1/holds/\(id)/decline", .writeHolds),
            (.post, "/v1/holds/\(id)/release", .writeHolds),
            (.post, "/v1/holds/\(id)/confirm-release", .writeHolds), (.post, "/v1/holds/\(id)/review", .writeHolds),
            (.get, "/v1/requests/\(id)/plan", .readRequests), (.post, "/v1/requests/\(id)/plan", .handle),
            (.post, "/v1/requests/\(id)/plan/approve", .approveErasure),
            (.get, "/v1/requests/\(id)/certificate", .readRequests),
            (.get, "/v1/recipients", .readRequests), (.post, "/v1/recipients/\(id)/confirm", .manageRecipients),
            (.post, "/v1/suppression/check", .checkSuppression), (.post, "/v1/suppression/lift", .approveErasure),
            (.post, "/v1/deletions", .reportDeletions),
        ]
    }

    @Test func everyRouteNeedsATokenAndItsPermission() async throws {
        try await APIBench.with { api in
            let all: Set<StaffRole> = [.support, .compliance, .auditor, .admin]
            for route in Self.routes {
                let body: [String: any Sendable]? = route.method == .post ? [:] : nil
                let nobody = try await api.call(route.method, route.path, nil, body)
                #expect(nobody.status == .unauthorized, "\(route)")
                #expect(nobody.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
                guard let permission = route.permission else { continue }
                let others = Permission.allCases.filter { $0 != permission }
                let narrow = try await APIBench.token(api.engine, all, scopes: others)
                let refused = try await api.call(route.method, route.path, narrow, body)
                #expect(refused.status == .forbidden, "\(route)")
                #expect(refused.code == "staff.forbidden")
                let fitting = try await APIBench.token(api.engine, all, scopes: [permission])
                let allowed = try await api.call(route.method, route.path, fitting, body)
                #expect(allowed.status != .forbidden && allowed.status.code < 500, "\(route)")
            }
        }
    }

    @Test func theListIsWholeAndSaysWhatTheDescriptionSays() throws {
        let described = try APIDescription.operations().filter { $0.path.hasPrefix("/v1/") }
        for operation in described {
            let route = Self.routes.first {
                $0.method.rawValue.lowercased() == operation.method && APIDescription.fits(operation.path, $0.path)
            }
            #expect(route != nil, "\(operation)")
            #expect(operation.permission == route?.permission?.rawValue, "\(operation)")
        }
        #expect(described.count == Self.routes.count)
    }

    @Test(arguments: [
        ([StaffRole.support], ["requests.open", "links.manage"], ["requests.decide", "audit.read", "staff.read"]),
        ([.auditor], ["requests.read", "audit.read"], ["requests.open", "links.manage", "requests.vouch"]),
        ([.admin], ["staff.manage", "jobs.manage"], ["requests.open", "requests.release", "links.manage"]),
    ])
    func rolesHaveTheirPermissions(roles: [StaffRole], has: [String], lacks: [String]) async throws {
        try await APIBench.with { api in
            let token = try await APIBench.token(api.engine, Set(roles))
            let me = try await api.call(.get, "/v1/me", token)
            let permissions = Set(me.json["permissions"] as? [String] ?? [])

            #expect(me.json["roles"] as? [String] == roles.map(\.rawValue))
            #expect(permissions.isSuperset(of: has))
            #expect(permissions.isDisjoint(with: lacks))
        }
    }

    @Test func tokensThatAreOverRevokedOrForeignLookTheSame() async throws {
        try await APIBench.with { api in
            let admin = try await api.token(.admin)
            let short = try await api.token(.support, lifetime: .seconds(60))
            let revoked = try await api.token(.support)
            let id = revoked.split(separator: "_")[1]
            let revocation = try await api.act("/v1/tokens/\(id)/revoke", admin)
            api.clock.pass(.seconds(61))
            let flipped = String(admin.dropLast()) + (admin.hasSuffix("A") ? "B" : "A")
            var answers: [String] = []
            for token in [short, revoked, flipped, "habeas_0123456789abcdef_x", "habeas_", "a.b.c", "x"] {
                let answer = try await api.call(.get, "/v1/me", token)
                #expect(answer.status == .unauthorized)
                answers.append(answer.detail)
            }
            let works = try await api.call(.get, "/v1/me", admin)

            #expect(revocation.text("state") == "revoked")
            #expect(Set(answers).count == 1)
            #expect(works.status == .ok)
        }
    }

    @Test(arguments: ["", "Bearer", "Bearer ", "Basic eA==", "Bearer a b", "habeas_x", "Bearer  habeas_x"])
    func oddAuthorizationsAreRefused(header: String) async throws {
        try await APIBench.with { api in
            let answer = try await api.send(.get, "/v1/me", nil, nil, [.authorization: header])

            #expect(answer.status == .unauthorized)
        }
    }

    @Test func anEndedAccountHasNoWayInAndTheLastAdministratorStays() async throws {
        try await APIBench.with { api in
            let admin = try await api.token(.admin)
            let me = try await api.call(.get, "/v1/me", admin)
            let own = try #require(me.text("id"))
            let added = try await api.call(
                .post, "/v1/staff", admin, ["name": "Grace H.", "roles": ["support"]].merging(APIBench.ground) { $1 })
            let id = try #require(added.text("id"))
            let issued = try await api.call(
                .post, "/v1/staff/\(id)/tokens", admin,
                ["scopes": ["requests.read"], "expires_in": 3600].merging(APIBench.ground) { $1 })
            let token = try #require(issued.text("token"))
            let before = try await api.call(.get, "/v1/me", token)
            let ended = try await api.act("/v1/staff/\(id)/end", admin)
            let after = try await api.call(.get, "/v1/me", token)
            let last = try await api.act("/v1/staff/\(own)/end", admin)
            let still = try await api.call(.get, "/v1/me", admin)

            #expect(added.status == .created)
            #expect(before.json["permissions"] as? [String] == ["requests.read"])
            #expect(ended.text("ended_at") != nil)
            #expect(after.status == .unauthorized)
            #expect(last.status == .conflict)
            #expect(last.code == "staff.last-administrator")
            #expect(still.status == .ok)
        }
    }

    @Test func aTokensTextIsShownOnceAndStoredNowhere() async throws {
        try await APIBench.with { api in
            let admin = try await api.token(.admin)
            let me = try await api.call(.get, "/v1/me", admin)
            let path = "/v1/staff/\(try #require(me.text("id")))/tokens"
            let first = try await api.act(path, admin, key: "token-1")
            let replay = try await api.act(path, admin, key: "token-1")
            let token = try #require(first.text("token"))
            let secret = token.split(separator: "_", maxSplits: 2)[2]
            let stored = try await api.database.query(
                "SELECT count(*) FROM habeas.idempotency WHERE position(convert_to($1, 'UTF8') IN body) > 0",
                [String(secret)])
            let list = try await api.call(.get, path, admin)

            #expect(first.status == .created)
            #expect(replay.status == .created)
            #expect(replay.json["token"] == nil)
            #expect(replay.text("hint")?.contains("can't be shown again") == true)
            #expect(replay.headers[.idempotencyReplayed] == "true")
            #expect(stored == [["0"]])
            #expect(list.items.count == 2)
            #expect(!list.text.contains(secret))
        }
    }

    @Test func tokensOfTheSignInServiceAreAccepted() async throws {
        let key = P256.Signing.PrivateKey()
        try await APIBench.with(
            { _ in },
            signIn: { folder, clock in
                let point = key.publicKey.x963Representation
                let set = """
                    {"keys":[{"kty":"EC","crv":"P-256","kid":"k1","alg":"ES256","x":"\(Base64URL.encode([UInt8](point[1..<33])))",\
                    "y":"\(Base64URL.encode([UInt8](point[33..<65])))"}]}
                    """
                try! set.write(toFile: "\(folder)/jwks.json", atomically: true, encoding: .utf8)
                let issuer = TokenIssuer(keys: "\(folder)/jwks.json", issuer: "https://id.example", audience: "habeas")
                return TokenVerifier(issuer, now: { clock.now })
            }
        ) { api in
            let admin = try await api.token(.admin)
            let added = try await api.call(
                .post, "/v1/staff", admin,
                ["name": "Ada", "roles": ["auditor"], "sign_in_subject": "sub-1"].merging(APIBench.ground) { $1 })
            let good = try Self.jwt(key, subject: "sub-1", until: api.clock.now.seconds + 60)
            let stranger = try Self.jwt(key, subject: "sub-2", until: api.clock.now.seconds + 60)
            let old = try Self.jwt(key, subject: "sub-1", until: api.clock.now.seconds - 60)
            let forged = try Self.jwt(P256.Signing.PrivateKey(), subject: "sub-1", until: api.clock.now.seconds + 60)
            let me = try await api.call(.get, "/v1/me", good)
            let codes = [
                try await api.call(.get, "/v1/me", stranger), try await api.call(.get, "/v1/me", old),
                try await api.call(.get, "/v1/me", forged),
            ]

            #expect(added.status == .created)
            #expect(me.json["roles"] as? [String] == ["auditor"])
            #expect(codes.map(\.status) == [.unauthorized, .unauthorized, .unauthorized])
            #expect(codes.map(\.code) == ["staff.unauthenticated", "session.bad-token", "session.bad-token"])
        }
    }

    private static func jwt(_ key: P256.Signing.PrivateKey, subject: String, until: Int64) throws -> String {
        let header = Base64URL.encode(Array(#"{"alg":"ES256","kid":"k1","typ":"JWT"}"#.utf8))
        let claims = #"{"iss":"https://id.example","aud":"habeas","sub":"\#(subject)","exp":\#(until)}"#
        let text = "\(header).\(Base64URL.encode(Array(claims.utf8)))"
        let signature = try key.signature(for: Data(text.utf8)).rawRepresentation
        return "\(text).\(Base64URL.encode([UInt8](signature)))"
    }
}
