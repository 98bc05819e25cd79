import ArchiveFormat
import Crypto
import Exporting
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// A small archive, made as an export makes it.
struct SampleArchive {
    let path: String
    let key: Curve25519.Signing.PrivateKey
    static let moment = Instant(microseconds: 1_790_000_000_123_456)

    var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    init(
        in folder: String, rows: Int64 = 2,
        json: String = "[\n{\"a\":1,\"kids\":[\n{\"b\":1}]},\n{\"a\":2,\"kids\":[]}\n]\n"
    )
        async throws
    {
        path = "\(folder)/sample.zip"
        key = Curve25519.Signing.PrivateKey()
        let output = try ArchiveOutput(to: FileDestination(path: path))
        let bag = BagWriter(to: output, root: "personal-data_x", at: Self.moment)
        _ = try await bag.addPayload("data/json/things.json", mediaType: "application/json") { write in
            try write(Array(json.utf8).span.bytes)
        }
        bag.describeLast(rows: rows, nestedRows: ["kids": 1], schema: nil)
        _ = try await bag.addPayload("data/files/things/1/ü.txt", mediaType: "text/plain") { write in
            try write(Array("file".utf8).span.bytes)
        }
        var manifest = Manifest(
            generator: "test",
            request: .init(
                id: "r", right: "export", regime: "GDPR", format: "json", subjectKind: "user", ticket: "T", reason: "r"),
            service: "x", controller: .init(name: "n", contact: "c", complaintAuthority: "a"),
            snapshot: .init(at: Self.moment.rfc3339, lsn: "0/1"), readBack: "before_release",
            notes: .init(jsonWrittenAsText: 0, csvGuardedCells: 0))
        manifest.collections = [
            .init(
                name: "things", title: "Things", sourceRows: rows, archivedRows: rows, rowSecurity: "same_rows",
                softDeletedRows: nil,
                softDeleteColumn: nil)
        ]
        try bag.finish(manifest, organization: "n\nn") { [key] in Array(try key.signature(for: $0)) }
        try output.publish()
    }
}

@Suite struct ArchiveTests {
    @Test func othersOpenIt() async throws {
        try await withFolder { folder in
            let archive = try await SampleArchive(in: folder)
            for (program, arguments) in [
                ("unzip", ["-tq", archive.path]), ("7z", ["t", archive.path]), ("bsdtar", ["-tf", archive.path]),
                (
                    "python3",
                    [
                        "-c", "import zipfile,sys; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)",
                        archive.path,
                    ]
                ),
                (
                    "sh",
                    [
                        "-c",
                        "bsdtar -xf - -C \(folder) < \(archive.path) && cd \(folder)/personal-data_x && sha256sum -c manifest-sha256.txt && sha256sum -c tagmanifest-sha256.txt",
                    ]
                ),
            ] {
                let outcome = try await Program.run(program, arguments)
                #expect(outcome.status == 0, "\(program): \(outcome.output)\(outcome.errors)")
            }
        }
    }

    @Test func verifierIsContentWithAGoodArchive() async throws {
        try await withFolder { folder in
            let archive = try await SampleArchive(in: folder)
            let report = try ArchiveVerifier.verify(path: archive.path, keys: [archive.publicKey])
            #expect(report.isComplete, "\(report.checks)")
            let unsigned = try ArchiveVerifier.verify(path: archive.path, keys: [])
            #expect(unsigned.isSound && !unsigned.isComplete)
            let stranger = Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)
            #expect(try !ArchiveVerifier.verify(path: archive.path, keys: [stranger]).isSound)
        }
    }

    @Test(arguments: [
        (Int64(3), "[\n{\"a\":1,\"kids\":[\n{\"b\":1}]},\n{\"a\":2,\"kids\":[]}\n]\n"),
        (Int64(2), "[\n{\"a\":1,\"kids\":[]},\n{\"a\":2,\"kids\":[]}\n]\n"),
        (Int64(2), "[\n{\"a\":1,\"kids\":[\n{\"b\":1}]},\n{\"a\":2,\"kids\":[]}\n"),
        (Int64(2), "[\n{\"a\":\"},{\",\"kids\":[\n{\"b\":1}]}\n]\n"),
    ])
    func verifierCountsRowsItself(rows: Int64, json: String) async throws {
        try await withFolder { folder in
            let archive = try await SampleArchive(in: folder, rows: rows, json: json)
            #expect(try !ArchiveVerifier.verify(path: archive.path, keys: [archive.publicKey]).isSound)
        }
    }

    /// Every byte of the file matters: whichever is flipped, something is found.
    @Test func verifierFindsAnyFlippedByte() async throws {
        try await withFolder { folder in
            let archive = try await SampleArchive(in: folder)
            let good = try Data(contentsOf: URL(filePath: archive.path))
            let changed = "\(folder)/changed.zip"
            var unnoticed: [Int] = []
            for index in stride(from: 0, to: good.count, by: 7) {
                var bytes = good
                bytes[index] ^= 0x20
                try bytes.write(to: URL(filePath: changed))
                let isSound: Bool
                do { isSound = try ArchiveVerifier.verify(path: changed, keys: [archive.publicKey]).isComplete } catch {
                    isSound = false
                }
                if isSound { unnoticed.append(index) }
            }
            // What goes unnoticed carries no content: another reader refuses the file, or reads the same from it.
            let compare = """
                import sys, zipfile
                a, b = [{i.filename: z.read(i) for i in z.infolist()} for z in map(zipfile.ZipFile, sys.argv[1:])]
                sys.exit(3 if a != b else 0)
                """
            for index in unnoticed {
                var bytes = good
                bytes[index] ^= 0x20
                try bytes.write(to: URL(filePath: changed))
                let check = try await Program.run("python3", ["-c", compare, archive.path, changed])
                #expect(check.status != 3, "byte \(index)")
            }
        }
    }

    @Test func nothingIsOverwrittenAndOrphansGo() async throws {
        try await withFolder { folder in
            let orphan = "\(folder)/.habeas-partial-1-2"
            try Data("left by a killed process".utf8).write(to: URL(filePath: orphan))
            let archive = try await SampleArchive(in: folder)
            #expect(!FileManager.default.fileExists(atPath: orphan))

            let error = #expect(throws: ArchiveError.self) { _ = try FileDestination(path: archive.path) }
            #expect(error?.code == .outputExists)
            let mode = try FileManager.default.attributesOfItem(atPath: archive.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func anAbandonedOutputLeavesNothing() async throws {
        try await withFolder { folder in
            do {
                let output = try ArchiveOutput(to: FileDestination(path: "\(folder)/x.zip"))
                let zip = ZipWriter(to: output, at: SampleArchive.moment)
                _ = try zip.addEntry("a/b", [1, 2, 3])
                output.abandon()
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test func sameContentGivesTheSameBytes() async throws {
        try await withFolder { folder in
            var bytes: [Data] = []
            for name in ["1", "2"] {
                let output = try ArchiveOutput(to: FileDestination(path: "\(folder)/\(name)"))
                let zip = ZipWriter(to: output, at: SampleArchive.moment)
                _ = try zip.addEntry("a/b", Array(repeating: 7, count: 300_000))
                try zip.finish()
                try output.publish()
                bytes.append(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
            }
            #expect(bytes[0] == bytes[1])
        }
    }
}
