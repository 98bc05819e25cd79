internal import AuditLedger
package import Erasing
internal import FoundationEssentials
internal import PostgresAccess
internal import RequestLedger
package import RightsCore
internal import SubjectAccess

/// Plans the erasure of one request, for people to approve.
struct PlanJob: Sendable {
    let engine: Engine
    let tools: ErasureTools
    let held: HeldJob

    func run() async throws {
        guard let id = held.job.request, let matter = try await engine.erasureCase(id) else {
            return try await held.finish()
        }
        guard matter.request.state == .accepted else { return try await held.finish() }
        var plan = try await tools.eraser.plan(matter.question)
        plan.backups = tools.backups.map { engine.expectedLines($0, erasedAt: engine.now()) }
        plan.warnings += matter.warnings + (try await engine.warnings(of: plan, about: matter.request))
        let made = plan
        try await held.finish(
            locking: { try await engine.locked(id, in: $0) },
            { request, transaction in
                var request = request
                guard request.state == .accepted else { return }
                try await engine.keep(made, for: &request, tools, in: transaction)
            })
    }
}

/// One erasure as it stands: the request, what is asked of the eraser, and what people should know.
struct ErasureCase: Sendable {
    let request: RequestRecord
    let question: ErasureQuestion
    /// The holds that apply.
    let holds: [LegalHold]
    let warnings: [String]
}

extension Engine {
    /// What is to be erased for a request; nil when it is no erasure, or it isn't known any more whom it is about.
    func erasureCase(_ id: RequestID) async throws -> ErasureCase? {
        try await control.transaction { transaction in
            guard let request = try await transaction.request(id), request.right == .erasure,
                let regime = RegimeID(request.regime)
            else { return nil }
            let reference = try await reference(of: id, in: transaction)
            var target = SubjectReference(reference).map { ErasureTarget(person: $0) }
            if let sealed = try await transaction.sealed(.records, of: id) {
                let record = try people.open(sealed.box, for: "records \(id)")
                target = SubjectReference(record).map {
                    ErasureTarget(record: $0, owner: SubjectReference(reference))
                }
            }
            guard let target else {
                throw EngineError(.invalid, "the record isn't written as collection:id", field: "records")
            }
            let holds = try await holds(applyingTo: request.subject, in: transaction)
            return ErasureCase(
                request: request,
                question: ErasureQuestion(
                    target: target, regime: regime, holds: holds.map(RowHold.init), today: today),
                holds: holds, warnings: try await warnings(about: request, in: transaction))
        }
    }

    /// What is newer than the person's last archive isn't in it (FAILURES F27); and a collection of which nobody ever had a
    /// row is looked for where it isn't (F22).
    private func warnings(
        about request: RequestRecord, in transaction: ControlTransaction
    ) async throws -> [String] {
        var warnings: [String] = []
        if let made = try await transaction.lastArchive(of: request.subject) {
            warnings.append(
                "the person's last archive holds what there was at \(made.rfc3339); what came later isn't in it: offer a "
                    + "supplement, a new export, before this is carried out")
        }
        for other in try await transaction.otherRequests(of: request.subject, than: request.id)
        where try await transaction.sealed(.records, of: request.id) == nil {
            guard let open = try await transaction.request(other), open.life.possible.contains(.cancel) else {
                continue
            }
            warnings.append(
                "the person's request \(other) (\(open.right.rawValue), \(open.state.rawValue)) ends with this, and what was made "
                    + "for it is destroyed: wait until they have it")
        }
        let receipts = try await transaction.latestReceipts(Self.manyErasures).compactMap {
            ErasureReceipt(json: $0.utf8)
        }
        guard receipts.count == Self.manyErasures, let newest = receipts.first else { return warnings }
        for name in newest.done.collections.map(\.name) {
            let isAlwaysEmpty = receipts.allSatisfy { receipt in
                receipt.done.collections.allSatisfy { $0.name != name || $0.rows + $0.staying + $0.held == 0 }
            }
            guard isAlwaysEmpty else { continue }
            warnings.append(
                "\(name): none of the last \(Self.manyErasures) people had a row of it; make sure that its path in the map "
                    + "leads to them")
        }
        return warnings
    }

    /// So many erasures without a single row of a collection are no chance.
    private static let manyErasures = 20

    /// Keeps a plan for its request, and lets it pass by itself where the operator says so and nothing speaks against it.
    func keep(
        _ plan: ErasurePlan, for request: inout RequestRecord, _ tools: ErasureTools, in transaction: ControlTransaction
    ) async throws {
        var record = try await newPlan(plan, for: request, in: transaction)
        guard plan.isLowRisk(upTo: settings.automaticErasureRows) else {
            request.outcome = plan.conflicts.isEmpty ? "erasure.awaits-approval" : "erasure.conflict"
            return try await transaction.store(request)
        }
        try await approve(&record, for: &request, by: .system, [:], in: transaction)
    }

    /// Keeps a plan in the place of any other that waits.
    func newPlan(
        _ plan: ErasurePlan, for request: RequestRecord, in transaction: ControlTransaction
    ) async throws -> ErasurePlanRecord {
        let bytes = try plan.canonicalBytes()
        let now = now()
        let record = ErasurePlanRecord(
            id: makeID(), request: request.id, digest: ErasurePlan.digest(of: bytes), bytes: bytes, madeAt: now,
            expiresAt: now + settings.approvalLifetime)
        try await transaction.insert(record)
        try await audit(
            .erasurePlanned, by: .system, request,
            [
                "plan": .hash(record.digest), "rows": .number(plan.affectedRows),
                "conflicts": .number(plan.conflicts.count),
            ], in: transaction)
        return record
    }

    /// Lets an approved plan be carried out.
    func approve(
        _ plan: inout ErasurePlanRecord, for request: inout RequestRecord, by actor: AuditActor,
        _ facts: [String: AuditFact], in transaction: ControlTransaction
    ) async throws {
        plan.state = .approved
        plan.approvedBy = actor.description
        plan.approvedAt = now()
        try await transaction.store(plan)
        var facts = facts
        facts["plan"] = .hash(plan.digest)
        try await audit(.erasureApproved, by: actor, request, facts, in: transaction)
        try await move(&request, .enqueue, by: actor, in: transaction)
        try await transaction.enqueue(makeID(), .erase, request: request.id, maxAttempts: 8)
    }
}

extension RowHold {
    package init(_ hold: LegalHold) {
        self.init(
            id: hold.id.text, matter: hold.matter, collections: hold.scope.collections, records: hold.scope.records,
            column: hold.scope.range?.column, from: hold.scope.range?.from, until: hold.scope.range?.until)
    }
}

extension ErasurePlan {
    /// Whether nobody needs to look at it first.
    func isLowRisk(upTo rows: Int) -> Bool {
        rows > 0 && affectedRows > 0 && affectedRows <= rows && conflicts.isEmpty && holds.isEmpty && retained.isEmpty
            && sideEffects.isEmpty
            && collections.allSatisfy {
                // A line on which nothing happens risks nothing.
                ($0.ownership == "own" && $0.outcome == "delete") || $0.rows + $0.staying + $0.held + $0.hollow == 0
            }
    }
}
