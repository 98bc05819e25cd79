import ArchiveFormat
import AuditLedger
import Exporting
import Foundation
import ObjectStore
import PostgresTestKit
import RightsCore
import Synchronization
import Testing

/// Archives that are cut into parts: each sound alone, all together what the uncut one is.
@Suite struct PartsTests {
    /// Small enough that collections of the demonstration lie in different parts.
    private static let limit: UInt64 = 60_000
    /// What the other tests' person has too little for: rows that are cut, those with nested ones and those without.
    private static let manyRows = """
        INSERT INTO workspace.contacts (user_id, name, notes)
            SELECT u.id, 'contact ' || n, (SELECT string_agg(md5(n || '-' || m), '') FROM generate_series(1, 10) m)
              FROM workspace.users u, generate_series(1, 12000) n WHERE u.email = 'ada@example.com';
        INSERT INTO workspace.messages (conversation_id, author, body)
            SELECT c.id, 'user', (SELECT string_agg(md5(c.id || n::text || m), '') FROM generate_series(1, 10) m)
              FROM workspace.conversations c JOIN workspace.users u ON u.id = c.user_id, generate_series(1, 400) n
             WHERE u.email = 'ada@example.com';
        """

    /// The same person's archive of the same moment, uncut as `whole.zip` and in parts as `a-part1.zip` and so on.
    private func exportBoth(
        _ fixture: ExportFixture, limit: UInt64 = limit, sealing: WrappingKey? = nil, format: DataFormat = .both
    ) async throws -> ExportOutcome {
        let exporter = try fixture.exporter()
        var request = fixture.request(format: format)
        request.trail = [
            TrailEntry(at: Instant(microseconds: 0), actor: "person", action: "asked", requestID: request.id.text)
        ]
        return try await exporter.withSnapshot(budget: ExportFixture.budget()) { snapshot in
            _ = try await exporter.export(request, of: snapshot, to: "\(fixture.folder)/whole.zip")
            return try await exporter.export(
                request, of: snapshot, to: "\(fixture.folder)/a.zip", sealing: sealing, partSize: limit)
        }
    }

    private func with(_ body: (ExportFixture) async throws -> Void) async throws {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in try await body(try ExportFixture(database, folder: folder)) }
        }
    }

    private func report(_ path: String, _ fixture: ExportFixture) throws -> VerificationReport {
        try ArchiveVerifier.verify(path: path, keys: try fixture.keys.rawKeys())
    }

    private static func expectComplete(_ reports: [VerificationReport]) {
        let faults = reports.flatMap(\.checks).filter { $0.outcome != .passed }
        #expect(faults.isEmpty, "\(faults)")
    }

    @Test(arguments: [DataFormat.both, .json, .csv])
    func everyPartIsSoundAloneAndTogetherTheyAreTheWhole(_ format: DataFormat) async throws {
        try await with { fixture in
            try await fixture.database.run(Self.manyRows)
            let limit: UInt64 = 1_500_000
            let outcome = try await exportBoth(fixture, limit: limit, format: format)
            let paths = outcome.parts.compactMap(\.path)
            #expect(paths == (1...paths.count).map { "\(fixture.folder)/a-part\($0).zip" })
            #expect(paths.count > 3)
            try Data(try #require(fixture.keys.active).pem.utf8).write(to: URL(filePath: "\(fixture.folder)/key.pem"))
            let judged = try await Program.run(
                Checkout.python,
                [
                    "\(Checkout.path)/Tests/Judges/judge_parts.py", "\(fixture.folder)/key.pem",
                    "\(Checkout.path)/docs/archive-format.md", "\(fixture.folder)/whole.zip", "\(limit)",
                ] + paths)
            #expect(judged.status == 0, "\(judged.output)\(judged.errors)")

            let reports = try paths.map { try report($0, fixture) }
            Self.expectComplete(reports)
            let together = ArchiveVerifier.verifyTogether(reports.reversed())
            #expect(together.outcome == .passed, "\(together.detail)")
            for collection in ["contacts", "messages"] {
                let holders = reports.filter { $0.manifest?.collections.contains { $0.name == collection } ?? false }
                #expect(holders.count > 1, "\(collection) wasn't cut")
            }
            #expect(reports.allSatisfy { $0.manifest?.part?.exceededBy == nil } == true)
        }
    }

    @Test func whatFitsIsTheSameFileAsWithoutASize() async throws {
        try await with { fixture in
            let outcome = try await exportBoth(fixture, limit: 1 << 40)
            #expect(outcome.parts.compactMap(\.path) == ["\(fixture.folder)/a.zip"])
            #expect(outcome.manifest.part == nil)
            let cut = try Data(contentsOf: URL(filePath: "\(fixture.folder)/a.zip"))
            #expect(try cut == Data(contentsOf: URL(filePath: "\(fixture.folder)/whole.zip")))
        }
    }

    @Test func sealedPartsHaveAKeyEach() async throws {
        try await with { fixture in
            let outcome = try await exportBoth(fixture, sealing: try fixture.keys.wrapping.active())
            let count = outcome.parts.count
            let names = (1...count).map { "a-part\($0).zip" }
            #expect(try fixture.leftovers.sorted() == (names + names.map { "\($0).key" } + ["whole.zip"]).sorted())
            let listed = try SealedFolder(fixture.folder).list()
            #expect(listed.map(\.name) == names.sorted() && listed.allSatisfy { $0.state == .whole })
            let reports = try names.map { name in
                let object = try SealedFolder(fixture.folder).open(name) { try fixture.keys.wrapping.key($0) }
                return try ArchiveVerifier.verify(SealedSource(object), keys: try fixture.keys.rawKeys())
            }
            Self.expectComplete(reports)
            #expect(ArchiveVerifier.verifyTogether(reports).outcome == .passed)
        }
    }

    @Test func aMissingForeignOrRepeatedPartIsFound() async throws {
        try await with { fixture in
            let outcome = try await exportBoth(fixture)
            let reports = try outcome.parts.compactMap(\.path).map { try report($0, fixture) }
            let whole = try report("\(fixture.folder)/whole.zip", fixture)
            let exporter = try fixture.exporter()
            let foreign = try await exporter.export(
                fixture.request(), to: "\(fixture.folder)/b.zip", partSize: Self.limit,
                makeBudget: { ExportFixture.budget() })
            let others = try foreign.parts.compactMap(\.path).map { try report($0, fixture) }
            let cases: [([VerificationReport], String)] = [
                (Array(reports.dropFirst()), "part 1 is missing"),
                (Array(reports[..<1] + reports[2...]), "part 2 is missing"),
                (Array(reports.dropLast()), "isn't the last"),
                (reports + [reports[1]], "part 2 is there 2 times"),
                ([others[0]] + reports.dropFirst(), "is of another archive"),
                ([reports[0], whole], "archive 2 isn't one of several parts"),
            ]
            for (reports, fault) in cases {
                let check = ArchiveVerifier.verifyTogether(reports)
                #expect(check.outcome == .failed && check.detail.contains(fault), "\(check.detail)")
            }
        }
    }

    /// A name that somebody takes stops all parts, whenever that is.
    @Test(arguments: [false, true]) func allPartsAreShownOrNone(isSealed: Bool) async throws {
        try await with { fixture in
            let exporter = try fixture.exporter()
            let sealing = isSealed ? try fixture.keys.wrapping.active() : nil
            let taken = "\(fixture.folder)/a-part3.zip"
            try Data("mine".utf8).write(to: URL(filePath: taken))
            let early = await #expect(throws: ArchiveError.self) {
                _ = try await exporter.export(
                    fixture.request(), to: "\(fixture.folder)/a.zip", sealing: sealing, partSize: Self.limit,
                    makeBudget: { ExportFixture.budget() })
            }
            #expect(early?.code == .outputExists)
            #expect(try fixture.leftovers == ["a-part3.zip"])
            try FileManager.default.removeItem(atPath: taken)

            let late = try fixture.exporter(progress: { progress in
                guard case .readingBack = progress else { return }
                _ = FileManager.default.createFile(atPath: taken, contents: Data("mine".utf8))
            })
            await #expect(throws: (any Error).self) {
                _ = try await late.export(
                    fixture.request(), to: "\(fixture.folder)/a.zip", sealing: sealing, partSize: Self.limit,
                    makeBudget: { ExportFixture.budget() })
            }
            #expect(try fixture.leftovers == ["a-part3.zip"])
            let kept = try Data(contentsOf: URL(filePath: taken))
            #expect(kept == Data("mine".utf8))
        }
    }

    /// A file that is larger than a part may be is a part of its own, and the manifest says which file it was.
    @Test func whatCannotBeCutMakesALargerPart() async throws {
        try await with { fixture in
            let outcome = try await exportBoth(fixture, limit: 4000)
            let reports = try outcome.parts.compactMap(\.path).map { try report($0, fixture) }
            Self.expectComplete(reports)
            #expect(ArchiveVerifier.verifyTogether(reports).outcome == .passed)
            let larger = zip(outcome.parts, reports).compactMap { $1.manifest?.part?.exceededBy }
            #expect(larger.contains { $0.hasPrefix("data/files/") })
            for report in reports {
                guard let path = report.manifest?.part?.exceededBy else { continue }
                let payload = report.manifest?.files.filter { $0.path.hasPrefix("data/files/") }.map(\.path) ?? []
                #expect(!path.hasPrefix("data/files/") || payload.last == path)
            }
        }
    }

    /// FAILURES F11: a count that doesn't fit withholds all parts.
    @Test func oneWrongCountWithholdsEveryPart() async throws {
        try await with { fixture in
            try await fixture.database.run(
                """
                CREATE POLICY hidden ON workspace.documents AS RESTRICTIVE
                    USING (id <> (SELECT max(id::text)::uuid FROM workspace.documents d2 WHERE d2.user_id = documents.user_id))
                """)
            let exporter = try fixture.exporter()
            await #expect(throws: (any Error).self) {
                _ = try await exporter.export(
                    fixture.request(), to: "\(fixture.folder)/a.zip", partSize: Self.limit,
                    makeBudget: { ExportFixture.budget() })
            }
            #expect(try fixture.leftovers.isEmpty)
        }
    }
}
