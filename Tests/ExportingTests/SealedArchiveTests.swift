import ArchiveFormat
import AuditLedger
import Exporting
import Foundation
import ObjectStore
import PostgresTestKit
import RightsCore
import Testing

/// An archive of several segments, written, read back and judged through its seal.
@Suite struct SealedArchiveTests {
    private static let moment = Instant(microseconds: 1_790_000_000_000_000)

    /// Writes a sealed archive of some megabytes that can't be compressed.
    private func write(_ path: String, _ ring: KeyRing, readBack: (any ArchiveSource) throws -> Void) async throws {
        let output = ArchiveOutput(to: try SealedDestination(path: path, wrappedBy: try ring.wrapping.active()))
        let bag = BagWriter(to: output, root: "personal-data_x", at: Self.moment)
        var random = SystemRandomNumberGenerator()
        let noise = (0..<(300 * 1024)).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        for name in ["a", "b"] {
            _ = try await bag.addPayload("data/files/things/\(name).bin", mediaType: "application/octet-stream") {
                try $0(noise.span.bytes)
            }
        }
        let manifest = Manifest(
            generator: "test",
            request: .init(
                id: "r", right: "export", regime: "GDPR", format: "json", subjectKind: "user", ticket: "T", reason: "r"),
            service: "x", controller: .init(name: "n", contact: "c", complaintAuthority: "a"),
            snapshot: .init(at: Self.moment.rfc3339, lsn: "0/1"), readBack: "before_release",
            notes: .init(jsonWrittenAsText: 0, csvGuardedCells: 0))
        try bag.finish(manifest, organization: "n") { try ring.sign($0) }
        let reopen = try #require(output.reopen)
        try readBack(try reopen())
        try output.publish()
    }

    @Test func isSoundBeforeAndAfterItIsNamedAndNoSegmentCanBeChanged() async throws {
        try await withFolder { folder in
            let ring = try KeyRing.create(folder: "\(folder)/keys", now: Self.moment)
            let path = "\(folder)/a.zip"
            let keys = try ring.rawKeys()
            try await write(path, ring) { source in
                let report = try ArchiveVerifier.verify(source, keys: keys)
                #expect(report.isComplete, "\(report.checks)")
            }
            let open = { try SealedFolder(folder).open("a.zip") { try ring.wrapping.key($0) } }
            let segments = try open().segments
            #expect(segments == 5)
            let whole = try ArchiveVerifier.verify(SealedSource(open()), keys: keys)
            #expect(whole.isComplete, "\(whole.checks)")

            let good = try Data(contentsOf: URL(filePath: path))
            for segment in 0..<(Int(segments) - 1) {
                var bad = good
                bad[segment << 20 + 70_000] ^= 1
                try bad.write(to: URL(filePath: path))
                let report = try ArchiveVerifier.verify(SealedSource(open()), keys: keys)
                #expect(!report.isSound && report.checks[0].detail.contains("segment \(segment + 1) of 5, bytes "))
            }
        }
    }
}
