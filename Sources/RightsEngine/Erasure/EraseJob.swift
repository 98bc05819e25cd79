internal import AuditLedger
internal import Erasing
internal import ErasureLedger
internal import FoundationEssentials
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore

/// Carries out one approved plan, from the intent to the certificate. Every step finds what an earlier attempt did.
struct EraseJob: Sendable {
    let engine: Engine
    let tools: ErasureTools
    let held: HeldJob
    let progress: ProgressNote

    private var job: JobRecord { held.job }

    func run() async throws {
        guard let work = try await begin() else { return }
        let known = try await tools.eraser.identify(work.question.target, as: work.run.request.text)
        try await keepAddress(work)
        if work.run.receipt == nil { try await engine.keepIdentifiers(of: work.request, work.approved, known) }
        let receipt: ErasureReceipt
        do { receipt = try await erase(work, known) } catch let error as ErasureError where error.needsNewPlan {
            return try await planAnew(work, error)
        }
        var run = work.run
        try await record(receipt, &run)
        let files = try await eraseFiles(&run)
        try await scrub(work)
        try await suppress(work, known)
        let hunt = try await hunt(work, known, receipt, &run)
        try await finish(work, run, receipt, files: files, hunt: hunt)
    }

    // MARK: before

    /// A plan that may be carried out now.
    private struct Work {
        let request: RequestRecord
        let question: ErasureQuestion
        let holds: [LegalHold]
        let plan: ErasurePlanRecord
        let approved: ErasurePlan
        let run: ErasureRunRecord
    }

    private func begin() async throws -> Work? {
        guard let id = job.request, let matter = try await engine.erasureCase(id) else {
            try await held.finish()
            return nil
        }
        return try await engine.control.transaction { transaction in
            var request = try await engine.locked(id, in: transaction)
            guard try await transaction.holds(job) else { throw JobLost() }
            if request.state.isErased {
                // A hold ended: what it kept is planned once more, and goes under the approval of everything.
                try await engine.move(&request, .retry, by: .system, outcome: "hold-ended", in: transaction)
            }
            guard request.state == .queued || request.state == .running else {
                _ = try await transaction.end(job, as: .cancelled)
                return nil
            }
            guard let plan = try await usablePlan(&request, matter, in: transaction) else { return nil }
            if request.state == .queued {
                try await engine.move(
                    &request, .start, by: .system, ["job": .id(job.id.text), "attempt": .number(job.attempts)],
                    in: transaction)
            }
            let run = try await transaction.begin(
                ErasureRunRecord(run: engine.makeID(), request: id, plan: plan.id, begunAt: engine.now()))
            return Work(
                request: request, question: matter.question, holds: matter.holds, plan: plan,
                approved: try ErasurePlan(canonicalBytes: plan.bytes), run: run)
        }
    }

    /// The approved plan; nil when there is none any more, and a new one is being made.
    private func usablePlan(
        _ request: inout RequestRecord, _ matter: ErasureCase, in transaction: ControlTransaction
    ) async throws -> ErasurePlanRecord? {
        guard let plan = try await transaction.plan(of: request.id) else { return nil }
        if plan.state == .executed {
            // Only what a hold kept, or what failed, is left; it was approved with all the rest.
            let runs = try await transaction.runs(of: request.id)
            guard runs.last?.receipt != nil, try await transaction.holds(holding: request.id).isEmpty,
                runs.last?.huntedAt != nil
            else { return plan }
            let fresh = try await tools.eraser.plan(matter.question)
            var record = try await engine.newPlan(fresh, for: request, in: transaction)
            record.state = .approved
            record.approvedBy = plan.approvedBy
            record.approvedAt = plan.approvedAt
            try await transaction.store(record)
            return record
        }
        guard plan.state == .approved, plan.expiresAt > engine.now() else {
            try await replan(&request, EngineError.Code.planRefused.rawValue, in: transaction)
            return nil
        }
        return plan
    }

    /// The address on file goes with the person; what it was stays sealed until the last letter.
    private func keepAddress(_ work: Work) async throws {
        guard work.run.receipt == nil else { return }
        let id = work.request.id
        let reference = try await engine.control.transaction { try await engine.reference(of: id, in: $0) }
        guard let address = try await engine.directory.find(reference)?.address else { return }
        try await engine.control.transaction { transaction in
            try await transaction.seal(
                try engine.people.seal(address, for: "on_file \(id)"), as: .onFile, of: id)
        }
    }

    // MARK: erasing

    private func erase(_ work: Work, _ known: KnownTarget?) async throws -> ErasureReceipt {
        let ledger = try await tools.ledger()
        let draft: @Sendable (LedgerEvent, StorePlace?) throws -> LedgerDraft = { event, place in
            try tools.draft(event, run: work.run.run, known, work.approved, place)
        }
        let now = engine.now
        let order = ErasureOrder(
            question: work.question, approved: work.approved, run: work.run.run.text,
            intent: { Int64(try await ledger.append(try draft(.intent, nil), at: now()).entry.seq) })
        do {
            let receipt = try await tools.eraser.run(order)
            let place = try StorePlace(try await tools.eraser.position())
            _ = try await ledger.append(try draft(.confirmed, place), at: now())
            return receipt
        } catch let error as ErasureError where error.needsNewPlan {
            if try await ledger.entry(of: work.run.run, .intent) != nil {
                _ = try await ledger.append(try draft(.aborted, nil), at: now())
            }
            throw error
        }
    }

    /// What was approved isn't what would be done: people decide anew.
    private func planAnew(_ work: Work, _ error: ErasureError) async throws {
        try await held.finish(
            locking: { try await engine.locked(work.request.id, in: $0) },
            { request, transaction in
                var request = request
                try await replan(&request, error.code.rawValue, in: transaction)
            })
    }

    private func replan(
        _ request: inout RequestRecord, _ outcome: String, in transaction: ControlTransaction
    ) async throws {
        try await engine.audit(
            .erasureStopped, by: .system, request, ["job": .id(job.id.text), "error": .code(outcome)], in: transaction)
        try await engine.move(&request, .replan, by: .system, outcome: outcome, in: transaction)
        try await transaction.enqueue(engine.makeID(), .plan, request: request.id, maxAttempts: 8)
        try await engine.tellOperators(
            .erasureStopped, request: request.id, facts: ["error": outcome], in: transaction)
        if try await transaction.holds(job) { _ = try await transaction.end(job, as: .done) }
    }

    // MARK: after

    private func record(_ receipt: ErasureReceipt, _ run: inout ErasureRunRecord) async throws {
        guard run.receipt == nil else { return }
        run.receipt = try Self.json(receipt)
        run.position = try Self.json(try await tools.eraser.position())
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

    private func eraseFiles(_ run: inout ErasureRunRecord) async throws -> Int {
        let files = try await tools.eraser.eraseFiles(of: run.run.text)
        guard run.filesDoneAt == nil else { return files }
        run.filesDoneAt = engine.now()
        let record = run
        try await engine.control.transaction { transaction in
            let request = try await engine.locked(record.request, in: transaction)
            try await transaction.store(record)
            try await engine.audit(
                .erasureFilesGone, by: .system, request, ["run": .id(record.run.text), "files": .number(files)],
                in: transaction)
        }
        return files
    }

    /// What the service itself still holds of the person: archives with their keys, other requests' jobs and mails.
    private func scrub(_ work: Work) async throws {
        guard work.approved.scope == "person" else { return }
        try await engine.control.transaction { transaction in
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
            try await transaction.enqueue(engine.makeID(), .expire, maxAttempts: 3)
        }
        _ = try await engine.destroyDueArchives()
    }

    private func suppress(_ work: Work, _ known: KnownTarget?) async throws {
        guard work.approved.scope == "person", let known, !known.identifiers.isEmpty else { return }
        let hashes = known.identifiers.map { tools.keys.suppressionHash(kind: $0.name, $0.value) }
        try await tools.eraser.suppress(hashes)
        let ledger = try await tools.ledger()
        _ = try await ledger.append(
            try tools.draft(.suppressed, run: work.run.run, known, work.approved, nil), at: engine.now())
    }

    private func hunt(
        _ work: Work, _ known: KnownTarget?, _ receipt: ErasureReceipt, _ run: inout ErasureRunRecord
    ) async throws -> HuntOutcome {
        if let text = run.hunt, let outcome = try? JSONDecoder().decode(HuntOutcome.self, from: Data(text.utf8)) {
            return outcome
        }
        var person = known?.hunted
        if person == nil {
            // The process that erased them is gone, and what it held in memory: their key and address are still sealed.
            person = try await sealedPerson(work)
        }
        guard let person else { return HuntOutcome(tables: 0, isComplete: false, leftovers: []) }
        var outcome = try await tools.desk.outcome(of: HuntOrder(person: person, receipt: receipt))
        if known == nil {
            outcome = HuntOutcome(tables: outcome.tables, isComplete: false, leftovers: outcome.leftovers)
        }
        run.hunt = try Self.json(outcome)
        run.huntedAt = engine.now()
        let (record, found) = (run, outcome)
        try await engine.control.transaction { transaction in
            let request = try await engine.locked(record.request, in: transaction)
            try await transaction.store(record)
            try await engine.audit(
                .erasureHunted, by: .system, request,
                [
                    "run": .id(record.run.text), "tables": .number(found.tables),
                    "leftovers": .number(found.leftovers.count), "complete": .code(found.isComplete ? "yes" : "no"),
                ], in: transaction)
        }
        return outcome
    }

    private func sealedPerson(_ work: Work) async throws -> HuntedPerson? {
        let id = work.request.id
        return try await engine.control.transaction { transaction in
            let reference = try await engine.reference(of: id, in: transaction)
            guard let colon = reference.firstIndex(of: ":") else { return nil }
            var needles = [Needle(kind: "key", value: String(reference[reference.index(after: colon)...]))]
            if let sealed = try await transaction.sealed(.onFile, of: id) {
                needles.append(
                    Needle(kind: "email", value: try engine.people.open(sealed.box, for: "on_file \(id)")))
            }
            return HuntedPerson(reference: id.text, needles: needles)
        }
    }

    // MARK: the end

    private func finish(
        _ work: Work, _ run: ErasureRunRecord, _ receipt: ErasureReceipt, files: Int, hunt: HuntOutcome
    ) async throws {
        try await held.finish(
            locking: { try await engine.locked(work.request.id, in: $0) },
            { request, transaction in
                var request = request
                guard request.state == .running else { throw JobLost() }
                let isPartial = !receipt.done.deviations.isEmpty || !hunt.leftovers.isEmpty
                let event: RequestLife.Event =
                    isPartial ? .finishPartly : receipt.isRetaining || receipt.isHeld ? .eraseKeeping : .erase
                let outcome: String? =
                    !hunt.leftovers.isEmpty ? "erasure.leftovers" : isPartial ? "erasure.deviations" : nil
                try await engine.move(&request, event, by: .system, outcome: outcome, in: transaction)
                try await engine.tellRecipients(of: request, work.approved, in: transaction)
                if receipt.isHeld {
                    _ = try await engine.noteHeld(request.id, by: work.holds.map(\.id), in: transaction)
                }
                try await certify(work, request, receipt, files: files, hunt: hunt, in: transaction)
                try await tell(request, receipt, in: transaction)
            })
    }

    private func certify(
        _ work: Work, _ request: RequestRecord, _ receipt: ErasureReceipt, files: Int, hunt: HuntOutcome,
        in transaction: ControlTransaction
    ) async throws {
        let certificate = ErasureCertificate(
            request: request.id.text, service: tools.service, controller: tools.controller, regime: request.regime,
            scope: work.approved.scope, state: request.state.rawValue, receivedAt: request.receivedAt,
            approvedAt: work.plan.approvedAt, issuedAt: engine.now(), receipt: receipt, files: files, recipients: [],
            hunt: ErasureCertificate.HuntLine(
                tables: hunt.tables, isComplete: hunt.isComplete, leftovers: hunt.leftovers),
            contactKept: try await transaction.sealed(.onFile, of: request.id) != nil)
        try await engine.certify(certificate, for: request, tools, in: transaction)
    }

    /// The person is told in plain words; leftovers go to whoever runs the service, by table and column.
    private func tell(
        _ request: RequestRecord, _ receipt: ErasureReceipt, in transaction: ControlTransaction
    ) async throws {
        let kind: NoticeKindCode =
            switch request.state {
            case .erased: .erasureDone
            case .erasedWithRetention: .erasureDoneKeeping
            default: .erasurePartly
            }
        let (clock, _) = try engine.deadlineClock(request.regime, request.right, at: request.receivedAt)
        var facts = ["erased_at": receipt.at.rfc3339, "complaint": clock.regime.complaint]
        if let last = receipt.done.retained.map(\.until).max() { facts["until"] = "\(last)" }
        let citations = Set(receipt.done.retained.map(\.citation)).sorted()
        if !citations.isEmpty { facts["law"] = citations.joined(separator: "; ") }
        if receipt.isHeld { facts["held"] = "yes" }
        let recipient = try await engine.recipient(of: request, in: transaction)
        try await engine.notify(kind, about: request, to: recipient, facts: facts, in: transaction)
        if request.state == .partial {
            try await engine.tellOperators(
                .erasureStopped, request: request.id, facts: ["error": request.outcome ?? "erasure.deviations"],
                in: transaction)
        }
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension ErasureTools {
    /// What the ledger is told of a run.
    func draft(
        _ event: LedgerEvent, run: ErasureRunID, _ known: KnownTarget?, _ plan: ErasurePlan, _ place: StorePlace?
    ) throws -> LedgerDraft {
        guard let hash = known?.hash ?? Hash256(hex: plan.target) else {
            throw ErasureError(.badPlan, "the plan says nothing of whom it is about")
        }
        let isPerson = plan.scope == "person"
        return try LedgerDraft(
            event, run: run, store: service,
            subject: LedgerSubject(
                kind: isPerson ? plan.kind ?? plan.scope : plan.scope, keyID: keys.subjectKeyID, hash: hash),
            record: isPerson ? nil : LedgerRecord(collection: plan.scope, hash: hash), place: place,
            plan: event == .suppressed ? nil : try plan.digest())
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
    /// Whether nothing was erased and people must look at a new plan.
    fileprivate var needsNewPlan: Bool {
        [.planChanged, .nothingFound, .conflict, .preflight, .mapDoesNotFit, .badPlan].contains(code)
    }
}
