import AuditLedger
import DataMap
import Erasing
import ErasureLedger
import Foundation
import LegalRules
import ObjectStore
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import Synchronization
import SystemPackage
import Testing

@testable import RightsEngine

/// The demonstration product with an engine that erases from it, and recipients who are told.
struct RecipientBench: Sendable {
    let work: WorkBench
    let tools: ErasureTools
    let ledger: ErasureLedger
    let kim: StaffCaller
    /// What the recipients' webhooks got, and what they answer.
    let calls = Calls()
    /// What was mailed, and what becomes of it.
    let post = Post()

    var engine: Engine { work.engine }
    var database: TestDatabase { work.database }

    static let ways = [
        RecipientWay(name: "Northlight AI Ltd", webhook: "northlight", identifiesBy: "email"),
        RecipientWay(name: "Havel Steuerberatung PartG mbB", keepsDays: 3000),
    ]

    static func with(
        _ ways: [RecipientWay] = RecipientBench.ways, _ body: (RecipientBench) async throws -> Void
    ) async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                var work = try await WorkBench(database, folder, 24)
                var settings = work.engine.settings
                settings.webhooks = [
                    WebhookEndpoint(name: "northlight", url: "https://recipient.test", secrets: []),
                    WebhookEndpoint(name: "product", url: "https://product.test", secrets: []),
                ]
                settings.recipients = ways
                let time = work.clock
                work.engine = Engine(
                    control: work.engine.control, people: work.engine.people, settings: settings,
                    directory: work.engine.directory, now: { time.now })
                let pool = PostgresPool(to: database.target(as: "habeas_eraser"), limit: 4)
                do {
                    let bench = try await RecipientBench(work, pool)
                    try await body(bench)
                } catch {
                    await pool.close()
                    await work.pool.close()
                    throw error
                }
                await pool.close()
                await work.pool.close()
            }
        }
    }

    private init(_ work: WorkBench, _ pool: PostgresPool) async throws {
        self.work = work
        let folder = work.folder
        let yaml = try Checkout.workspaceMap()
        let map = try DataMap(yaml: yaml)
        let keys = try ErasureKeys(folder: "\(folder)/keys")
        let ledger = try await ErasureLedger.open(folder: "\(folder)/ledger", key: LedgerKey(keys.ledger))
        self.ledger = ledger
        try FileManager.default.createDirectory(atPath: "\(folder)/objects", withIntermediateDirectories: true)
        let eraser = Eraser(
            map: map, mapDigest: ErasurePlan.digest(of: Array(yaml.utf8)).hex, database: pool,
            verifier: "habeas_verifier",
            stores: ["objects": FolderStore(root: FilePath("\(folder)/objects"))],
            retention: try RuleBook().retentionClock(),
            hash: { scope, key in
                map.subject(scope) != nil
                    ? keys.subjectHash(kind: scope, key: key) : keys.recordHash(collection: scope, key: key)
            })
        tools = ErasureTools(
            eraser: eraser, keys: keys, service: map.service, controller: map.controller.name, ledger: { ledger },
            hunt: { orders in orders.map { _ in HuntOutcome(tables: 1, obstacles: [], leftovers: []) } },
            sign: { try KeyRing(folder: "\(folder)/keys").sign($0) }, huntWindow: .zero)
        kim = try await work.staff("Kim", .compliance)
    }

    var workshop: Workshop {
        let (calls, post) = (calls, post)
        return Workshop(
            archives: .small(in: work.archives), postOffice: { post.take($0) },
            callWebhook: { event, endpoint in calls.take(event, endpoint) }, signCheckpoint: {}, erasure: tools)
    }

    /// One record that the staff have erased for its person.
    func erase(record: String, of email: String = "ada@example.com") async throws -> RequestRecord {
        let sam = try await work.staff("Sam", .support)
        let subject = "user:\(try await work.value("SELECT id::text FROM workspace.users WHERE email = $1", [email]))"
        let found = try await engine.find(subject)
        let id = try await engine.control.transaction {
            try await engine.open(
                StaffRequestInput(
                    subject: subject, right: .erasure, regime: "GDPR", records: [record], language: .english),
                for: found, by: sam, .sample, in: $0
            ).request.id
        }
        _ = try await engine.control.transaction {
            try await engine.vouch(
                id, method: "call-back", evidence: ["customer-number"], isAccepted: true, by: sam, .sample, in: $0)
        }
        return try await carryOut(id)
    }

    /// Asks, confirms, approves and erases; gives the request, settled.
    func erase(_ email: String = "ada@example.com") async throws -> RequestRecord {
        let key = try await work.value("SELECT id::text FROM workspace.users WHERE email = $1", [email])
        let (secret, _) = try await engine.signIn(reference: "user:\(key)")
        let session = try await engine.session(secret)
        let asked = try await engine.ask(
            ClaimInput(address: "", right: .erasure, format: .json, language: .english, zone: nil, regime: nil),
            by: session)
        try await engine.confirm(asked.id, by: session)
        return try await carryOut(asked.id)
    }

    private func carryOut(_ id: RequestID) async throws -> RequestRecord {
        try await work.withWorker(workshop) {
            try await work.until(
                "SELECT count(*) = 1 FROM habeas.erasure_plan WHERE request_id = $1", [id.text])
            let plan = try await engine.plan(of: id, by: kim)
            _ = try await engine.control.transaction {
                try await engine.approveErasure(id, digest: plan.record.digest, by: kim, .sample, in: $0)
            }
            try await work.until(
                "SELECT state IN ('erased', 'erased_with_retention', 'partial') FROM habeas.request WHERE id = $1",
                [id.text])
            try await work.until(
                "SELECT count(*) = 0 FROM habeas.job WHERE state IN ('waiting', 'running') AND kind <> 'retention'")
        }
        return try await work.request(id)
    }

    func duties(_ id: RequestID) async throws -> [String: RecipientDuty] {
        let duties = try await engine.control.connection { try await $0.recipients(of: id) }
        return Dictionary(uniqueKeysWithValues: duties.map { ($0.recipient, $0) })
    }

    func settle(
        _ duty: RecipientDuty, _ outcome: RecipientOutcome, until: String? = nil
    ) async throws -> RecipientDuty {
        try await engine.control.transaction {
            try await engine.settleRecipient(
                duty.id, outcome, until: until.flatMap { CivilDate($0) }, by: kim, .sample, in: $0)
        }
    }

    /// Runs what the webhooks' jobs have to do.
    func callWebhooks() async throws {
        try await work.withWorker(workshop) {
            try await work.until(
                "SELECT count(*) = 0 FROM habeas.job WHERE state IN ('waiting', 'running') AND kind = 'webhook'")
        }
    }

    /// Sends what is to be mailed.
    func sendMails() async throws {
        try await work.withWorker(workshop) {
            try await work.until(
                "SELECT count(*) = 0 FROM habeas.job WHERE state IN ('waiting', 'running') AND kind = 'mail'")
        }
    }

    /// Every row of the control database as text.
    func dump(except tables: Set<String> = []) async throws -> String {
        let names = try await database.query("SELECT tablename FROM pg_tables WHERE schemaname = 'habeas' ORDER BY 1")
        var dump = ""
        for name in names.compactMap({ $0[0] }) where !tables.contains(name) {
            let rows = try await database.query("SELECT t::text FROM habeas.\(name) t")
            dump += rows.compactMap { $0[0] }.joined(separator: "\n")
        }
        return dump
    }

    /// What was mailed. Mails to recipients have the outcome that a test chooses.
    final class Post: Sendable {
        private let letters = Mutex<[Letter]>([])
        private let outcome = Mutex<PostOutcome>(.handedOver(replyCode: 250))

        func take(_ letter: Letter) -> PostOutcome {
            letters.withLock { $0.append(letter) }
            return letter.duty == nil ? .handedOver(replyCode: 250) : outcome.withLock { $0 }
        }

        func answer(_ next: PostOutcome) { outcome.withLock { $0 = next } }

        func of(_ kind: NoticeKindCode) -> [Letter] {
            letters.withLock { $0.filter { $0.notice.kind == kind.rawValue } }
        }
    }

    /// What webhooks were told.
    final class Calls: Sendable {
        private let bodies = Mutex<[(endpoint: String, body: String)]>([])

        func take(_ event: WebhookRecord, _ endpoint: WebhookEndpoint) -> Int {
            bodies.withLock { $0.append((endpoint.name, event.body)) }
            return 200
        }

        func of(_ endpoint: String) -> [String] {
            bodies.withLock { $0.filter { $0.endpoint == endpoint }.map(\.body) }
        }
    }
}
