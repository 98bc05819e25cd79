import ErasureLedger
import Testing

@testable import BackupTruth

/// Each state in which pgBackRest exits 0 and hides something (docs/backups.md, “What makes a reading unknown”).
@Suite struct PgBackRestFailureTests {
    @Test(arguments: ["01_no_stanza", "11_repo_path_does_not_exist"])
    func noStanzaIsUnknown(sample: String) throws {
        let reading = try Sample(sample).reading(backups: Sample.nothing, archive: Sample.nothing)

        #expect(reading.kinds == [.missing])
        #expect(reading.verdict().standing == .unknown)
    }

    @Test func anUnmountedRepositoryIsUnknown() throws {
        let reading = try Sample("11b_repo_path_does_not_exist_stanza_given")
            .reading(backups: Sample.nothing, archive: Sample.nothing)

        #expect(reading.kinds == [.missing, .empty])
        #expect(reading.verdict().standing == .unknown)
    }

    @Test func aFolderThatIsListedAsEmptyIsMissing() throws {
        let sample = try Sample("07_after_expire")

        #expect(try sample.reading(backups: Sample.nothing).kinds == [.missing])
        #expect(try sample.reading(archive: Sample.nothing).kinds == [.missing])
    }

    @Test(arguments: ["02_stanza_no_backup", "02b_stanza_no_backup_with_wal"])
    func aStanzaWithoutBackupIsUnknown(sample: String) throws {
        #expect(try Sample(sample).reading().kinds == [.empty])
    }

    @Test func noPermissionIsUnknown() throws {
        let failed = ToolOutput([], errors: Array("ERROR: [053]: unable to list\u{1b}[2J\nmore".utf8), status: 53)
        let reading = try Sample("12_permission_denied").reading(backups: failed, archive: failed)

        #expect(reading.kinds == [.refused, .empty, .toolFailed])
        #expect(reading.verdict().standing == .unknown)
        #expect(
            reading.obstacles.map(\.description).contains(
                "pgbackrest repo-ls of backup/main: exit status 53: ERROR: [053]: unable to list?[2J"))
    }

    @Test func aWrongPassphraseIsUnknown() throws {
        let reading = try Sample("10_two_repos_wrong_passphrase").reading(2, declared: [1, 2])

        #expect(reading.kinds == [.unreadable])
        #expect(reading.verdict().standing == .unknown)
        // Nothing of what the wrong key made of the file is repeated.
        #expect(reading.obstacles.allSatisfy { $0.description.utf8.allSatisfy { (0x20...0x7e).contains($0) } })
    }

    @Test func aWrongPassphraseOfOneRepositoryLeavesTheOtherUnknownToo() throws {
        // The overview can't be read, so nobody knows which repositories there are.
        let sample = try Sample("10_two_repos_wrong_passphrase")

        #expect(try sample.reading(1, declared: [1, 2]).verdict().standing == .unknown)
    }

    @Test(arguments: ["08_two_repos_second_missing", "08b_two_repos_second_no_backup"])
    func aRepositoryWithoutBackupsIsUnknown(sample: String) throws {
        let sample = try Sample(sample)

        #expect(try sample.reading(1, declared: [1, 2]).verdict().standing == .purged)
        let second = try sample.reading(2, declared: [1, 2])
        #expect(second.kinds.contains(.empty) && second.verdict().standing == .unknown)
    }

    @Test func aRunningBackupIsUnknown() throws {
        let reading = try Sample("13_backup_in_progress").reading()

        #expect(reading.kinds == [.backupRunning])
        #expect(reading.verdict().standing == .unknown)
    }

    @Test func aKilledBackupIsUnknown() throws {
        let sample = try Sample("14_after_killed_backup")

        #expect(try sample.reading().verdict().standing == .purged)
        let reading = try sample.reading(backups: sample.backups(1, also: ["20261121-064710F"]))
        #expect(reading.kinds == [.unlisted])
        #expect(reading.verdict().standing == .unknown)
    }

    @Test func pageErrorsAreUnknown() throws {
        let reading = try Sample("16_page_checksum_error").reading()

        #expect(reading.obstacles.map(\.description).contains("20261121-065221F has page errors"))
        #expect(reading.verdict().standing == .unknown)
    }

    @Test func aDatabaseMadeAnewUnderTheStanzaIsUnknown() throws {
        let reading = try Sample("17_system_id_mismatch").reading(live: 7_710_514_033_243_866_182)

        #expect(reading.kinds.contains(.otherSystem))
        #expect(reading.verdict().standing == .unknown)
    }

    @Test func aSecondServerAfterAnUpgradeOfTheStanzaIsUnknown() throws {
        let reading = try Sample("18_after_stanza_upgrade_new_system_id").reading(live: 7_710_514_033_243_866_182)
        let systems = Set(reading.log.map(\.system))

        #expect(systems == [Sample.system, 7_710_514_033_243_866_182])
        #expect(!reading.kinds.contains(.otherSystem))
        let verdict = reading.verdict()
        #expect(verdict.standing == .unknown && verdict.reasons.contains { $0.kind == .otherSystem })
    }

    @Test func theListingFindsSegmentsThatInfoHides() throws {
        let sample = try Sample("16_page_checksum_error")
        let hidden = "15-1/0000000100000000/000000010000000000000040-0123456789abcdef0123456789abcdef01234567"
        let reading = try sample.reading(archive: sample.archive(1, also: [hidden]))

        #expect(reading.log.map(\.segment.name).contains("000000010000000000000040"))
        #expect(reading.firstSegments.map(\.segment.name) == ["00000001000000000000000E", "00000002000000000000003A"])
    }

    @Test func anEncryptedRepositoryIsReadLikeAnother() throws {
        let sample = try Sample("19_encrypted_repo")
        let horizon = ErasureHorizon(erased: "0/2000000", purged: "0/3000000", system: 7_710_514_033_243_866_182)
        let reading = try sample.reading(live: 7_710_514_033_243_866_182)

        #expect(reading.verdict(horizon).standing == .purged)
    }

    // MARK: what doesn't fit together

    @Test func aSystemThatIsNotTheLiveOneIsUnknown() throws {
        #expect(try Sample("03_one_full").reading(live: 1).kinds == [.otherSystem])
    }

    @Test func anUndeclaredRepositoryIsUnknown() throws {
        let sample = try Sample("09_two_repos_ok")

        #expect(try sample.reading(1, declared: [1]).kinds == [.undeclared])
        #expect(try sample.reading(1, declared: [1, 2]).kinds.isEmpty)
    }

    @Test func anUnlistedFileInTheArchiveIsUnknown() throws {
        let sample = try Sample("07_after_expire")

        for name in ["15-1/strange", "15-9/0000000100000000/00000001000000000000000E", "loose"] {
            #expect(try sample.reading(archive: sample.archive(1, also: [name])).kinds == [.unlisted], "\(name)")
        }
    }

    @Test func aHistoryThatCannotBeFetchedIsUnknown() throws {
        let sample = try Sample("07_after_expire")
        let archive = try sample.archive(1, also: ["15-1/00000002.history"])

        #expect(try sample.reading(archive: archive).kinds == [.unknownTimeline])
        let history = ["15-1/00000002.history": ToolOutput(Array("nonsense".utf8))]
        #expect(try sample.reading(archive: archive, histories: history).kinds == [.unknownTimeline])
    }

    @Test func anotherSegmentSizeIsNoticed() throws {
        let sample = try Sample("04_full_diff_incr")
        let outputs = PgBackRestOutputs(
            info: try sample.info(1), overview: ToolOutput(sample.bytes), backups: try sample.backups(1),
            archive: try sample.archive(1))
        let live = LiveCluster(system: Sample.system, segmentSize: try #require(SegmentSize(bytes: 64 << 20)))
        let reading = PgBackRestCatalogue.reading(
            outputs, "copy", PgBackRestCopy(stanza: "main"), declared: [1], live: live, at: Sample.at)

        #expect(reading.kinds.contains(.noPosition))
    }

    @Test func aBackupWhoseReferenceIsGoneIsUnknown() throws {
        let text = String(decoding: try Sample("04_full_diff_incr").bytes, as: UTF8.self)
        let json = text.replacing(#""label":"20261121-064359F""#, with: #""label":"20261121-064358F""#)
        let listing = try Sample.listing([
            "backup.info": "file", "20261121-064358F": "path", "20261121-064359F_20261121-064435D": "path",
            "20261121-064359F_20261121-064438I": "path",
        ])
        let outputs = PgBackRestOutputs(
            info: ToolOutput(Array(json.utf8)), overview: ToolOutput(Array(json.utf8)), backups: listing,
            archive: try Sample("04_full_diff_incr").archive(1))
        let reading = PgBackRestCatalogue.reading(
            outputs, "copy", PgBackRestCopy(stanza: "main"), declared: [1], live: LiveCluster(system: Sample.system),
            at: Sample.at)

        #expect(reading.kinds == [.missingReference])
    }

    @Test func anythingOnStandardErrorIsUnknown() throws {
        let sample = try Sample("07_after_expire")
        let warned = ToolOutput(try sample.backups(1).output, errors: Array("WARN: option\n".utf8))

        #expect(try sample.reading(backups: warned).kinds == [.toolWarned])
    }
}
