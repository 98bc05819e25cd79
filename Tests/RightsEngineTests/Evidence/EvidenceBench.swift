import ArchiveFormat
import AuditLedger
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import Erasing
@testable import RightsEngine

/// An erasure that was planned, approved, done and certified, as its records lie in the control database.
struct EvidenceBench: Sendable {
    let hold: HoldBench
    let keys: KeyRing
    let request: RequestID

    var engine: Engine { hold.engine }
    var folder: String { hold.work.folder }

    /// - Parameter person: whose request it is; their address is `PERSON@people.test`.
    static func with(_ person: String = "user:7", _ body: (EvidenceBench) async throws -> Void) async throws {
        try await HoldBench.with { hold in
            let request = try await hold.erasure(of: person)
            let bench = EvidenceBench(
                hold: hold, keys: try KeyRing(folder: "\(hold.work.folder)/keys"), request: request)
            try await bench.signChain()
            // Somebody else's request lies between in the chain.
            _ = try await hold.erasure(of: "user:8")
            try await bench.erase()
            try await body(bench)
        }
    }

    func pack(by caller: StaffCaller? = nil) async throws -> [UInt8] {
        try await engine.evidence(of: request, keys: keys, by: caller ?? hold.kim)
    }

    func signChain() async throws {
        let checkpoints = AuditCheckpoints(keys: keys, archives: engine.settings.archives)
        let now = engine.now()
        _ = try await engine.control.connection { try await checkpoints.sign(on: $0.connection, now: now) }
    }

    private func erase() async throws {
        let engine = engine
        let approver = hold.kim.actor
        let (first, second) = (Self.plan(rows: 900, at: engine.now()), Self.plan(rows: 901, at: engine.now()))
        let keys = keys
        let id = request
        try await engine.control.transaction { transaction in
            let request = try await engine.locked(id, in: transaction)
            _ = try await engine.newPlan(first, for: request, in: transaction)
            var plan = try await engine.newPlan(second, for: request, in: transaction)
            plan.state = .approved
            plan.approvedBy = approver.description
            plan.approvedAt = engine.now()
            try await transaction.store(plan)
            try await engine.audit(
                .erasureApproved, by: approver, request, ["plan": .hash(plan.digest)], in: transaction)
            plan.state = .executed
            try await transaction.store(plan)
            var run = try await transaction.begin(
                ErasureRunRecord(run: engine.makeID(), request: id, plan: plan.id, begunAt: engine.now()))
            let receipt = Self.receipt(of: second, run: run.run.text, at: engine.now())
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            run.receipt = String(decoding: try encoder.encode(receipt), as: UTF8.self)
            try await transaction.store(run)
            try await engine.audit(
                .erasureDone, by: .system, request,
                [
                    "run": .id(run.run.text), "plan": .hash(plan.digest), "seq": .number(Int(receipt.sequence)),
                ], in: transaction)
            let certificate = Self.certificate(request: id.text, receipt: receipt, at: engine.now())
            let bytes = try certificate.canonicalBytes()
            try await transaction.keep(
                CertificateRecord(
                    request: id, bytes: bytes, signature: try keys.sign(bytes),
                    page: CertificatePage.html(certificate), madeAt: engine.now()))
            try await engine.audit(
                .erasureCertified, by: .system, request, ["certificate": .hash(ErasurePlan.digest(of: bytes))],
                in: transaction)
        }
    }

    // MARK: samples

    static func plan(rows: Int, at: Instant) -> ErasurePlan {
        ErasurePlan(
            service: "workspace", map: String(repeating: "a", count: 64), regime: "gdpr", scope: "person", kind: "user",
            target: String(repeating: "b", count: 64), countedAt: at,
            collections: [
                ErasurePlan.CollectionLine(
                    name: "tasks", title: "Tasks", table: "workspace.tasks", outcome: "delete", ownership: "own",
                    reason: nil, rows: rows, staying: 0, held: 0, hollow: 0, files: 2, replaced: [])
            ], order: [["workspace.tasks"]], sideEffects: [], retained: [retained], holds: [], recipients: [],
            conflicts: [], warnings: [],
            execution: ErasurePlan.Execution(
                regime: "one_transaction", rows: rows, locks: ["workspace.tasks"], estimatedMilliseconds: 3),
            backups: nil)
    }

    static let retained = ErasurePlan.RetainedLine(
        collection: "invoices", document: "invoice", statute: "de-invoices", citation: "§ 147 AO",
        until: CivilDate("2034-12-31")!, documents: 3, fields: ["number", "total"])

    static func receipt(of plan: ErasurePlan, run: String, at: Instant) -> ErasureReceipt {
        ErasureReceipt(
            run: run, sequence: 41, plan: try! plan.digest().hex, at: at, regime: "one_transaction",
            done: ErasureReceipt.Done(
                collections: plan.collections, retained: plan.retained, sideEffects: [], holds: [], deviations: []))
    }

    static func certificate(request: String, receipt: ErasureReceipt, at: Instant) -> ErasureCertificate {
        ErasureCertificate(
            request: request, service: "workspace", controller: "Workspace GmbH", regime: "gdpr", scope: "person",
            state: "erased_with_retention", receivedAt: at, approvedAt: at, issuedAt: at, receipt: receipt, files: 2,
            recipients: [ErasureCertificate.RecipientLine(name: "Mailer Inc.", state: "told")],
            hunt: ErasureCertificate.HuntLine(tables: 31, isComplete: true, leftovers: []), contactKept: true)
    }
}

extension SmallBag.Contents {
    /// The same bag, made anew with other files, its lists of digests true to them.
    func rebuilt(_ change: (inout [String: [UInt8]]) -> Void) throws -> [UInt8] {
        var files = files
        change(&files)
        var bag = SmallBag(root: root, at: Instant(microseconds: 0))
        for (path, bytes) in files where !SmallBag.ownFiles.contains(path) { bag.add(.init(path, bytes)) }
        return try bag.zipped(identifier: "x")
    }
}
