import ErasureLedger
import RightsCore
import Testing

@testable import BackupTruth

/// Barman's samples, and what its failures look like.
@Suite struct BarmanCatalogueTests {
    private static let system: UInt64 = 7_710_514_033_243_866_182
    private static let oldest = "20261121T065428"
    private static let latest = "20261121T065430"

    private static func info(
        begin: String, end: String, status: String = "DONE", system: String = "\(system)"
    ) -> [UInt8] {
        Array(
            """
            begin_time=2026-11-21 06:54:28.174129+00:00
            begin_xlog=\(begin)
            end_xlog=\(end)
            status=\(status)
            systemid=\(system)
            timeline=1
            xlog_segment_size=16777216

            """.utf8)
    }

    private static func outputs(_ list: String = "list-backups") throws -> BarmanOutputs {
        var outputs = BarmanOutputs(list: ToolOutput(try Sample.file("barman/\(list).json")))
        outputs.shown = [
            oldest: ToolOutput(try Sample.file("barman/show-backup-oldest.json")),
            latest: ToolOutput(try Sample.file("barman/show-backup-latest.json")),
        ]
        outputs.infos = [
            oldest: info(begin: "0/7000028", end: "0/8000000"), latest: info(begin: "0/9000028", end: "0/A000000"),
        ]
        outputs.base = [oldest, latest]
        outputs.log = ["7", "8", "9"].map { BarmanLogFile(name: "00000001000000000000000\($0)", path: $0) }
        return outputs
    }

    private static func reading(_ outputs: BarmanOutputs) -> CopyReading {
        BarmanCatalogue.reading(outputs, "copy", live: LiveCluster(system: system), at: Sample.at)
    }

    private static func horizon(_ erased: String, _ purged: String) -> ErasureHorizon {
        ErasureHorizon(erased: erased, purged: purged, system: system)
    }

    @Test func theRuleIsThatOfEveryCatalogue() throws {
        let reading = Self.reading(try Self.outputs())

        #expect(reading.obstacles.isEmpty)
        #expect(reading.verdict(Self.horizon("0/8000001", "0/8500000")).resurrecting == [Self.oldest])
        #expect(reading.verdict(Self.horizon("0/8000000", "0/8500000")).standing == .mayHoldBytes)
        #expect(reading.verdict(Self.horizon("0/5000000", "0/6000000")).standing == .purged)
        #expect(reading.backups.first { $0.label == Self.oldest }?.started?.rfc3339 == "2026-11-21T06:54:28.174129Z")
    }

    @Test func aRunningOrKilledBackupIsUnknown() throws {
        var outputs = try Self.outputs("list-backups-with-started")
        outputs.infos["20261121T065507"] = Self.info(begin: "None", end: "None", status: "STARTED")
        outputs.base.append("20261121T065507")

        #expect(Self.reading(outputs).kinds == [.backupRunning])
    }

    @Test func whatIsKeptNeverExpires() throws {
        var outputs = try Self.outputs("list-backups-with-keep")
        outputs.infos["20261121T065507"] = Self.info(begin: "0/B000028", end: "None", status: "STARTED")
        outputs.base.append("20261121T065507")
        let verdict = Self.reading(outputs).verdict(Self.horizon("0/8500000", "0/8600000"))

        #expect(verdict.exempt == [Self.oldest])
    }

    @Test func aFailedBackupCountsByItsBeginning() throws {
        var outputs = try Self.outputs()
        let list = String(decoding: outputs.list.output, as: UTF8.self)
        outputs = BarmanOutputs(
            list: ToolOutput(Array(list.replacing(#""DONE""#, with: #""FAILED""#).utf8)),
            infos: outputs.infos.mapValues {
                Array(String(decoding: $0, as: UTF8.self).replacing("DONE", with: "FAILED").utf8)
            }, base: outputs.base)
        let reading = Self.reading(outputs)

        #expect(reading.obstacles.isEmpty)
        #expect(reading.verdict(Self.horizon("0/7000029", "0/7000029")).resurrecting == [Self.oldest])
    }

    @Test func anEmptyListIsUnknown() throws {
        let list = BarmanOutputs(list: ToolOutput(Array(#"{"b": []}"#.utf8)))

        #expect(Self.reading(list).kinds == [.empty])
    }

    @Test(arguments: [#"{"_ERROR": ["Unknown server 'b'"]}"#, #"{"_INFO": []}"#, "", "[]", #"{"b": [], "_ERROR": []}"#])
    func anErrorIsUnknown(text: String) {
        #expect(Self.reading(BarmanOutputs(list: ToolOutput(Array(text.utf8)))).kinds == [.unreadable])
    }

    @Test func foldersAndListMustAgree() throws {
        var outputs = try Self.outputs()
        outputs.base = [Self.latest, "20261101T000000"]

        #expect(Self.reading(outputs).kinds == [.unlisted, .vanished])
    }

    @Test func aBackupOfAnotherServerIsUnknown() throws {
        var outputs = try Self.outputs()
        outputs.infos[Self.oldest] = Self.info(begin: "0/7000028", end: "0/8000000", system: "1")

        #expect(Self.reading(outputs).kinds == [.otherSystem])
    }

    @Test func backupInfoAndBarmanMustAgree() throws {
        var outputs = try Self.outputs()
        outputs.infos[Self.oldest] = Self.info(begin: "0/7000028", end: "0/8000060")
        #expect(Self.reading(outputs).kinds == [.noPosition])
        outputs.infos[Self.oldest] = Self.info(begin: "0/7000028", end: "0/8000000", system: "None")
        #expect(Self.reading(outputs).kinds == [.noPosition])
        outputs.infos[Self.oldest] = nil
        #expect(Self.reading(outputs).kinds == [.unreadable])
    }

    @Test func aRealBackupInfoIsRead() throws {
        let info = try #require(BarmanBackupInfo(try Sample.file("barman/backup.info")))

        #expect(info.status == "DONE" && info.timeline == 2 && info.begin?.description == "0/7000028")
        #expect(info.system == 7_710_882_732_852_499_056 && info.segmentSize == .usual)
    }

    @Test func whateverElseLiesAmongTheLogIsUnknown() throws {
        var outputs = try Self.outputs()
        outputs.log.append(BarmanLogFile(name: "mystery", path: "errors/mystery"))
        outputs.log.append(BarmanLogFile(name: "00000002.history", path: "wals/00000002.history"))

        #expect(Self.reading(outputs).kinds == [.unlisted, .unknownTimeline])
    }
}
