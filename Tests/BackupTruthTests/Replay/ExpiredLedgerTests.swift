import BackupTruth
import ErasureLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// Restoring when the ledger's beginning expired.
@Suite struct ExpiredLedgerTests {
    private static func noon(_ day: String) throws -> Instant { try #require(Instant(rfc3339: "\(day)T12:00:00Z")) }

    /// Persons 3 and 4 were erased in January and February, 5 in March; of what was before March the ledger knows nothing
    /// any more. The first backup is from before all, the second from before March.
    private static func with(_ body: (ShopBench) async throws -> Void) async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            try await bench.value("ALTER SCHEMA backup RENAME TO oldest")
            try await bench.erase(3, at: noon("2026-01-10"))
            try await bench.suppress("p3@example.com", at: noon("2026-01-10"))
            try await bench.erase(4, at: noon("2026-02-10"))
            try await bench.takeBackup()
            try await bench.erase(5, at: noon("2026-03-10"))
            let ledger = try await bench.openLedger()
            let report = try await ledger.expire(before: noon("2026-03-01"), at: noon("2026-04-01"))
            #expect(report.until == 5 && report.files == 2 && report.restated == 1)
            try await body(bench)
        }
    }

    @Test func aDatabaseOfTodayIsCurrentThough() async throws {
        try await Self.with { bench in
            // Its receipts of 3 and 4 stand nowhere in the ledger any more.
            #expect(try await bench.value("SELECT count(*) FROM habeas_local.receipt") == "3")
            #expect(try await bench.state() == .current)
            let report = try await bench.replay()
            #expect(report.isComplete && report.erasedAgain == 0 && report.missingRuns == 0, "\(report)")
        }
    }

    @Test func aCopyThatTheLedgerRemembersIsReplayed() async throws {
        try await Self.with { bench in
            try await bench.restoreBackup()
            guard case .rewound(let missing) = try await bench.state() else { Issue.record("not rewound"); return }
            #expect(missing.runs == 1)

            let report = try await bench.replay()

            #expect(report.isComplete && report.erasedAgain == 1 && report.missingRuns == 1, "\(report)")
            for person in 3...5 { #expect(try await bench.rows(of: person) == 0) }
            #expect(try await bench.isSuppressed("p3@example.com"), "its first entry expired, it was said again")
            #expect(try await bench.state() == .current)

            // The replay's own mark may expire, too.
            try await bench.suppress("p9@example.com", at: Self.noon("2027-01-10"))
            try await bench.suppress("p8@example.com", at: Self.noon("2027-02-10"))
            let ledger = try await bench.openLedger()
            _ = try await ledger.expire(before: Self.noon("2027-02-01"), at: Self.noon("2027-02-11"))
            let replayed = try await bench.value("SELECT max(seq) FROM habeas_local.replay")
            let until = try await ledger.expiry().until.seq
            #expect(until > Int(replayed ?? "") ?? .max)
            #expect(try await bench.state() == .current)
        }
    }

    @Test func aCopyOlderThanTheLedgerRemembersStaysShut() async throws {
        try await Self.with { bench in
            try await bench.value("DROP SCHEMA backup CASCADE")
            try await bench.value("ALTER SCHEMA oldest RENAME TO backup")
            try await bench.restoreBackup()
            let state = try await bench.state()
            #expect(state == .beyondLedger(lacks: 4) && state.problem?.code == .beyondLedger)
            #expect(state.problem?.description.contains("so old a copy") == true)

            for dryRun in [true, false] {
                let error = await #expect(throws: RestoreError.self) { _ = try await bench.replay(dryRun: dryRun) }
                #expect(error?.code == .beyondLedger)
            }
            for person in 3...5 { #expect(try await bench.rows(of: person) > 0, "nothing was begun") }
            #expect(try await bench.state() == .beyondLedger(lacks: 4))
        }
    }

    /// What followed the ledger before something expired judges as what reads it anew.
    @Test func whoeverFollowsItForgets() async throws {
        try await ShopBench.with { bench in
            let ledger = try await bench.openLedger()
            var past = LedgerPast(store: "shop")
            try await bench.erase(3, at: Self.noon("2026-01-10"))
            try await past.follow(ledger)
            #expect(past.erased.count == 1 && past.lastExpired == 0)
            try await bench.erase(4, at: Self.noon("2026-02-10"))
            _ = try await bench.openLedger().expire(before: Self.noon("2026-02-01"), at: Self.noon("2026-02-11"))
            try await past.follow(ledger)
            let fresh = try await LedgerPast(of: ledger, store: "shop")
            #expect(past.erased.count == 1 && past.lastExpired == 1 && past.expired.until.seq == 2)
            #expect(past.intents == fresh.intents && past.head == fresh.head && past.expired == fresh.expired)
        }
    }

    @Test func itHasToRememberAsLongAsTheLongestCopy() throws {
        func copy(_ rule: CopyPolicy.Rule) -> DeclaredCopy {
            DeclaredCopy(name: "near", source: .pgBackRest(PgBackRestCopy(stanza: "main")), policy: CopyPolicy(rule))
        }
        #expect(LedgerLife([], purgeEveryDays: 7, marginDays: 30) == nil)
        let life = try #require(
            LedgerLife(
                [copy(.count(8, everyDays: 1)), copy(.count(14, everyDays: 1))], purgeEveryDays: 7, marginDays: 30))
        #expect(life.copyDays == 21 && life.days == 51)
        let now = try Self.noon("2026-03-01")
        #expect(try life.cutoff(at: now, oldest: nil) == Self.noon("2026-01-09"))
        #expect(try life.cutoff(at: now, oldest: Self.noon("2026-02-01")) == Self.noon("2026-01-09"))
        #expect(try life.cutoff(at: now, oldest: Self.noon("2025-12-01")) == Self.noon("2025-11-30"))
    }
}
