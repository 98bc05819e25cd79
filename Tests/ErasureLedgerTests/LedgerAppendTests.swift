import ErasureLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// Appending, and reading what was appended.
@Suite struct LedgerAppendTests {
    private func withLedger(
        fileLimit: Int = ErasureLedger.fileLimit, _ body: (ErasureLedger, _ folder: String) async throws -> Void
    ) async throws {
        try await withFolder { parent in
            let folder = "\(parent)/ledger"
            try await body(
                try await ErasureLedger.open(folder: folder, key: LedgerSample.key, fileLimit: fileLimit), folder)
        }
    }

    private func all(_ ledger: ErasureLedger, from seq: Int = 1) async throws -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        for try await page in ledger.entries(from: seq) { entries += page }
        return entries
    }

    @Test func whatIsAppendedIsReadBack() async throws {
        try await withLedger { ledger, folder in
            let run = try LedgerSample.run()
            let place = StorePlace(system: .max, timeline: .max, position: LogPosition("AB/37014A28"))
            let record = LedgerRecord(collection: "contacts", hash: try LedgerSample.hash("record"))
            let intent = try LedgerSample.draft(run: run, record: record, plan: try LedgerSample.hash("plan"))
            let confirmation = try LedgerSample.draft(.confirmed, run: run, place: place, record: record)
            let first = try await ledger.append(intent, at: LedgerSample.moment)
            let second = try await ledger.append(confirmation, at: LedgerSample.moment)
            let again = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            let read = try await all(again)
            let head = try await again.head()

            #expect(first.isNew && second.isNew)
            #expect(read == [first.entry, second.entry])
            #expect(read.map(\.seq) == [1, 2] && read.map(\.content) == [intent, confirmation])
            #expect(read[1].previous == read[0].hash && read[0].at == LedgerSample.moment)
            #expect(head == LedgerHead(seq: 2, hash: read[1].hash))
        }
    }

    @Test(arguments: LedgerEvent.allCases) func everyEventHasItsLine(event: LedgerEvent) async throws {
        try await withLedger { ledger, folder in
            let run = try LedgerSample.run()
            if event == .confirmed || event == .aborted {
                _ = try await ledger.append(try LedgerSample.draft(run: run), at: LedgerSample.moment)
            }
            let draft = try LedgerSample.draft(event, run: run)
            let entry = try await ledger.append(draft, at: LedgerSample.moment).entry
            let found = try await ledger.entry(of: run, event)
            let text = String(decoding: try LedgerSample.read(try LedgerSample.files(folder)[0]), as: UTF8.self)

            #expect(found == entry)
            #expect(text.contains(#""event":"\#(event.rawValue)""#))
        }
    }

    // MARK: one entry a run and event

    @Test func theSameIntentTwiceIsOneEntry() async throws {
        try await withLedger { ledger, folder in
            let draft = try LedgerSample.draft()
            let first = try await ledger.append(draft, at: LedgerSample.moment)
            let second = try await ledger.append(draft, at: Instant(microseconds: LedgerSample.moment.microseconds + 1))
            let again = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            let third = try await again.append(draft, at: LedgerSample.moment)

            #expect(first.isNew && !second.isNew && !third.isNew)
            #expect(second.entry == first.entry && third.entry == first.entry)
            #expect(try await ledger.head().seq == 1)
        }
    }

    /// After a crash the position is read again and is later; the one that was written first counts.
    @Test func aSecondConfirmationWithALaterPositionIsTheFirst() async throws {
        try await withLedger { ledger, _ in
            let run = try LedgerSample.run()
            _ = try await ledger.append(try LedgerSample.draft(run: run), at: LedgerSample.moment)
            func confirm(_ position: UInt64) async throws -> ErasureLedger.Appended {
                let place = StorePlace(system: 1, timeline: 1, position: LogPosition(bytes: position))
                return try await ledger.append(
                    try LedgerSample.draft(.confirmed, run: run, place: place), at: LedgerSample.moment)
            }
            let first = try await confirm(100)
            let second = try await confirm(200)

            #expect(!second.isNew && second.entry == first.entry)
        }
    }

    @Test func aRunAboutSomebodyElseIsAConflict() async throws {
        try await withLedger { ledger, _ in
            let run = try LedgerSample.run()
            _ = try await ledger.append(try LedgerSample.draft(run: run), at: LedgerSample.moment)
            for draft in [
                try LedgerSample.draft(run: run, person: "2"),
                try LedgerSample.draft(.confirmed, run: run, person: "2"),
                try LedgerSample.draft(run: run, plan: try LedgerSample.hash("other plan")),
            ] {
                let error = await #expect(throws: ErasureLedgerError.self) {
                    try await ledger.append(draft, at: LedgerSample.moment)
                }
                #expect(error?.code == .conflict && error?.description.contains("entry 1") == true)
            }
        }
    }

    @Test func aRunGoesForwardOnly() async throws {
        try await withLedger { ledger, _ in
            func append(_ event: LedgerEvent, _ run: ErasureRunID) async throws -> ErasureLedgerError.Code? {
                do {
                    _ = try await ledger.append(try LedgerSample.draft(event, run: run), at: LedgerSample.moment)
                    return nil
                } catch let error as ErasureLedgerError { return error.code }
            }
            let (confirmed, aborted, neither) = (
                try LedgerSample.run(), try LedgerSample.run(), try LedgerSample.run()
            )

            #expect(try await append(.confirmed, confirmed) == .outOfOrder)
            #expect(try await append(.aborted, aborted) == .outOfOrder)
            for run in [confirmed, aborted, neither] { #expect(try await append(.intent, run) == nil) }
            #expect(try await append(.confirmed, confirmed) == nil)
            #expect(try await append(.aborted, aborted) == nil)
            #expect(try await append(.aborted, confirmed) == .outOfOrder)
            #expect(try await append(.confirmed, aborted) == .outOfOrder)
            #expect(try await append(.intent, aborted) == .outOfOrder)
            #expect(try await append(.intent, confirmed) == nil)
            #expect(try await ledger.openIntents().map(\.content.run) == [neither])
        }
    }

    @Test func openIntentsSurviveARestartInTheirOrder() async throws {
        try await withLedger(fileLimit: 1500) { ledger, folder in
            var open: [ErasureRunID] = []
            for number in 0..<12 {
                let run = try LedgerSample.run()
                _ = try await ledger.append(try LedgerSample.draft(run: run), at: LedgerSample.moment)
                if number % 3 == 0 {
                    open.append(run)
                } else {
                    let event: LedgerEvent = number % 3 == 1 ? .confirmed : .aborted
                    _ = try await ledger.append(try LedgerSample.draft(event, run: run), at: LedgerSample.moment)
                }
            }
            let again = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)

            #expect(try await again.openIntents().map(\.content.run) == open)
            #expect(try LedgerSample.verify(folder).openIntents == 4)
        }
    }

    @Test(arguments: ["", "Ada Lovelace", "ada@example.com", "a\"b", "a\nb", "ä", String(repeating: "a", count: 129)])
    func namesThatCouldBeValuesAreRefused(name: String) throws {
        let subject = LedgerSubject(kind: "user", keyID: "k", hash: try LedgerSample.hash("1"))
        let run = try LedgerSample.run()
        let store = #expect(throws: ErasureLedgerError.self) {
            try LedgerDraft(.intent, run: run, store: name, subject: subject)
        }
        let collection = #expect(throws: ErasureLedgerError.self) {
            try LedgerDraft(
                .intent, run: run, store: "shop", subject: subject,
                record: LedgerRecord(collection: name, hash: subject.hash))
        }

        #expect(store?.code == .badEntry && collection?.code == .badEntry)
        #expect(name.isEmpty || store?.description.contains(name) == false)
    }

    // MARK: files

    @Test func filesRotateAndTheChainGoesOn() async throws {
        try await withFolder { parent in
            let folder = "\(parent)/ledger"
            try await LedgerSample.make(20, in: folder, fileLimit: 2000)
            let files = try LedgerSample.files(folder)
            let report = try LedgerSample.verify(folder)
            let ledger = try await ErasureLedger.open(folder: folder, key: LedgerSample.key, fileLimit: 2000)
            let whole = try await all(ledger)

            #expect(files.count > 4 && report.files == files.count)
            #expect(report.isSound && report.entries == 20, "\(report.findings)")
            #expect(whole.map(\.seq) == Array(1...20))
            for seq in [1, 2, 7, 19, 20, 21] {
                #expect(try await all(ledger, from: seq).map(\.seq) == Array(seq..<21), "from \(seq)")
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: files[0])).starts(with: #"{"first":1,"format":"#.utf8))
        }
    }

    @Test func pagesEndWhereTheLedgerEndedWhenReadingBegan() async throws {
        try await withLedger { ledger, _ in
            for _ in 0..<600 { _ = try await ledger.append(try LedgerSample.draft(), at: LedgerSample.moment) }
            var pages: [Int] = []
            for try await page in ledger.entries(from: 2) {
                pages.append(page.count)
                _ = try await ledger.append(try LedgerSample.draft(), at: LedgerSample.moment)
            }
            #expect(pages == [256, 256, 87])
        }
    }

    // MARK: together

    @Test func tasksAndInstancesAppendOneAfterTheOther() async throws {
        try await withLedger(fileLimit: 20_000) { first, folder in
            let second = try await ErasureLedger.open(folder: folder, key: LedgerSample.key, fileLimit: 20_000)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for task in 0..<8 {
                    tasks.addTask {
                        for _ in 0..<40 {
                            _ = try await (task % 2 == 0 ? first : second).append(
                                try LedgerSample.draft(), at: LedgerSample.moment)
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            let report = try LedgerSample.verify(folder)
            let heads = (try await first.head(), try await second.head())

            #expect(report.isSound && report.entries == 320 && report.files > 5, "\(report.findings)")
            #expect(heads.0 == report.head && heads.1 == report.head)
        }
    }

    /// What another process appended counts, also for the rule of one entry a run.
    @Test func anotherInstancesEntryIsTheExistingOne() async throws {
        try await withLedger { first, folder in
            let second = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            let draft = try LedgerSample.draft()
            let one = try await first.append(draft, at: LedgerSample.moment)
            let two = try await second.append(draft, at: LedgerSample.moment)

            #expect(one.entry == two.entry && !two.isNew)
        }
    }
}
