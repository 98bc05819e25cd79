internal import AuditLedger
internal import Erasing
internal import FoundationEssentials
internal import RequestLedger
internal import RightsCore

extension EraseJob {
    /// The request's end, for now: state, recipients, certificate and letter, in one transaction with the job's end.
    func finish(_ work: Work, _ receipt: ErasureReceipt, _ hunt: HuntOutcome) async throws {
        try await held.finish(
            locking: { try await engine.locked(work.request.id, in: $0) },
            { request, transaction in
                var request = request
                guard request.state == .running else { throw JobLost() }
                let earlier = try await transaction.runs(of: request.id).filter { $0.run != work.run.run }
                let whole = receipt.together(with: earlier.compactMap(\.done), on: engine.today)
                let told = try await engine.certifiedState(of: request.id, in: transaction)
                try await move(&request, work, whole, hunt, in: transaction)
                if !work.isProof {
                    try await engine.tellRecipients(of: request, work.approved, in: transaction)
                }
                try await noteHolds(work, receipt, request, in: transaction)
                let isTold = !work.isProof || told != request.state.rawValue
                try await certify(work, request, whole, hunt, isTold: isTold, in: transaction)
                if isTold { try await tell(request, whole, in: transaction) }
            })
    }

    private func move(
        _ request: inout RequestRecord, _ work: Work, _ whole: ErasureReceipt, _ hunt: HuntOutcome,
        in transaction: ControlTransaction
    ) async throws {
        // Whoever has it looked at once more has seen what went otherwise than it was approved.
        let deviates = !work.isProof && !whole.done.deviations.isEmpty
        let isPartial = deviates || !hunt.leftovers.isEmpty
        let event: RequestLife.Event =
            isPartial ? .finishPartly : whole.isRetaining || whole.isHeld ? .eraseKeeping : .erase
        let outcome: String? = !hunt.leftovers.isEmpty ? "erasure.leftovers" : deviates ? "erasure.deviations" : nil
        try await engine.move(&request, event, by: .system, outcome: outcome, in: transaction)
    }

    /// What a hold keeps goes when it ends; where it ended meanwhile, now. Once nothing is left to do, nobody needs to know
    /// any more whom it was about.
    private func noteHolds(
        _ work: Work, _ receipt: ErasureReceipt, _ request: RequestRecord, in transaction: ControlTransaction
    ) async throws {
        guard receipt.isHeld else {
            if request.state.isErased { try await transaction.forget(.known, of: request.id) }
            return
        }
        let holds = Set(work.approved.holds.compactMap { HoldID($0.id) })
        let inForce = try await engine.noteHeld(
            request.id, by: holds.sorted { $0.text < $1.text }, in: transaction)
        if !holds.subtracting(inForce).isEmpty {
            try await transaction.enqueue(engine.makeID(), .erase, request: request.id, maxAttempts: 8)
        }
    }

    private func certify(
        _ work: Work, _ request: RequestRecord, _ whole: ErasureReceipt, _ hunt: HuntOutcome, isTold: Bool,
        in transaction: ControlTransaction
    ) async throws {
        var certificate = ErasureCertificate(
            request: request.id.text, service: tools.service, controller: tools.controller, regime: request.regime,
            scope: work.approved.scope, state: request.state.rawValue, receivedAt: request.receivedAt,
            approvedAt: work.plan.approvedAt, issuedAt: engine.now(), receipt: whole, files: whole.files,
            recipients: [],
            hunt: ErasureCertificate.HuntLine(
                tables: hunt.tables, isComplete: hunt.isComplete, obstacles: hunt.obstacles, leftovers: hunt.leftovers),
            contactKept: try await transaction.sealed(.onFile, of: request.id) != nil)
        certificate.backups = try await engine.expectBackups(
            of: request, isTold: isTold, tools, in: transaction)
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
        if let day = try await transaction.backupWatch(of: request.id)?.toldUntil { facts["backups_until"] = "\(day)" }
        let recipient = try await engine.recipient(of: request, in: transaction)
        try await engine.notify(kind, about: request, to: recipient, facts: facts, in: transaction)
        if request.state == .partial {
            try await engine.tellOperators(
                .erasureStopped, request: request.id, facts: ["error": request.outcome ?? "erasure.deviations"],
                in: transaction)
        }
    }
}

extension Engine {
    /// The state that the request's latest certificate names; nil while there is none.
    fileprivate func certifiedState(of id: RequestID, in transaction: ControlTransaction) async throws -> String? {
        try await transaction.certificate(of: id).flatMap { ErasureCertificate(canonicalBytes: $0.bytes)?.state }
    }
}
