import AuditLedger
import BackupTruth
import Erasing
import ErasureLedger
import Foundation
import PostgresAccess
import RightsCore
import SubjectAccess
import Testing

/// A database that was put back to before erasures, by whatever means: who was erased goes again, and nobody else.
@Suite struct ReplayTests {
    // MARK: FAILURES F25

    /// F25 a: the restored database is refused until it was replayed and verified; with it the table of receipts went back.
    @Test func whoARestoreBringsBackGoesAgain() async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            for person in [3, 4, 5] { try await bench.erase(person) }
            let expected = try await bench.others(than: [3, 4, 5])
            let before = try await bench.state()
            #expect(before == .current)
            try await bench.restoreBackup()
            #expect(try await bench.rows(of: 4) == 13)
            guard case .rewound(let missing) = try await bench.state() else { Issue.record("not rewound"); return }
            #expect(missing.runs == 3 && missing.firstSeq == 1)

            let dry = try await bench.replay(dryRun: true)
            #expect(dry.erasedAgain == 3 && dry.rows == 39 && !dry.isComplete)
            #expect(try await bench.rows(of: 4) == 13)
            let report = try await bench.replay()

            #expect(report.isComplete && report.erasedAgain == 3 && report.rows == 39, "\(report)")
            for person in [3, 4, 5] { #expect(try await bench.rows(of: person) == 0) }
            #expect(try await bench.others(than: [3, 4, 5]) == expected)
            #expect(try await bench.state() == .current)
            let ledger = try await bench.openLedger()
            #expect(try await ledger.head().seq == 13)
            #expect(try await ledger.openIntents().isEmpty)
            let again = try await bench.replay()
            #expect(again.isComplete && again.erasedAgain == 0)
            #expect(try await ledger.head().seq == 13)
        }
    }

    /// F25 b: rows that come back at any later time, after the replay too, go again.
    @Test func whoIsMaterialisedAgainLaterGoesAgain() async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            let (run, other) = (try await bench.erase(7), try await bench.erase(6))
            try await bench.restoreBackup()
            #expect(try await bench.replay().erasedAgain == 2)
            for _ in 1...2 {
                _ = try await bench.value(
                    """
                    WITH c AS (INSERT INTO shop.customers SELECT * FROM backup.customers WHERE id = '\(ShopBench.id(7))'
                               RETURNING id) SELECT count(*) FROM c
                    """)
                let report = try await bench.replay()
                #expect(report.erasedAgain == 1 && report.isComplete, "\(report)")
                #expect(try await bench.rows(of: 7) == 0)
            }
            let past = try await LedgerPast(of: bench.openLedger(), store: "shop")
            let again = past.replays(after: run).compactMap(\.place.position)
            #expect(again.count == 3 && again == again.sorted(), "each replay has its own place")
            #expect(past.replays(after: other).count == 3, "it holds for all that was erased before")
            let late = try await bench.erase(9)
            let all = try await LedgerPast(of: bench.openLedger(), store: "shop")
            #expect(all.replays(after: late).isEmpty && all.replays.count == 3)
        }
    }

    /// F25 c: the suppression went back with the database, and still refuses after the replay.
    @Test func suppressionsRefuseAfterTheReplay() async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            try await bench.erase(8)
            try await bench.suppress("p8@example.com")
            try await bench.suppress("p9@example.com")
            try await bench.suppress("p9@example.com", .suppressionLifted)
            try await bench.restoreBackup()
            _ = try await bench.eraser.restoreSuppressions(
                [bench.keys.suppressionHash(kind: "email", "p9@example.com")], lifted: [])
            #expect(try await !bench.isSuppressed("p8@example.com"))

            let report = try await bench.replay()

            #expect(report.suppressionsAdded == 1 && report.suppressionsLifted == 1)
            #expect(try await bench.isSuppressed("P8@example.com "))
            #expect(try await !bench.isSuppressed("p9@example.com"))
        }
    }

    // MARK: what else was erased

    @Test func recordsAndTheProductsOwnDeletionsGoAgain() async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            try await bench.erase(ErasureTarget(record: SubjectReference("notes:17")!))
            let hash = bench.keys.recordHash(collection: "orders", key: "44")
            let ledger = try await bench.openLedger()
            _ = try await ledger.append(
                LedgerDraft(
                    .productDeletion, run: ErasureRunID(naming: "deleted"), store: "shop",
                    subject: LedgerSubject(kind: "orders", keyID: bench.keys.subjectKeyID, hash: hash),
                    record: LedgerRecord(collection: "orders", hash: hash)), at: ShopBench.moment)
            try await bench.restoreBackup()

            let report = try await bench.replay()

            #expect(report.isComplete && report.erasedAgain == 2 && report.rows == 2, "\(report)")
            #expect(try await bench.value("SELECT count(*) FROM shop.notes WHERE id = 17") == "0")
            #expect(try await bench.value("SELECT count(*) FROM shop.orders WHERE id = 44") == "0")
            #expect(try await bench.value("SELECT count(*) FROM shop.notes") == "599")
        }
    }

    @Test func anAbortedErasureIsNoneAndAnOpenOneIs() async throws {
        try await ShopBench.with { bench in
            let ledger = try await bench.openLedger()
            func intent(_ person: Int, _ run: ErasureRunID, _ event: LedgerEvent) async throws {
                let hash = bench.keys.subjectHash(kind: "customer", key: ShopBench.id(person))
                _ = try await ledger.append(
                    LedgerDraft(
                        event, run: run, store: "shop",
                        subject: LedgerSubject(kind: "customer", keyID: bench.keys.subjectKeyID, hash: hash),
                        law: event == .intent ? "gdpr" : nil), at: ShopBench.moment)
            }
            try await intent(1, ErasureRunID(naming: "a"), .intent)
            try await intent(1, ErasureRunID(naming: "a"), .aborted)
            try await intent(2, ErasureRunID(naming: "b"), .intent)

            let report = try await bench.replay()

            #expect(report.erasedAgain == 1)
            #expect(try await bench.rows(of: 1) > 0)
            #expect(try await bench.rows(of: 2) == 0)
        }
    }

    // MARK: statutes

    /// What a statute keeps is counted from the first erasure, whenever it is repeated; what is over by then goes.
    @Test(arguments: [("2028-01-15", false), ("2040-01-15", true)])
    func whatStatutesKeepIsCountedFromTheFirstErasure(_ today: String, _ isOver: Bool) async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            try await bench.erase(55)
            let kept =
                "SELECT string_agg(record::text || issued_on || retain_until, ';') FROM habeas_local.retained_billing"
            let first = try #require(try await bench.value(kept))
            try await bench.restoreBackup()
            #expect(try await bench.value(kept) == nil)

            let report = try await bench.replay(today: try #require(CivilDate(today)))

            #expect(report.isComplete && report.erasedAgain == 1, "\(report)")
            #expect(report.documentsEnded == (isOver ? 1 : 0))
            #expect(try await bench.value(kept) == (isOver ? nil : first))
            let past = try await LedgerPast(of: try await bench.openLedger(), store: "shop")
            #expect(past.retentionPurges == (isOver ? 1 : 0))
        }
    }

    // MARK: holds

    @Test func aHoldOfBeforeKeepsItsRowsAndOneThatEndedKeepsNothing() async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            let kept = try await hold(3, placed: true, in: bench)
            let ended = try await hold(4, placed: true, in: bench)
            let rows = [kept, ended].map { RowHold(id: $0.text, matter: "M-1", collections: ["notes"]) }
            try await bench.erase(3, holds: [rows[0]])
            try await bench.erase(4, holds: [rows[1]])
            _ = try await hold(4, placed: false, in: bench, ended)
            let notes = try await bench.value(
                "SELECT count(*) FROM shop.notes WHERE customer = '\(ShopBench.id(3))'")
            #expect(notes == "10")
            try await bench.restoreBackup()

            let report = try await bench.replay(holds: rows)

            #expect(report.unresolved.isEmpty && report.verified == true, "\(report)")
            #expect(
                try await bench.value("SELECT count(*) FROM shop.notes WHERE customer = '\(ShopBench.id(3))'") == "10")
            #expect(
                try await bench.value("SELECT count(*) FROM shop.orders WHERE customer = '\(ShopBench.id(3))'") == "0")
            #expect(try await bench.rows(of: 4) == 0)
        }
    }

    @Test func aHoldThatNobodyKnowsAnyMoreKeepsTheServerShut() async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            let id = try await hold(3, placed: true, in: bench)
            try await bench.erase(3, holds: [RowHold(id: id.text, matter: "M-1", collections: ["notes"])])
            try await bench.erase(5)
            try await bench.restoreBackup()

            let report = try await bench.replay()

            #expect(!report.isComplete && report.unresolved.count == 1)
            #expect(report.unresolved[0].reasons[0].contains(id.text), "\(report)")
            #expect(try await bench.rows(of: 3) == 13)
            #expect(try await bench.rows(of: 5) == 0, "the others go on")
            guard case .rewound = try await bench.state() else { Issue.record("it must stay shut"); return }
        }
    }

    private func hold(
        _ person: Int, placed: Bool, in bench: ShopBench, _ run: ErasureRunID? = nil
    ) async throws -> ErasureRunID {
        let run = run ?? ErasureRunID(UUID().uuidString)!
        let hash = bench.keys.subjectHash(kind: "customer", key: ShopBench.id(person))
        _ = try await bench.openLedger().append(
            LedgerDraft(
                placed ? .holdPlaced : .holdReleased, run: run, store: "shop",
                subject: LedgerSubject(kind: "customer", keyID: bench.keys.subjectKeyID, hash: hash)),
            at: ShopBench.moment)
        return run
    }

    // MARK: another map

    @Test func anotherMapIsRefusedUnlessAccepted() async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            try await bench.erase(3)
            try await bench.restoreBackup()
            let other = ErasurePlan.digest(of: [1, 2, 3])

            let refused = await #expect(throws: RestoreError.self) { _ = try await bench.replay(mapDigest: other) }
            #expect(refused?.code == .mapChanged)
            #expect(try await bench.rows(of: 3) == 13)
            let report = try await bench.replay(permissions: .init(acceptsMapChange: true), mapDigest: other)

            #expect(report.isComplete && report.notes.contains { $0.contains("another data map") })
        }
    }

    // MARK: its end

    /// What it didn't look for it doesn't call gone.
    @Test func whoIsErasedElsewhereMeanwhileIsErasedHereToo() async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            try await bench.erase(3)
            try await bench.restoreBackup()
            let ledger = try await bench.openLedger()
            let subject = LedgerSubject(
                kind: "customer", keyID: bench.keys.subjectKeyID,
                hash: bench.keys.subjectHash(kind: "customer", key: ShopBench.id(9)))
            let intent = try LedgerDraft(
                .intent, run: ErasureRunID(naming: "elsewhere"), store: "shop", subject: subject, law: "gdpr",
                map: ShopBench.mapDigest)
            let error = await #expect(throws: RestoreError.self) {
                _ = try await bench.replay(meanwhile: { _ = try await ledger.append(intent, at: ShopBench.moment) })
            }
            #expect(error?.code == .busy)
            #expect(try await bench.value("SELECT count(*) FROM habeas_local.replay") == "0")
            #expect(try await bench.rows(of: 9) == 13)

            let report = try await bench.replay()
            #expect(report.isComplete && report.erasedAgain == 1)
            #expect(try await bench.rows(of: 9) == 0)
        }
    }

    /// A server that went back behind places that are known, on their timeline: it says so, whatever was said before.
    @Test func aBranchIsNotedBehindAPlace() async throws {
        try await ShopBench.with { bench in
            try await bench.erase(3)
            let place = try await bench.eraser.position()
            let ledger = try await bench.openLedger()
            let far = StorePlace(
                system: UInt64(place.systemIdentifier)!, timeline: UInt32(place.timeline),
                position: LogPosition("FFFF/0")!)
            let subject = LedgerSubject(
                kind: "customer", keyID: bench.keys.subjectKeyID,
                hash: bench.keys.subjectHash(kind: "customer", key: "nobody"))
            _ = try await ledger.append(
                LedgerDraft(
                    .productDeletion, run: ErasureRunID(naming: "far"), store: "shop", subject: subject, place: far),
                at: ShopBench.moment)
            #expect(try await bench.replay().isComplete)
            let before = try await LedgerPast(of: ledger, store: "shop")
            #expect(before.replays.count == 1 && before.branched.isEmpty)
            _ = try await bench.value("DELETE FROM habeas_local.replay RETURNING '1'")

            let report = try await bench.replay()
            #expect(report.notes.contains { $0.contains("all the same") }, "\(report.notes)")
            let after = try await LedgerPast(of: ledger, store: "shop")
            #expect(after.branched.count == 1 && after.replays.count == 2)
        }
    }

    // MARK: cut anywhere

    private struct Cut: Error {}

    @Test(arguments: 1...18)
    func cutAnywhereItIsFinishedOnce(_ number: Int) async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            for person in [3, 4, 5, 6] { try await bench.erase(person) }
            let expected = try await bench.others(than: [3, 4, 5, 6])
            try await bench.restoreBackup()
            let steps = Steps(stopAt: number)
            await #expect(throws: (any Error).self) {
                _ = try await bench.replay(cut: { _ in if steps.next() { throw Cut() } })
            }

            let report = try await bench.replay()

            #expect(report.isComplete, "\(report)")
            #expect(try await bench.others(than: [3, 4, 5, 6]) == expected)
            for person in [3, 4, 5, 6] { #expect(try await bench.rows(of: person) == 0) }
            let ledger = try await bench.openLedger()
            let head = try await ledger.head().seq
            #expect(head == 17, "one intent and one confirmation of each, and the end")
            #expect(try await ledger.openIntents().isEmpty)
            #expect(try await bench.value("SELECT count(*) FROM habeas_local.receipt") == "4")
            #expect(try await bench.state() == .current)
        }
    }

    // MARK: the ledger

    enum Spoiling: CaseIterable { case truncated, edited, reordered, missing, leftOut, behind, otherKey }

    @Test(arguments: Spoiling.allCases)
    func aLedgerThatIsntSoundOpensNothing(_ spoiling: Spoiling) async throws {
        try await ShopBench.with { bench in
            try await bench.takeBackup()
            for person in [3, 4] { try await bench.erase(person) }
            let file = "\(bench.ledgerFolder)/ledger-000000000001.jsonl"
            var lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
            let (key, whole) = (LedgerKey(bench.keys.ledger), try await bench.openLedger().head())
            var known = LedgerHead.none
            let wanted: RestoreError.Code
            switch spoiling {
            case .truncated:
                lines.removeLast(2)
                known = whole
                wanted = .ledgerTruncated
            case .edited:
                lines[2] = lines[2].replacing("\"tli\":1", with: "\"tli\":7")
                wanted = .ledgerEdited
            case .reordered:
                lines.swapAt(1, 2)
                wanted = .ledgerReordered
            case .missing:
                try FileManager.default.removeItem(atPath: bench.ledgerFolder)
                wanted = .ledgerMissing
            case .leftOut:
                lines.remove(at: 2)
                wanted = .ledgerIncomplete
            case .behind:
                // An older copy, sound in itself: only the receipts tell.
                lines.removeLast(2)
                wanted = .ledgerBehind
            case .otherKey:
                lines[0] = lines[0].replacing("\"key\":\"", with: "\"key\":\"0")
                wanted = .ledgerEdited
            }
            if spoiling != .missing {
                try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
            }
            if spoiling != .behind { try await bench.restoreBackup() }

            let error = await #expect(throws: RestoreError.self) {
                _ = try LedgerTrial.judge(folder: bench.ledgerFolder, key: key, known: known)
                _ = try await bench.replay()
            }

            let codes: [RestoreError.Code] = spoiling == .otherKey ? [.ledgerEdited, .otherKey] : [wanted]
            #expect(error.map { codes.contains($0.code) } == true, "\(spoiling): \(String(describing: error))")
            if spoiling != .behind { #expect(try await bench.rows(of: 3) == 13) }
        }
    }

    @Test func aLedgerThatWentOnFromAnOlderCopyIsAFork() async throws {
        try await ShopBench.with { bench in
            try await bench.erase(3)
            try FileManager.default.copyItem(atPath: bench.ledgerFolder, toPath: "\(bench.folder)/copy")
            try await bench.erase(4)
            try FileManager.default.removeItem(atPath: bench.ledgerFolder)
            try FileManager.default.moveItem(atPath: "\(bench.folder)/copy", toPath: bench.ledgerFolder)
            try await bench.suppress("a@example.com")
            try await bench.suppress("b@example.com")

            let error = await #expect(throws: RestoreError.self) { _ = try await bench.replay() }

            #expect(error?.code == .ledgerForked, "\(String(describing: error))")
        }
    }
}

/// Counts steps, and says at which to stop.
private final class Steps: Sendable {
    private let count: LockedCount
    private let stop: Int

    init(stopAt stop: Int) {
        self.stop = stop
        count = LockedCount()
    }

    func next() -> Bool { count.next() == stop }
}
