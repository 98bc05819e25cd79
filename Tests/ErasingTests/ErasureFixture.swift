import Crypto
import DataMap
import Erasing
import Foundation
import LegalRules
import ObjectStore
import PostgresAccess
import PostgresTestKit
import RightsCore
import SubjectAccess
import Synchronization
import SystemPackage

/// An eraser over one test database, and what tests ask of it.
struct ErasureFixture: Sendable {
    let database: TestDatabase
    let map: DataMap
    let eraser: Eraser
    let intents = Intents()
    private let pool: PostgresPool

    static let ada = "email:ada@example.com"
    static let today = CivilDate("2026-11-21")!

    init(
        _ database: TestDatabase, map text: String? = nil, objects: String? = nil,
        budget: ErasureBudget = ErasureBudget(), zone: String = "UTC",
        user: String = "habeas_eraser", target: ConnectionTarget? = nil,
        progress: @escaping @Sendable (ErasureProgress) -> Void = { _ in }
    ) throws {
        self.database = database
        let yaml = try text ?? Checkout.workspaceMap()
        map = try DataMap(yaml: yaml)
        pool = PostgresPool(to: target ?? database.target(as: user), limit: 4)
        eraser = Eraser(
            map: map, mapDigest: ErasurePlan.digest(of: Array(yaml.utf8)).hex,
            database: pool, verifier: "habeas_verifier",
            stores: objects.map { ["objects": FolderStore(root: FilePath($0))] } ?? [:],
            retention: try RuleBook().retentionClock(), zone: zone, budget: budget, hash: Self.hash
        ).reporting(to: progress)
    }

    /// Ends the eraser's connections.
    func close() async { await pool.close() }

    static let hash: @Sendable (String, String) -> Hash256 = { scope, key in
        Hash256(SHA256.hash(data: Array("\(scope)\0\(key)".utf8)))!
    }

    func question(
        _ target: String = ada, regime: String? = nil, holds: [RowHold] = [], today: CivilDate = today
    ) -> ErasureQuestion {
        let reference = SubjectReference(target)!
        let isRecord = map.collection(reference.scheme) != nil
        return ErasureQuestion(
            target: isRecord ? ErasureTarget(record: reference) : ErasureTarget(person: reference),
            regime: regime.flatMap { RegimeID($0) } ?? map.defaultRegime, holds: holds, today: today)
    }

    func plan(_ target: String = ada, holds: [RowHold] = []) async throws -> ErasurePlan {
        try await eraser.plan(question(target, holds: holds))
    }

    /// Plans, approves and runs.
    @discardableResult
    func erase(
        _ target: String = ada, holds: [RowHold] = [], approved: ErasurePlan? = nil, run: String = UUID().uuidString
    ) async throws -> ErasureReceipt {
        var question = question(target, holds: holds)
        question = ErasureQuestion(
            target: try await eraser.canonical(question.target), regime: question.regime, holds: question.holds,
            today: question.today)
        let plan: ErasurePlan
        if let approved { plan = approved } else { plan = try await eraser.plan(question) }
        return try await eraser.run(order(question, plan, run: run))
    }

    func order(_ question: ErasureQuestion, _ plan: ErasurePlan, run: String = UUID().uuidString) -> ErasureOrder {
        ErasureOrder(question: question, approved: plan, run: run, intent: { [intents] in intents.next(run) })
    }

    func count(_ sql: String, _ parameters: [String?] = []) async throws -> Int {
        Int(try await database.query(sql, parameters)[0][0] ?? "") ?? -1
    }

    /// One digest over all rows of each table of the product, as text, whatever their order.
    func tableHashes(except condition: [String: String] = [:]) async throws -> [String: String] {
        let tables = try await database.query(
            """
            SELECT n.nspname || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
               AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'habeas_local') ORDER BY 1
            """
        ).compactMap { $0[0] }
        var hashes: [String: String] = [:]
        for table in tables {
            let filter = condition[table].map { " WHERE NOT (\($0))" } ?? ""
            hashes[table] =
                try await database.query(
                    "SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) || count(*) FROM \(table) t\(filter)"
                )[0][0]
        }
        return hashes
    }
}

/// Intents as a ledger would number them: once for each run.
final class Intents: Sendable {
    private let runs = Mutex<[String]>([])

    func next(_ run: String) -> Int64 {
        runs.withLock { runs in
            if let index = runs.firstIndex(of: run) { return Int64(index + 1) }
            runs.append(run)
            return Int64(runs.count)
        }
    }

    var count: Int { runs.withLock { $0.count } }
}

extension ErasureFixture {
    /// Whether the store has the companion schema of this version.
    func hasWholeCompanion() async throws -> Bool {
        try await PostgresConnection.withConnection(to: database.target()) { try await Companion.isWhole(on: $0) }
    }
}
