internal import AuditLedger
internal import RequestLedger
internal import RightsCore

/// What became of a job that didn't end well.
enum Settlement: Sendable, Hashable {
    /// It isn't this worker's any more; nothing was written.
    case lost
    /// It is in the queue again.
    case givenBack
    /// It was given up.
    case abandoned
}

extension Engine {
    /// The request of an export or an erasure, locked; nil for jobs that don't change one. Requests are always locked before jobs.
    func lockedRequest(of job: JobRecord, in transaction: ControlTransaction) async throws -> RequestRecord? {
        guard job.kind == .export || job.kind == .erase, let id = job.request else { return nil }
        return try await transaction.request(id, isLocked: true)
    }

    /// Lets an event happen to the request of an export, if there is one.
    func move(
        _ request: inout RequestRecord?, _ event: RequestLife.Event, outcome: String? = nil,
        _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws {
        guard var moved = request else { return }
        try await move(&moved, event, by: .system, outcome: outcome, facts, in: transaction)
        request = moved
    }

    // MARK: giving back

    /// Puts a job back that can't go on now; the attempt doesn't count.
    func giveBack(_ job: JobRecord, _ wait: JobWait) async throws -> Settlement {
        try await control.transaction { transaction in
            var request = try await lockedRequest(of: job, in: transaction)
            let isOurs = try await transaction.giveBack(
                job, after: wait.delay, waitsFor: wait.reason.rawValue, error: wait.error, isCounted: false)
            guard isOurs else { return .lost }
            try await handBack(&request, outcome: wait.error ?? "waits.\(wait.reason.rawValue)", job, in: transaction)
            return .givenBack
        }
    }

    /// The request isn't worked on for now.
    private func handBack(
        _ request: inout RequestRecord?, outcome: String, _ job: JobRecord, in transaction: ControlTransaction
    ) async throws {
        guard request?.state == .running else { return }
        try await move(&request, .handBack, outcome: outcome, ["job": .id(job.id.text)], in: transaction)
    }

    // MARK: failing

    /// Puts a job back that failed, to be tried later; or gives it up.
    func settle(_ job: JobRecord, _ failure: JobFailure) async throws -> Settlement {
        if failure.retry == .whenThereIsSpace {
            return try await giveBack(job, JobWait(reason: .space, delay: .seconds(30), error: failure.code))
        }
        return try await control.transaction { transaction in
            let request = try await lockedRequest(of: job, in: transaction)
            guard try await transaction.holds(job) else { return .lost }
            return try await settle(job, failure, request, in: transaction)
        }
    }

    /// Settles a job whose worker is gone: its lease is over.
    func settleAbandoned(_ job: JobRecord) async throws -> Settlement {
        try await control.transaction { transaction in
            let request = try await lockedRequest(of: job, in: transaction)
            guard try await transaction.isAbandoned(job) else { return .lost }
            return try await settle(job, JobFailure(.workerLost), request, in: transaction)
        }
    }

    private func settle(
        _ job: JobRecord, _ failure: JobFailure, _ request: RequestRecord?, in transaction: ControlTransaction
    ) async throws -> Settlement {
        var request = request
        guard !failure.isLast(attempt: job.attempts, of: job.maxAttempts) else {
            try await abandon(job, failure, &request, in: transaction)
            return .abandoned
        }
        var random = SystemRandomNumberGenerator()
        let delay =
            failure.code == JobFailure.Code.workerLost.rawValue && job.attempts == 1
            ? .zero : job.kind.backoff.delay(afterAttempt: job.attempts, using: &random)
        _ = try await transaction.giveBack(job, after: delay, waitsFor: "retry", error: failure.code, isCounted: true)
        if failure.isWithheld, let request {
            try await audit(.exportWithheld, by: .system, request, failure.facts(of: job), in: transaction)
        }
        try await handBack(&request, outcome: failure.code, job, in: transaction)
        return .givenBack
    }

    // MARK: giving up

    /// Gives a job up, loudly: it stays in the queue as dead, its request has failed, the operators are told.
    private func abandon(
        _ job: JobRecord, _ failure: JobFailure, _ request: inout RequestRecord?, in transaction: ControlTransaction
    ) async throws {
        _ = try await transaction.end(job, as: .dead, error: failure.code)
        let isToldOperators = try await giveUpTarget(of: job, failure, in: transaction)
        if isToldOperators {
            try await tellOperators(
                .jobAbandoned, request: job.request,
                facts: [
                    "job": job.id.text, "kind": job.kind.rawValue, "attempts": String(job.attempts),
                    "error": failure.code,
                ], in: transaction)
        }
        if failure.isWithheld, let request {
            try await audit(.exportWithheld, by: .system, request, failure.facts(of: job), in: transaction)
        }
        if request?.life.possible.contains(.fail) == true {
            try await move(&request, .fail, outcome: failure.code, ["job": .id(job.id.text)], in: transaction)
        }
        try await transaction.connection.append(
            AuditEntry(
                .jobAbandoned, by: .system, request: job.request, subject: try await subject(of: job, in: transaction),
                failure.facts(of: job)))
    }

    private func subject(of job: JobRecord, in transaction: ControlTransaction) async throws -> Hash256? {
        guard let id = job.request else { return nil }
        return try await transaction.request(id)?.subject
    }

    /// What a job served has failed with it.
    ///
    /// - Returns: whether the operators are told: a mail to them that fails leads to no other.
    private func giveUpTarget(
        of job: JobRecord, _ failure: JobFailure, in transaction: ControlTransaction
    ) async throws -> Bool {
        switch job.kind {
        case .mail:
            guard let id = job.target.flatMap({ NoticeID($0) }), var notice = try await transaction.notice(id) else {
                return true
            }
            if notice.state == .waiting {
                notice.state = .failed
                notice.error = failure.code
                try await transaction.store(notice, now: now())
                try await noteEnd(of: notice, in: transaction)
            }
            return notice.recipient != .operators
        case .webhook:
            if let id = job.target.flatMap({ EventID($0) }), let event = try await transaction.webhookEvent(id) {
                try await transaction.storeWebhook(
                    id, state: "failed", status: event.status, error: failure.code, now: now())
            }
            return true
        case .resolve, .export, .expire, .checkpoint, .deadlines, .plan, .erase, .retention, .backups: return true
        }
    }

    /// Writes to whoever runs the service, if anybody reads mail there.
    func tellOperators(
        _ kind: NoticeKindCode, request: RequestID?, facts: [String: String], in transaction: ControlTransaction
    ) async throws {
        guard settings.operatorsAddress != nil else { return }
        let notice = NoticeRecord(
            id: makeID(), request: request, claim: nil, kind: kind.rawValue, recipient: .operators,
            language: settings.defaultLanguage, facts: try Self.json(facts), madeAt: now())
        try await transaction.insert(notice)
        try await transaction.enqueue(makeID(), .mail, request: request, target: notice.id.text, maxAttempts: 12)
    }
}

extension JobFailure {
    fileprivate func facts(of job: JobRecord) -> [String: AuditFact] {
        [
            "job": .id(job.id.text), "kind": .code(job.kind.rawValue), "error": .code(code),
            "attempts": .number(job.attempts),
        ]
    }
}
