import AuditLedger
import DataMap
import Erasing
import ErasureLedger
import Foundation
import HTTPTypes
import HummingbirdTesting
import LegalRules
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import SubjectAccess
import Testing

@testable import HabeasHTTP
@testable import RightsEngine

/// Plans, their approval, suppression and the product's own deletions, through the API.
@Suite struct APIErasureTests {
    private static let nobody = "0199a1c2-7d3e-7abc-8def-0123456789ab"

    @Test func aPlanIsReadApprovedByItsDigestAndByASecondPerson() async throws {
        try await ErasureBench.with { bench in
            let api = bench.api
            let (one, two) = (try await api.token(.compliance), try await api.token(.compliance))
            let id = try await api.opened(one, right: "erasure")
            let early = try await api.call(.get, "/v1/requests/\(id)/plan", one)
            _ = try await api.verify(id, one)
            try await bench.plan(id)
            let shown = try await api.call(.get, "/v1/requests/\(id)/plan", one)
            let digest = try #require(shown.text("digest"))
            let bytes = try #require(Data(base64Encoded: shown.text("canonical") ?? ""))
            func approve(_ digest: String, _ token: String) async throws -> TestResponse {
                try await api.call(
                    .post, "/v1/requests/\(id)/plan/approve", token, ["plan": digest].merging(APIBench.ground) { $1 })
            }
            let own = try await approve(digest, one)
            let other = try await approve(String(repeating: "0", count: 64), two)
            let malformed = try await approve("yes", two)
            let again = try await api.act("/v1/requests/\(id)/plan", one)
            let approved = try await approve(digest, two)
            let twice = try await approve(digest, two)
            let after = try await api.call(.get, "/v1/requests/\(id)/plan", one)
            let late = try await api.act("/v1/requests/\(id)/plan", one)

            #expect(early.status == .notFound && early.code == "erasure.no-plan")
            #expect(ErasurePlan.digest(of: [UInt8](bytes)).hex == digest)
            let plan = try #require(shown.json["plan"] as? [String: Any])
            #expect((plan["collections"] as? [[String: Any]])?.isEmpty == false && plan["counted_at"] is String)
            #expect(own.status == .forbidden && own.code == "staff.second-person", "\(own.text)")
            #expect(other.status == .conflict && other.code == "erasure.plan-refused")
            #expect(malformed.status == .badRequest && malformed.text.contains("64"))
            #expect(again.status == .accepted && again.text("state") == "accepted", "\(again.text)")
            #expect(approved.status == .ok && approved.text("state") == "queued", "\(approved.text)")
            #expect(twice.status == .conflict && twice.code == "request.not-possible")
            #expect(after.text("state") == "approved" && after.text("approved_by")?.hasPrefix("staff:") == true)
            #expect(late.status == .conflict)
            #expect(!shown.text.contains("@"))
        }
    }

    @Test func aPlanThatNamesAHoldIsForThoseWhoMayKnowOfIt() async throws {
        try await ErasureBench.with { bench in
            let api = bench.api
            let (one, two) = (try await api.token(.compliance), try await api.token(.compliance))
            let support = try await api.token(.support)
            let id = try await api.opened(one, right: "erasure")
            let hold = try await api.call(
                .post, "/v1/holds", two,
                [
                    "matter": "2026-LIT-014", "basis": "gdpr-17-3-e", "collections": ["tasks"],
                    "review_on": "2027-05-31", "subject": "email:\(try await api.address())",
                ].merging(APIBench.ground) { $1 })
            _ = try await api.verify(id, one)
            try await bench.plan(id)
            let shown = try await api.call(.get, "/v1/requests/\(id)/plan", two)
            let hidden = try await api.call(.get, "/v1/requests/\(id)/plan", support)

            #expect(hold.status == .created, "\(hold.text)")
            let holds = (shown.json["plan"] as? [String: Any])?["holds"] as? [[String: Any]]
            #expect(holds?.count == 1 && holds?[0]["matter"] as? String == "2026-LIT-014", "\(shown.text)")
            #expect((shown.json["differences"] as? [String]) == [])
            #expect(hidden.status == .forbidden && hidden.text.contains("holds.read"), "\(hidden.text)")
            #expect(!hidden.text.contains("LIT") && !hidden.text.contains("canonical"))
            #expect(try await bench.ledgerEvents() == [.holdPlaced])
        }
    }

    @Test func anErasureCantBeLimitedToCollections() async throws {
        try await APIBench.with { api in
            let one = try await api.token(.compliance)
            let body = try await api.opening(right: "erasure", ["collections": ["contacts"]])
            let answer = try await api.call(.post, "/v1/requests", one, body)

            #expect(answer.status == .unprocessableContent, "\(answer.text)")
            #expect(answer.text.contains("collections") && answer.text.contains("records"))
            #expect(try await api.count("SELECT count(*) FROM habeas.request") == 0)
        }
    }

    @Test func anApprovalComesTooLate() async throws {
        try await ErasureBench.with { bench in
            let api = bench.api
            let one = try await api.token(.compliance, lifetime: .days(60))
            let two = try await api.token(.compliance, lifetime: .days(60))
            let id = try await api.opened(one, right: "erasure")
            _ = try await api.verify(id, one)
            try await bench.plan(id)
            let digest = try #require(try await api.call(.get, "/v1/requests/\(id)/plan", one).text("digest"))
            api.clock.pass(.days(15))
            let answer = try await api.call(
                .post, "/v1/requests/\(id)/plan/approve", two, ["plan": digest].merging(APIBench.ground) { $1 })

            #expect(answer.status == .conflict && answer.code == "erasure.plan-refused", "\(answer.text)")
            #expect(answer.text.contains("too old") && answer.text.contains("--again"))
        }
    }

    @Test func somebodyErasedIsKeptOutUntilTheyComeByThemselves() async throws {
        try await ErasureBench.with { bench in
            let api = bench.api
            let (admin, compliance) = (try await api.token(.admin), try await api.token(.compliance))
            let hash = bench.tools.keys.suppressionHash(kind: "email", "ada@example.com")
            _ = try await api.database.query(
                "INSERT INTO habeas_local.suppression (hash) VALUES (decode('\(hash.hex)', 'hex'))")
            func check(_ identifier: String) async throws -> TestResponse {
                try await api.call(.post, "/v1/suppression/check", admin, ["kind": "email", "identifier": identifier])
            }
            let ada = try await check(" ADA@example.com ")
            let other = try await check("grace@example.com")
            let body: [String: any Sendable] = ["kind": "email", "identifier": "ada@example.com"]
            let forbidden = try await api.call(
                .post, "/v1/suppression/lift", admin, body.merging(APIBench.ground) { $1 })
            let lifted = try await api.call(
                .post, "/v1/suppression/lift", compliance, body.merging(APIBench.ground) { $1 })
            let free = try await check("ada@example.com")
            let unknown = try await api.call(
                .post, "/v1/suppression/check", admin, ["kind": "shoe_size", "identifier": "44"])

            #expect(ada.json["suppressed"] as? Bool == true && ada.text("hash") == hash.hex)
            #expect(other.json["suppressed"] as? Bool == false)
            #expect(forbidden.status == .forbidden)
            #expect(lifted.json["suppressed"] as? Bool == true, "\(lifted.text)")
            #expect(free.json["suppressed"] as? Bool == false)
            #expect(unknown.status == .unprocessableContent && unknown.text.contains("email"))
            let asked = try await api.count(
                "SELECT count(*) FROM habeas.audit_entry WHERE action = 'person.suppression-checked'")
            let leaks = try await api.count("SELECT count(*) FROM habeas.audit_entry e WHERE e::text LIKE '%ada@%'")
            #expect(asked == 3 && leaks == 0)
            let events = try await bench.ledgerEvents()
            #expect(events == [.suppressionLifted])
        }
    }

    @Test func aRecordIsLookedUpBeforeItsRequestIsWritten() async throws {
        try await ErasureBench.with { bench in
            let api = bench.api
            let token = try await api.token(.compliance, lifetime: .days(60))
            func contact(_ whose: String) async throws -> String {
                let rows = try await api.database.query(
                    """
                    SELECT min(c.id::text) FROM workspace.contacts c JOIN workspace.users u ON u.id = c.user_id
                     WHERE u.email \(whose) 'ada@example.com'
                    """)
                return try #require(rows.first?.first.flatMap { $0 })
            }
            func open(_ record: String) async throws -> TestResponse {
                let body: [String: any Sendable] = [
                    "subject": "email:ada@example.com", "right": "erasure", "records": [record],
                ]
                return try await api.call(.post, "/v1/requests", token, body.merging(APIBench.ground) { $1 })
            }
            let (own, others) = (try await contact("="), try await contact("<>"))
            let unknown = try await open("shoes:1")
            let another = try await open("contacts:\(others)")
            let opened = try await open("contacts:\(own)")
            let again = try await open("contacts:\(own.uppercased())")

            #expect(unknown.status == .unprocessableContent && unknown.code == "erasure.unknown-reference")
            #expect(another.status == .notFound && another.code == "erasure.no-such-subject", "\(another.text)")
            #expect(!another.text.contains(others))
            #expect(opened.status == .created && opened.json["collections"] as? [String] == ["contacts"])
            #expect(again.status == .ok && again.text("id") == opened.text("id"))
            #expect(try await api.count("SELECT count(*) FROM habeas.request") == 1)
        }
    }

    @Test func aHoldIsBoundedByWhatIsThere() async throws {
        try await ErasureBench.with { bench in
            let api = bench.api
            let token = try await api.token(.compliance, lifetime: .days(60))
            func place(_ more: [String: any Sendable]) async throws -> TestResponse {
                let body: [String: any Sendable] = [
                    "matter": "2026-LIT-014", "basis": "gdpr-17-3-e", "collections": ["contacts"],
                    "review_on": "2027-05-31",
                ]
                return try await api.call(
                    .post, "/v1/holds", token, body.merging(APIBench.ground) { $1 }.merging(more) { $1 })
            }
            let column = try await place(["range": ["column": "creatd_at", "from": "2026-01-01"]])
            let words = try await place(["range": ["column": "email", "from": "2026-01-01"]])
            let record = try await place(["records": ["0199a1c2-7d3e-7abc-8def-0123456789ab"]])
            let malformed = try await place(["records": ["not-a-key"]])
            let good = try await place(["range": ["column": "created_at", "from": "2026-01-01"]])

            #expect(column.status == .unprocessableContent && column.text.contains("created_at"), "\(column.text)")
            #expect(words.status == .unprocessableContent && words.code == "erasure.unknown-reference")
            #expect(record.status == .notFound && record.text.contains("record 1"))
            #expect(malformed.status == .notFound && !malformed.text.contains("not-a-key"))
            #expect(good.status == .created, "\(good.text)")
            #expect(try await api.count("SELECT count(*) FROM habeas.hold") == 1)
        }
    }

    @Test func whatTheProductDeletesGoesIntoTheLedgerOnce() async throws {
        try await ErasureBench.with { bench in
            let api = bench.api
            let admin = try await api.token(.admin)
            let body: [String: any Sendable] = ["collection": "contacts", "keys": ["41", "42"]]
            let first = try await api.call(.post, "/v1/deletions", admin, body, key: "purge-1")
            let again = try await api.call(.post, "/v1/deletions", admin, body, key: "purge-1")
            let unknown = try await api.call(.post, "/v1/deletions", admin, ["collection": "shoes", "keys": ["1"]])

            #expect(first.status == .accepted && first.json["new"] as? Int == 2, "\(first.text)")
            #expect(again.text == first.text && again.headers[.idempotencyReplayed] == "true")
            #expect(unknown.status == .unprocessableContent && unknown.text.contains("contacts"))
            #expect(try await bench.ledgerEvents() == [.productDeletion, .productDeletion])
            let entries = try await api.count(
                "SELECT count(*) FROM habeas.audit_entry WHERE action = 'product.deleted' AND facts::text LIKE '%\"rows\"%'"
            )
            #expect(entries == 1)
        }
    }

    @Test(arguments: [
        ("deletions", #"{"collection":"contacts","keys":[]}"#),
        ("deletions", #"{"collection":"contacts","keys":["1","1"]}"#),
        ("deletions", #"{"collection":"Ada Lovelace","keys":["1"]}"#),
        ("deletions", #"{"collection":"contacts","keys":["1"],"more":true}"#),
        ("suppression/check", #"{"kind":"email"}"#),
        ("suppression/check", #"{"kind":"E-Mail","identifier":"a"}"#),
        ("suppression/check", #"{"kind":"email","identifier":""}"#),
    ])
    func badInputIsRefused(path: String, body: String) async throws {
        try await APIBench.with { api in
            let answer = try await api.send(.post, "/v1/\(path)", try await api.token(.admin), body)

            #expect(answer.status == .badRequest, "\(answer.text)")
            #expect(!answer.text.contains("Ada"))
        }
    }

    @Test func aServiceThatErasesNothingSaysSo() async throws {
        try await APIBench.with { api in
            let (admin, auditor) = (try await api.token(.admin), try await api.token(.auditor))
            let check = try await api.call(
                .post, "/v1/suppression/check", admin, ["kind": "email", "identifier": "ada@example.com"])
            let certificate = try await api.call(.get, "/v1/requests/\(Self.nobody)/certificate", auditor)

            #expect(check.status == .serviceUnavailable && check.text.contains("habeas doctor"))
            #expect(certificate.status == .notFound && certificate.code == "request.not-found")
        }
    }
}

extension APIBench {
    /// An eraser that really erases, over the workspace.
    static func erasureTools(
        _ database: TestDatabase, _ pool: PostgresPool, _ folder: String
    ) throws -> ErasureTools {
        let yaml = try Checkout.workspaceMap()
        let map = try DataMap(yaml: yaml)
        let keys = try ErasureKeys(folder: "\(folder)/keys")
        let eraser = Eraser(
            map: map, mapDigest: ErasurePlan.digest(of: Array(yaml.utf8)).hex, database: pool,
            verifier: "habeas_verifier",
            stores: [:],
            retention: try RuleBook().retentionClock(),
            hash: { scope, key in
                map.subject(scope) != nil
                    ? keys.subjectHash(kind: scope, key: key) : keys.recordHash(collection: scope, key: key)
            })
        return ErasureTools(
            eraser: eraser, keys: keys, service: map.service, controller: map.controller.name,
            ledger: { try await ErasureLedger.open(folder: "\(folder)/ledger", key: LedgerKey(keys.ledger)) },
            hunt: { _ in [] }, sign: { $0 })
    }
}

/// The API over an eraser that really erases, with keys and a ledger of its own.
private struct ErasureBench: Sendable {
    let api: APIBench
    let tools: ErasureTools
    private let folder: String

    static func with(_ body: @escaping @Sendable (ErasureBench) async throws -> Void) async throws {
        try await APIBench.withEngine { database, engine, keys, clock, folder in
            let pool = PostgresPool(to: database.target(as: "habeas_eraser"), limit: 3)
            let outcome: Result<Void, any Error>
            do {
                let tools = try APIBench.erasureTools(database, pool, folder)
                let parts = APIBench.parts(engine, keys, signIn: nil, clock: clock, erasure: tools)
                let server = try SampleServer.server(parts: parts)
                try await server.application.test(.router) { client in
                    let api = APIBench(
                        database: database, engine: engine, keys: keys, clock: clock, server: server, client: client)
                    try await body(ErasureBench(api: api, tools: tools, folder: folder))
                }
                outcome = .success(())
            } catch { outcome = .failure(error) }
            await pool.close()
            try outcome.get()
        }
    }

    /// Plans a request as the queue does.
    func plan(_ text: String) async throws {
        let engine = api.engine
        let id = try #require(RequestID(text))
        let matter = try #require(try await engine.erasureCase(id))
        let plan = try await tools.eraser.plan(matter.question)
        try await engine.control.transaction { transaction in
            var request = try await engine.locked(id, in: transaction)
            try await engine.keep(plan, for: &request, tools, in: transaction)
        }
    }

    func ledgerEvents() async throws -> [LedgerEvent] {
        var events: [LedgerEvent] = []
        let ledger = try await ErasureLedger.open(folder: "\(folder)/ledger", key: LedgerKey(tools.keys.ledger))
        for try await page in ledger.entries() { events += page.map(\.content.event) }
        return events
    }
}
