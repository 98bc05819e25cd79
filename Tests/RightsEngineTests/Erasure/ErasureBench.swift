import AuditLedger
import BackupTruth
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

/// An engine beside the demonstration product: people ask, colleagues approve, a worker erases.
struct ErasureBench: Sendable {
    let work: WorkBench
    let product: TestDatabase
    let tools: ErasureTools
    let ledger: ErasureLedger
    let grace: StaffCaller
    let kim: StaffCaller
    let letters: Letters

    var engine: Engine { work.engine }

    static func with(
        budget: ErasureBudget = ErasureBudget(), map extra: String = "",
        settings change: (inout EngineSettings) -> Void = { _ in }, copies: [DeclaredCopy] = [],
        _ body: (ErasureBench) async throws -> Void
    ) async throws {
        try await TestCluster.withWorkspace { product in
            try await WorkBench.with { work in
                var work = work
                var settings = work.engine.settings
                settings.collections = ["contacts", "tasks", "invoices", "documents"]
                change(&settings)
                work.engine = Engine(
                    control: work.engine.control, people: work.engine.people, settings: settings,
                    directory: directory(of: product), now: work.engine.now)
                let keys = try ErasureKeys(folder: "\(work.folder)/keys")
                let ledger = try await ErasureLedger.open(folder: "\(work.folder)/ledger", key: LedgerKey(keys.ledger))
                let pool = PostgresPool(to: product.target(as: "habeas_eraser"), limit: 4)
                let tools = try tools(work, product, keys, ledger, pool, budget, extra, copies)
                do {
                    try await body(
                        ErasureBench(
                            work: work, product: product, tools: tools, ledger: ledger,
                            grace: work.staff("Grace", .compliance), kim: work.staff("Kim", .compliance),
                            letters: Letters()))
                    await pool.close()
                } catch {
                    await pool.close()
                    throw error
                }
            }
        }
    }

    private static func directory(of product: TestDatabase) -> PersonDirectory {
        PersonDirectory { reference in
            let value = String(reference.drop { $0 != ":" }.dropFirst())
            let rows = try await product.query(
                "SELECT id::text, email::text FROM workspace.users WHERE id::text = $1 OR email = $1", [value])
            return rows.first.map { PersonDirectory.Person(reference: "user:\($0[0] ?? "")", address: $0[1]) }
        }
    }

    private static func tools(
        _ work: WorkBench, _ product: TestDatabase, _ keys: ErasureKeys, _ ledger: ErasureLedger, _ pool: PostgresPool,
        _ budget: ErasureBudget, _ extra: String, _ copies: [DeclaredCopy]
    ) throws -> ErasureTools {
        let yaml = try Checkout.workspaceMap() + extra
        let map = try DataMap(yaml: yaml)
        let objects = "\(work.folder)/objects"
        try FileManager.default.copyItem(atPath: "\(product.demoFolder)/objects", toPath: objects)
        let eraser = Eraser(
            map: map, mapDigest: ErasurePlan.digest(of: Array(yaml.utf8)).hex, database: pool,
            verifier: "habeas_verifier", stores: ["objects": FolderStore(root: FilePath(objects))],
            retention: try RuleBook().retentionClock(), budget: budget,
            hash: { scope, key in
                map.subject(scope) != nil
                    ? keys.subjectHash(kind: scope, key: key) : keys.recordHash(collection: scope, key: key)
            })
        let ring = try KeyRing(folder: "\(work.folder)/keys")
        return ErasureTools(
            eraser: eraser, keys: keys, service: map.service, controller: map.controller.name, ledger: { ledger },
            hunt: { orders in
                let people = orders.map {
                    HuntedPerson(
                        reference: $0.person.reference, needles: $0.person.needles,
                        kept: HuntPlace.kept(by: map, after: $0.receipt))
                }
                let report = try await LeftoverHunt(people).search(product.target(), in: .all(except: []), mapped: [])
                return people.map { person in
                    HuntOutcome(
                        tables: report.tables.count, obstacles: report.obstacles(for: person.reference),
                        leftovers: report.leftovers.filter { $0.person == person.reference }
                            .map { "\($0.table).\($0.column)" }.sorted())
                }
            }, sign: { try ring.sign($0) },
            backups: copies.isEmpty
                ? nil
                : BackupTools(copies: copies) { now in
                    let live = try await pool.withConnection { try await LiveCluster.read(over: $0) }
                    return await CopyReader().read(copies, live: live, at: now)
                }, huntWindow: .milliseconds(10))
    }

    // MARK: asking and approving

    /// An erasure that Grace writes down; a third colleague vouches for the person.
    func ask(_ subject: String = "email:ada@example.com", records: [String] = []) async throws -> RequestID {
        let found = try await engine.find(subject)
        let id = try await engine.control.transaction { transaction in
            try await engine.open(
                StaffRequestInput(
                    subject: subject, right: .erasure, regime: "GDPR", records: records, language: .english),
                for: found, by: grace, .sample, in: transaction
            ).request.id
        }
        _ = try await engine.control.transaction {
            try await engine.vouch(
                id, method: "call-back", evidence: ["customer-number"], isAccepted: true, by: grace, .sample, in: $0)
        }
        return id
    }

    func plan(of id: RequestID) async throws -> PlanView { try await engine.plan(of: id, by: kim) }

    func approve(_ id: RequestID, by caller: StaffCaller? = nil, digest: Hash256? = nil) async throws {
        let waiting = try await plan(of: id).record.digest
        _ = try await engine.control.transaction {
            try await engine.approveErasure(id, digest: digest ?? waiting, by: caller ?? kim, .sample, in: $0)
        }
    }

    // MARK: working

    /// Lets a worker work while the body runs; cancelled after it, as a process that is killed.
    func withWorker(_ body: () async throws -> Void) async throws {
        let workshop = Workshop(
            archives: .small(in: work.archives), postOffice: { await letters.take($0) }, callWebhook: { _, _ in 200 },
            signCheckpoint: {}, erasure: tools)
        try await work.withWorker(workshop) { try await body() }
    }

    /// Lets a worker work until the request stands there, and its mails are out.
    func untilState(_ states: RequestState..., of id: RequestID) async throws {
        try await withWorker {
            let list = states.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            try await work.until("SELECT state IN (\(list)) FROM habeas.request WHERE id = $1", [id.text])
            try await work.until(
                "NOT EXISTS (SELECT FROM habeas.job WHERE kind = 'mail' AND state IN ('waiting', 'running'))")
        }
    }

    /// Lets a worker work until a plan waits.
    func untilPlanned(_ id: RequestID) async throws {
        try await withWorker {
            try await work.until(
                "SELECT EXISTS (SELECT FROM habeas.erasure_plan WHERE request_id = $1 AND state = 'proposed')",
                [id.text])
        }
    }

    /// Lets a worker work until so many runs are done and hunted, and the request's state is final for now.
    func untilRuns(_ count: Int, of id: RequestID) async throws {
        try await withWorker {
            try await work.until(
                """
                SELECT count(*) = \(count) AND bool_and(hunted_at IS NOT NULL) FROM habeas.erasure_run WHERE request_id = $1
                """, [id.text])
            try await work.until(
                "SELECT state IN ('erased', 'erased_with_retention', 'partial') FROM habeas.request WHERE id = $1",
                [id.text])
        }
    }

    // MARK: holds

    func placeHold(_ collections: String..., matter: String = "2026-LIT-014") async throws -> HoldID {
        let found = try await engine.find("email:ada@example.com")
        return try await engine.control.transaction {
            try await engine.placeHold(
                HoldInput(
                    matter: matter, basis: .gdprClaims, scope: HoldScope(collections: collections),
                    reviewOn: CivilDate("2027-05-31")!), on: found, by: grace, .sample, in: $0
            ).hold.id
        }
    }

    func release(_ hold: HoldID) async throws {
        _ = try await engine.control.transaction { try await engine.confirmHold(hold, by: kim, .sample, in: $0) }
        _ = try await engine.control.transaction { try await engine.proposeRelease(of: hold, by: kim, .sample, in: $0) }
        _ = try await engine.control.transaction {
            try await engine.confirmRelease(of: hold, by: grace, .sample, in: $0)
        }
    }

    // MARK: looking

    func certificate(of id: RequestID) async throws -> ErasureCertificate {
        let record = try #require(try await engine.control.transaction { try await $0.certificate(of: id) })
        return try #require(ErasureCertificate(canonicalBytes: record.bytes))
    }

    func events() async throws -> [LedgerEvent] {
        var events: [LedgerEvent] = []
        for try await page in ledger.entries() { events += page.map(\.content.event) }
        return events
    }

    func count(_ sql: String) async throws -> Int { Int(try await product.query(sql)[0][0] ?? "") ?? -1 }
}

/// Letters that were handed over.
actor Letters {
    private(set) var sent: [(kind: String, address: String)] = []

    func take(_ letter: Letter) -> PostOutcome {
        sent.append((letter.notice.kind, letter.address))
        return .handedOver(replyCode: 250)
    }
}
