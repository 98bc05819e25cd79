import AuditLedger
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// Signing, copying, pruning.
@Suite struct CheckpointTests {
    @Test func signsOnceForEachEnd() async throws {
        try await AuditSample.with { sample in
            let empty = try await sample.sign()
            try await sample.append(3)
            let first = try await sample.sign()
            let again = try await sample.sign()
            try await sample.append(1)
            let second = try await sample.sign()

            #expect(empty == nil && again == nil)
            #expect(first?.name == .init(seq: 3, kind: .standing) && second?.name.seq == 4)
            #expect(try sample.copies.all() == [first, second].compactMap(\.self))
            let report = try await sample.verify()
            #expect(report.checkpoints == 2 && report.unsignedTail == 0 && report.signedThrough == 4)
            for file in ["json", "sig"] {
                let facts = try FileManager.default.attributesOfItem(
                    atPath: "\(sample.archives)/audit/checkpoint-4.\(file)")
                #expect(facts[.posixPermissions] as? Int == 0o600)
            }
        }
    }

    /// openssl judges the copy as it lies there.
    @Test func opensslVerifiesACopy() async throws {
        try await AuditSample.with { sample in
            try await sample.append(1)
            _ = try await sample.sign()
            try sample.ring.publicKeys[0].pem.write(
                toFile: "\(sample.folder)/key.pem", atomically: true, encoding: .utf8)
            let base = "\(sample.archives)/audit/checkpoint-1"
            let outcome = try await Program.run(
                "openssl",
                [
                    "pkeyutl", "-verify", "-pubin", "-inkey", "\(sample.folder)/key.pem", "-rawin", "-in",
                    "\(base).json",
                    "-sigfile", "\(base).sig",
                ])

            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        }
    }

    @Test func severalAtOnceAgree() async throws {
        try await AuditSample.with { sample in
            try await sample.append(3)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try await sample.sign() } }
                try await group.waitForAll()
            }
            let report = try await sample.verify()

            #expect(report.isSound && report.checkpoints == 1 && report.notCopied == 0)
        }
    }

    /// Killed after recording, or between the copy's two files: the next run completes the copy.
    @Test(arguments: [["json", "sig"], ["json"]]) func aKilledRunIsCompleted(lost: [String]) async throws {
        try await AuditSample.with { sample in
            try await sample.append(3)
            let made = try await sample.sign()
            for file in lost {
                try FileManager.default.removeItem(atPath: "\(sample.archives)/audit/checkpoint-3.\(file)")
            }
            let between = try await sample.verify()
            let again = try await sample.sign()

            #expect(between.isSound && between.notCopied == 1)
            #expect(again == nil)
            #expect(try sample.copies.all() == [made].compactMap(\.self))
        }
    }

    @Test func aBrokenChainIsNeverSignedNorPruned() async throws {
        try await AuditSample.with { sample in
            try await sample.append(3)
            try await sample.age(through: 2, months: 30)
            _ = try await sample.sign()
            try await sample.append(3)
            try await sample.database.run("UPDATE habeas.audit_entry SET actor = 'system' WHERE seq = 4")
            let signing = await #expect(throws: AuditError.self) { _ = try await sample.sign() }
            let pruning = await #expect(throws: AuditError.self) { _ = try await sample.prune() }

            #expect(signing?.code == .broken && signing?.description.contains("entry 4") == true)
            #expect(pruning?.code == .broken)
            #expect(try await sample.database.query("SELECT count(*) FROM habeas.audit_entry") == [["6"]])
        }
    }

    @Test func anEndThatWentBackIsNotSigned() async throws {
        try await AuditSample.with { sample in
            try await sample.append(6)
            _ = try await sample.sign()
            try await sample.database.run("DELETE FROM habeas.audit_entry WHERE seq > 4")
            try await sample.rechain(from: 4)
            let error = await #expect(throws: AuditError.self) { _ = try await sample.sign() }

            #expect(
                error?.code == .broken && error?.description.contains("5 to 6") == true, "\(error?.description ?? "")")
        }
    }

    @Test func prunesAndStaysVerifiable() async throws {
        try await AuditSample.with { sample in
            try await sample.append(10)
            try await sample.age(through: 6, months: 25)
            _ = try await sample.sign()
            let outcome = try await sample.prune()
            let report = try await sample.verify()
            let again = try await sample.prune()
            let entry = try await sample.asService { try await AuditReader($0).latest(limit: 1) }

            #expect(outcome?.through == 6 && outcome?.removed == 6 && again == nil)
            #expect(report.isSound && report.first == 7 && report.last == 11, "\(report.findings)")
            #expect(report.signedThrough == 10 && report.unsignedTail == 1)
            #expect(entry.first?.action == "audit.pruned")
            #expect(entry.first?.facts == #"{"kept_months":"24","removed":"6","through":"6"}"#)
            #expect(FileManager.default.fileExists(atPath: "\(sample.archives)/audit/checkpoint-6-pruned.json"))
            #expect(try await sample.sign()?.name.seq == 11)

            try await sample.database.run("DELETE FROM habeas.audit_entry WHERE seq = 7")
            #expect(try await sample.verify().firstBad?.seq == 7)
        }
    }

    /// All of it is old: the chain goes on from the checkpoint.
    @Test func prunesEverythingAndTwice() async throws {
        try await AuditSample.with { sample in
            try await sample.append(3)
            try await sample.age(through: 3, months: 25)
            let first = try await sample.prune()
            try await sample.append(2)
            let report = try await sample.verify()

            #expect(first?.through == 3 && first?.removed == 3)
            #expect(report.isSound && report.first == 4 && report.entries == 3, "\(report.findings)")
        }
    }

    @Test func aPruningKilledMidwayIsCompleted() async throws {
        try await AuditSample.with { sample in
            try await sample.append(6)
            try await sample.age(through: 4, months: 25)
            // As if killed right after the checkpoint was recorded.
            try await sample.database.run("ALTER FUNCTION habeas.audit_prune RENAME TO prune_away")
            await #expect(throws: PostgresError.self) { _ = try await sample.prune() }
            let between = try await sample.verify()
            try await sample.database.run("ALTER FUNCTION habeas.prune_away RENAME TO audit_prune")
            let outcome = try await sample.prune()
            let after = try await sample.verify()

            #expect(between.isSound && between.entries == 6)
            #expect(outcome?.through == 4 && outcome?.removed == 4)
            #expect(after.isSound && after.first == 5, "\(after.findings)")
        }
    }

    @Test func keepsWhatTheLawWantsKept() async throws {
        try await AuditSample.with { sample in
            try await sample.append(4)
            try await sample.age(through: 2, months: 23)
            let pruning = try AuditPruning(keys: sample.ring, archives: sample.archives)
            let nothing = try await sample.prune()
            let short = await #expect(throws: AuditError.self) {
                try await sample.asService {
                    _ = try await pruning.run(keepFor: 12, by: .system, on: $0, now: AuditSample.moment)
                }
            }
            // The database refuses too, whoever asks it.
            try await sample.asService {
                _ = try await $0.query(
                    "SELECT habeas.audit_record_checkpoint(2, 'pruned', '', decode(repeat('00', 64), 'hex'))")
            }
            let refused = await #expect(throws: PostgresError.self) {
                try await sample.asService { try await $0.query("SELECT habeas.audit_prune(2)") }
            }

            #expect(nothing == nil && short?.code == .retentionTooShort && refused?.sqlState == "23514")
        }
    }

    @Test(arguments: AuditError.Code.allCases) func errorsAreDocumented(code: AuditError.Code) throws {
        #expect(try Checkout.text("docs/errors.md").contains("`\(code.rawValue)`"))
    }

    @Test(arguments: AuditFinding.Code.allCases) func findingsAreDocumented(code: AuditFinding.Code) throws {
        #expect(try Checkout.text("docs/audit-log.md").contains("`\(code.rawValue)`"))
    }

    @Test(arguments: AuditAction.allCases) func actionsAreDocumented(action: AuditAction) throws {
        #expect(try Checkout.text("docs/audit-log.md").contains("`\(action.rawValue)`"))
    }
}
