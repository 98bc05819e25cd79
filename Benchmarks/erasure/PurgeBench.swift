import DataMap
import Erasing
import Foundation
import PostgresAccess
import RightsCore

/// What the purge costs beside VACUUM FULL of the same tables.
struct PurgeBench {
    private let bench: Bench
    private let target: ConnectionTarget
    private let people = Int(ProcessInfo.processInfo.environment["PURGE_PEOPLE"] ?? "") ?? 1000
    private static let rounds = 3

    init(_ bench: Bench, _ target: ConnectionTarget) {
        self.bench = bench
        self.target = target
    }

    /// Both in turn, one erased person each time, on the same server.
    func run() async throws {
        try await administer(
            ["SELECT shop.fill(p, 90, 3, 60, 250, 230, 10) FROM generate_series(500001, \(500_000 + people)) p"]
                + ["VACUUM ANALYZE", "CHECKPOINT"])
        let names = PurgeQuestion.tables(of: bench.map).sorted()
        var plain: [Double] = []
        var purges: [Double] = []
        var size = ""
        for round in 0..<Self.rounds {
            try await erase(500_001 + round * 2)
            plain.append(try await timed { try await administer(names.map { "VACUUM (FULL) \($0.quoted)" }) })
            try await erase(500_002 + round * 2)
            size = try await purge(into: &purges)
        }
        let (full, ours) = (median(plain), median(purges))
        print("a purge after one person of \(people) was erased, \(size), \(Self.rounds) of each, interleaved; medians")
        print("  VACUUM FULL of the map's tables: \(shown(full / 1000)) s")
        print(
            "  plan, VACUUM, rewriting, statistics, dead rows counted, P: \(shown(ours / 1000)) s, ratio "
                + "\(shown(ours / full))")
    }

    private func purge(into times: inout [Double]) async throws -> String {
        var settings = PurgeSettings()
        settings.rest = 0
        settings.vacuumDelay = .zero
        let question = PurgeQuestion(tables: PurgeQuestion.tables(of: bench.map))
        let started = ContinuousClock.now
        let plan = try await PostgresConnection.withConnection(to: target) {
            try await PurgePlan.make(question, over: $0)
        }
        let result = try await Purger(target, settings: settings, now: { Instant(microseconds: 0) }).run(plan)
        times.append(milliseconds(ContinuousClock.now - started))
        guard result.ending == .purged else { throw Unfinished(words: result.text) }
        return "\(plan.tables.reduce(0) { $0 + $1.bytes } / 1_000_000) MB"
    }

    private struct Unfinished: Error { let words: String }

    private func erase(_ person: Int) async throws {
        try await bench.eraser.withConnection { _ = try await $0.query(byHand, [String(person)]) }
        try await administer(["CHECKPOINT"])
    }

    private func administer(_ statements: [String]) async throws {
        try await bench.admin.withConnection { connection in
            for statement in statements { try await connection.run(unsafeSQL: statement) }
        }
    }

    private func timed(_ body: () async throws -> Void) async throws -> Double {
        let started = ContinuousClock.now
        try await body()
        return milliseconds(ContinuousClock.now - started)
    }
}
