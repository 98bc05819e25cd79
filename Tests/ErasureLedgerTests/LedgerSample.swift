import Crypto
import ErasureLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// What the tests append, and where.
enum LedgerSample {
    static let secret = [UInt8](0..<32)
    static let key = LedgerKey(SymmetricKey(data: secret))
    static let otherKey = LedgerKey(SymmetricKey(data: [UInt8](1...32)))
    static let moment = Instant(microseconds: 1_795_243_710_167_714)
    static let writer = URL(fileURLWithPath: Checkout.binary).deletingLastPathComponent()
        .appendingPathComponent("LedgerWriter").path

    static func run() throws -> ErasureRunID { try #require(ErasureRunID(UUID().uuidString)) }

    static func hash(_ text: String) throws -> Hash256 {
        try #require(Hash256(SHA256.hash(data: Data(text.utf8))))
    }

    static func draft(
        _ event: LedgerEvent = .intent, run: ErasureRunID? = nil, person: String = "1", place: StorePlace? = nil,
        record: LedgerRecord? = nil, plan: Hash256? = nil
    ) throws -> LedgerDraft {
        try LedgerDraft(
            event, run: try run ?? self.run(), store: "shop",
            subject: LedgerSubject(kind: "user", keyID: "0011223344556677", hash: try hash(person)), record: record,
            place: place, plan: plan)
    }

    /// A ledger of some entries, of every event and with every member among them.
    static func make(_ count: Int, in folder: String, fileLimit: Int = ErasureLedger.fileLimit) async throws {
        let ledger = try await ErasureLedger.open(folder: folder, key: key, fileLimit: fileLimit)
        for number in 0..<count {
            let run = try run()
            let place = StorePlace(
                system: 7_443_210_987_654_321_098, timeline: 2,
                position: LogPosition(bytes: 0x3_7014_a280 + UInt64(number)))
            let record = LedgerRecord(collection: "contacts", hash: try hash("record \(number)"))
            let drafts: [LedgerDraft] =
                switch number % 3 {
                case 0: [try draft(run: run, plan: try hash("plan"))]
                case 1: [try draft(.productDeletion, run: run, place: place, record: record)]
                default: [try draft(.suppressed, run: run)]
                }
            for draft in drafts { _ = try await ledger.append(draft, at: moment) }
        }
    }

    /// The same, at noon of a day.
    static func noon(_ day: String) throws -> Instant { try #require(Instant(rfc3339: "\(day)T12:00:00Z")) }

    /// The ledger's files, by name.
    static func files(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".jsonl") }.sorted()
            .map { "\(folder)/\($0)" }
    }

    static func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    /// Writes in place, as an append or an attacker would.
    static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    static func verify(_ folder: String, known: LedgerHead = .none) throws -> LedgerReport {
        try #require(try LedgerVerifier.verify(folder: folder, key: key, known: known))
    }
}
