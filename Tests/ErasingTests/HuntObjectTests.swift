import Erasing
import Foundation
import ObjectStore
import PostgresTestKit
import SystemPackage
import Testing

/// Names of objects betray people as columns do.
@Suite struct HuntObjectTests {
    private let fixture = HuntFixture()

    @Test func findsNamesAndWhatWasNotDestroyed() async throws {
        let fixture = fixture
        try await withFolder { folder in
            for key in [
                "avatars/\(fixture.id.uppercased()).png", "export-ada-kanarie.zip", "\(fixture.mail)/letter.pdf",
                "files/kept/\(fixture.id)", "other/bob.txt", "gone/1", "ada-kanaries.txt",
            ] { try write(key, in: folder) }
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "/")
            let report = await LeftoverHunt([fixture.person]).search(
                FolderStore(root: FilePath(folder)), named: "files",
                erased: [
                    ErasedObject(person: "erasure-1", key: "gone/1"), ErasedObject(person: "erasure-1", key: "gone/2"),
                ], kept: ["files/kept/\(fixture.id)"])
            let json = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)

            #expect(report.isComplete)
            #expect(
                report.finds.map { "\($0.kind) \($0.names) \($0.isExpected)" }.sorted() == [
                    "email 1 false", "handle 1 false", "key 1 false", "key 1 true",
                ])
            #expect(report.remaining.map(\.objects) == [1])
            #expect(report.names == 14)
            #expect(report.hasLeftovers(of: "erasure-1") && !report.hasLeftovers(of: "erasure-2"))
            for mark in fixture.marks { #expect(!json.contains(mark)) }
        }
    }

    @Test func aStoreThatIsNotThereIsNotClean() async throws {
        let report = await LeftoverHunt([fixture.person]).search(
            FolderStore(root: FilePath("/nonexistent/folder")), named: "files")

        #expect(report.obstacle == .connection && !report.isComplete)
    }

    @Test func withoutTimeNamesAreNotClean() async throws {
        let fixture = fixture
        try await withFolder { folder in
            try write("a", in: folder)
            let report = await LeftoverHunt([fixture.person], limits: HuntLimits(budget: .zero)).search(
                FolderStore(root: FilePath(folder)), named: "files")

            #expect(report.obstacle == .time)
        }
    }

    private func write(_ key: String, in folder: String) throws {
        let file = URL(filePath: folder).appending(path: key)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("x".utf8).write(to: file)
    }
}
