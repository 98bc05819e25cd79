internal import AuditLedger
internal import Erasing
internal import ErasureLedger
internal import FoundationEssentials
internal import RequestLedger
internal import RightsCore

extension EraseJob {
    /// A plan that may be carried out now, or was.
    struct Work {
        let request: RequestRecord
        let question: ErasureQuestion
        let plan: ErasurePlanRecord
        let approved: ErasurePlan
        let run: ErasureRunRecord
        /// Whether something of the person is gone already: by this run or an earlier one.
        let isTouched: Bool
        /// Whether everything is done, and it is only to be looked at and certified once more.
        let isProof: Bool
    }

    /// How far the run is that the request's plan has.
    private struct Standing {
        let runs: [ErasureRunRecord]
        /// Whether the run of the plan has begun in the store: it goes on whatever has happened since.
        let isUnderWay: Bool
        /// What is left of it, where a hold that kept something has ended.
        let rest: ErasurePlan?

        var last: ErasureRunRecord? { runs.last }
        var isTouched: Bool { isUnderWay || runs.contains { $0.receipt != nil } }
    }

    func begin() async throws -> Work? {
        guard let id = job.request, let matter = try await engine.erasureCase(id) else {
            try await held.finish()
            return nil
        }
        let standing = try await standing(of: matter)
        return try await engine.control.transaction { transaction in
            var request = try await engine.locked(id, in: transaction)
            guard try await transaction.holds(job) else { throw JobLost() }
            if request.state.isErased || request.state == .partial {
                try await engine.move(&request, .retry, by: .system, outcome: "hold-ended", in: transaction)
            }
            guard request.state == .queued || request.state == .running,
                let plan = try await usablePlan(&request, standing, in: transaction)
            else {
                if try await transaction.holds(job) { _ = try await transaction.end(job, as: .cancelled) }
                return nil
            }
            if request.state == .queued {
                try await engine.move(
                    &request, .start, by: .system, ["job": .id(job.id.text), "attempt": .number(job.attempts)],
                    in: transaction)
            }
            let run = try await transaction.begin(
                ErasureRunRecord(run: engine.makeID(), request: id, plan: plan.id, begunAt: engine.now()))
            return Work(
                request: request, question: try await question(of: matter, standing), plan: plan,
                approved: try ErasurePlan(canonicalBytes: plan.bytes), run: run, isTouched: standing.isTouched,
                isProof: run.receipt != nil && run.huntedAt != nil)
        }
    }

    // MARK: where it stands

    private func standing(of matter: ErasureCase) async throws -> Standing {
        let id = matter.request.id
        let (plan, runs) = try await engine.control.transaction {
            (try await $0.plan(of: id), try await $0.runs(of: id))
        }
        guard let last = runs.last, last.plan == plan?.id else {
            return Standing(runs: runs, isUnderWay: false, rest: nil)
        }
        if let done = last.done {
            let isProved = last.huntedAt != nil
            return Standing(runs: runs, isUnderWay: true, rest: isProved ? try await rest(of: matter, done) : nil)
        }
        let isUnderWay = try await !tools.eraser.standing(of: last.run.text).isUntouched
        return Standing(runs: runs, isUnderWay: isUnderWay, rest: nil)
    }

    /// What a hold let go since the run; nil when it was nothing.
    private func rest(of matter: ErasureCase, _ done: ErasureReceipt) async throws -> ErasurePlan? {
        guard done.isHeld else { return nil }
        let fresh: ErasurePlan
        do { fresh = try await tools.eraser.plan(matter.question) } catch let error as ErasureError
            where error.code == .noSuchSubject
        { return nil }
        let isLess = done.done.collections.contains { line in
            guard let now = fresh.collections.first(where: { $0.name == line.name && $0.outcome == line.outcome })
            else { return true }
            return now.held + now.hollow < line.held + line.hollow
        }
        return isLess ? fresh : nil
    }

    /// A run that is under way keeps to the holds under which it began; what a hold let go meanwhile goes in the next one.
    private func question(of matter: ErasureCase, _ standing: Standing) async throws -> ErasureQuestion {
        guard standing.isUnderWay, standing.last?.receipt == nil,
            let sealed = try await engine.sealedTarget(of: matter.request.id)
        else { return matter.question }
        return ErasureQuestion(
            target: matter.question.target, regime: matter.question.regime, holds: sealed.holds,
            today: matter.question.today)
    }

    // MARK: the plan

    /// The approved plan; nil when there is none any more, and a new one is being made.
    private func usablePlan(
        _ request: inout RequestRecord, _ standing: Standing, in transaction: ControlTransaction
    ) async throws -> ErasurePlanRecord? {
        guard let plan = try await transaction.plan(of: request.id) else { return nil }
        switch plan.state {
        case .executed:
            guard let rest = standing.rest else { return plan }
            guard rest.isRest(of: try ErasurePlan(canonicalBytes: plan.bytes)) else {
                try await replan(&request, ErasureError.Code.planChanged.rawValue, in: transaction)
                return nil
            }
            // It was approved with all the rest.
            var record = try await engine.newPlan(rest, for: request, in: transaction)
            record.state = .approved
            record.approvedBy = plan.approvedBy
            record.approvedAt = plan.approvedAt
            try await transaction.store(record)
            return record
        case .approved where standing.isUnderWay || plan.expiresAt > engine.now():
            return plan
        case .approved, .proposed, .replaced:
            try await abort(standing.last, plan)
            try await replan(&request, EngineError.Code.planRefused.rawValue, in: transaction)
            return nil
        }
    }

    // MARK: stopping

    /// What was approved isn't what would be done. If nothing is gone, people decide anew; a run that has begun goes on when
    /// the hindrance is gone, under the approval it has.
    func stop(_ work: Work, _ error: ErasureError) async throws {
        guard try await !tools.eraser.isBegun(work.run.run.text) else { throw error }
        try await abort(work.run, work.plan)
        try await held.finish(
            locking: { try await engine.locked(work.request.id, in: $0) },
            { request, transaction in
                var request = request
                try await transaction.note(differences: [error.description], of: work.plan.id)
                try await replan(&request, error.code.rawValue, in: transaction)
            })
    }

    /// A hold was placed: what isn't begun is planned anew with it; what is begun stands still until the hold ends.
    func stop(_ work: Work, for placed: HoldPlaced) async throws {
        let isBegun = try await tools.eraser.isBegun(work.run.run.text)
        if !isBegun { try await abort(work.run, work.plan) }
        try await held.finish(
            locking: { try await engine.locked(work.request.id, in: $0) },
            { request, transaction in
                var request = request
                guard isBegun else { return try await replan(&request, "erasure.hold-placed", in: transaction) }
                try await engine.move(&request, .handBack, by: .system, outcome: "erasure.hold-placed", in: transaction)
                let inForce = try await engine.noteHeld(request.id, by: placed.holds, in: transaction)
                if inForce.isEmpty {
                    try await transaction.enqueue(engine.makeID(), .erase, request: request.id, maxAttempts: 8)
                }
                try await engine.tellOperators(
                    .erasureStopped, request: request.id, facts: ["error": "erasure.hold-placed"], in: transaction)
            })
    }

    /// As long as nothing is gone, the request can still be withdrawn, and whom it is about is read anew the next time.
    func letGo(_ work: Work) async throws {
        guard !work.isTouched, try await tools.eraser.standing(of: work.run.run.text).isUntouched else { return }
        try await engine.control.transaction { try await $0.forget(.known, of: work.request.id) }
    }

    /// The ledger's intent of a run that did nothing is taken back.
    private func abort(_ run: ErasureRunRecord?, _ plan: ErasurePlanRecord) async throws {
        guard let run, run.plan == plan.id, run.receipt == nil else { return }
        let ledger = try await tools.ledger()
        guard try await ledger.entry(of: run.run, .intent) != nil else { return }
        let draft = try tools.draft(.aborted, run: run.run, try ErasurePlan(canonicalBytes: plan.bytes), nil)
        _ = try await ledger.append(draft, at: engine.now())
    }

    private func replan(
        _ request: inout RequestRecord, _ outcome: String, in transaction: ControlTransaction
    ) async throws {
        try await engine.audit(
            .erasureStopped, by: .system, request, ["job": .id(job.id.text), "error": .code(outcome)], in: transaction)
        try await engine.move(&request, .replan, by: .system, outcome: outcome, in: transaction)
        // What was sealed is read anew when the new plan is carried out.
        let runs = try await transaction.runs(of: request.id)
        if !runs.contains(where: { $0.receipt != nil }) { try await transaction.forget(.known, of: request.id) }
        try await transaction.enqueue(engine.makeID(), .plan, request: request.id, maxAttempts: 8)
        try await engine.tellOperators(
            .erasureStopped, request: request.id, facts: ["error": outcome], in: transaction)
        if try await transaction.holds(job) { _ = try await transaction.end(job, as: .done) }
    }
}

extension ErasurePlan {
    /// Whether this is what a hold had kept of an approved plan: the same map, the same outcomes, nothing new beside it.
    func isRest(of approved: ErasurePlan) -> Bool {
        struct Fate: Hashable {
            let name, table, outcome, ownership: String
            let reason: String?
            let replaced: [String]
        }
        func fates(_ plan: ErasurePlan) -> [Fate] {
            plan.collections.map {
                Fate(
                    name: $0.name, table: $0.table, outcome: $0.outcome, ownership: $0.ownership, reason: $0.reason,
                    replaced: $0.replaced)
            }
        }
        let known = Set(approved.sideEffects.map { [$0.table, $0.constraint] })
        return conflicts.isEmpty && map == approved.map && regime == approved.regime && scope == approved.scope
            && target == approved.target && order == approved.order && fates(self) == fates(approved)
            && sideEffects.allSatisfy { known.contains([$0.table, $0.constraint]) }
    }
}
