import AuditLedger
import BackupTruth
import Crypto
import DataMap
import Erasing
import ErasureLedger
import Foundation
import LegalRules
import PostgresAccess
import PostgresTestKit
import RightsCore
import RightsEngine
import SubjectAccess
import Synchronization
import Testing

/// A shop that people were erased from, with its ledger and keys: what a replay is tried on.
struct ShopBench: Sendable {
    let folder: String
    let target: ConnectionTarget
    let map: DataMap
    let keys: ErasureKeys
    let pool: PostgresPool
    let eraser: Eraser

    static let yaml = """
        habeas_map: 1
        service: shop
        controller: { name: Shop, contact: privacy@shop.example, complaint_authority: the authority }
        default_regime: GDPR
        schemas: [shop]
        row_security: optional
        subjects:
          customer: { table: shop.customers, key: id, identifiers: { email: email }, row_security: none }
        collections:
        \(collection("customers", "shop.customers", "id: thing, email: thing, name: thing",
            "{ subject: customer, hops: [] }"))
        \(collection("notes", "shop.notes", "id: thing, customer: thing, said: thing",
            "\"customer -> shop.customers(id)\""))
        \(collection("orders", "shop.orders", "id: thing, customer: thing, total: thing",
            "\"customer -> shop.customers(id)\""))
        \(collection("invoices", "shop.invoices", "id: thing, customer: thing, issued: thing",
            "\"customer -> shop.customers(id)\"",
            erasure: "{ retain: DE-AO-147, document: invoice, date: issued, fields: [id] }"))

        """

    static let tables = """
        CREATE SCHEMA shop;
        CREATE TABLE shop.customers (id uuid PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL);
        CREATE TABLE shop.notes (id bigint PRIMARY KEY, customer uuid NOT NULL REFERENCES shop.customers, said text);
        CREATE TABLE shop.orders (id int PRIMARY KEY, customer uuid NOT NULL REFERENCES shop.customers, total numeric);
        CREATE TABLE shop.invoices (id int PRIMARY KEY, customer uuid NOT NULL REFERENCES shop.customers,
            issued date NOT NULL);
        CREATE INDEX ON shop.invoices (customer);
        CREATE INDEX ON shop.notes (customer);
        CREATE INDEX ON shop.orders (customer);
        INSERT INTO shop.customers SELECT md5('c' || i)::uuid, 'p' || i || '@example.com', 'Person ' || i
          FROM generate_series(1, 60) i;
        INSERT INTO shop.notes SELECT i, md5('c' || (i % 60 + 1))::uuid, 'note ' || i FROM generate_series(1, 600) i;
        INSERT INTO shop.invoices SELECT i, md5('c' || i)::uuid, '2020-05-01' FROM generate_series(51, 60) i;
        INSERT INTO shop.orders SELECT i, md5('c' || (i % 60 + 1))::uuid, i FROM generate_series(1, 120) i;
        """

    private static func collection(
        _ name: String, _ table: String, _ fields: String, _ path: String, erasure: String = "delete"
    ) -> String {
        """
          \(name):
            title: \(name)
            table: \(table)
            category: things
            purpose: testing
            origin: provided
            legal_basis: contract
            paths: [\(path)]
            fields: { \(fields) }
            erasure: \(erasure)
        """
    }

    /// - Parameter folder: of `keys` and `ledger`.
    init(_ target: ConnectionTarget, folder: String) throws {
        self.folder = folder
        self.target = target
        map = try DataMap(yaml: Self.yaml)
        keys = try ErasureKeys(folder: "\(folder)/keys")
        pool = PostgresPool(to: target, limit: 4)
        let (map, keys) = (map, keys)
        eraser = Eraser(
            map: map, mapDigest: Self.mapDigest.hex, database: pool, verifier: "habeas_verifier", stores: [:],
            retention: try RuleBook().retentionClock(),
            hash: { scope, key in
                map.subject(scope) != nil
                    ? keys.subjectHash(kind: scope, key: key) : keys.recordHash(collection: scope, key: key)
            })
    }

    static let mapDigest = ErasurePlan.digest(of: Array(yaml.utf8))
    static let moment = Instant(microseconds: 1_795_243_710_167_714)
    static let today = CivilDate("2026-11-21")!

    var ledgerFolder: String { "\(folder)/ledger" }

    func close() async { await pool.close() }

    /// Lends a shop in a database of the tests' server.
    static func with(_ body: (ShopBench) async throws -> Void) async throws {
        try await TestCluster.withDatabase { database in
            try await withFolder { folder in
                try await prepare(database.target())
                _ = try KeyRing.create(folder: "\(folder)/keys", now: moment)
                let bench = try ShopBench(database.target(), folder: folder)
                try await body(bench)
                await bench.close()
            }
        }
    }

    /// Makes tables and the companion schema.
    static func prepare(_ target: ConnectionTarget) async throws {
        try await PostgresConnection.withConnection(to: target) { connection in
            try await connection.run(unsafeSQL: tables)
            let map = try DataMap(yaml: yaml)
            let statements =
                Companion.statements(
                    eraser: "habeas_eraser", verifier: "habeas_verifier", retention: "habeas_retention")
                + EraserRoles.statements(
                    map, try await connection.readCatalogue(), eraser: "habeas_eraser", verifier: "habeas_verifier")
            for attempt in 1...20 {
                // Other tests make the same roles at the same time.
                do { return try await connection.apply(statements, passwords: []) } catch let error as PostgresError
                    where error.sqlState == "XX000" && attempt < 20
                { try await Task.sleep(for: .milliseconds(50)) }
            }
        }
    }

    func openLedger() async throws -> ErasureLedger {
        try await ErasureLedger.open(folder: ledgerFolder, key: LedgerKey(keys.ledger))
    }

    static func id(_ number: Int) -> String {
        let hex = Array(Array(Insecure.MD5.hash(data: Array("c\(number)".utf8))).hex)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(hex[$0]) }.joined(separator: "-")
    }

    // MARK: erasing

    /// Erases a person as the service does: intent, transaction, confirmation, suppression.
    @discardableResult
    func erase(_ number: Int, holds: [RowHold] = [], at moment: Instant = Self.moment) async throws -> ErasureRunID {
        try await erase(ErasureTarget(person: SubjectReference("customer:\(Self.id(number))")!), holds, at: moment)
    }

    @discardableResult
    func erase(_ target: ErasureTarget, _ holds: [RowHold] = [], at moment: Instant = Self.moment) async throws
        -> ErasureRunID
    {
        let approved = try await approve(target, holds, at: moment)
        try await carryOut(approved, at: moment)
        return approved.run
    }

    /// A plan with the run that will carry it out.
    struct Approved {
        let question: ErasureQuestion
        let plan: ErasurePlan
        let run: ErasureRunID
        let subject: LedgerSubject
        let record: LedgerRecord?
    }

    func approve(_ target: ErasureTarget, _ holds: [RowHold] = [], at moment: Instant = Self.moment) async throws
        -> Approved
    {
        let question = ErasureQuestion(
            target: target, regime: RegimeID("GDPR")!, holds: holds, today: Self.today)
        let plan = try await eraser.plan(question)
        var random = SystemRandomNumberGenerator()
        let hash = try #require(Hash256(hex: plan.target))
        let isPerson = plan.scope == "person"
        return Approved(
            question: question, plan: plan, run: ErasureRunID(now: moment, using: &random),
            subject: LedgerSubject(kind: isPerson ? "customer" : plan.scope, keyID: keys.subjectKeyID, hash: hash),
            record: isPerson ? nil : LedgerRecord(collection: plan.scope, hash: hash))
    }

    /// The intent, the erasure, the confirmation; a second attempt goes on.
    ///
    /// - Parameter check: asked before each transaction.
    func carryOut(
        _ approved: Approved, at moment: Instant = Self.moment, check: @escaping @Sendable () async throws -> Void = {}
    ) async throws {
        let ledger = try await openLedger()
        let (run, subject, record) = (approved.run, approved.subject, approved.record)
        let digest = try approved.plan.digest()
        _ = try await eraser.run(
            ErasureOrder(question: approved.question, approved: approved.plan, run: run.text, check: check) {
                Int64(
                    try await ledger.append(
                        LedgerDraft(
                            .intent, run: run, store: "shop", subject: subject, record: record, plan: digest,
                            law: "gdpr", map: Self.mapDigest), at: moment
                    ).entry.seq)
            })
        let position = try await eraser.position()
        let place = StorePlace(
            system: UInt64(position.systemIdentifier)!, timeline: UInt32(position.timeline),
            position: LogPosition(position.lsn))
        _ = try await ledger.append(
            LedgerDraft(
                .confirmed, run: run, store: "shop", subject: subject, record: record, place: place, plan: digest),
            at: moment)
    }

    func suppress(
        _ email: String, _ event: LedgerEvent = .suppressed, at moment: Instant = Self.moment
    ) async throws {
        let ledger = try await openLedger()
        let hash = keys.suppressionHash(kind: "email", email)
        _ = try await ledger.append(
            LedgerDraft(
                event, run: ErasureRunID(naming: "test", event.rawValue, hash.hex, UUID().uuidString), store: "shop",
                subject: LedgerSubject(kind: "email", keyID: keys.suppressionKeyID, hash: hash)), at: moment)
    }

    func isSuppressed(_ email: String) async throws -> Bool {
        try await eraser.isSuppressed(keys.suppressionHash(kind: "email", email))
    }

    // MARK: replaying

    func replay(
        dryRun: Bool = false, holds: [RowHold] = [], today: CivilDate = Self.today,
        permissions: Replayer.Permissions = Replayer.Permissions(),
        mapDigest: Hash256 = Self.mapDigest, cut: (@Sendable (String) throws -> Void)? = nil,
        meanwhile: (@Sendable () async throws -> Void)? = nil
    ) async throws -> ReplayReport {
        _ = try LedgerTrial.judge(folder: ledgerFolder, key: LedgerKey(keys.ledger), known: .none)
        let ledger = try await openLedger()
        let facts = ReplayFacts(
            law: RegimeID("GDPR")!, today: today, day: { $0.utcDate },
            holds: { ids in holds.filter { hold in ids.contains { $0.text == hold.id } } })
        let eraser = ReplayEraser(eraser, facts, keys: keys, store: "shop")
        return try await Replayer(
            map: map, mapDigest: mapDigest, keys: keys, ledger: ledger, database: pool, eraser: eraser,
            append: { draft in
                try cut?("before \(draft.event.rawValue)")
                let entry = try await ledger.append(draft, at: Self.moment).entry
                try cut?("after \(draft.event.rawValue)")
                try await meanwhile?()
                return entry
            }
        ).run(dryRun: dryRun, permissions)
    }

    func state() async throws -> RewindState {
        let ledger = try await openLedger()
        let past = try await LedgerPast(of: ledger, store: "shop")
        let standing = try await pool.withConnection { try await StoreStanding.read(on: $0) }
        return try await RewindWatch.state(of: standing, against: past, in: ledger)
    }

    // MARK: looking

    @discardableResult func value(_ sql: String) async throws -> String? {
        try await pool.withConnection { try await $0.query(sql) }.first?.first.flatMap { $0 }
    }

    /// One digest over the rows of each table that aren't of these people.
    func others(than people: [Int]) async throws -> [String] {
        let ids = people.map { "'\(Self.id($0))'" }.joined(separator: ",")
        return try await ["customers:id", "notes:customer", "orders:customer"].asyncMap { part in
            let (table, column) = (part.split(separator: ":")[0], part.split(separator: ":")[1])
            return try await value(
                "SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) || count(*) FROM shop.\(table) t "
                    + "WHERE \(column) NOT IN (\(ids))") ?? ""
        }
    }

    func rows(of person: Int) async throws -> Int {
        Int(
            try await value(
                """
                SELECT (SELECT count(*) FROM shop.customers WHERE id = '\(Self.id(person))')
                     + (SELECT count(*) FROM shop.notes WHERE customer = '\(Self.id(person))')
                     + (SELECT count(*) FROM shop.orders WHERE customer = '\(Self.id(person))')
                """) ?? "") ?? -1
    }

    /// The product's rows and the companion's, as they were: a backup, kept beside.
    func takeBackup() async throws {
        try await pool.withConnection { connection in
            try await connection.run(
                unsafeSQL: """
                    CREATE SCHEMA backup;
                    CREATE TABLE backup.customers AS TABLE shop.customers;
                    CREATE TABLE backup.notes AS TABLE shop.notes;
                    CREATE TABLE backup.orders AS TABLE shop.orders;
                    CREATE TABLE backup.invoices AS TABLE shop.invoices;
                    CREATE TABLE backup.receipt AS TABLE habeas_local.receipt;
                    CREATE TABLE backup.replay AS TABLE habeas_local.replay;
                    CREATE TABLE backup.suppression AS TABLE habeas_local.suppression;
                    """)
        }
    }

    func restoreBackup() async throws {
        try await pool.withConnection { connection in
            try await connection.run(
                unsafeSQL: """
                    TRUNCATE shop.customers, shop.notes, shop.orders, shop.invoices, habeas_local.receipt,
                        habeas_local.retained_billing, habeas_local.replay,
                        habeas_local.suppression;
                    INSERT INTO shop.customers TABLE backup.customers;
                    INSERT INTO shop.notes TABLE backup.notes;
                    INSERT INTO shop.orders TABLE backup.orders;
                    INSERT INTO shop.invoices TABLE backup.invoices;
                    INSERT INTO habeas_local.receipt TABLE backup.receipt;
                    INSERT INTO habeas_local.replay TABLE backup.replay;
                    INSERT INTO habeas_local.suppression TABLE backup.suppression;
                    """)
        }
    }
}

extension Sequence {
    func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}

/// A number that goes up.
final class LockedCount: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock {
            $0 += 1
            return $0
        }
    }
}
