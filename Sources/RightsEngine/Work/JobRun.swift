internal import RequestLedger
internal import RightsCore

/// One run of one job: its body beside its heartbeat.
///
/// The heartbeat has a connection of its own, which also holds the lock of the person whose export it is: if that
/// connection breaks, the lock is gone, so the job stops.
struct JobRun: Sendable {
    let engine: Engine
    let workshop: Workshop
    let settings: WorkerSettings
    let job: JobRecord
    let takesHeavy: Bool
    /// The process ends, and what still runs is given back.
    let graceIsOver: Signal

    func perform() async -> JobEnd {
        do {
            return try await engine.control.connection { guardian in
                guard let person = try await person(guardian) else { return await watched(guardian) }
                guard try await guardian.tryLock(person: person) else {
                    return .waiting(JobWait(reason: .person, delay: settings.waitPause))
                }
                let end = await watched(guardian)
                // A connection on which this fails is closed, and the lock with it.
                try? await guardian.unlock(person: person)
                return end
            }
        } catch {
            return JobEnd(error)
        }
    }

    /// Whom an export or an erasure is about: one job of a person at a time.
    private func person(_ guardian: ControlTransaction) async throws -> Hash256? {
        guard job.kind == .export || job.kind == .erase, let id = job.request else { return nil }
        return try await guardian.request(id)?.subject
    }

    private func watched(_ guardian: ControlTransaction) async -> JobEnd {
        let progress = ProgressNote()
        return await withTaskGroup(of: JobEnd?.self) { group in
            group.addTask { await body(progress) }
            group.addTask { await beat(on: guardian, progress) }
            if job.kind == .export || job.kind == .erase {
                group.addTask {
                    await graceIsOver.wait()
                    return graceIsOver.isRaised ? .stopped : nil
                }
            }
            var end: JobEnd?
            for await one in group {
                guard let one else { continue }
                // What is finished is finished, whatever else was about to happen.
                if case .finished = one { end = one } else { end = end ?? one }
                group.cancelAll()
            }
            return end ?? .lost
        }
    }

    private func body(_ progress: ProgressNote) async -> JobEnd {
        do {
            try await work(progress)
            return .finished
        } catch {
            return JobEnd(error)
        }
    }

    private func work(_ progress: ProgressNote) async throws {
        let held = HeldJob(job: job, control: engine.control)
        switch job.kind {
        case .export:
            try await ExportJob(
                engine: engine, archives: workshop.archives, settings: settings, job: job, takesHeavy: takesHeavy
            ).run(progress)
        case .mail: try await MailJob(engine: engine, postOffice: workshop.postOffice, held: held).run()
        case .webhook: try await WebhookJob(engine: engine, call: workshop.callWebhook, held: held).run()
        case .resolve:
            guard let claim = job.target.flatMap({ ClaimID($0) }) else { return try await held.finish() }
            try await engine.resolve(claim, ending: held.end)
        case .expire:
            try await engine.expire()
            try await held.finish()
        case .deadlines:
            try await engine.lookAtDeadlines()
            try await held.finish()
        // No worker of this version erases: nothing may wait in silence for one that does.
        case .plan: try await PlanJob(engine: engine, tools: try erasure(), held: held).run()
        case .erase:
            try await EraseJob(engine: engine, tools: try erasure(), held: held, progress: progress).run()
        case .retention:
            if let tools = workshop.erasure { try await engine.keepRetention(tools) }
            try await held.finish()
        case .backups:
            if let tools = workshop.erasure { try await engine.lookAtBackups(tools) }
            if let tools = workshop.erasure { try await engine.expireLedger(tools) }
            try await held.finish()
        case .checkpoint:
            try await workshop.signCheckpoint()
            try await held.finish()
        }
    }

    private func erasure() throws -> ErasureTools {
        guard let tools = workshop.erasure else { throw JobFailure(.noRunner, retry: .never) }
        return tools
    }

    /// Prolongs the lease every third of it, and tells of progress at most once a second.
    private func beat(on guardian: ControlTransaction, _ progress: ProgressNote) async -> JobEnd? {
        let tick = min(settings.lease / 3, .seconds(1))
        var sinceBeat = Duration.zero
        while true {
            do { try await Task.sleep(for: tick) } catch { return nil }
            sinceBeat += tick
            guard progress.isNew || sinceBeat >= settings.lease / 3 else { continue }
            sinceBeat = .zero
            let latest = progress.take()
            do {
                let isOurs = try await guardian.heartbeat(
                    job, lease: settings.lease, phase: latest?.phase, done: latest?.done, total: latest?.total)
                guard isOurs else { return .lost }
            } catch {
                return Task.isCancelled ? nil : JobEnd(error)
            }
        }
    }
}
