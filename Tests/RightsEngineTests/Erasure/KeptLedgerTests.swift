import AuditLedger
import ErasureLedger
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// A ledger that was lost, cut or put back is known by what the control database remembers.
@Suite(.timeLimit(.minutes(2))) struct KeptLedgerTests {
    private struct Place {
        let folder: String
        let key: LedgerKey
        let memory: LedgerMemory
        let keys: ErasureKeys

        init(_ work: WorkBench) throws {
            folder = "\(work.folder)/ledger"
            keys = try ErasureKeys(folder: "\(work.folder)/keys")
            key = LedgerKey(keys.ledger)
            memory = LedgerMemory(work.engine.control)
        }

        func opened() async throws -> KeptLedger {
            KeptLedger(
                try await ErasureLedger.open(folder: folder, key: key, known: try await memory.known()), memory: memory)
        }

        func append(_ count: Int, _ work: WorkBench) async throws {
            let ledger = try await opened()
            for _ in 0..<count {
                _ = try await ledger.append(
                    try LedgerDraft(
                        .intent, run: work.engine.makeID(), store: "workspace",
                        subject: LedgerSubject(
                            kind: "user", keyID: keys.subjectKeyID, hash: keys.subjectHash(kind: "user", key: "1"))),
                    at: work.clock.now)
            }
        }

        var file: String { "\(folder)/ledger-000000000001.jsonl" }
    }

    @Test func aLedgerThatVanishedIsNotBegunAfresh() async throws {
        try await WorkBench.with { work in
            let place = try Place(work)
            #expect(try await place.memory.known() == .none)
            try await place.append(3, work)
            #expect(try await place.memory.known().seq == 3)
            try await place.append(1, work)
            try FileManager.default.removeItem(atPath: place.folder)
            let gone = await #expect(throws: ErasureLedgerError.self) { try await place.append(1, work) }
            #expect(gone?.code == .rewound && !FileManager.default.fileExists(atPath: place.folder))
        }
    }

    @Test func aLedgerWhoseEndWasCutIsRefusedAlsoWhenItGoesOnOtherwise() async throws {
        try await WorkBench.with { work in
            let place = try Place(work)
            try await place.append(2, work)
            let short = try #require(FileManager.default.contents(atPath: place.file))
            try await place.append(1, work)
            let whole = try #require(FileManager.default.contents(atPath: place.file))
            try short.write(to: URL(filePath: place.file))
            let cut = await #expect(throws: ErasureLedgerError.self) { _ = try await place.opened() }
            #expect(cut?.code == .rewound)
            // Somebody with the key writes another third entry.
            let forged = try await ErasureLedger.open(folder: place.folder, key: place.key)
            _ = try await forged.append(
                try LedgerDraft(
                    .intent, run: work.engine.makeID(), store: "other",
                    subject: LedgerSubject(
                        kind: "user", keyID: place.keys.subjectKeyID,
                        hash: place.keys.subjectHash(kind: "user", key: "2"))), at: work.clock.now)
            let other = await #expect(throws: ErasureLedgerError.self) { _ = try await place.opened() }
            #expect(other?.code == .rewound)
            try whole.write(to: URL(filePath: place.file))
            try await place.append(1, work)
            #expect(try await place.memory.known().seq == 4)
        }
    }

    @Test func anOlderEntryIsNoLaterOne() async throws {
        try await WorkBench.with { work in
            let place = try Place(work)
            try await place.append(2, work)
            let head = try await place.memory.known()
            try await place.memory.note(LedgerHead(seq: 1, hash: ErasureLedgerSample.hash))
            #expect(try await place.memory.known() == head)
        }
    }
}

private enum ErasureLedgerSample {
    static let hash = Hash256([UInt8](repeating: 7, count: 32))!
}
