internal import AuditLedger
internal import ObjectStore
internal import RequestLedger
internal import RightsCore

/// Makes the archive of one request.
///
/// What it only waits for (space, another job of the person) is settled before the request is said to run; what is
/// written at the end is one transaction, and only if the request still runs and the job is still this worker's.
struct ExportJob: Sendable {
    let engine: Engine
    let archives: ArchiveMaker
    let settings: WorkerSettings
    let job: JobRecord
    /// Whether this place takes heavy ones.
    let takesHeavy: Bool

    /// The least that is reserved: cover pages, report, manifest.
    private static let leastBytes = 1_000_000

    func run(_ progress: ProgressNote) async throws {
        guard let order = try await order() else { return }
        try await makeRoom(for: try await archives.measure(order))
        guard try await start() else { return }
        let archive = try await archives.make(order, "\(order.request.id)-\(job.fence)", progress.note)
        try await finish(archive)
    }

    // MARK: before

    /// What is to be made; nil when nothing is any more, and the job is over.
    private func order() async throws -> ExportOrder? {
        try await engine.control.transaction { transaction in
            guard let id = job.request, let request = try await transaction.request(id), request.awaitsExport else {
                _ = try await transaction.end(job, as: .cancelled)
                return nil
            }
            return ExportOrder(request: request, reference: try await engine.reference(of: id, in: transaction))
        }
    }

    /// Reserves what it will fill; an export that turns out to be heavy goes where such are taken.
    private func makeRoom(for measure: ExportMeasure) async throws {
        let bytes = max(measure.bytes, Self.leastBytes)
        let weight: JobWeight = measure.rows >= engine.settings.heavyRows ? .heavy : .light
        guard bytes <= engine.settings.spaceBudget else { throw JobFailure(.overBudget) }
        let budget = min(engine.settings.spaceBudget, try SealedFolder(engine.settings.archives).usableBytes())
        if weight == .heavy && !takesHeavy {
            try await engine.control.transaction { try await $0.setWeight(.heavy, of: job) }
            throw JobWait(reason: .place, delay: .zero)
        }
        let isThere = try await engine.control.transaction {
            try await $0.reserve(bytes, of: budget, for: job, weight: weight)
        }
        guard isThere else { throw JobWait(reason: .space, delay: settings.waitPause) }
    }

    /// Says that the request runs.
    ///
    /// - Returns: false when it is over, and the job with it.
    private func start() async throws -> Bool {
        try await engine.control.transaction { transaction in
            var request = try await engine.lockedRequest(of: job, in: transaction)
            guard try await transaction.holds(job) else { throw JobLost() }
            guard request?.state == .queued else {
                guard request?.state != .running else { return true }
                _ = try await transaction.end(job, as: .cancelled)
                return false
            }
            try await engine.move(
                &request, .start, ["job": .id(job.id.text), "attempt": .number(job.attempts)], in: transaction)
            return true
        }
    }

    // MARK: after

    private func finish(_ archive: MadeArchive) async throws {
        try await HeldJob(job: job, control: engine.control).finish(
            locking: { try await engine.lockedRequest(of: job, in: $0) },
            { request, transaction in
                // Cancelled meanwhile: nothing that comes later may happen (FAILURES F29).
                guard var request, request.state == .running else { throw JobLost() }
                try await publish(archive, of: &request, in: transaction)
            })
    }

    private func publish(
        _ archive: MadeArchive, of request: inout RequestRecord, in transaction: ControlTransaction
    ) async throws {
        let now = engine.now()
        for (index, part) in archive.parts.enumerated() {
            try await transaction.insert(
                ArchiveRecord(
                    request: request.id, part: index + 1, object: part.object, fileName: part.fileName,
                    bytes: part.bytes, madeAt: now))
        }
        request.contents = archive.contents
        request.readyAt = now
        request.keepUntil = now + engine.settings.archiveKeep
        try await engine.move(&request, .finish, by: .system, in: transaction)
        let link = try await engine.issueLink(for: request, by: .system, in: transaction)
        let recipient = try await engine.recipient(of: request, in: transaction)
        try await engine.notify(
            .archiveReady, about: request, to: recipient, facts: ["link": link.id.text], in: transaction)
        // The other address hears of it as soon as it may.
        if recipient == .onFile, try await transaction.sealed(.contact, of: request.id) != nil {
            try await engine.notify(
                .archiveReady, about: request, to: .contact, facts: ["link": link.id.text], in: transaction)
        }
        try await engine.audit(
            .exportFinished, by: .system, request, archive.facts(of: job), in: transaction)
    }
}

extension RequestRecord {
    /// Whether its archive is still to be made.
    fileprivate var awaitsExport: Bool { state == .queued || state == .running }
}

extension MadeArchive {
    fileprivate func facts(of job: JobRecord) -> [String: AuditFact] {
        [
            "job": .id(job.id.text), "parts": .number(parts.count), "rows": .number(rows), "missing": .number(missing),
            "bytes": .number(Int(clamping: parts.reduce(0 as UInt64) { $0 + $1.bytes })),
        ]
    }
}
