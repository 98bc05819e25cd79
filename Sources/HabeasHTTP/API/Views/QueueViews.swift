internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// A job of the queue.
struct JobView: Encodable {
    let id: String
    let kind: String
    let requestID: String?
    let target: String?
    let state: String
    let weight: String
    let runAt: String
    let madeAt: String
    let attempts: Int
    let maxAttempts: Int
    let leaseUntil: String?
    let reservedBytes: Int
    let waitsFor: String?
    let error: String?
    let phase: String?
    let done: Int?
    let total: Int?
    let endedAt: String?

    init(_ job: JobRecord) {
        id = job.id.text
        kind = job.kind.rawValue
        requestID = job.request?.text
        target = job.target
        state = job.state.rawValue
        weight = job.weight.rawValue
        runAt = job.runAt.rfc3339
        madeAt = job.madeAt.rfc3339
        attempts = job.attempts
        maxAttempts = job.maxAttempts
        leaseUntil = job.leaseUntil?.rfc3339
        reservedBytes = job.reservedBytes
        waitsFor = job.waitsFor
        error = job.error
        phase = job.phase
        done = job.done
        total = job.total
        endedAt = job.endedAt?.rfc3339
    }
}

/// How the queue stands.
struct QueueView: Encodable {
    struct Count: Encodable {
        let kind: String
        let state: String
        let count: Int
    }

    let counts: [Count]
    let paused: [String]

    init(_ state: QueueState) {
        counts = state.counts.map { Count(kind: $0.kind.rawValue, state: $0.state.rawValue, count: $0.count) }
        paused = state.paused
    }
}

/// The pause switch of a kind, as it stands after a write.
struct SwitchView: Encodable {
    let kind: String
    let paused: Bool
}
