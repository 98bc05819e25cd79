import Foundation
import PostgresTestKit
import Testing

@testable import BackupTruth

/// What a drill decides without a server.
@Suite struct DrillRuleTests {
    @Test func aFolderWithoutRoomIsRefusedBeforeAnythingIsWritten() throws {
        let gibibyte: UInt64 = 1 << 30
        try ScratchFolder.requireRoom(for: 10 * gibibyte, free: 13 * gibibyte, in: "/srv")
        let error = #expect(throws: BackupError.self) {
            try ScratchFolder.requireRoom(for: 10 * gibibyte, free: 12 * gibibyte, in: "/srv")
        }
        #expect(
            error?.code == .drillNoRoom && error?.description.contains("12544") == true, "\(String(describing: error))")
    }

    @Test(arguments: ["relative", "/with a blank", "/has'quote", "/\(String(repeating: "long", count: 20))"])
    func aFolderThatCannotStandInOptionsIsRefused(_ base: String) {
        #expect(throws: BackupError.self) { try ScratchFolder(in: base) }
    }

    @Test func ofTheRestoredSettingsOnlyTheEndOfRecoveryIsKept() {
        let settings = RecoverySettings(
            """
            # written by ALTER SYSTEM
            archive_command = 'push to production'
            recovery_end_command = 'sh ./habeas_fence.sh close || { touch recovery.signal; kill -9 $$; }'
            restore_command = 'fetch ''%f'' "%p"'
            archive_cleanup_command='pg_archivecleanup /real %r'
            recovery_target = 'immediate'
            primary_conninfo = 'host=primary'
            """)
        let lines = settings.lines()
        #expect(lines.count == 3 && lines.contains("restore_command = 'fetch ''%f'' \"%p\"'"), "\(lines)")
        #expect(lines.contains { $0.hasPrefix("recovery_end_command") })
        let other = RecoverySettings(
            "recovery_end_command = 'sh ./habeas_fence.sh close'\nrecovery_end_command = 'rm -fr barman_wal'")
        #expect(other.endCommand == "rm -fr barman_wal" && other.lines().isEmpty)
    }

    @Test func canariesAreCountedAcrossPieces() async throws {
        try await withFolder { folder in
            let marker = "marker-\(UUID().uuidString)"
            let gap = [UInt8](repeating: 0x61, count: (4 << 20) - 10)
            try FileManager.default.createDirectory(atPath: "\(folder)/pg_wal", withIntermediateDirectories: true)
            try Data(gap + Array(marker.utf8) + gap + Array(marker.utf8)).write(to: URL(filePath: "\(folder)/file"))
            try Data(Array(marker.utf8)).write(to: URL(filePath: "\(folder)/pg_wal/segment"))
            let finds = try await ByteHunt(DrillCanaries([marker])).search(folder)
            #expect(finds == ByteHunt.Finds(files: 2, log: 1))
            #expect(String(describing: DrillCanaries([marker])) == "<personal>")
        }
    }

    @Test func aUUIDIsFoundAsSixteenBytes() async throws {
        try await withFolder { folder in
            try Data([UInt8](0..<16)).write(to: URL(filePath: "\(folder)/page"))
            let canaries = DrillCanaries(["00010203-0405-0607-0809-0a0b0c0d0e0f"])
            #expect(try await ByteHunt(canaries).search(folder).files == 1)
        }
    }

    @Test func onlyFoldersWithoutALivingDrillAreLeftovers() throws {
        let base = "/var/tmp/habeas-left-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: base) }
        let folder = try ScratchFolder(in: base)
        try FileManager.default.createDirectory(atPath: "\(base)/habeas-drill-other", withIntermediateDirectories: true)
        #expect(ScratchFolder.leftovers(in: base, of: [geteuid()]).isEmpty, "one lives, the other isn't a drill's")
        folder.release()
        #expect(ScratchFolder.leftovers(in: base, of: [geteuid()]) == [folder.path])
    }

    /// The folder counts, however it is named.
    @Test func oneDrillOfALedgerAtATime() async throws {
        try await withFolder { folder in
            for name in ["ledger", "other"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
            }
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/link", withDestinationPath: "\(folder)/ledger")
            let first = try DrillLock(of: "\(folder)/ledger")
            let error = #expect(throws: BackupError.self) { try DrillLock(of: "\(folder)/link") }
            #expect(error?.code == .drillBusy)
            try DrillLock(of: "\(folder)/other").release()
            first.release()
            try DrillLock(of: "\(folder)/link").release()
        }
    }

    @Test(arguments: DrillReport.Code.allCases) func findingsAreDocumented(_ code: DrillReport.Code) throws {
        #expect(try Checkout.text("docs/backups.md").contains("| `\(code.rawValue)` |"))
    }
}
