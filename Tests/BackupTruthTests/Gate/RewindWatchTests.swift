import BackupTruth
import Crypto
import ErasureLedger
import PostgresTestKit
import RightsCore
import Testing

/// Whether a database is as new as the ledger: a table of cases.
@Suite struct RewindWatchTests {
    private static let runs = (0..<4).map { ErasureRunID(naming: "run", "\($0)") }
    private static let hash = Hash256([UInt8](repeating: 7, count: 32))!
    private static let system: UInt64 = 7_443_210_987_654_321_098

    /// Four erasures; each an intent and a confirmation. With them the entry of number 4.
    private func past(_ count: Int = 4, lsn: UInt64 = 0x100) async throws -> (past: LedgerPast, fourth: LedgerHead) {
        try await withFolder { folder in
            let ledger = try await ErasureLedger.open(
                folder: "\(folder)/ledger", key: LedgerKey(SymmetricKey(data: [UInt8](0..<32))))
            for number in 0..<count {
                for event in [LedgerEvent.intent, .confirmed] {
                    let place = StorePlace(
                        system: Self.system, timeline: 1,
                        position: event == .confirmed ? LogPosition(bytes: lsn + UInt64(number)) : nil)
                    _ = try await ledger.append(
                        LedgerDraft(
                            event, run: Self.runs[number], store: "shop",
                            subject: LedgerSubject(kind: "customer", keyID: "aa", hash: Self.hash), place: place),
                        at: Instant(microseconds: 0))
                }
            }
            var fourth = LedgerHead.none
            for try await page in ledger.entries(from: 4) {
                fourth = page.first.map { LedgerHead(seq: $0.seq, hash: $0.hash) } ?? .none
                break
            }
            return (try await LedgerPast(of: ledger, store: "shop"), fourth)
        }
    }

    private func standing(
        _ receipts: [Int], replayed: LedgerHead = .none, lsn: UInt64 = 0x1000, timeline: UInt32 = 1
    ) -> StoreStanding {
        StoreStanding(
            receipts: receipts.map { StoreStanding.Receipt(run: Self.runs[$0], seq: $0 * 2 + 1) }, replayed: replayed,
            place: StorePlace(system: Self.system, timeline: timeline, position: LogPosition(bytes: lsn)), startedAt: ""
        )
    }

    @Test func aDatabaseWithAllReceiptsIsCurrent() async throws {
        let state = RewindWatch.state(of: standing([0, 1, 2, 3]), against: try await past().past, replayedEntry: nil)
        #expect(state == .current && state.problem == nil)
    }

    @Test(arguments: [[0, 1], [0, 1, 2], [], [1, 2, 3]])
    func oneThatLacksReceiptsWasRewound(_ receipts: [Int]) async throws {
        let state = RewindWatch.state(of: standing(receipts), against: try await past().past, replayedEntry: nil)
        guard case .rewound(let missing) = state else { Issue.record("\(state)"); return }
        #expect(missing.runs == 4 - receipts.count && missing.headSeq == 8)
        #expect(state.problem?.code == .rewound && state.problem?.hint?.contains("habeas replay") == true)
    }

    @Test func whatWasReplayedCountsWithoutReceipts() async throws {
        let (past, head) = try await past()
        #expect(
            RewindWatch.state(of: standing([2, 3], replayed: head), against: past, replayedEntry: head) == .current)
        guard case .rewound = RewindWatch.state(of: standing([3], replayed: head), against: past, replayedEntry: head)
        else { Issue.record("it lacks one of after the replay"); return }
    }

    @Test func aLedgerThatEndsBeforeAReceiptIsBehind() async throws {
        let state = RewindWatch.state(of: standing([0, 1, 2, 3]), against: try await past(2).past, replayedEntry: nil)
        #expect(state == .ledgerBehind(.truncated(lastReceipt: 7, head: 4)))
        #expect(state.problem?.code == .ledgerBehind)
    }

    @Test func anotherEntryUnderAReceiptsNumberIsAFork() async throws {
        var other = standing([0])
        other.receipts[0] = StoreStanding.Receipt(run: Self.runs[1], seq: 1)
        let state = RewindWatch.state(of: other, against: try await past().past, replayedEntry: nil)
        #expect(state == .ledgerBehind(.forked(seq: 1)) && state.problem?.code == .ledgerForked)
        let (past, head) = try await past()
        let replayed = RewindWatch.state(
            of: standing([2, 3], replayed: head), against: past,
            replayedEntry: LedgerHead(seq: 4, hash: Hash256([UInt8](repeating: 8, count: 32))!))
        #expect(replayed == .ledgerBehind(.forked(seq: 4)))
    }

    /// What no receipt tells, such as a deletion of the product's own before a snapshot was put back.
    @Test func aLogThatStandsFarBeforeAKnownPlaceWasRewound() async throws {
        let past = try await past(4, lsn: 1 << 40).past
        let all = [0, 1, 2, 3]
        guard
            case .rewound(let missing) = RewindWatch.state(
                of: standing(all, lsn: 1 << 39), against: past, replayedEntry: nil)
        else { Issue.record("not rewound"); return }
        #expect(missing.byLogOnly)
        // What a crash may lose of the log's end is no rewinding, and another timeline says nothing.
        for (lsn, timeline) in [(UInt64(1) << 40 - 1000, UInt32(1)), (1 << 39, 2)] {
            let state = RewindWatch.state(
                of: standing(all, lsn: lsn, timeline: timeline), against: past, replayedEntry: nil)
            #expect(state == .current)
        }
    }
}
