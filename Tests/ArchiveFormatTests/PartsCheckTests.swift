import ArchiveFormat
import Crypto
import Exporting
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// What the parts of one archive say of each other is held against what they are.
@Suite struct PartsCheckTests {
    /// Something said wrongly, in otherwise sound archives.
    enum Lie: CaseIterable, Sendable {
        case nothing, tooFewRows, tooManyRows, disagreement, otherDigest, otherName, otherIndex, noIndex, otherSnapshot,
            twoLast, repeatedFile

        /// A word of the fault that tells it; nil for none.
        var fault: String? {
            switch self {
            case .nothing: nil
            case .tooFewRows: "all parts hold 3 rows, not 4"
            case .tooManyRows: "all parts hold 3 rows, not 2"
            case .disagreement: "parts disagree"
            case .otherDigest, .otherName: "names other parts before it"
            case .otherIndex, .noIndex: "index isn't what the parts hold"
            case .otherSnapshot: "is of another archive"
            case .twoLast: "says it is the last"
            case .repeatedFile: "is in two parts"
            }
        }
    }

    /// Writes one of two parts: two rows and a file in the first, one row and a file in the second.
    private func write(
        _ number: Int, _ lie: Lie, in folder: String, after first: VerificationReport?
    ) async throws -> VerificationReport {
        let path = "\(folder)/\(number).zip"
        let output = try ArchiveOutput(to: FileDestination(path: path))
        let root = number == 1 ? "personal-data_x" : "personal-data_x_part2"
        let bag = BagWriter(to: output, root: root, at: SampleArchive.moment)
        let json = number == 1 ? "[\n{\"a\":1},\n{\"a\":2}\n]\n" : "[\n{\"a\":3}\n]\n"
        _ = try await bag.addPayload("data/json/things.json", mediaType: "application/json") {
            try $0(Array(json.utf8).span.bytes)
        }
        bag.describeLast(rows: number == 1 ? 2 : 1, nestedRows: nil, schema: nil)
        let name = lie == .repeatedFile ? "same" : "\(number)"
        _ = try await bag.addPayload("data/files/things/\(name)/f.txt", mediaType: "text/plain") {
            try $0(Array("file".utf8).span.bytes)
        }
        var manifest = try #require(try await Self.template(in: folder))
        let total: Int64 = lie == .tooFewRows ? 4 : lie == .tooManyRows ? 2 : 3
        manifest.collections[0].sourceRows = total
        manifest.collections[0].archivedRows = total
        if lie == .disagreement && number == 2 {
            (manifest.collections[0].sourceRows, manifest.collections[0].archivedRows) = (9, 9)
        }
        if lie == .otherSnapshot && number == 2 { manifest.snapshot.lsn = "0/2" }
        manifest.part = place(number, lie, bag, root, first)
        try bag.finish(manifest, organization: "n") { _ in [UInt8](repeating: 0, count: 64) }
        try output.publish()
        return try ArchiveVerifier.verify(path: path, keys: [])
    }

    private func place(
        _ number: Int, _ lie: Lie, _ bag: BagWriter, _ root: String, _ first: VerificationReport?
    ) -> ManifestPart {
        let before = first.map { first in
            ManifestPart.Predecessor(
                name: lie == .otherName ? "x" : first.root,
                manifestSha256: lie == .otherDigest
                    ? String(repeating: "0", count: 64) : first.manifestSHA256 ?? "")
        }
        var index = [PartContents(number: number, name: root, files: bag.files)]
        if let first {
            index.insert(PartContents(number: 1, name: first.root, files: first.manifest?.files ?? []), at: 0)
        }
        if lie == .otherIndex { index[0].name = "x" }
        let isLast = number == 2 || lie == .twoLast
        return ManifestPart(
            number: number, isLast: isLast, sizeLimit: 9, exceededBy: nil, predecessors: [before].compactMap { $0 },
            index: isLast && lie != .noIndex ? index : nil)
    }

    private static func template(in folder: String) async throws -> Manifest? {
        let path = "\(folder)/\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return try ArchiveVerifier.verify(path: try await SampleArchive(in: path).path, keys: []).manifest
    }

    @Test(arguments: Lie.allCases) func everyLieIsFound(lie: Lie) async throws {
        try await withFolder { folder in
            let first = try await write(1, lie, in: folder, after: nil)
            let second = try await write(2, lie, in: folder, after: first)
            #expect(first.isSound && second.isSound, "\(first.checks)")

            let check = ArchiveVerifier.verifyTogether([second, first])

            #expect(check.outcome == (lie == .nothing ? .passed : .failed))
            #expect(lie.fault.map(check.detail.contains) ?? true, "\(check.detail)")
        }
    }

    @Test func aPartThatHoldsMoreRowsThanThereAreIsNotSound() async throws {
        try await withFolder { folder in
            let archive = try await SampleArchive(in: folder)
            var manifest = try #require(try ArchiveVerifier.verify(path: archive.path, keys: []).manifest)
            manifest.collections[0].sourceRows = 1
            manifest.collections[0].archivedRows = 1
            manifest.part = ManifestPart(
                number: 1, isLast: false, sizeLimit: 9, exceededBy: nil, predecessors: [], index: nil)
            let output = try ArchiveOutput(to: FileDestination(path: "\(folder)/p.zip"))
            let bag = BagWriter(to: output, root: "personal-data_x", at: SampleArchive.moment)
            _ = try await bag.addPayload("data/json/things.json", mediaType: "application/json") {
                try $0(Array("[\n{\"a\":1},\n{\"a\":2}\n]\n".utf8).span.bytes)
            }
            bag.describeLast(rows: 2, nestedRows: nil, schema: nil)
            try bag.finish(manifest, organization: "n") { _ in [UInt8](repeating: 0, count: 64) }
            try output.publish()

            let report = try ArchiveVerifier.verify(path: "\(folder)/p.zip", keys: [])

            #expect(report.checks.first { $0.name == "rows" }?.outcome == .failed)
        }
    }
}
