import AuditLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// An export, judged by us and by the Python of docs/audit-log.md.
@Suite struct AuditExportTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let name: String
        let isSound: Bool
        let apply: @Sendable ([String]) -> [String]
        var testDescription: String { name }

        init(_ name: String, isSound: Bool = false, _ apply: @escaping @Sendable ([String]) -> [String]) {
            self.name = name
            self.isSound = isSound
            self.apply = apply
        }

        static func replacing(_ line: Int, _ old: String, _ new: String) -> Change {
            Change("line \(line): \(old) becomes \(new)") { lines in
                var lines = lines
                lines[line] = lines[line].replacing(old, with: new)
                return lines
            }
        }
    }

    /// Lines: the header, entries 1 to 6, the checkpoints of 4 and 6, the end.
    private static let changes: [Change] = [
        Change("nothing", isSound: true) { $0 },
        .replacing(1, "request.opened", "request.read"), .replacing(1, "\"actor\":\"person\"", "\"actor\":\"system\""),
        .replacing(1, "Z\"", "1Z\""), .replacing(4, "\"right\\\":\\\"access", "\"right\\\":\\\"erasure"),
        .replacing(2, "\"seq\":2", "\"seq\":3"), .replacing(3, "0190aaaa", "0190aaab"),
        .replacing(7, "\"seq\":4", "\"seq\":3"), .replacing(8, "standing", "pruned"),
        .replacing(8, "\"signature\":\"", "\"signature\":\"AAAA"), .replacing(9, "\"seq\":6", "\"seq\":5"),
        .replacing(9, "\"hash\":\"", "\"hash\":\"00"),
        Change("an entry removed") { lines in lines.indices.filter { $0 != 3 }.map { lines[$0] } },
        Change("the first entry removed") { lines in lines.indices.filter { $0 != 1 }.map { lines[$0] } },
        Change("two entries exchanged") { lines in
            var lines = lines
            lines.swapAt(2, 3)
            return lines
        },
        Change("an entry twice") { $0[...3] + [$0[3]] + $0[4...] },
        Change("a checkpoint removed") { lines in lines.indices.filter { $0 != 8 }.map { lines[$0] } },
        Change("the end cut off") { Array($0.dropLast()) },
    ]

    @Test(arguments: changes) func bothVerifiersAgree(_ change: Change) async throws {
        try await AuditSample.with { sample in
            try await sample.append(4)
            _ = try await sample.sign()
            try await sample.append(2)
            _ = try await sample.sign()
            let lines = try await sample.export().split(separator: "\n").map(String.init)
            let changed = change.apply(lines)
            #expect(change.isSound || changed != lines)
            let text = changed.joined(separator: "\n") + "\n"
            let keys = try sample.ring.rawKeys()
            let ours = try AuditExportVerifier.verify(keys: keys) { try $0(Array(text.utf8)) }
            let theirs = try await python(text, sample)

            #expect(AuditExportVerifier.recognises(Array(text.utf8)))
            #expect((ours.isSound && ours.isComplete) == change.isSound, "\(ours.findings)")
            #expect((theirs.status == 0) == change.isSound, "\(theirs.output)\(theirs.errors)")
        }
    }

    @Test func aPrunedChainIsExportedAndJudgedByBoth() async throws {
        try await AuditSample.with { sample in
            try await sample.append(6)
            try await sample.age(through: 4, months: 25)
            _ = try await sample.prune()
            _ = try await sample.sign()
            let text = try await sample.export()
            let keys = try sample.ring.rawKeys()
            // In small pieces, as a disk may give them.
            let ours = try AuditExportVerifier.verify(keys: keys) { body in
                let bytes = Array(text.utf8)
                for start in stride(from: 0, to: bytes.count, by: 7) {
                    try body(Array(bytes[start..<min(start + 7, bytes.count)]))
                }
            }
            let theirs = try await python(text, sample)

            #expect(ours.isSound && ours.isComplete && ours.first == 5 && ours.last == 7, "\(ours.findings)")
            #expect(theirs.output == "sound: 3 entries, 5 to 7\n", "\(theirs.output)\(theirs.errors)")
        }
    }

    @Test(arguments: [
        "", "{}\n", "PK\u{3}\u{4}",
        "{\"header\":{\"format\":\"habeas-audit-export-9\",\"exported_at\":\"\",\"keys\":[]}}\n",
    ])
    func refusesOtherFiles(text: String) throws {
        let error = #expect(throws: AuditError.self) {
            _ = try AuditExportVerifier.verify(keys: []) { try $0(Array(text.utf8)) }
        }
        #expect(error?.code == .notAnExport)
    }

    /// The verifier as it stands in the documentation.
    private func python(_ text: String, _ sample: AuditSample) async throws -> ProgramOutcome {
        let document = try Checkout.text("docs/audit-log.md")
        let start = try #require(document.range(of: "```python\n"))
        let end = try #require(document.range(of: "\n```\n", range: start.upperBound..<document.endIndex))
        let script = String(document[start.upperBound..<end.lowerBound])
        try text.write(toFile: "\(sample.folder)/export.jsonl", atomically: true, encoding: .utf8)
        try sample.ring.publicKeys[0].pem.write(toFile: "\(sample.folder)/key.pem", atomically: true, encoding: .utf8)
        return try await Program.run(
            "python3", ["-c", script, "\(sample.folder)/export.jsonl", "\(sample.folder)/key.pem"])
    }
}
