// What an erasure costs beside the single statement that would do the same, and what others notice of a large one.
// Usage: swift run -c release erasure-bench [small|large|purge] (make bench runs all); it starts a server of its own.

import Crypto
import DataMap
import Erasing
import ErasureLedger
import Foundation
import LegalRules
import PostgresAccess
import PrivatePostgres
import RightsCore
import SubjectAccess
import Synchronization
import SystemPackage

let people = 600
let large = Int(ProcessInfo.processInfo.environment["LARGE_ROWS"] ?? "") ?? 1_000_000
let others = Int(ProcessInfo.processInfo.environment["OTHER_ROWS"] ?? "") ?? 2_000_000
let yaml = try String(contentsOfFile: "Benchmarks/erasure/bench.map.yaml", encoding: .utf8)
let schema = try String(contentsOfFile: "Benchmarks/erasure/bench.sql", encoding: .utf8)

/// The statement one would write by hand (all rows of one person, eight tables, one writable CTE).
let byHand = """
    WITH p AS (SELECT $1::bigint AS id),
    d1 AS (DELETE FROM shop.item WHERE ord_id IN (SELECT o.id FROM shop.ord o, p WHERE o.person_id = p.id) RETURNING 1),
    d2 AS (DELETE FROM shop.ord o USING p WHERE o.person_id = p.id RETURNING 1),
    d3 AS (DELETE FROM shop.event e USING p WHERE e.person_id = p.id RETURNING 1),
    d4 AS (DELETE FROM shop.note n USING p WHERE n.person_id = p.id RETURNING 1),
    d5 AS (DELETE FROM shop.session s USING p WHERE s.person_id = p.id RETURNING 1),
    d6 AS (DELETE FROM shop.device v USING p WHERE v.person_id = p.id RETURNING 1),
    d7 AS (DELETE FROM shop.profile f USING p WHERE f.person_id = p.id RETURNING 1),
    d8 AS (DELETE FROM shop.person w USING p WHERE w.id = p.id RETURNING 1)
    SELECT (SELECT count(*) FROM d1) + (SELECT count(*) FROM d2) + (SELECT count(*) FROM d3) + (SELECT count(*) FROM d4)
         + (SELECT count(*) FROM d5) + (SELECT count(*) FROM d6) + (SELECT count(*) FROM d7) + (SELECT count(*) FROM d8)
    """

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
func percentile(_ values: [Double], _ share: Double) -> Double {
    values.isEmpty ? 0 : values.sorted()[min(values.count - 1, Int(Double(values.count) * share))]
}
func milliseconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) * 1000 + Double(duration.components.attoseconds) / 1e15
}
func shown(_ value: Double) -> String { String(format: "%.2f", value) }

/// Latencies of several clients.
final class Latencies: Sendable {
    private let values = Mutex<[Double]>([])

    func add(_ value: Double) { values.withLock { $0.append(value) } }
    var all: [Double] { values.withLock { $0 } }
}

/// One server, one ledger, one eraser.
struct Bench: Sendable {
    let admin: PostgresPool
    let eraser: PostgresPool
    let ledger: ErasureLedger
    let map: DataMap

    func make(rowsInOneTransaction: Int, isPaced: Bool = true) throws -> Eraser {
        let text = yaml + "\nerasure: { rows_in_one_transaction: \(rowsInOneTransaction) }\n"
        var budget = ErasureBudget()
        if !isPaced { (budget.pause, budget.share) = (.zero, 0) }
        return Eraser(
            map: try DataMap(yaml: text), mapDigest: "bench", database: eraser, verifier: "habeas_verifier",
            stores: [:],
            retention: try RuleBook().retentionClock(), budget: budget,
            hash: { Hash256(SHA256.hash(data: Array("\($0)\0\($1)".utf8)))! })
    }

    /// Plan, erasure, recount, receipt: what a run of the product does in the store.
    func eraseAlone(_ id: Int, with eraser: Eraser) async throws -> ErasureReceipt {
        let question = Self.question(id)
        let plan = try await eraser.plan(question)
        var random = SystemRandomNumberGenerator()
        let run = ErasureRunID(now: Self.now, using: &random)
        return try await eraser.run(
            ErasureOrder(question: question, approved: plan, run: run.text, intent: { 1 }))
    }

    private static var now: Instant { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }

    private static func question(_ id: Int) -> ErasureQuestion {
        ErasureQuestion(
            target: ErasureTarget(person: SubjectReference("person:\(id)")!), regime: RegimeID("GDPR")!,
            today: CivilDate("2026-11-21")!)
    }

    /// The same with what goes into the ledger, synchronized to the disk each time: intent before, position after.
    func erase(_ id: Int, with eraser: Eraser) async throws -> ErasureReceipt {
        let question = Self.question(id)
        let plan = try await eraser.plan(question)
        var random = SystemRandomNumberGenerator()
        let now = Self.now
        let run = ErasureRunID(now: now, using: &random)
        let subject = LedgerSubject(kind: "person", keyID: "bench", hash: Hash256(hex: plan.target)!)
        let ledger = ledger
        let receipt = try await eraser.run(
            ErasureOrder(question: question, approved: plan, run: run.text) {
                Int64(
                    try await ledger.append(
                        LedgerDraft(.intent, run: run, store: "bench", subject: subject, plan: try plan.digest()),
                        at: now
                    ).entry.seq)
            })
        let position = try await eraser.position()
        _ = try await ledger.append(
            LedgerDraft(
                .confirmed, run: run, store: "bench", subject: subject,
                place: StorePlace(
                    system: UInt64(position.systemIdentifier)!, timeline: UInt32(position.timeline),
                    position: LogPosition(position.lsn))), at: now)
        return receipt
    }

    func small() async throws {
        try await fill("SELECT shop.fill(p, 90, 3, 60, 250, 230, 10) FROM generate_series(1, \(people)) p")
        let tool = try make(rowsInOneTransaction: 50_000)
        var plain: [Double] = []
        var alone: [Double] = []
        var logged: [Double] = []
        var rows = 0
        // The first of each warm up caches and prepared statements.
        for id in 1...people {
            let started = ContinuousClock.now
            func note(_ times: inout [Double]) {
                if id > 15 { times.append(milliseconds(ContinuousClock.now - started)) }
            }
            switch id % 3 {
            case 0:
                try await eraser.withConnection { _ = try await $0.query(byHand, [String(id)]) }
                note(&plain)
            case 1:
                rows = try await eraseAlone(id, with: tool).done.collections.reduce(0) { $0 + $1.rows }
                note(&alone)
            default:
                _ = try await erase(id, with: tool)
                note(&logged)
            }
        }
        print("an ordinary person, \(rows) rows in eight tables, \(plain.count) of each, interleaved; medians")
        print("  one statement with writable CTEs: \(shown(median(plain))) ms")
        print(
            "  plan, erasure, recount, receipt: \(shown(median(alone))) ms, ratio \(shown(median(alone) / median(plain))) "
                + "(wanted 1.5)")
        print(
            "  the same with intent and confirmation in the ledger: \(shown(median(logged))) ms, ratio "
                + "\(shown(median(logged) / median(plain)))")
    }

    private func fill(_ call: String) async throws {
        try await admin.withConnection { connection in
            _ = try await connection.query(call)
        }
        try await settle()
    }

    /// Leaves nothing of what came before for the next measurement to pay.
    private func settle() async throws {
        try await admin.withConnection { connection in
            for statement in ["VACUUM ANALYZE", "CHECKPOINT"] { try await connection.run(unsafeSQL: statement) }
        }
    }

    // MARK: a large person

    func largePerson() async throws {
        let perEvent = large / 2, perNote = large / 4, orders = large / 40
        let items = (large - perEvent - perNote - orders) / orders
        try await fill(
            "SELECT shop.fill(p, 40, 3, 10, 500, 200, 5) FROM generate_series(100001, \(100_000 + others / 875)) p")
        for id in 1...4 {
            try await fill("SELECT shop.fill(\(1_000_000 + id), \(orders), \(items), 100, \(perEvent), \(perNote), 5)")
        }
        let idle = try await measured { try await Task.sleep(for: .seconds(8)) }
        print("a person with about \(large) rows among \(others) of others; others' transactions, 2 clients")
        print("  idle: p50 \(shown(idle.p50)) ms, p99 \(shown(idle.p99)) ms")
        let plain = try await measured {
            try await eraser.withConnection { _ = try await $0.query(byHand, ["1000001"]) }
        }
        print("  one statement: \(shown(plain.seconds)) s; others' p99 \(shown(plain.p99)) ms")
        try await settle()
        let unpaced = try make(rowsInOneTransaction: 100_000_000)
        let atOnce = try await measured { _ = try await erase(1_000_002, with: unpaced) }
        print(
            "  ours in one transaction: \(shown(atOnce.seconds)) s, ratio \(shown(atOnce.seconds / plain.seconds)); others' "
                + "p99 \(shown(atOnce.p99)) ms")
        try await settle()
        let hasty = try make(rowsInOneTransaction: 50_000, isPaced: false)
        let unpacedBatches = try await measured { _ = try await erase(1_000_004, with: hasty) }
        print(
            "  ours in batches without pauses: \(shown(unpacedBatches.seconds)) s, ratio to one transaction "
                + "\(shown(unpacedBatches.seconds / atOnce.seconds)); others' p99 \(shown(unpacedBatches.p99)) ms")
        try await settle()
        let paced = try make(rowsInOneTransaction: 50_000)
        let inBatches = try await measured { _ = try await erase(1_000_003, with: paced) }
        print(
            "  ours in paced batches: \(shown(inBatches.seconds)) s, ratio to batches without pauses "
                + "\(shown(inBatches.seconds / unpacedBatches.seconds)) (wanted 3), to one transaction of ours "
                + "\(shown(inBatches.seconds / atOnce.seconds)), to the statement "
                + "\(shown(inBatches.seconds / plain.seconds))")
        print(
            "    others' p50 \(shown(inBatches.p50)) ms, p99 \(shown(inBatches.p99)) ms, ratio to idle "
                + "\(shown(inBatches.p99 / idle.p99)) (wanted 1.5)")
    }

    private struct Measured { let seconds: Double, p50: Double, p99: Double }

    /// Runs the body while two clients write and read for other people, 100 transactions a second each; a latency is
    /// counted from when the transaction was due.
    private func measured(_ body: () async throws -> Void) async throws -> Measured {
        let latencies = Latencies()
        let clients = (0..<2).map { number in
            Task {
                try await admin.withConnection { connection in
                    var due = ContinuousClock.now
                    var person = 100_001 + number
                    while !Task.isCancelled {
                        due += .milliseconds(10)
                        try? await Task.sleep(until: due)
                        guard !Task.isCancelled else { return }
                        person = 100_001 + (person * 7919) % max(1, others / 875)
                        _ = try await connection.query(
                            "WITH i AS (INSERT INTO shop.event (person_id, kind, at) VALUES ($1::bigint, 'seen', now()) RETURNING 1) SELECT count(*) FROM shop.ord WHERE person_id = $1::bigint",
                            [String(person)])
                        latencies.add(milliseconds(ContinuousClock.now - due))
                    }
                }
            }
        }
        let started = ContinuousClock.now
        try await body()
        let took = milliseconds(ContinuousClock.now - started) / 1000
        for client in clients { client.cancel() }
        for client in clients { _ = try? await client.value }
        let seen = latencies.all
        return Measured(seconds: took, p50: percentile(seen, 0.5), p99: percentile(seen, 0.99))
    }
}

let state = FilePath("/tmp/habeas-erasure-bench-\(ProcessInfo.processInfo.processIdentifier)")
try FileManager.default.createDirectory(atPath: state.string, withIntermediateDirectories: true)
// The ledger is synchronized to the disk, so the server's commits must be, too; and it has its log's files, as one that
// has run a while.
let cluster = try PrivateCluster(
    state: state,
    settings: [
        "shared_buffers": "512MB", "max_wal_size": "4GB", "min_wal_size": "3GB", "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
    ])
do {
    try await cluster.start()
    try await PostgresConnection.withConnection(to: ConnectionTarget(cluster.connectionString)) {
        try await $0.ensureDatabase("bench")
    }
    let target = ConnectionTarget(cluster.connectionString(database: "bench"))
    let map = try DataMap(yaml: yaml)
    try await PostgresConnection.withConnection(to: target) { connection in
        try await connection.run(unsafeSQL: schema)
        let catalogue = try await connection.readCatalogue()
        try await connection.apply(
            Companion.statements(eraser: "habeas_eraser", verifier: "habeas_verifier", retention: "habeas_retention")
                + EraserRoles.statements(map, catalogue, eraser: "habeas_eraser", verifier: "habeas_verifier"),
            passwords: [])
    }
    let bench = Bench(
        admin: PostgresPool(to: target, limit: 4),
        eraser: PostgresPool(to: target.as(user: "habeas_eraser", password: nil), limit: 2),
        ledger: try await ErasureLedger.open(
            folder: "\(state)/ledger", key: LedgerKey(SymmetricKey(size: .bits256))), map: map)
    let parts = CommandLine.arguments.dropFirst()
    if parts.isEmpty || parts.contains("small") { try await bench.small() }
    if parts.isEmpty || parts.contains("large") { try await bench.largePerson() }
    if parts.isEmpty || parts.contains("purge") { try await PurgeBench(bench, target).run() }
    await bench.admin.close()
    await bench.eraser.close()
} catch {
    print("failed: \(error)")
}
try await cluster.stop()
try FileManager.default.removeItem(atPath: cluster.base.string)
try? FileManager.default.removeItem(atPath: state.string)
