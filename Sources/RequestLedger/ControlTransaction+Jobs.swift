internal import PostgresAccess
package import RightsCore

extension ControlTransaction {
    /// The channel on which waiting workers hear of new jobs.
    package static let jobsChannel = "habeas_jobs"

    // MARK: queueing

    /// Puts a job into the queue and wakes a worker at commit.
    ///
    /// - Parameter delay: how long it waits.
    /// - Returns: whether it is new: a duty or an export that is queued already isn't queued twice.
    @discardableResult
    package func enqueue(
        _ id: JobID, _ kind: JobKind, request: RequestID? = nil, target: String? = nil, delay: Duration = .zero,
        maxAttempts: Int = 8
    ) async throws -> Bool {
        let isNew = try await touched(
            """
            INSERT INTO habeas.job (id, kind, request_id, target, run_at, max_attempts)
            VALUES ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 millisecond', $6)
            ON CONFLICT DO NOTHING RETURNING id
            """,
            [id.text, kind.rawValue, request?.text, target, String(delay.milliseconds), String(maxAttempts)])
        if isNew { try await wakeWorkers() }
        return isNew
    }

    /// Puts a duty into the queue, unless it waits there already or was done lately.
    package func enqueueDuty(_ id: JobID, _ kind: JobKind, every pause: Duration, maxAttempts: Int) async throws {
        let isNew = try await touched(
            """
            INSERT INTO habeas.job (id, kind, max_attempts)
            SELECT $1, $2, $3 WHERE NOT EXISTS (
                SELECT FROM habeas.job
                WHERE kind = $2 AND ended_at > clock_timestamp() - $4 * interval '1 millisecond')
            ON CONFLICT DO NOTHING RETURNING id
            """, [id.text, kind.rawValue, String(maxAttempts), String(pause.milliseconds)])
        if isNew { try await wakeWorkers() }
    }

    private func wakeWorkers() async throws { try await execute("SELECT pg_notify('\(Self.jobsChannel)', '')") }

    // MARK: working

    /// Takes the job whose turn it is; nil when there is none for these terms.
    package func claimJob(_ terms: ClaimTerms) async throws -> JobRecord? {
        try await first(
            """
            UPDATE habeas.job j SET state = 'running', attempts = attempts + 1, fence = nextval('habeas.job_fence'), worker = $3,
                lease_until = clock_timestamp() + $4 * interval '1 millisecond', waits_for = NULL, phase = NULL,
                done = NULL, total = NULL, started_at = clock_timestamp()
            WHERE id = (
                SELECT id FROM habeas.job
                WHERE state = 'waiting' AND run_at <= clock_timestamp() AND kind = ANY ($1)
                    AND (weight = 'light' OR $2)
                    AND NOT EXISTS (SELECT FROM habeas.queue_pause p WHERE p.kind IN (job.kind, 'all'))
                ORDER BY run_at, id FOR UPDATE SKIP LOCKED LIMIT 1)
            RETURNING \(JobRecord.columns)
            """,
            [
                terms.kinds.map(\.rawValue).sqlArray, String(terms.takesHeavy), terms.worker,
                String(terms.lease.milliseconds),
            ]
        ).map { row throws(LedgerError) in try JobRecord(row) }
    }

    /// Prolongs the lease and says how far the job is.
    ///
    /// - Returns: false when the job isn't this worker's any more: it must stop and write nothing.
    package func heartbeat(
        _ job: JobRecord, lease: Duration, phase: String?, done: Int?, total: Int?
    ) async throws -> Bool {
        try await touched(
            """
            UPDATE habeas.job SET lease_until = clock_timestamp() + $3 * interval '1 millisecond',
                phase = coalesce($4, phase), done = $5, total = $6
            WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id
            """,
            [
                job.id.text, String(job.fence), String(lease.milliseconds), phase, done.map(String.init),
                total.map(String.init),
            ])
    }

    /// Whether the job is still this worker's; its row stays locked until the transaction ends.
    package func holds(_ job: JobRecord) async throws -> Bool {
        try await first(
            "SELECT id FROM habeas.job WHERE id = $1 AND fence = $2 AND state = 'running' FOR UPDATE",
            [job.id.text, String(job.fence)]) != nil
    }

    /// Ends a job for good.
    package func end(_ job: JobRecord, as state: JobRecord.State, error: String? = nil) async throws -> Bool {
        try await touched(
            """
            UPDATE habeas.job SET state = $3, error = $4, ended_at = clock_timestamp(), lease_until = NULL,
                reserved_bytes = 0, phase = NULL
            WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id
            """, [job.id.text, String(job.fence), state.rawValue, error])
    }

    /// Gives a job back to the queue.
    ///
    /// - Parameters:
    ///   - waitsFor: why, as ``JobRecord/waitsFor``.
    ///   - isCounted: whether the attempt counts: what merely waits hasn't failed.
    package func giveBack(
        _ job: JobRecord, after delay: Duration, waitsFor: String?, error: String?, isCounted: Bool
    ) async throws -> Bool {
        let isGiven = try await touched(
            """
            UPDATE habeas.job SET state = 'waiting', run_at = clock_timestamp() + $3 * interval '1 millisecond',
                waits_for = $4, error = coalesce($5, error), lease_until = NULL, worker = NULL, reserved_bytes = 0,
                phase = NULL, attempts = attempts - $6
            WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id
            """,
            [job.id.text, String(job.fence), String(delay.milliseconds), waitsFor, error, isCounted ? "0" : "1"])
        if isGiven && delay == .zero { try await wakeWorkers() }
        return isGiven
    }

    /// Makes a running job heavy or light and reserves space for it, unless all running ones together would fill more
    /// than the budget.
    ///
    /// - Returns: whether the space is there.
    package func reserve(_ bytes: Int, of budget: Int, for job: JobRecord, weight: JobWeight) async throws -> Bool {
        // Two that reserve at once must see each other.
        try await execute("SELECT pg_advisory_xact_lock(7234017283807667302)")
        return try await touched(
            """
            UPDATE habeas.job SET reserved_bytes = $3, weight = $5
            WHERE id = $1 AND fence = $2 AND state = 'running' AND $3 + (
                SELECT coalesce(sum(reserved_bytes), 0) FROM habeas.job o WHERE o.state = 'running' AND o.id <> $1
            ) <= $4
            RETURNING id
            """, [job.id.text, String(job.fence), String(bytes), String(budget), weight.rawValue])
    }

    /// Marks a running job heavy, for those places that take such.
    package func setWeight(_ weight: JobWeight, of job: JobRecord) async throws {
        try await execute(
            "UPDATE habeas.job SET weight = $3 WHERE id = $1 AND fence = $2",
            [job.id.text, String(job.fence), weight.rawValue])
    }

    /// Running jobs whose lease is over. Nothing is locked: whoever settles one looks again with ``isAbandoned(_:)``.
    package func abandonedJobs(limit: Int) async throws -> [JobRecord] {
        try await rows(
            """
            SELECT \(JobRecord.columns) FROM habeas.job j
            WHERE state = 'running' AND lease_until < clock_timestamp() ORDER BY lease_until LIMIT $1
            """, [String(limit)]
        ).map { row throws(LedgerError) in try JobRecord(row) }
    }

    /// Whether a job still runs under the same fence though its lease is over; its row stays locked until the
    /// transaction ends.
    package func isAbandoned(_ job: JobRecord) async throws -> Bool {
        try await first(
            """
            SELECT id FROM habeas.job
            WHERE id = $1 AND fence = $2 AND state = 'running' AND lease_until < clock_timestamp() FOR UPDATE
            """, [job.id.text, String(job.fence)]) != nil
    }

    /// Ends the jobs of a request that is over, whoever has them; but what a recipient of erased data must still hear, is told.
    package func cancelJobs(of request: RequestID, kinds: [JobKind]) async throws {
        try await execute(
            """
            UPDATE habeas.job SET state = 'cancelled', ended_at = clock_timestamp(), lease_until = NULL,
                reserved_bytes = 0
            WHERE request_id = $1 AND kind = ANY ($2) AND state IN ('waiting', 'running', 'dead')
                AND NOT EXISTS (SELECT FROM habeas.recipient_duty d WHERE target IN (d.event_id, d.notice_id))
            """, [request.text, kinds.map(\.rawValue).sqlArray])
    }

    // MARK: inspecting

    /// A job; nil when there is none of that id.
    package func job(_ id: JobID, isLocked: Bool = false) async throws -> JobRecord? {
        try await first(
            "SELECT \(JobRecord.columns) FROM habeas.job j WHERE id = $1" + (isLocked ? " FOR UPDATE" : ""), [id.text]
        ).map { row throws(LedgerError) in try JobRecord(row) }
    }

    /// The latest export of a request.
    package func exportJob(of request: RequestID) async throws -> JobRecord? {
        try await first(
            """
            SELECT \(JobRecord.columns) FROM habeas.job j WHERE request_id = $1 AND kind = 'export'
            ORDER BY id DESC LIMIT 1
            """, [request.text]
        ).map { row throws(LedgerError) in try JobRecord(row) }
    }

    /// The latest job that carries a request out: its export, or the planning or carrying out of its erasure.
    package func workJob(of request: RequestID) async throws -> JobRecord? {
        try await first(
            """
            SELECT \(JobRecord.columns) FROM habeas.job j
            WHERE request_id = $1 AND kind IN ('export', 'plan', 'erase') ORDER BY id DESC LIMIT 1
            """, [request.text]
        ).map { row throws(LedgerError) in try JobRecord(row) }
    }

    /// Jobs in some states, the newest first.
    package func jobs(_ states: [JobRecord.State], before: JobID? = nil, limit: Int) async throws -> [JobRecord] {
        try await rows(
            """
            SELECT \(JobRecord.columns) FROM habeas.job j
            WHERE state = ANY ($1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
            """, [states.map(\.rawValue).sqlArray, before?.text, String(limit)]
        ).map { row throws(LedgerError) in try JobRecord(row) }
    }

    /// How many jobs stand in each state, by kind.
    package func countJobs() async throws -> [(kind: JobKind, state: JobRecord.State, count: Int)] {
        try await rows("SELECT kind, state, count(*) FROM habeas.job GROUP BY kind, state ORDER BY kind, state").map {
            row in
            var row = row
            return (
                try row.value(JobKind.init(rawValue:)), try row.value(JobRecord.State.init(rawValue:)), try row.int()
            )
        }
    }

    /// Since when the job waits whose turn came first; nil when none is due.
    package func oldestDue() async throws -> Instant? {
        var row = try await first(
            """
            SELECT habeas.micros(min(run_at)) FROM habeas.job WHERE state = 'waiting' AND run_at <= clock_timestamp()
            """)
        return try row?.optionalInstant()
    }

    /// Puts a dead job back, with its attempts at nought.
    ///
    /// - Returns: whether it was dead.
    package func revive(_ id: JobID) async throws -> Bool {
        let isRevived = try await touched(
            """
            UPDATE habeas.job SET state = 'waiting', attempts = 0, run_at = clock_timestamp(), ended_at = NULL,
                waits_for = NULL
            WHERE id = $1 AND state = 'dead' RETURNING id
            """, [id.text])
        if isRevived { try await wakeWorkers() }
        return isRevived
    }

    /// Stops a kind of job from being taken; `all` stops every kind.
    package func pauseQueue(_ kind: String, actor: String, now: Instant) async throws {
        try await execute(
            """
            INSERT INTO habeas.queue_pause (kind, at, actor) VALUES ($1, habeas.instant($2), $3)
            ON CONFLICT (kind) DO NOTHING
            """, [kind, now.sql, actor])
    }

    /// Lets a kind of job be taken again.
    package func resumeQueue(_ kind: String) async throws {
        try await execute("DELETE FROM habeas.queue_pause WHERE kind = $1", [kind])
        try await wakeWorkers()
    }

    /// The kinds that are paused.
    package func pausedKinds() async throws -> [String] {
        try await rows("SELECT kind FROM habeas.queue_pause ORDER BY kind").map { row in
            var row = row
            return try row.text()
        }
    }

    /// Forgets jobs that ended well long ago; dead ones stay until somebody looks.
    package func forgetJobs(endedBefore: Instant) async throws {
        try await execute(
            "DELETE FROM habeas.job WHERE state IN ('done', 'cancelled') AND ended_at < habeas.instant($1)",
            [endedBefore.sql])
    }

    /// Those of some archives' objects that neither are nor may become part of an archive: no row names them, and no
    /// export runs under the fence that wrote them. Objects of requests that this database doesn't know aren't among
    /// them.
    package func unwanted(_ objects: [(name: String, request: RequestID, fence: Int)]) async throws -> [String] {
        // One statement, so one snapshot: an export that ends meanwhile is seen before or after.
        try await rows(
            """
            SELECT o.name FROM unnest($1::text[], $2::uuid[], $3::bigint[]) o (name, request_id, fence)
            JOIN habeas.request r ON r.id = o.request_id
            WHERE NOT EXISTS (SELECT FROM habeas.archive a WHERE a.object = o.name AND a.destroyed_at IS NULL)
                AND NOT EXISTS (
                    SELECT FROM habeas.job j WHERE j.request_id = o.request_id AND j.kind = 'export'
                        AND j.state = 'running' AND j.fence = o.fence)
            """,
            [
                objects.map(\.name).sqlArray, objects.map(\.request.text).sqlArray,
                objects.map { String($0.fence) }.sqlArray,
            ]
        ).map { row in
            var row = row
            return try row.text()
        }
    }

    // MARK: one at a time

    /// Takes the lock of a person for this connection: their exports and erasures never overlap.
    ///
    /// - Returns: whether it was free.
    package func tryLock(person: Hash256) async throws -> Bool {
        var row = try await first("SELECT pg_try_advisory_lock($1)", [person.lockKey])
        return try row?.flag() ?? false
    }

    /// Gives the lock of a person back.
    package func unlock(person: Hash256) async throws {
        try await execute("SELECT pg_advisory_unlock($1)", [person.lockKey])
    }
}

extension Hash256 {
    /// Eight of its bytes as a lock's number.
    fileprivate var lockKey: String {
        String(Int64(bitPattern: bytes.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }))
    }
}
