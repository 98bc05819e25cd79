package import AuditLedger
package import RequestLedger
package import RightsCore

/// How the queue stands.
package struct QueueState: Sendable {
    /// How many jobs there are of a kind and state.
    package struct Count: Sendable, Hashable {
        package let kind: JobKind
        package let state: JobRecord.State
        package let count: Int
    }

    /// Kinds and states of which there are any.
    package let counts: [Count]
    /// The kinds that are paused; `all` pauses every kind.
    package let paused: [String]
    /// Since when the job waits whose turn came first; nil when none is due. If this grows old, nobody works.
    package let oldestDue: Instant?
}

extension Engine {
    // MARK: inspecting

    /// How the queue stands.
    package func queueState() async throws -> QueueState {
        try await control.transaction { transaction in
            QueueState(
                counts: try await transaction.countJobs().map {
                    QueueState.Count(kind: $0.kind, state: $0.state, count: $0.count)
                },
                paused: try await transaction.pausedKinds(), oldestDue: try await transaction.oldestDue())
        }
    }

    /// Jobs in some states, in any if none is named; the newest first.
    ///
    /// - Parameter before: the last one of the page before.
    package func jobs(
        in states: [JobRecord.State] = [], before: JobID? = nil, limit: Int = 50
    ) async throws -> [JobRecord] {
        try await control.transaction {
            try await $0.jobs(states.isEmpty ? JobRecord.State.allCases : states, before: before, limit: limit)
        }
    }

    /// One job.
    ///
    /// - Throws: `EngineError` when there is none of that id.
    package func job(_ id: JobID) async throws -> JobRecord {
        guard let job = try await control.transaction({ try await $0.job(id) }) else { throw Self.noJob }
        return job
    }

    // MARK: mending

    /// Puts a dead job back into the queue, with all its attempts; what it serves waits again.
    ///
    /// - Parameter facts: the ground, for the audit entry.
    /// - Throws: `EngineError` when it isn't dead, or what it served is over.
    @discardableResult
    package func retryJob(
        _ id: JobID, by actor: AuditActor, _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws -> JobRecord {
        guard let job = try await transaction.job(id) else { throw Self.noJob }
        var request = try await lockedRequest(of: job, in: transaction)
        guard try await transaction.revive(id), let revived = try await transaction.job(id) else {
            throw EngineError(
                .requestNotPossible, "the job is \(job.state.rawValue): only dead ones are tried again",
                hint: job.state == .waiting ? "its turn comes by itself" : nil)
        }
        try await reviveTarget(of: job, in: transaction)
        var facts = facts
        facts["job"] = .id(id.text)
        facts["kind"] = .code(job.kind.rawValue)
        if var failed = request {
            try await move(&failed, .retry, by: actor, facts, in: transaction)
            request = failed
        }
        var subject = request?.subject
        if subject == nil, let id = job.request { subject = try await transaction.request(id)?.subject }
        try await transaction.connection.append(
            AuditEntry(.jobRetried, by: actor, request: job.request, subject: subject, facts))
        return revived
    }

    private func reviveTarget(of job: JobRecord, in transaction: ControlTransaction) async throws {
        switch job.kind {
        case .mail:
            guard let id = job.target.flatMap({ NoticeID($0) }), var notice = try await transaction.notice(id),
                notice.state == .failed
            else { return }
            notice.state = .waiting
            try await transaction.store(notice, now: now())
        case .webhook:
            guard let id = job.target.flatMap({ EventID($0) }), let event = try await transaction.webhookEvent(id),
                event.state == "failed"
            else { return }
            try await transaction.storeWebhook(
                id, state: "waiting", status: event.status, error: event.error, now: now())
        case .resolve, .export, .expire, .checkpoint, .deadlines, .plan, .erase, .retention, .backups: return
        }
    }

    // MARK: the pause switch

    /// Stops a kind of job from being taken, or every kind; what runs goes on.
    package func pauseQueue(
        _ kind: JobKind?, by actor: AuditActor, _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws {
        try await transaction.pauseQueue(Self.name(of: kind), actor: actor.description, now: now())
        try await auditQueue(.queuePaused, kind, by: actor, facts, in: transaction)
    }

    /// Lets a kind of job be taken again; nil ends the pause of every kind, not those of single ones.
    package func resumeQueue(
        _ kind: JobKind?, by actor: AuditActor, _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws {
        try await transaction.resumeQueue(Self.name(of: kind))
        try await auditQueue(.queueResumed, kind, by: actor, facts, in: transaction)
    }

    private func auditQueue(
        _ action: AuditAction, _ kind: JobKind?, by actor: AuditActor, _ facts: [String: AuditFact],
        in transaction: ControlTransaction
    ) async throws {
        var facts = facts
        facts["kind"] = .code(Self.name(of: kind))
        try await transaction.connection.append(AuditEntry(action, by: actor, facts))
    }

    private static func name(of kind: JobKind?) -> String { kind?.rawValue ?? "all" }

    static var noJob: EngineError { EngineError(.notFound, "there is no such job") }
}
