import Crypto
import ErasureLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

@testable import BackupTruth

/// Folders of dumps and of base backups, made by hand in the states they can be in.
@Suite struct FolderTests {
    private static let point = HistoryPoint(
        system: Sample.system, timeline: 1, position: LogPosition("0/9000000")!)

    private static func write(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private static func sidecar(_ digest: DumpSidecar.Digest) throws -> String {
        let head = LedgerHead(seq: 3, hash: Hash256(SHA256.hash(data: Data("head".utf8)))!)
        let sidecar = DumpSidecar(point: point, ledger: head, digest: digest, started: Sample.at)
        let bytes = try sidecar.encoded()
        #expect(DumpSidecar(bytes) == sidecar)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hash(_ text: String) -> Hash256 { Hash256(SHA256.hash(data: Data(text.utf8)))! }

    private static func read(_ folder: String, _ times: DumpCopy.FileTimes = .refused) async -> CopyReading {
        let copy = DeclaredCopy(
            name: "dumps", source: .dump(DumpCopy(path: folder, fileTimes: times)),
            policy: CopyPolicy(.age(days: 7)))
        return await CopyReader().read([copy], live: LiveCluster(system: Sample.system), at: Sample.at)[0]
    }

    private static func readBase(_ folder: String) async -> CopyReading {
        let copy = DeclaredCopy(
            name: "base", source: .baseBackup(FolderCopy(path: folder)), policy: CopyPolicy(.age(days: 7)))
        return await CopyReader().read([copy], live: LiveCluster(system: Sample.system), at: Sample.at)[0]
    }

    // MARK: dumps

    @Test func aDumpIsCleanWhenItsSidecarComesAfterTheErasure() async throws {
        try await withFolder { folder in
            try Self.write("rows", "\(folder)/a.sql")
            try Self.write(try Self.sidecar(.file(Self.hash("rows"))), "\(folder)/a.sql.habeas.json")
            let reading = await Self.read(folder)

            #expect(reading.obstacles.isEmpty)
            #expect(reading.verdict(ErasureHorizon(erased: "0/8FFFFFF", purged: nil)).standing == .purged)
            let equal = reading.verdict(ErasureHorizon(erased: "0/9000000", purged: nil))
            #expect(equal.standing == .canResurrect && equal.resurrecting == ["a.sql"])
            #expect(reading.backups.first?.binding?.head.seq == 3)
        }
    }

    @Test func aDumpThatIsAFolderHasAHashForEachFile() async throws {
        try await withFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/d", withIntermediateDirectories: false)
            try Self.write("toc", "\(folder)/d/toc.dat")
            try Self.write("rows", "\(folder)/d/1.dat")
            let digest = DumpSidecar.Digest.folder(["toc.dat": Self.hash("toc"), "1.dat": Self.hash("rows")])
            try Self.write(try Self.sidecar(digest), "\(folder)/d.habeas.json")
            #expect(await Self.read(folder).verdict(.early).standing == .purged)

            try Self.write("more", "\(folder)/d/2.dat")
            #expect(await Self.read(folder).kinds == [.sidecarMismatch])
        }
    }

    @Test(arguments: ["other rows", ""]) func aDumpThatIsNotItsSidecarsIsUnknown(content: String) async throws {
        try await withFolder { folder in
            try Self.write(content, "\(folder)/a.sql")
            try Self.write(try Self.sidecar(.file(Self.hash("rows"))), "\(folder)/a.sql.habeas.json")

            #expect(await Self.read(folder).kinds == [.sidecarMismatch])
        }
    }

    @Test(arguments: ["", "{}", #"{"format":"habeas-dump-2"}"#]) func aSidecarThatIsNoneIsUnknown(
        text: String
    ) async throws {
        try await withFolder { folder in
            try Self.write("rows", "\(folder)/a.sql")
            try Self.write(text, "\(folder)/a.sql.habeas.json")

            #expect(await Self.read(folder).kinds == [.sidecarMismatch])
        }
    }

    @Test func aFileTimeProvesThatADumpIsOldButNotThatItIsNew() async throws {
        try await withFolder { folder in
            try Self.write("rows", "\(folder)/a.sql")
            let date = { (seconds: Int64) in
                Date(timeIntervalSince1970: Double(Sample.at.microseconds / 1_000_000 + seconds))
            }
            let set = { (seconds: Int64) in
                try FileManager.default.setAttributes(
                    [.modificationDate: date(seconds)], ofItemAtPath: "\(folder)/a.sql")
            }

            try set(-3600)
            #expect(await Self.read(folder, .accepted).verdict(.early).standing == .canResurrect)
            // Within a day after it, a dump that took long may have begun before.
            try set(3600)
            #expect(await Self.read(folder, .accepted).verdict(.early).standing == .canResurrect)
            try set(2 * 86_400)
            let accepted = await Self.read(folder, .accepted).verdict(.early)
            #expect(accepted.standing == .purged && accepted.evidence == .fileTimes)
            let refused = await Self.read(folder).verdict(.early)
            #expect(refused.standing == .unknown && refused.reasons.map(\.kind) == [.weakEvidence])
        }
    }

    @Test func aMissingOrEmptyFolderIsUnknown() async throws {
        try await withFolder { folder in
            #expect(await Self.read(folder).kinds == [.empty])
            #expect(await Self.read("\(folder)/gone").kinds == [.missing])
            #expect(await Self.readBase(folder).kinds == [.empty])
            #expect(await Self.readBase("\(folder)/gone").kinds == [.missing])
            try FileManager.default.createDirectory(atPath: "\(folder)/strange", withIntermediateDirectories: false)
            #expect(await Self.read(folder).kinds == [.unlisted])
            #expect(await Self.readBase(folder).kinds == [.unlisted])
        }
    }

    @Test func aToolThatIsMissingOrHangsIsUnknown() async throws {
        let live = LiveCluster(system: 1)
        func read(_ command: [String]) async -> CopyReading {
            let copy = DeclaredCopy(
                name: "c", source: .pgBackRest(PgBackRestCopy(command: command, stanza: "main")),
                policy: CopyPolicy(.age(days: 7)))
            return await CopyReader(patience: .milliseconds(200)).read([copy], live: live, at: Sample.at)[0]
        }

        #expect(await read(["/nowhere/pgbackrest"]).kinds == [.toolFailed])
        let began = ContinuousClock.now
        #expect(await read(["/bin/sh", "-c", "exec /bin/sleep 60"]).kinds == [.toolFailed])
        #expect(ContinuousClock.now - began < .seconds(20))
    }

    // MARK: base backups

    private static let label = """
        START WAL LOCATION: 0/2000028 (file 000000010000000000000002)
        CHECKPOINT LOCATION: 0/2000060
        BACKUP METHOD: streamed
        START TIMELINE: 1

        """
    private static let manifest = """
        { "PostgreSQL-Backup-Manifest-Version": 1, "Files": [],
        "WAL-Ranges": [{ "Timeline": 1, "Start-LSN": "0/2000028", "End-LSN": "0/2000100" }],
        "Manifest-Checksum": "00"}
        """

    private static func control(_ system: UInt64, version: UInt32 = 1300) -> [UInt8] {
        let bytes =
            withUnsafeBytes(of: system.littleEndian) { Array($0) }
            + withUnsafeBytes(of: version.littleEndian) { Array($0) }
        return bytes + [UInt8](repeating: 0, count: 8192 - bytes.count)
    }

    @Test func labelManifestAndControlFileMustAgree() throws {
        let files = BaseBackupFiles(
            label: Array(Self.label.utf8), control: Self.control(7), manifest: Array(Self.manifest.utf8))
        let start = try #require(LogPosition("0/2000000"))

        #expect(
            files.backup("b", .usual)?.age == .log(system: 7, timeline: 1, start: start, stop: LogPosition("0/2000100"))
        )
        func with(_ label: String = Self.label, _ manifest: String? = Self.manifest) -> KeptBackup? {
            BaseBackupFiles(
                label: Array(label.utf8), control: Self.control(7), manifest: manifest.map { Array($0.utf8) }
            ).backup("b", .usual)
        }
        #expect(with(Self.label, nil)?.age == .log(system: 7, timeline: 1, start: start, stop: nil))
        #expect(with(Self.label.replacing("TIMELINE: 1", with: "TIMELINE: 2")) == nil)
        #expect(with(Self.label.replacing("(file 0", with: "(file X")) == nil)
        #expect(with(Self.label.replacing("000000002)", with: "000000003)")) == nil)
        #expect(with("") == nil)
        #expect(with(Self.label, "") == nil)
        #expect(with(Self.label, Self.manifest.replacing("0/2000028", with: "0/2000029")) == nil)
        #expect(with(Self.label, Self.manifest.replacing("\"Timeline\": 1", with: "\"Timeline\": 2")) == nil)
        #expect(
            with(Self.label, Self.manifest.replacing("\"Files\"", with: "\"System-Identifier\": 8, \"Files\"")) == nil)
        #expect(ControlFile(Self.control(0)) == nil && ControlFile([1, 2, 3]) == nil)
        #expect(ControlFile(Self.control(7, version: UInt32(1300).byteSwapped)) == nil)
    }
}
