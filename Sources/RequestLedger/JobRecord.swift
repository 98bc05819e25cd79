package import RightsCore

/// One job of the queue. It names ids only, never a person.
package struct JobRecord: Sendable {
    /// Where a job stands.
    package enum State: String, Sendable, CaseIterable {
        case waiting, running, done, dead, cancelled
    }

    package let id: JobID
    package let kind: JobKind
    package let request: RequestID?
    /// The id of the claim, notice or event it serves.
    package let target: String?
    package let state: State
    package let weight: JobWeight
    package let runAt: Instant
    package let madeAt: Instant
    /// Counted when it is claimed.
    package let attempts: Int
    package let maxAttempts: Int
    /// The fencing token: whoever holds an older one may write nothing.
    package let fence: Int
    package let leaseUntil: Instant?
    /// The process that has it.
    package let worker: String?
    /// Temporary space it may fill.
    package let reservedBytes: Int
    /// `retry`, `space`, `person`, `place`, `address` or `worker`; nil when nothing holds it back.
    package let waitsFor: String?
    /// The code of its last failure.
    package let error: String?
    /// What it is doing, as a code.
    package let phase: String?
    /// How far, in the phase's unit.
    package let done: Int?
    package let total: Int?
    package let endedAt: Instant?

    static let columns = """
        j.id, j.kind, j.request_id, j.target, j.state, j.weight, habeas.micros(j.run_at), habeas.micros(j.made_at), \
        j.attempts, j.max_attempts, j.fence, habeas.micros(j.lease_until), j.worker, j.reserved_bytes, j.waits_for, \
        j.error, j.phase, j.done, j.total, habeas.micros(j.ended_at)
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { JobID($0) }
        kind = try row.value(JobKind.init(rawValue:))
        request = try row.optionalValue { RequestID($0) }
        target = try row.optionalText()
        state = try row.value(State.init(rawValue:))
        weight = try row.value(JobWeight.init(rawValue:))
        runAt = try row.instant()
        madeAt = try row.instant()
        attempts = try row.int()
        maxAttempts = try row.int()
        fence = try row.int()
        leaseUntil = try row.optionalInstant()
        worker = try row.optionalText()
        reservedBytes = try row.int()
        waitsFor = try row.optionalText()
        error = try row.optionalText()
        phase = try row.optionalText()
        done = try row.optionalValue { Int($0) }
        total = try row.optionalValue { Int($0) }
        endedAt = try row.optionalInstant()
    }
}

/// What a worker may claim.
package struct ClaimTerms: Sendable {
    /// Kinds it does at this place.
    package let kinds: [JobKind]
    /// Whether a heavy one may come.
    package let takesHeavy: Bool
    /// The process, as the queue shows it.
    package let worker: String
    /// How long it has the job without a heartbeat.
    package let lease: Duration

    /// Terms by their parts.
    package init(kinds: [JobKind], takesHeavy: Bool, worker: String, lease: Duration) {
        self.kinds = kinds
        self.takesHeavy = takesHeavy
        self.worker = worker
        self.lease = lease
    }
}
