import ErasureLedger
import RightsCore
import Testing

@testable import BackupTruth

/// Verdicts on the samples, beside what a byte search of the same repositories gave.
@Suite struct SampleVerdictTests {
    @Test func oneFullFromBeforeBringsThePersonBack() throws {
        let verdict = try Sample("03_one_full").verdict()

        #expect(verdict.standing == .canResurrect)
        #expect(verdict.resurrecting == ["20261121-064359F"])
    }

    @Test func threeBackupsResurrectAndFiveHoldBytes() throws {
        let verdict = try Sample("04b_full_diff_incrs_full").verdict()

        #expect(verdict.standing == .canResurrect)
        #expect(
            verdict.resurrecting == [
                "20261121-064359F", "20261121-064359F_20261121-064435D", "20261121-064359F_20261121-064438I",
            ])
        // The sixth that holds bytes is the log.
        #expect(verdict.holding.count == 5 && verdict.firstHoldingSegment == "000000010000000000000001")
    }

    @Test func betweenErasureAndPurgeABackupHoldsBytesAlone() throws {
        let horizon = ErasureHorizon(erased: "0/2000000", purged: "0/C94B698")
        let verdict = try Sample("04b_full_diff_incrs_full").verdict(horizon)

        #expect(verdict.standing == .mayHoldBytes)
        #expect(verdict.resurrecting.isEmpty && verdict.holding.count == 5)
    }

    @Test func withoutAPurgeEverythingMayHoldBytes() throws {
        let verdict = try Sample("07_after_expire").verdict(ErasureHorizon(erased: "0/8099170", purged: nil))

        #expect(verdict.standing == .mayHoldBytes)
        #expect(verdict.holding.count == 2)
    }

    @Test func afterExpiryNothingIsLeft() throws {
        let verdict = try Sample("07_after_expire").verdict()

        #expect(verdict.standing == .purged)
        #expect(verdict.evidence == .catalogue)
    }

    @Test func logFromBeforeThePurgeHoldsBytes() throws {
        let sample = try Sample("07_after_expire")
        let old = "15-1/0000000100000000/00000001000000000000000C-0123456789abcdef0123456789abcdef01234567.gz"
        let verdict = try sample.reading(archive: sample.archive(1, also: [old])).verdict()

        #expect(verdict.standing == .mayHoldBytes)
        #expect(verdict.holdingSegments == 1 && verdict.firstHoldingSegment == "00000001000000000000000C")
    }

    @Test func aBackupBringsTheWholeFileOfTheLogAlongInWhichItBegan() throws {
        // The full of this state began at 0/E000028.
        let verdict = try Sample("07_after_expire").verdict(
            ErasureHorizon(erased: "0/8099170", purged: "0/E000001"))

        #expect(verdict.standing == .mayHoldBytes && verdict.holding == ["20261121-064447F"])
    }

    @Test func logThatStillHasToArriveCounts() throws {
        let sample = try Sample("07_after_expire")
        func verdict(_ names: String...) throws -> CopyVerdict {
            let outputs = PgBackRestOutputs(
                info: try sample.info(1), overview: ToolOutput(sample.bytes), backups: try sample.backups(1),
                archive: try sample.archive(1))
            return PgBackRestCatalogue.reading(
                outputs, "copy", PgBackRestCopy(stanza: "main"), declared: [1],
                live: LiveCluster(system: Sample.system, archiveStatus: names), at: Sample.at
            ).verdict()
        }

        #expect(try verdict("00000001000000000000000C.ready").standing == .mayHoldBytes)
        #expect(
            try verdict("00000001000000000000000C.done", "00000002.history.ready", "00000001000000000000000D.ready")
                .standing == .purged)
    }

    @Test func bothRepositoriesAreClean() throws {
        let sample = try Sample("09_two_repos_ok")
        let copies = [1, 2].map { number in
            DeclaredCopy(
                name: "copy\(number)", source: .pgBackRest(PgBackRestCopy(stanza: "main", repository: number)),
                policy: CopyPolicy(.count(2, everyDays: 1)))
        }
        let readings = try zip(copies, [1, 2]).map { copy, number in
            PgBackRestCatalogue.reading(
                PgBackRestOutputs(
                    info: try sample.info(number), overview: ToolOutput(sample.bytes),
                    backups: try sample.backups(number), archive: try sample.archive(number)), copy.name,
                PgBackRestCopy(stanza: "main", repository: number), declared: [1, 2],
                live: LiveCluster(system: Sample.system), at: Sample.at)
        }
        let rule = VerdictRule(.early, now: Sample.at)

        #expect(rule.verdict(copies, readings).standing == .purged)
        #expect(rule.verdict(copies, [readings[0]]).standing == .unknown)
        #expect(rule.verdict(copies, readings + [readings[0]]).standing == .unknown)
        #expect(rule.verdict([], readings).standing == .unknown)
    }

    // MARK: timelines

    @Test func theBackupOfATimelineThatForkedBeforeResurrects() throws {
        let sample = try Sample("15b_backup_on_timeline2")
        let path = "15-1/00000002.history"
        let history = ToolOutput(Array("1\t0/3700EC68\tbefore 2026-11-21 06:48:30.167714+00\n".utf8))
        let reading = try sample.reading(
            archive: sample.archive(1, also: [path]), histories: [path: history])
        let verdict = reading.verdict(.undone)

        #expect(verdict.standing == .canResurrect)
        #expect(verdict.resurrecting.count == 6 && verdict.resurrecting.contains("20261121-064839F"))
    }

    @Test func withoutItsHistoryATimelineIsUnknown() throws {
        let verdict = try Sample("15b_backup_on_timeline2").verdict(.undone)

        #expect(verdict.standing == .unknown)
        #expect(verdict.reasons.map(\.kind) == [.unknownTimeline])
        // What is known is still named.
        #expect(verdict.resurrecting.count == 5)
    }

    @Test func anErasureDoneAgainOnTheNewTimelineCounts() throws {
        let sample = try Sample("15b_backup_on_timeline2")
        let path = "15-1/00000002.history"
        let reading = try sample.reading(
            archive: sample.archive(1, also: [path]), histories: [path: ToolOutput(Array("1\t0/3700EC68\tx\n".utf8))])
        let again = HistoryPoint(system: Sample.system, timeline: 2, position: try #require(LogPosition("0/38000000")))
        let both = ErasureHorizon(
            erased: ErasureHorizon.undone.erased + [again], purged: [again], erasedAt: Sample.at, purgedAt: Sample.at)

        #expect(!reading.verdict(both).resurrecting.contains("20261121-064839F"))
        #expect(reading.verdict(both).resurrecting.count == 5)
    }

    @Test func twoCopiesThatTellDifferentHistoriesAreUnknown() throws {
        let fork = try #require(TimelineHistory(timeline: 2, bytes: Array("1\t0/38000000\tx\n".utf8)))
        let other = try #require(TimelineHistory(timeline: 2, bytes: Array("1\t0/39000000\tx\n".utf8)))
        var lineage = Lineage()
        lineage.add(fork, system: 1)
        let point = HistoryPoint(system: 1, timeline: 1, position: try #require(LogPosition("0/37000000")))
        let place = try #require(LogPosition("0/40000000"))

        #expect(lineage.descent(of: 1, 2, place, from: point) == .follows)
        var second = Lineage()
        second.add(other, system: 1)
        lineage.merge(second)
        #expect(lineage.descent(of: 1, 2, place, from: point) == .unknownTimeline(2))
    }

    @Test(
        arguments: [
            // Same timeline, its child that forked late, early and exactly there, a grandchild, an elder, another server.
            (1, "0/5000", Descent.follows), (1, "0/4FFF", .doesNotFollow), (2, "0/9000", .follows),
            (3, "0/9000", .doesNotFollow), (4, "0/9000", .follows), (5, "0/9000", .follows),
            (9, "0/9000", .unknownTimeline(9)),
        ] as [(UInt32, String, Descent)])
    func descentIsReadFromHistories(timeline: UInt32, position: String, expected: Descent) throws {
        var lineage = Lineage()
        for (timeline, text) in [
            (2, "1\t0/8000\tx\n"), (3, "1\t0/4000\tx\n"), (4, "1\t0/5000\tx\n"), (5, "1\t0/8000\tx\n\n2\t0/8800\ty\n"),
        ] {
            lineage.add(
                try #require(TimelineHistory(timeline: UInt32(timeline), bytes: Array(text.utf8))), system: 1)
        }
        let point = HistoryPoint(system: 1, timeline: 1, position: try #require(LogPosition("0/5000")))
        let place = try #require(LogPosition(position))

        #expect(lineage.descent(of: 1, timeline, place, from: point) == expected)
        #expect(lineage.descent(of: 2, timeline, place, from: point) == .otherSystem(2))
    }

    @Test func anElderTimelineNeverFollows() throws {
        let point = HistoryPoint(system: 1, timeline: 2, position: try #require(LogPosition("0/5000")))

        #expect(
            Lineage().descent(of: 1, 1, try #require(LogPosition("9/0")), from: point) == .doesNotFollow)
    }

    // MARK: names and histories

    @Test func segmentNamesAreReadAsPostgreSQLWritesThem() throws {
        let segment = try #require(LogSegment("0000000200000001000000FF"))

        #expect(segment.timeline == 2 && segment.name == "0000000200000001000000FF")
        #expect(segment.start(.usual)?.description == "1/FF000000")
        #expect(segment.start(try #require(SegmentSize(bytes: 64 << 20))) == nil)
        for name in ["", "0000000200000001000000F", "0000000200000001000000ff", "0000000000000001000000FF", "x"] {
            #expect(LogSegment(name) == nil, "\(name)")
        }
        for size in [0, 1 << 19, (1 << 20) + 1, 1 << 31] as [UInt64] { #expect(SegmentSize(bytes: size) == nil) }
    }

    @Test func entriesOfAnArchiveAreToldApart() throws {
        let segment = try #require(LogSegment("000000010000000000000002"))

        #expect(ArchiveEntry("000000010000000000000002-aa11.lz4") == .segment(segment))
        #expect(ArchiveEntry("000000010000000000000002.partial") == .segment(segment))
        #expect(ArchiveEntry("000000010000000000000002.20261121T065507.duplicate") == .segment(segment))
        #expect(ArchiveEntry("000000010000000000000002.00000028.backup") == .label)
        #expect(ArchiveEntry("0000000A.history") == .history(timeline: 10))
        #expect(ArchiveEntry("xlog.db") == .unrecognised)
    }

    @Test(arguments: ["", "x", "1", "1\t", "1\tx\tz", "2\t0/1\tz", "1\t0/2\tz\n1\t0/3\tz", "1\t0/3\tz\n2\t0/2\tz"])
    func aHistoryThatIsNoneIsRefused(text: String) {
        #expect(TimelineHistory(timeline: 2, bytes: Array(text.utf8)) == nil)
    }
}
