internal import AuditLedger
internal import Erasing
internal import ErasureLedger
internal import FoundationEssentials
internal import RequestLedger
internal import RightsCore

/// Carries out one approved plan, from the intent to the certificate. Every step finds what an earlier attempt did.
struct EraseJob: Sendable {
    let engine: Engine
    let tools: ErasureTools
    let held: HeldJob
    let progress: ProgressNote

    var job: JobRecord { held.job }

    /// An eraser that says how far this job is.
    private var eraser: Eraser {
        let note = progress.note
        return tools.eraser.reporting { note(JobProgress(phase: $0.phase, done: $0.done, total: $0.total)) }
    }

    func run() async throws {
        guard let work = try await begin() else { return }
        let known = try await remember(work)
        var run = work.run
        do {
            let receipt = try await receipt(of: work, known)
            try await record(receipt, &run)
            try await suppress(work, known)
            try await eraseFiles(receipt, &run)
            try await scrub(work)
            let hunt = try await hunt(work, known, receipt, &run)
            try await finish(work, receipt, hunt)
        } catch let placed as HoldPlaced {
            try await stop(work, for: placed)
        } catch let error as ErasureError where error.needsNewPlan {
            try await stop(work, error)
        } catch {
            // Where it isn't known what the server did, it stays as it is.
            try? await letGo(work)
            throw error
        }
    }

    // MARK: who

    /// Whom it is about. As long as nothing of theirs is gone it is read anew; afterwards it is what was sealed.
    private func remember(_ work: Work) async throws -> KnownTarget {
        let id = work.request.id
        if work.isTouched {
            guard let known = try await engine.sealedTarget(of: id)?.known(as: id.text) else {
                throw EngineError(
                    .requestNotPossible, "whom the erasure is about isn't known any more: it was proved already")
            }
            return known
        }
        guard let known = try await tools.eraser.identify(work.question.target, as: id.text) else {
            throw ErasureError(
                .noSuchSubject, "nobody has the key of the request any more",
                hint: "was the person erased otherwise? If so, cancel the request")
        }
        try await engine.seal(SealedTarget(known, work.question.holds), of: id)
        try await engine.keepIdentifiers(of: work.request, work.approved, known)
        return known
    }

    // MARK: erasing

    /// What was done: by an earlier attempt, or now.
    private func receipt(of work: Work, _ known: KnownTarget) async throws -> ErasureReceipt {
        if work.isProof, let receipt = work.run.done { return receipt }
        let ledger = try await tools.ledger()
        let run = work.run.run
        let now = engine.now
        let tools = tools
        let receipt = try await eraser.run(
            ErasureOrder(
                question: work.question, approved: work.approved, run: run.text,
                suppressions: hashes(of: known, work).map(\.hash),
                check: { try await self.requireHolds(of: work) },
                intent: {
                    let draft = try tools.draft(.intent, run: run, work.approved, nil)
                    return Int64(try await ledger.append(draft, at: now()).entry.seq)
                }))
        if try await ledger.entry(of: run, .confirmed) == nil {
            let place = try StorePlace(try await tools.eraser.position())
            _ = try await ledger.append(try tools.draft(.confirmed, run: run, work.approved, place), at: now())
        }
        return receipt
    }

    /// Throws when a hold was placed since it began: it is in force at once.
    private func requireHolds(of work: Work) async throws {
        let now = try await engine.control.connection { try await $0.holds(applyingTo: work.request.subject) }
        let known = Set(work.question.holds.map(\.id))
        let placed = now.map(\.hold.id).filter { !known.contains($0.text) }
        if !placed.isEmpty { throw HoldPlaced(holds: placed) }
    }

    /// What imports and sign-in services would bring the person back by; nothing of a record, whose person stays.
    private func hashes(of known: KnownTarget, _ work: Work) -> [(kind: String, hash: Hash256)] {
        guard work.approved.scope == "person" else { return [] }
        return known.identifiers.map { ($0.name, tools.keys.suppressionHash(kind: $0.name, $0.value)) }
    }

    // MARK: after

    private func record(_ receipt: ErasureReceipt, _ run: inout ErasureRunRecord) async throws {
        guard run.receipt == nil else { return }
        run.receipt = try CanonicalJSON.text(receipt)
        run.position = try CanonicalJSON.text(try await tools.eraser.position())
        let record = run
        try await engine.control.transaction { transaction in
            let request = try await engine.locked(record.request, in: transaction)
            try await transaction.store(record)
            if var plan = try await transaction.plan(record.plan) {
                plan.state = .executed
                try await transaction.store(plan)
            }
            try await engine.audit(
                .erasureDone, by: .system, request,
                [
                    "run": .id(record.run.text), "plan": .hash(Hash256(hex: receipt.plan)!),
                    "seq": .number(Int(receipt.sequence)),
                    "rows": .number(receipt.done.collections.reduce(0) { $0 + $1.rows }),
                    "retained": .number(receipt.done.retained.reduce(0) { $0 + $1.documents }),
                ], in: transaction)
        }
    }

    /// The ledger keeps who must not come back, for a restored database that has forgotten it: one entry an identifier.
    private func suppress(_ work: Work, _ known: KnownTarget) async throws {
        let ledger = try await tools.ledger()
        for (kind, hash) in hashes(of: known, work) {
            let run = ErasureRunID(naming: "suppressed", work.run.run.text, hash.hex)
            _ = try await ledger.append(
                try LedgerDraft(
                    .suppressed, run: run, store: tools.service,
                    subject: LedgerSubject(kind: kind, keyID: tools.keys.suppressionKeyID, hash: hash)),
                at: engine.now())
        }
    }

    private func eraseFiles(_ receipt: ErasureReceipt, _ run: inout ErasureRunRecord) async throws {
        _ = try await eraser.eraseFiles(of: run.run.text)
        guard run.filesDoneAt == nil else { return }
        run.filesDoneAt = engine.now()
        let record = run
        try await engine.control.transaction { transaction in
            let request = try await engine.locked(record.request, in: transaction)
            try await transaction.store(record)
            try await engine.audit(
                .erasureFilesGone, by: .system, request,
                ["run": .id(record.run.text), "files": .number(receipt.files)], in: transaction)
        }
    }

    /// What the service itself still holds of the person: archives with their keys, other requests' jobs and mails.
    private func scrub(_ work: Work) async throws {
        guard work.approved.scope == "person" else { return }
        let others = try await engine.control.transaction { transaction in
            let others = try await transaction.otherRequests(of: work.request.subject, than: work.request.id)
            for id in others {
                var other = try await engine.locked(id, in: transaction)
                if other.life.possible.contains(.cancel) {
                    try await engine.move(&other, .cancel, by: .system, outcome: "person-erased", in: transaction)
                }
                try await transaction.cancelJobs(of: id, kinds: [.export, .mail, .webhook, .plan, .erase])
                try await transaction.endNow(id, now: engine.now())
                try await transaction.forgetPerson(in: id)
            }
            return others
        }
        try await engine.destroyArchives(of: others)
    }

    private func hunt(
        _ work: Work, _ known: KnownTarget, _ receipt: ErasureReceipt, _ run: inout ErasureRunRecord
    ) async throws -> HuntOutcome {
        if !work.isProof, let text = run.hunt {
            return try JSONDecoder().decode(HuntOutcome.self, from: Data(text.utf8))
        }
        let outcome = try await tools.desk.outcome(of: HuntOrder(person: known.hunted, receipt: receipt))
        run.hunt = try CanonicalJSON.text(outcome)
        run.huntedAt = engine.now()
        let record = run
        try await engine.control.transaction { transaction in
            let request = try await engine.locked(record.request, in: transaction)
            try await transaction.store(record)
            try await engine.audit(
                .erasureHunted, by: .system, request,
                [
                    "run": .id(record.run.text), "tables": .number(outcome.tables),
                    "leftovers": .number(outcome.leftovers.count),
                    "complete": .code(outcome.isComplete ? "yes" : "no"),
                ], in: transaction)
        }
        return outcome
    }
}

/// A hold was placed after the erasure began.
struct HoldPlaced: Error {
    let holds: [HoldID]
}

extension ErasureRunRecord {
    /// What it did; nil until it is done.
    var done: ErasureReceipt? {
        receipt.flatMap { ErasureReceipt(json: $0.utf8) }
    }
}

extension ErasureTools {
    /// What the ledger is told of a run.
    func draft(
        _ event: LedgerEvent, run: ErasureRunID, _ plan: ErasurePlan, _ place: StorePlace?
    ) throws -> LedgerDraft {
        guard let hash = Hash256(hex: plan.target) else {
            throw ErasureError(.badPlan, "the plan says nothing of whom it is about")
        }
        let isPerson = plan.scope == "person"
        return try LedgerDraft(
            event, run: run, store: service,
            subject: LedgerSubject(
                kind: isPerson ? plan.kind ?? plan.scope : plan.scope, keyID: keys.subjectKeyID, hash: hash),
            record: isPerson ? nil : LedgerRecord(collection: plan.scope, hash: hash), place: place,
            plan: try plan.digest(), law: event == .intent ? plan.regime.lowercased() : nil,
            map: event == .intent ? Hash256(hex: plan.map) : nil)
    }
}

extension StorePlace {
    /// - Parameter lsn: another position of the same log.
    init(_ position: ErasurePosition, lsn: String? = nil) throws {
        guard let system = UInt64(position.systemIdentifier), let timeline = UInt32(exactly: position.timeline) else {
            throw ErasureError(.wrongRole, "the server doesn't say where its log stands")
        }
        self.init(system: system, timeline: timeline, position: LogPosition(lsn ?? position.lsn))
    }
}

extension ErasureError {
    /// Whether people must look at a new plan, if nothing was erased.
    fileprivate var needsNewPlan: Bool {
        [.planChanged, .nothingFound, .conflict, .preflight, .mapDoesNotFit, .badPlan].contains(code)
    }
}
