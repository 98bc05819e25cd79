import AuditLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// What somebody who owns the database does to the chain, and which entry is named for it.
@Suite struct TamperingTests {
    struct Tampering: Sendable, CustomTestStringConvertible {
        let name: String
        let sql: String
        /// From where the hashes are made to fit again, as somebody who knows the chain would.
        var rechain: Int?
        let firstBad: Int
        let code: AuditFinding.Code
        var testDescription: String { name }

        init(_ name: String, _ sql: String, rechain: Int? = nil, _ firstBad: Int, _ code: AuditFinding.Code) {
            self.name = name
            self.sql = sql
            self.rechain = rechain
            self.firstBad = firstBad
            self.code = code
        }
    }

    private static let columns: [(name: String, value: String)] = [
        ("at", "at + interval '1 microsecond'"), ("at", "timestamptz 'infinity'"), ("at", "timestamptz '-infinity'"),
        ("action", "'request.read'"), ("actor", "'system'"), ("request_id", "gen_random_uuid()"),
        ("subject_hash", "sha256('x')"), ("subject_hash", "NULL"), ("subject_hash", "'\\x00'"), ("facts", "'{}'"),
        ("facts", "facts || ' '"), ("previous", "sha256('x')"), ("hash", "sha256('x')"), ("hash", "'\\x'"),
    ]

    private static let edits: [Tampering] = [1, 4, 10].flatMap { seq in
        columns.map { column in
            Tampering(
                "\(column.name) of \(seq) = \(column.value)",
                "UPDATE habeas.audit_entry SET \(column.name) = \(column.value) WHERE seq = \(seq)", seq, .altered)
        }
    }

    private static func swap(_ one: Int, _ other: Int) -> String {
        """
        UPDATE habeas.audit_entry SET seq = -1 WHERE seq = \(one);
        UPDATE habeas.audit_entry SET seq = \(one) WHERE seq = \(other);
        UPDATE habeas.audit_entry SET seq = \(other) WHERE seq = -1
        """
    }

    private static let insertion = """
        INSERT INTO habeas.audit_entry SELECT seq + 1, at, action, actor, request_id, subject_hash, facts, hash, \
        sha256(convert_to(habeas.audit_text(seq + 1, at, action, actor, request_id, subject_hash, facts, hash), 'UTF8')) \
        FROM habeas.audit_entry WHERE seq = 10
        """

    /// Ten entries; the checkpoint is of entry 8.
    private static let cases: [Tampering] =
        edits + [
            Tampering("the first deleted", "DELETE FROM habeas.audit_entry WHERE seq = 1", 1, .missing),
            Tampering("the first three deleted", "DELETE FROM habeas.audit_entry WHERE seq <= 3", 1, .missing),
            Tampering("one of the middle deleted", "DELETE FROM habeas.audit_entry WHERE seq = 5", 5, .missing),
            Tampering("the last deleted", "DELETE FROM habeas.audit_entry WHERE seq = 10", 10, .missing),
            Tampering("all deleted", "DELETE FROM habeas.audit_entry", 1, .missing),
            Tampering("neighbours swapped", swap(4, 5), 4, .altered),
            Tampering("first and last swapped", swap(1, 10), 1, .altered),
            Tampering("one inserted at the end", insertion, 11, .surplus),
            Tampering(
                "one inserted before the first",
                "INSERT INTO habeas.audit_entry SELECT 0, at, action, actor, request_id, subject_hash, facts, previous, hash FROM habeas.audit_entry WHERE seq = 1",
                0, .surplus),
            Tampering(
                "one inserted in the middle",
                """
                UPDATE habeas.audit_entry SET seq = seq + 100 WHERE seq > 5;
                INSERT INTO habeas.audit_entry SELECT 6, at, action, actor, request_id, subject_hash, facts, previous, hash
                    FROM habeas.audit_entry WHERE seq = 5;
                UPDATE habeas.audit_entry SET seq = seq - 99 WHERE seq > 100
                """, 6, .unlinked),
            Tampering(
                "a number moved away", "UPDATE habeas.audit_entry SET seq = 1000 WHERE seq = 6", 6, .missing),
            Tampering("the head moved back", "UPDATE habeas.audit_head SET seq = 9", 10, .surplus),
            Tampering("the head's hash changed", "UPDATE habeas.audit_head SET hash = sha256('x')", 10, .headDiffers),
            Tampering("the head removed", "DELETE FROM habeas.audit_head", 10, .headDiffers),
            // From here on the hashes fit: only what was signed tells.
            Tampering(
                "edited and chained anew", "UPDATE habeas.audit_entry SET actor = 'product' WHERE seq = 4", rechain: 4,
                8,
                .rewritten),
            Tampering(
                "one removed, the rest renumbered and chained anew",
                "DELETE FROM habeas.audit_entry WHERE seq = 4; UPDATE habeas.audit_entry SET seq = seq + 100 WHERE seq > 4; "
                    + "UPDATE habeas.audit_entry SET seq = seq - 101 WHERE seq > 100", rechain: 4, 8, .rewritten),
            Tampering(
                "time turned back and chained anew",
                "UPDATE habeas.audit_entry SET at = at - interval '1 day' WHERE seq = 9", rechain: 9, 9, .backwards),
            Tampering(
                "the tail cut off, the head moved", "DELETE FROM habeas.audit_entry WHERE seq > 6", rechain: 6, 7,
                .missing),
            Tampering(
                "the tail cut off with its checkpoint",
                "DELETE FROM habeas.audit_entry WHERE seq > 6; DELETE FROM habeas.audit_checkpoint", rechain: 6, 7,
                .missing),
            Tampering(
                "rewritten with the checkpoint removed",
                "UPDATE habeas.audit_entry SET actor = 'product' WHERE seq = 2; DELETE FROM habeas.audit_checkpoint",
                rechain: 2, 8, .checkpointRemoved),
            Tampering(
                "everything removed and begun anew",
                "TRUNCATE habeas.audit_entry, habeas.audit_checkpoint; UPDATE habeas.audit_head SET seq = 0, at = 'epoch', hash = decode(repeat('00', 32), 'hex')",
                1, .missing),
            Tampering(
                "a checkpoint's text changed",
                #"UPDATE habeas.audit_checkpoint SET document = replace(document, '"seq":8', '"seq":9')"#, 8,
                .checkpointAltered),
            Tampering(
                "a checkpoint's hash changed to fit",
                """
                UPDATE habeas.audit_entry SET actor = 'product' WHERE seq = 8
                """, rechain: 8, 8, .rewritten),
            Tampering(
                "a checkpoint's signature changed",
                "UPDATE habeas.audit_checkpoint SET signature = decode(repeat('01', 64), 'hex')", 8, .checkpointAltered),
            Tampering(
                "a checkpoint of another entry", "UPDATE habeas.audit_checkpoint SET seq = 7", 7, .checkpointAltered),
            Tampering(
                "a checkpoint made one of a pruning",
                "UPDATE habeas.audit_checkpoint SET kind = 'pruned'; DELETE FROM habeas.audit_entry WHERE seq <= 8", 1,
                .missing),
            Tampering("a checkpoint removed", "DELETE FROM habeas.audit_checkpoint", 8, .checkpointRemoved),
        ]

    @Test(arguments: cases) func isFoundAndNamed(_ tampering: Tampering) async throws {
        try await AuditSample.with { sample in
            try await sample.append(8)
            _ = try await sample.sign()
            for _ in 0..<2 { try await sample.append(1) }
            let before = try await sample.verify()
            try await sample.database.run(tampering.sql)
            if let seq = tampering.rechain { try await sample.rechain(from: seq) }
            let after = try await sample.verify()

            #expect(before.isSound && before.isComplete && before.unsignedTail == 2 && before.notCopied == 0)
            #expect(!after.isSound)
            #expect(after.firstBad?.seq == tampering.firstBad, "\(after.findings)")
            #expect(
                after.findings.contains { $0.seq == tampering.firstBad && $0.code == tampering.code },
                "\(after.findings)")
        }
    }

    /// The store's copies are what a cut tail is found by; without them nobody could tell.
    @Test func onlyTheCopyKnowsOfACutTail() async throws {
        try await AuditSample.with { sample in
            try await sample.append(8)
            _ = try await sample.sign()
            try await sample.database.run(
                "DELETE FROM habeas.audit_entry WHERE seq > 6; DELETE FROM habeas.audit_checkpoint")
            try await sample.rechain(from: 6)

            #expect(try await sample.verify(copies: false).isSound)
            #expect(try await sample.verify().firstBad?.seq == 7)
        }
    }

    @Test func aChangedCopyIsFound() async throws {
        try await AuditSample.with { sample in
            try await sample.append(8)
            _ = try await sample.sign()
            let path = "\(sample.archives)/audit/checkpoint-8.json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("standing", with: "pruned").write(toFile: path, atomically: false, encoding: .utf8)
            let report = try await sample.verify()

            #expect(report.firstBad?.seq == 8 && report.firstBad?.code == .checkpointAltered)
        }
    }

    @Test func aStrangersKeyAndNoKeyAreTold() async throws {
        try await AuditSample.with { sample in
            try await sample.append(8)
            _ = try await sample.sign()
            let stranger = try KeyRing.create(folder: "\(sample.folder)/other", now: AuditSample.moment).rawKeys()
            let copies = sample.copies
            let foreign = try await sample.asService {
                try await AuditLog.verify(on: $0, keys: stranger, copies: copies)
            }
            let without = try await sample.asService { try await AuditLog.verify(on: $0, keys: [], copies: copies) }

            #expect(foreign.firstBad?.code == .checkpointAltered)
            #expect(without.isSound && !without.isComplete)
        }
    }

    /// Every single byte of the file counts, or says nothing.
    @Test func changedExportsAreFound() async throws {
        try await AuditSample.with { sample in
            try await sample.append(5)
            _ = try await sample.sign()
            let keys = try sample.ring.rawKeys()
            let good = Array(try await sample.export().utf8)
            let report = try AuditExportVerifier.verify(keys: keys) { try $0(good) }
            let header = try #require(good.firstIndex(of: UInt8(ascii: "\n")))

            #expect(report.isSound && report.isComplete && report.entries == 5)
            for index in stride(from: header + 1, to: good.count - 1, by: 3) {
                var bad = good
                bad[index] ^= 1
                let report = try AuditExportVerifier.verify(keys: keys) { try $0(bad) }
                #expect(!report.isSound, "byte \(index): \(String(decoding: bad, as: UTF8.self))")
            }
        }
    }
}
