import ArchiveFormat
import AuditLedger
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import Erasing
@testable import RightsEngine

/// The pack of evidence: whole, checkable by others, and never believed when anything in it was changed.
@Suite(.timeLimit(.minutes(10))) struct EvidenceTests {
    @Test func aPackProvesWhatWasDone() async throws {
        try await EvidenceBench.with { bench in
            let pack = try await bench.pack()
            let report = try EvidenceVerifier.verify(MemorySource(pack), keys: try bench.keys.rawKeys())
            let keyless = try EvidenceVerifier.verify(MemorySource(pack), keys: [])
            let contents = try SmallBag.Contents(MemorySource(pack))
            let story = try await bench.hold.work.story(of: bench.request)
            let timeline = String(decoding: contents.files["data/timeline.txt"] ?? [], as: UTF8.self)

            #expect(report.isComplete, "\(report.checks)")
            #expect(keyless.isSound && !keyless.isComplete)
            #expect(contents.files.keys.filter { $0.hasPrefix("data/plans/") }.count == 2)
            #expect(contents.files.keys.filter { $0.hasPrefix("data/receipts/") }.count == 1)
            #expect(contents.files["data/certificate.html"] != nil)
            #expect(story.last == "evidence.made")
            #expect(timeline.split(separator: "\n").count == story.count)
        }
    }

    /// The excerpt begins where the request does, and stretches end in checkpoints: what lies between others' is there.
    @Test func theExcerptHoldsTheRequestsEntriesAndNoMoreThanTheProofNeeds() async throws {
        try await EvidenceBench.with { bench in
            try await bench.signChain()
            for _ in 0..<20 { _ = try await bench.hold.erasure(of: "user:9") }
            try await bench.signChain()
            let contents = try SmallBag.Contents(MemorySource(try await bench.pack()))
            let excerpt = AuditExcerptVerifier(
                contents.files["data/audit.jsonl"] ?? [], keys: try bench.keys.rawKeys())
            let all = Int(try await bench.hold.work.value("SELECT count(*) FROM habeas.audit_entry")) ?? 0

            #expect(excerpt.faults.isEmpty, "\(excerpt.faults)")
            #expect(excerpt.stretches >= 2)
            #expect(excerpt.records.count < all - 15)
        }
    }

    /// The person's address and key stand nowhere in it, plain or compressed.
    @Test func nothingInItNamesThePerson() async throws {
        try await EvidenceBench.with("user:canary-7f3a") { bench in
            let contents = try SmallBag.Contents(MemorySource(try await bench.pack()))
            let text = contents.files.values.map { String(decoding: $0, as: UTF8.self) }.joined()

            #expect(text.contains(bench.request.text))
            #expect(!text.contains("canary-7f3a"))
            #expect(!text.contains("@people.test"))
            // Nor do the words of a reason: only its code.
            #expect(!text.contains("by phone"))
        }
    }

    @Test func everyFileThatIsChangedOrMissingIsFound() async throws {
        try await EvidenceBench.with { bench in
            let keys = try bench.keys.rawKeys()
            let pack = try SmallBag.Contents(MemorySource(try await bench.pack()))
            for path in pack.files.keys where !SmallBag.ownFiles.contains(path) {
                let changed = try pack.rebuilt { files in
                    let middle = (files[path]?.count ?? 0) / 2
                    files[path]?[middle] ^= 1
                }
                let missing = try pack.rebuilt { $0[path] = nil }

                #expect(try !EvidenceVerifier.verify(MemorySource(changed), keys: keys).isSound, "\(path)")
                #expect(try !EvidenceVerifier.verify(MemorySource(missing), keys: keys).isSound, "\(path)")
            }
            let added = try pack.rebuilt { $0["data/note.txt"] = Array("x".utf8) }
            #expect(try !EvidenceVerifier.verify(MemorySource(added), keys: keys).isSound)
        }
    }

    /// Whoever holds the key and writes another story is found as long as the chain can't be forged, too.
    @Test(arguments: ["plan", "receipt", "certificate", "timeline", "approval", "audit"])
    func partsThatDontSayTheSameAreFound(part: String) async throws {
        try await EvidenceBench.with { bench in
            let keys = bench.keys
            let pack = try SmallBag.Contents(MemorySource(try await bench.pack()))
            let forged = try pack.rebuilt { files in
                Self.forge(part, &files, keys)
                files = Self.indexed(files, keys)
            }
            let report = try EvidenceVerifier.verify(MemorySource(forged), keys: try keys.rawKeys())
            let failed = report.checks.filter { $0.outcome == .failed }.map(\.name)
            let expected = [
                "plan": ["plans"], "receipt": ["receipts", "certificate"], "certificate": ["certificate"],
                "timeline": ["timeline"], "approval": ["plans"], "audit": ["audit chain"],
            ]

            #expect(Set(failed).isSuperset(of: expected[part] ?? []) && !failed.isEmpty, "\(report.checks)")
            #expect(!failed.contains("signature") && !failed.contains("files"), "\(report.checks)")
        }
    }

    private static func forge(_ part: String, _ files: inout [String: [UInt8]], _ keys: KeyRing) {
        func edit(_ path: String, _ old: String, _ new: String) {
            let text = String(decoding: files[path] ?? [], as: UTF8.self)
            precondition(text.contains(old), "\(path) holds no \(old)")
            files[path] = Array(text.replacing(old, with: new).utf8)
        }
        let receipt = files.keys.first { $0.hasPrefix("data/receipts/") } ?? ""
        switch part {
        case "plan":
            let plan = EvidenceBench.plan(rows: 1, at: Instant(microseconds: 0))
            let bytes = (try? plan.canonicalBytes()) ?? []
            files["data/plans/\(ErasurePlan.digest(of: bytes).hex).json"] = bytes
        case "receipt": edit(receipt, "\"sequence\":41", "\"sequence\":42")
        case "certificate":
            edit("data/certificate.json", "\"files\":2", "\"files\":3")
            files["data/certificate.sig"] = try? keys.sign(files["data/certificate.json"] ?? [])
        case "timeline": edit("data/timeline.json", "erasure.certified", "erasure.hunted")
        case "approval": edit("data/approvals.json", "\"state\" : \"replaced\"", "\"state\" : \"approved\"")
        default: edit("data/audit.jsonl", "\"actor\":\"system\"", "\"actor\":\"person\"")
        }
    }

    /// The index true to the files, and signed.
    private static func indexed(_ files: [String: [UInt8]], _ keys: KeyRing) -> [String: [UInt8]] {
        var files = files
        guard let old = EvidenceDocument.read(files[EvidenceIndex.path], as: EvidenceIndex.self) else { return files }
        let own = SmallBag.ownFiles.union([EvidenceIndex.path, EvidenceIndex.signaturePath])
        let index = EvidenceIndex(
            format: old.format, request: old.request, madeAt: old.madeAt, key: old.key, entries: old.entries,
            files: files.filter { !own.contains($0.key) }.map {
                .init(path: $0.key, bytes: $0.value.count, sha256: SmallBag.File($0.key, $0.value).sha256)
            })
        files[EvidenceIndex.path] = try? EvidenceDocument.json(index)
        files[EvidenceIndex.signaturePath] = try? keys.sign(files[EvidenceIndex.path] ?? [])
        return files
    }

    /// Judged by programs that aren't ours, and by the command.
    @Test func judgedByUnzipSha256sumAndOpenSSL() async throws {
        try await EvidenceBench.with { bench in
            let folder = bench.folder
            let file = "\(folder)/evidence.zip"
            try Data(try await bench.pack()).write(to: URL(fileURLWithPath: file))
            let published = "\(folder)/published.json"
            try Data(try bench.keys.published()).write(to: URL(fileURLWithPath: published))
            let pem = "\(folder)/key.pem"
            try #require(bench.keys.active).pem.write(toFile: pem, atomically: true, encoding: .utf8)

            let unzipped = try await Program.run("unzip", ["-q", file, "-d", "\(folder)/out"])
            try #require(unzipped.status == 0, "\(unzipped.errors)")
            let root = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out").first)
            let bag = "\(folder)/out/\(root)"
            for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
                let summed = try await Program.run("sha256sum", ["--strict", "-c", list], in: bag)
                #expect(summed.status == 0, "\(summed.output)\(summed.errors)")
            }
            for name in ["evidence", "data/certificate"] {
                let signed = try await Program.run(
                    "openssl",
                    [
                        "pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin", "-in", "\(name).json", "-sigfile",
                        "\(name).sig",
                    ], in: bag)
                #expect(signed.status == 0, "\(signed.output)\(signed.errors)")
            }
            let plan = try #require(
                try FileManager.default.contentsOfDirectory(atPath: "\(bag)/data/plans").first)
            let summed = try await Program.run("sha256sum", ["\(bag)/data/plans/\(plan)"])
            #expect(summed.output.hasPrefix(plan.dropLast(5)))

            let files = [
                file, "\(bag)/data/certificate.json", "\(bag)/data/certificate.sig", "\(bag)/data/plans/\(plan)",
            ]
            for path in files {
                let judged = try await Program.habeas(["verify", path, "--key", published], in: folder)
                #expect(judged.status == 0, "\(path): \(judged.output)\(judged.errors)")
            }
            let keyless = try await Program.habeas(["verify", file], in: bag)
            #expect(keyless.status == 3, "\(keyless.output)\(keyless.errors)")
            try await expectTamperingIsFound(in: bag, published, file)
        }
    }

    private func expectTamperingIsFound(in bag: String, _ published: String, _ file: String) async throws {
        func edit(_ path: String, _ old: String, _ new: String) throws {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
        }
        try edit("\(bag)/data/certificate.json", "\"rows\":901", "\"rows\":902")
        let changed = try await Program.habeas(["verify", "\(bag)/data/certificate.json", "--key", published], in: bag)
        #expect(changed.status == 6 && changed.output.contains("NOT sound"), "\(changed.output)\(changed.errors)")
        try FileManager.default.removeItem(atPath: "\(bag)/data/certificate.sig")
        let unsigned = try await Program.habeas(
            ["verify", "\(bag)/data/certificate.json", "--key", published], in: bag)
        #expect(unsigned.status == 6 && unsigned.output.contains("missing"), "\(unsigned.output)\(unsigned.errors)")
        for plan in try FileManager.default.contentsOfDirectory(atPath: "\(bag)/data/plans") {
            try edit("\(bag)/data/plans/\(plan)", "\"rows\":", "\"rows\": ")
            let edited = try await Program.habeas(["verify", "\(bag)/data/plans/\(plan)"], in: bag)
            #expect(edited.status == 6, "\(edited.output)\(edited.errors)")
        }
        let zipped = try await Program.run(
            "sh", ["-c", "find evidence_* -type f | bsdtar --format zip -cf changed.zip -T -"], in: "\(bag)/..")
        try #require(zipped.status == 0, "\(zipped.errors)")
        let pack = try await Program.habeas(["verify", "\(bag)/../changed.zip", "--key", published, "--json"], in: bag)
        #expect(pack.status == 6 && pack.output.contains("was changed"), "\(pack.output)\(pack.errors)")
    }

    @Test func needsBothPermissionsAndARequest() async throws {
        try await EvidenceBench.with { bench in
            let support = try await bench.hold.work.staff("Sue", .support)
            let auditor = try await bench.hold.work.staff("Al", .auditor)
            await #expect(throws: EngineError.self) { _ = try await bench.pack(by: support) }
            let unknown = RequestID("0199a1c2-7d3e-7abc-8def-0123456789ab")!
            await #expect(throws: EngineError.self) {
                _ = try await bench.engine.evidence(of: unknown, keys: bench.keys, by: auditor)
            }
            let pack = try await bench.pack(by: auditor)
            #expect(pack.count > 1000)
        }
    }

    /// A chain that was changed is no proof: nothing is given.
    @Test func noPackIsMadeOfABrokenChain() async throws {
        try await EvidenceBench.with { bench in
            try await bench.signChain()
            try await bench.hold.work.database.run(
                "UPDATE habeas.audit_entry SET actor = 'person' WHERE action = 'erasure.done'")
            await #expect(throws: AuditError.self) { _ = try await bench.pack() }
        }
    }
}
