import ErasureLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// A ledger of four months: January to April, a file each. January has an erasure, two suppressions, of which one is lifted in
/// April, and a hold that is released in February; February a deletion and a suppression.
struct FourMonths {
    let folder: String
    let ledger: ErasureLedger
    let erasure: ErasureRunID
    let hold: ErasureRunID

    static func with(_ body: (FourMonths) async throws -> Void) async throws {
        try await withFolder { parent in try await body(try await FourMonths("\(parent)/ledger")) }
    }

    private init(_ folder: String) async throws {
        self.folder = folder
        ledger = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
        (erasure, hold) = (try LedgerSample.run(), try LedgerSample.run())
        try await append(.intent, "2026-01-03", erasure)
        try await append(.confirmed, "2026-01-03", erasure)
        try await append(.suppressed, "2026-01-03", person: "a")
        try await append(.suppressed, "2026-01-04", person: "b")
        try await append(.holdPlaced, "2026-01-05", hold)
        try await append(.productDeletion, "2026-02-01")
        try await append(.holdReleased, "2026-02-02", hold)
        try await append(.suppressed, "2026-02-03", person: "c")
        try await append(.retentionPurged, "2026-03-01")
        try await append(.suppressionLifted, "2026-04-01", person: "b")
    }

    @discardableResult func append(
        _ event: LedgerEvent, _ day: String, _ run: ErasureRunID? = nil, person: String = "1"
    ) async throws -> LedgerEntry {
        try await ledger.append(
            try LedgerSample.draft(event, run: run, person: person), at: try LedgerSample.noon(day)
        ).entry
    }

    @discardableResult func expire(
        _ cutoff: String, isDryRun: Bool = false, step: @escaping @Sendable (LedgerExpiryStep) throws -> Void = { _ in }
    ) async throws -> LedgerExpiryReport {
        try await ledger.expire(
            before: try LedgerSample.noon(cutoff), at: try LedgerSample.noon("2026-04-20"), isDryRun: isDryRun,
            step: step)
    }

    /// The first numbers of its files.
    var firsts: [Int] {
        get throws { try LedgerSample.files(folder).compactMap { Int($0.suffix(18).prefix(12)) } }
    }

    /// Who may not come back, by all that is there.
    func suppressed() async throws -> Set<Hash256> {
        var suppressed: Set<Hash256> = []
        for try await page in ledger.entries() {
            for entry in page.map(\.content) {
                if entry.event == .suppressed { suppressed.insert(entry.subject.hash) }
                if entry.event == .suppressionLifted { suppressed.remove(entry.subject.hash) }
            }
        }
        return suppressed
    }
}

/// The ledger's own end.
@Suite struct LedgerExpiryTests {
    private static let keyText = LedgerSample.secret.hex
    private static let inForce = ["a", "c"]

    private func expected() throws -> Set<Hash256> { Set(try Self.inForce.map(LedgerSample.hash)) }

    // MARK: files

    @Test func whatOtherServicesNeedStays() async throws {
        try await FourMonths.with { months in
            let (before, now) = (try LedgerSample.noon("2026-04-10"), try LedgerSample.noon("2026-04-20"))
            let others = try await months.ledger.expire(before: before, of: ["another"], at: now)
            #expect(others.files == 0 && others.need == .otherStore(seq: 1))
            let store = try LedgerSample.draft(.suppressed).store
            let own = try await months.ledger.expire(before: before, of: [store], at: now)
            #expect(own.files > 0)
        }
    }

    @Test func aTimelineThatWentOnUnderItsNumberStaysKnown() async throws {
        try await withFolder { parent in
            let ledger = try await ErasureLedger.open(folder: "\(parent)/ledger", key: LedgerSample.key)
            let like = try LedgerSample.draft(.suppressed)
            let branch = try LedgerDraft(
                .databaseReplayed, run: try LedgerSample.run(), store: like.store, subject: like.subject,
                place: StorePlace(system: 7, timeline: 1))
            _ = try await ledger.append(branch, at: try LedgerSample.noon("2026-01-03"))
            for day in ["2026-02-03", "2026-03-03"] {
                _ = try await ledger.append(
                    try LedgerSample.draft(.retentionPurged), at: try LedgerSample.noon(day))
            }
            let report = try await ledger.expire(
                before: try LedgerSample.noon("2026-04-10"), at: try LedgerSample.noon("2026-04-20"))
            #expect(report.files == 0 && report.need == .branch(seq: 1))
        }
    }

    @Test func aFileEndsWithItsMonth() async throws {
        try await FourMonths.with { months in
            #expect(try months.firsts == [1, 6, 9, 10])
            // A clock that is behind begins none, the next year's does.
            try await months.append(.retentionPurged, "2026-02-01")
            #expect(try months.firsts.count == 4)
            try await months.append(.retentionPurged, "2027-01-01")
            #expect(try months.firsts.count == 5)
            // Whoever opens it later knows the month, too.
            let again = try await ErasureLedger.open(folder: months.folder, key: LedgerSample.key)
            _ = try await again.append(try LedgerSample.draft(), at: try LedgerSample.noon("2027-01-02"))
            #expect(try months.firsts.count == 5)
            _ = try await again.append(try LedgerSample.draft(), at: try LedgerSample.noon("2027-02-01"))
            try await months.append(.retentionPurged, "2027-02-02")
            #expect(try months.firsts.count == 6 && LedgerSample.verify(months.folder).isSound)
        }
    }

    // MARK: what goes

    @Test func wholeFilesGoAndTheRestIsSound() async throws {
        try await FourMonths.with { months in
            let known = try await months.ledger.entries(from: 8).first { _ in true }?.first
            let dry = try await months.expire("2026-03-01", isDryRun: true)
            #expect(dry.until == 8 && dry.files == 2 && dry.entries == 8 && dry.restated == 2)
            #expect(try months.firsts.count == 4, "a dry run changes nothing")

            let report = try await months.expire("2026-03-01")
            #expect(report.until == 8 && report.files == 2 && report.entries == 8 && report.restated == 2)
            #expect(report.need == .recent(seq: 9))
            let expiry = try await months.ledger.expiry()
            #expect(expiry.until == LedgerHead(seq: 8, hash: try #require(known).hash) && expiry.stores == ["shop": 1])
            #expect(try months.firsts.count == 2)
            try await expectWhole(months, entries: 4)

            // Again there is nothing to do, and the next month goes by itself.
            let again = try await months.expire("2026-03-01")
            #expect(again.files == 0 && again.restated == 0 && again.until == 8)
            let next = try await months.expire("2026-04-01")
            #expect(next.until == 9 && next.files == 1 && next.restated == 0 && next.need == .lastFile)
            #expect(try await months.ledger.expiry().stores == ["shop": 1], "what went before is remembered")
            try await expectWhole(months, entries: 3)
            // The last file stays, however old it is.
            let all = try await months.expire("2030-01-01")
            #expect(all.files == 0 && all.need == .lastFile)
        }
    }

    /// Sound for us, for the documented program and for whoever opens it; those who may not come back are there.
    private func expectWhole(_ months: FourMonths, entries: Int) async throws {
        let head = try await months.ledger.head()
        let report = try LedgerSample.verify(months.folder, known: head)
        #expect(report.isSound && report.entries == entries && report.expired.until.seq > 0, "\(report.findings)")
        let outcome = try await LedgerFormatTests.judge(months.folder)
        #expect(
            outcome.status == 0 && outcome.output.hasPrefix("sound: \(entries) entries, head \(head.hash.hex), "),
            "\(outcome)")
        let opened = try await ErasureLedger.open(folder: months.folder, key: LedgerSample.key, known: head)
        #expect(try await opened.head() == head)
        #expect(try await months.suppressed() == expected())
        // What expired can't be asked for; its end can.
        let until = try await opened.expiry().until
        try await opened.check(LedgerHead(seq: 1, hash: head.hash))
        try await opened.check(until)
        await #expect(throws: ErasureLedgerError.self) {
            try await opened.check(LedgerHead(seq: until.seq, hash: head.hash))
        }
        #expect(try await opened.entry(of: months.erasure, .intent) == nil)
    }

    @Test func suppressionsOutliveEveryFile() async throws {
        try await FourMonths.with { months in
            for (year, month) in [(2026, 5), (2026, 6), (2026, 7), (2027, 1)] {
                let day = "\(year)-0\(month)-01"
                try await months.append(.retentionPurged, day)
                _ = try await months.ledger.expire(before: try LedgerSample.noon(day), at: try LedgerSample.noon(day))
                #expect(try await months.suppressed() == expected())
                #expect(try LedgerSample.verify(months.folder).isSound)
            }
            #expect(try months.firsts.count == 1)
            // One that is lifted isn't said again.
            try await months.append(.suppressionLifted, "2027-01-02", person: "a")
            try await months.append(.retentionPurged, "2027-02-01")
            let report = try await months.ledger.expire(
                before: try LedgerSample.noon("2027-02-01"), at: try LedgerSample.noon("2027-02-01"))
            #expect(report.files == 1 && report.restated == 1)
            #expect(try await months.suppressed() == [try LedgerSample.hash("c")])
        }
    }

    // MARK: what keeps

    @Test func aHoldInForceKeepsItsFileAndAllAfterIt() async throws {
        try await FourMonths.with { months in
            let hold = try LedgerSample.run()
            try await months.append(.holdPlaced, "2026-05-01", hold)
            try await months.append(.retentionPurged, "2026-06-01")
            try await months.append(.retentionPurged, "2026-07-01")
            let kept = try await months.expire("2026-08-01")
            #expect(kept.until == 10 && kept.need == .hold(seq: 11))
            try await months.append(.holdReleased, "2026-07-02", hold)
            let gone = try await months.expire("2026-08-01")
            // The suppressions that were said again stand in July's file.
            #expect(gone.until == 12 && gone.need == .lastFile && gone.restated == 0, "\(gone)")
            #expect(try await months.suppressed() == expected())
        }
    }

    @Test func anErasureThatIsNotOverLongEnoughKeepsItsFile() async throws {
        try await FourMonths.with { months in
            let (open, late, aborted) = (try LedgerSample.run(), try LedgerSample.run(), try LedgerSample.run())
            try await months.append(.intent, "2026-05-01", aborted)
            try await months.append(.intent, "2026-06-01", late)
            try await months.append(.intent, "2026-07-01", open)
            try await months.append(.aborted, "2026-08-01", aborted)
            try await months.append(.confirmed, "2026-08-15", late)
            #expect(try await months.expire("2026-08-10", isDryRun: true).need == .erasure(seq: 12))
            #expect(try await months.expire("2026-08-10").until == 11)
            let report = try await months.expire("2026-08-20")
            #expect(report.until == 12 && report.need == .erasure(seq: 13))
            #expect(
                try await months.ledger.expiry().stores == ["shop": 12], "of one that was aborted there is no receipt")
            try await months.append(.confirmed, "2026-08-16", open)
            #expect(try await months.expire("2026-08-20").until == 13)
            #expect(try LedgerSample.verify(months.folder).isSound)
        }
    }

    // MARK: kills

    /// Killed between any two steps, the ledger is sound as it lies, and the next attempt ends as if nothing had been.
    @Test(arguments: ["restated", "judged", "noted", "removed(first: 1)", "removed(first: 6)", "-"])
    func killedAnywhereItGoesOn(_ step: String) async throws {
        try await FourMonths.with { months in
            let order = ["expire", months.folder, Self.keyText, "2026-03-01T12:00:00Z/\(step)"]
            let outcome = try await Program.run(LedgerSample.writer, order)
            #expect(outcome.errors.contains("expired 8") == (step == "-"), "\(outcome.errors)")
            let left = try months.firsts.count
            let lying = try LedgerSample.verify(months.folder)
            #expect(lying.isSound, "\(lying.findings)")
            #expect(try await LedgerFormatTests.judge(months.folder).status == 0)

            // This process knew nothing of it.
            #expect(try await months.suppressed() == expected())
            let second = try await Program.run(
                LedgerSample.writer, ["expire", months.folder, Self.keyText, "2026-03-01T12:00:00Z/-"])
            #expect(second.errors.contains("verified true"), "\(second.errors)")
            #expect(left == ["removed(first: 1)": 4, "removed(first: 6)": 3, "-": 3][step] ?? 5)
            #expect(try months.firsts == [9, 10, 11])
            let entries = try LedgerSample.verify(months.folder).entries
            #expect(entries == 4, "two were said again, once")
            #expect(try await months.suppressed() == expected())
            #expect(try await months.ledger.expiry().until.seq == 8)
        }
    }

    private struct Cut: Error {}

    /// The same in this process: an error in the middle, such as a folder that can't be written, leaves a ledger that goes on.
    @Test func anErrorInTheMiddleLeavesALedgerThatGoesOn() async throws {
        for wanted in [LedgerExpiryStep.restated, .judged, .noted, .removed(first: 1), .removed(first: 6)] {
            try await FourMonths.with { months in
                await #expect(throws: Cut.self) {
                    try await months.expire("2026-03-01") { if $0 == wanted { throw Cut() } }
                }
                let appended = try await months.append(.retentionPurged, "2026-04-21")
                #expect(appended.seq == 13, "\(wanted)")
                try await months.expire("2026-03-01")
                #expect(try await months.ledger.expiry().until.seq == 8)
                #expect(try await months.suppressed() == expected())
                let opened = try await ErasureLedger.open(folder: months.folder, key: LedgerSample.key)
                let (ours, theirs) = (try await months.ledger.head(), try await opened.head())
                #expect(ours == theirs)
                #expect(try months.firsts.count == 2 && LedgerSample.verify(months.folder).isSound)
            }
        }
    }

    // MARK: others at the same time

    @Test func oneAppendsWhileAnotherExpires() async throws {
        try await FourMonths.with { months in
            // Old enough, and many: what is said again takes a while.
            for number in 0..<300 { try await months.append(.suppressed, "2026-05-01", person: "p\(number)") }
            try await months.append(.retentionPurged, "2026-06-01")
            let outcomes = try await withThrowingTaskGroup(of: ProgramOutcome.self) { tasks in
                for order in [
                    ["append", months.folder, Self.keyText, "100"],
                    ["expire", months.folder, Self.keyText, "2026-06-15T00:00:00Z/-"],
                    ["append", months.folder, Self.keyText, "100"],
                    ["expire", months.folder, Self.keyText, "2026-06-15T00:00:00Z/-"],
                ] { tasks.addTask { try await Program.run(LedgerSample.writer, order) } }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            let report = try LedgerSample.verify(months.folder)

            #expect(
                outcomes.allSatisfy { $0.status == 0 && !$0.errors.contains("failed") }, "\(outcomes.map(\.errors))")
            #expect(report.isSound && report.expired.until.seq >= 310, "\(report.findings)")
            // 200 were appended, 302 said again, and June's stayed if nothing was appended when the first looked.
            let suppressed = try await months.suppressed()
            let expected = try expected()
            #expect(suppressed.count == 302 && suppressed.isSuperset(of: expected))
            let said = try await restatements(months)
            #expect(said == 302, "each once")
            #expect(report.openIntents == 200)
        }
    }

    private func restatements(_ months: FourMonths) async throws -> Int {
        var count = 0
        for try await page in months.ledger.entries() { count += page.count { $0.content.event == .suppressed } }
        return count
    }

    /// Nothing is left of what this process knew, and it goes on all the same.
    @Test func aProcessWhoseLastFileExpiredGoesOn() async throws {
        try await FourMonths.with { months in
            let stale = try await ErasureLedger.open(folder: months.folder, key: LedgerSample.key)
            let pages = stale.entries()
            try await months.append(.retentionPurged, "2026-05-01")
            try await months.append(.retentionPurged, "2026-06-01")
            _ = try await months.ledger.expire(
                before: try LedgerSample.noon("2026-06-01"), at: try LedgerSample.noon("2026-06-01"))
            #expect(try months.firsts.count == 1)

            let appended = try await stale.append(try LedgerSample.draft(), at: try LedgerSample.noon("2026-06-02"))
            #expect(try await stale.head().seq == appended.entry.seq)
            #expect(try await stale.entry(of: months.erasure, .intent) == nil)
            let (ours, theirs) = (try await months.ledger.expiry(), try await stale.expiry())
            #expect(ours == theirs)
            let read = try await pages.reduce(0) { $0 + $1.count }
            #expect(read == 4)
            #expect(try LedgerSample.verify(months.folder).isSound)
        }
    }

    /// Whoever reads when something expires reads on: all of one moment.
    @Test func whoeverReadsMeanwhileReadsToTheEnd() async throws {
        try await FourMonths.with { months in
            for number in 0..<600 { try await months.append(.productDeletion, "2026-05-01", person: "p\(number)") }
            try await months.append(.retentionPurged, "2026-06-01")
            var pages = months.ledger.entries().makeAsyncIterator()
            var read = try #require(try await pages.next())
            _ = try await months.ledger.expire(
                before: try LedgerSample.noon("2026-06-01"), at: try LedgerSample.noon("2026-06-01"))
            while let page = try await pages.next() { read += page }

            #expect(read.map(\.seq) == Array(1...611))
        }
    }

    // MARK: tampering

    /// Whatever byte of it is changed, the file is named, and nothing is appended.
    @Test func anAlteredNoteIsNamed() async throws {
        try await FourMonths.with { months in
            try await months.expire("2026-03-01")
            let path = "\(months.folder)/expired.json"
            let whole = try LedgerSample.read(path)
            for place in whole.indices {
                var bytes = whole
                bytes[place] ^= 1
                try LedgerSample.write(bytes, to: path)
                let report = try LedgerSample.verify(months.folder)
                #expect(report.findings.first?.file == "expired.json", "byte \(place): \(report.findings)")
                let error = await #expect(throws: ErasureLedgerError.self) {
                    try await ErasureLedger.open(folder: months.folder, key: LedgerSample.key)
                }
                #expect(error?.description.contains("expired.json") == true)
                if place % 41 == 0 { #expect(try await LedgerFormatTests.judge(months.folder).status == 1) }
            }
            for bytes in [[], Array(whole.dropLast()), whole + whole, Array("{}\n".utf8)] {
                try LedgerSample.write(bytes, to: path)
                #expect(try LedgerSample.verify(months.folder).findings.first?.code == .unreadable)
            }
            try LedgerSample.write(whole, to: path)
            #expect(try LedgerSample.verify(months.folder).isSound)
            let other = try #require(try LedgerVerifier.verify(folder: months.folder, key: LedgerSample.otherKey))
            #expect(other.findings.first?.code == .otherKey && other.findings.first?.file == "expired.json")
        }
    }

    @Test func aMissingOrOlderNoteIsNamed() async throws {
        try await FourMonths.with { months in
            let path = "\(months.folder)/expired.json"
            try await months.expire("2026-02-01")
            let older = try LedgerSample.read(path)
            let february = try LedgerSample.files(months.folder)[0]
            let bytes = try LedgerSample.read(february)
            try await months.expire("2026-03-01")
            let newer = try LedgerSample.read(path)

            try FileManager.default.removeItem(atPath: path)
            try await expectGap(months, file: "ledger-000000000009.jsonl")
            try LedgerSample.write(older, to: path)
            try await expectGap(months, file: "expired.json")
            // With the file of then it is an older ledger, which those who know its end refuse.
            try LedgerSample.write(bytes, to: february)
            #expect(try LedgerSample.verify(months.folder).isSound)

            // What expired and lies there again isn't part of it, and goes.
            try LedgerSample.write(newer, to: path)
            #expect(try LedgerSample.verify(months.folder).isSound)
            _ = try await ErasureLedger.open(folder: months.folder, key: LedgerSample.key)
            #expect(try months.firsts.count == 2)

            // A newer note than the files.
            let files = try LedgerSample.files(months.folder)
            try FileManager.default.removeItem(atPath: files[0])
            try await expectGap(months, file: "expired.json")
        }
    }

    private func expectGap(_ months: FourMonths, file: String) async throws {
        let report = try LedgerSample.verify(months.folder)
        #expect(
            report.findings.map(\.code) == [.fileMissing] && report.findings.first?.file == file, "\(report.findings)")
        let error = await #expect(throws: ErasureLedgerError.self) {
            try await ErasureLedger.open(folder: months.folder, key: LedgerSample.key)
        }
        #expect(error?.code == .damaged && error?.description.contains(file) == true, "\(String(describing: error))")
        #expect(try await LedgerFormatTests.judge(months.folder).status == 1)
    }

    /// What was found before an expiry is found after it.
    @Test func tamperingWithTheRestIsFound() async throws {
        try await FourMonths.with { months in
            try await months.expire("2026-03-01")
            let known = try await months.ledger.head()
            let files = try LedgerSample.files(months.folder)
            for path in files {
                let whole = try LedgerSample.read(path)
                for place in stride(from: 0, to: whole.count, by: 23) {
                    var bytes = whole
                    bytes[place] ^= 1
                    try LedgerSample.write(bytes, to: path)
                    let finding = try LedgerSample.verify(months.folder).findings.first
                    // A header that can't be read leaves a gap after what expired.
                    #expect(
                        finding?.file.map { path.hasSuffix($0) || $0 == "expired.json" } == true,
                        "byte \(place): \(String(describing: finding))")
                }
                try LedgerSample.write(whole, to: path)
            }
            let last = try LedgerSample.read(files[1])
            let cut = try #require(last.dropLast().lastIndex(of: 10)) + 1
            try LedgerSample.write(last.prefix(cut), to: files[1])
            #expect(try LedgerSample.verify(months.folder, known: known).findings.map(\.code) == [.headMissing])
            let error = await #expect(throws: ErasureLedgerError.self) {
                try await ErasureLedger.open(folder: months.folder, key: LedgerSample.key, known: known)
            }
            #expect(error?.code == .rewound)
        }
    }

    /// A ledger of which only what expired is known isn't begun afresh.
    @Test func aNoteAloneIsNoFreshStart() async throws {
        try await FourMonths.with { months in
            try await months.expire("2026-03-01")
            for file in try LedgerSample.files(months.folder) { try FileManager.default.removeItem(atPath: file) }
            let error = await #expect(throws: ErasureLedgerError.self) {
                try await ErasureLedger.open(folder: months.folder, key: LedgerSample.key)
            }
            #expect(error?.code == .rewound)
            #expect(try LedgerSample.verify(months.folder).findings.map(\.code) == [.fileMissing])
        }
    }
}
