// Worker: one process that works on the queue. Any number of them may, on any number of machines.

internal import Logging
internal import ServiceLifecycle
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore

/// Takes jobs from the queue and does them (docs/queue.md).
package struct Worker: Service {
    private let engine: Engine
    private let workshop: Workshop
    private let settings: WorkerSettings
    private let shelf: ArchiveShelf
    private let door: ServiceDoor
    /// There may be something to do.
    private let bell = Signal()
    /// Nothing is claimed any more.
    private let isStopping = Signal()
    /// What still runs is given back.
    private let graceIsOver = Signal()

    /// A worker. The engine's pool must lend at least ``WorkerSettings/connections`` at once.
    ///
    /// - Parameter door: while it is closed nothing is claimed, nothing settled, and nothing cleared away.
    package init(
        engine: Engine, workshop: Workshop, settings: WorkerSettings, door: ServiceDoor = ServiceDoor()
    ) {
        precondition(settings.exportPlaces >= 0 && settings.errandPlaces >= 0)
        self.engine = engine
        self.workshop = workshop
        self.settings = settings
        shelf = ArchiveShelf(engine.settings.archives)
        self.door = door
    }

    /// Works until the process is asked to end: then nothing more is claimed, errands are finished, and exports that
    /// aren't done within the grace are given back. Cancelled, it stops at once, and others take over as leases run out.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await listen() }
            group.addTask { await lookAfterQueue() }
            group.addTask { await lookAfterArchives() }
            group.addTask { await awaitShutdown() }
            await work()
            group.cancelAll()
        }
    }

    /// A place where one job at a time is done.
    private struct Place: Sendable {
        let kinds: [JobKind]
        let takesHeavy: Bool
    }

    private var places: [Place] {
        // With two places or more, the first one is never blocked by a heavy job.
        let exports = (0..<settings.exportPlaces).map { index in
            Place(kinds: [.export], takesHeavy: index > 0 || settings.exportPlaces == 1)
        }
        return exports + (0..<settings.errandPlaces).map { _ in Place(kinds: JobKind.errands, takesHeavy: false) }
    }

    private func work() async {
        await withTaskGroup(of: Void.self) { group in
            for place in places { group.addTask { await serve(place) } }
            // Without a place it still looks after the queue, and the process runs until it is asked to end.
            await isStopping.wait()
        }
    }

    private func awaitShutdown() async {
        // Cancelled: the places have ended by themselves.
        guard (try? await gracefulShutdown()) != nil else { return }
        isStopping.raise()
        bell.raise()
        guard (try? await Task.sleep(for: settings.grace)) != nil else { return }
        graceIsOver.raise()
    }

    // MARK: a place

    private func serve(_ place: Place) async {
        while !isStopping.isRaised && !Task.isCancelled {
            let heard = bell.count
            do {
                if door.isOpen, let job = try await claim(place) {
                    await run(job, place)
                    continue
                }
            } catch {
                report(error, "the queue can't be read")
            }
            await bell.wait(past: heard, within: settings.pollPause)
        }
    }

    private func claim(_ place: Place) async throws -> JobRecord? {
        let terms = ClaimTerms(
            kinds: place.kinds, takesHeavy: place.takesHeavy, worker: settings.name, lease: settings.lease)
        return try await engine.control.transaction { try await $0.claimJob(terms) }
    }

    private func run(_ job: JobRecord, _ place: Place) async {
        let end = await JobRun(
            engine: engine, workshop: workshop, settings: settings, job: job, takesHeavy: place.takesHeavy,
            graceIsOver: graceIsOver
        ).perform()
        // Cancelled as a whole, nothing can be written any more; the lease runs out.
        guard !Task.isCancelled else { return }
        do {
            let settlement = try await settle(job, end)
            log(job, end, settlement)
            if case .finished = end { return }
            if let request = job.request, job.kind == .export {
                _ = try await engine.clearOrphans(on: shelf, of: request)
            }
        } catch {
            report(error, "a job can't be settled; it comes again when its lease is over", job)
        }
    }

    /// What is written of a job that didn't settle itself; nil when nothing is.
    private func settle(_ job: JobRecord, _ end: JobEnd) async throws -> Settlement? {
        switch end {
        case .finished, .lost: return nil
        case .stopped: return try await engine.giveBack(job, JobWait(reason: .worker, delay: .zero))
        case .waiting(let wait): return try await engine.giveBack(job, wait)
        case .failed(let failure): return try await engine.settle(job, failure)
        }
    }

    // MARK: the queue

    /// Hears of new jobs; without a connection the places look by themselves every few seconds.
    private func listen() async {
        while !Task.isCancelled {
            do {
                try await engine.control.connection { control in
                    try await control.connection.listen(on: ControlTransaction.jobsChannel)
                    // Jobs that came before were told to nobody here.
                    bell.raise()
                    while true {
                        if try await control.connection.waitForNotification(within: .seconds(30)) { bell.raise() }
                    }
                }
            } catch {
                report(error, "nobody tells of new jobs; the queue is looked at every few seconds")
                // Cancelled: the loop ends.
                try? await Task.sleep(for: settings.pollPause)
            }
        }
    }

    /// Settles jobs whose worker is gone, and queues the duties.
    private func lookAfterQueue() async {
        while !Task.isCancelled {
            do {
                if door.isOpen { try await settleAbandoned() }
                if !isStopping.isRaised && door.isOpen { try await queueDuties() }
            } catch {
                report(error, "the queue can't be looked after")
            }
            // Cancelled: the loop ends.
            try? await Task.sleep(for: settings.lease / 3)
        }
    }

    private func settleAbandoned() async throws {
        let jobs = try await engine.control.transaction { try await $0.abandonedJobs(limit: 100) }
        for job in jobs {
            let settlement = try await engine.settleAbandoned(job)
            guard settlement != .lost else { continue }
            log(job, .failed(JobFailure(.workerLost)), settlement)
            if let request = job.request, job.kind == .export {
                _ = try await engine.clearOrphans(on: shelf, of: request)
            }
        }
    }

    private func queueDuties() async throws {
        try await engine.control.transaction { transaction in
            for duty in JobKind.duties {
                try await transaction.enqueueDuty(
                    engine.makeID(), duty, every: settings.dutyPause, maxAttempts: 5)
            }
        }
    }

    /// Clears what killed processes left in the archives' folder.
    private func lookAfterArchives() async {
        while !Task.isCancelled {
            do {
                // What a database that was rewound doesn't know belongs to somebody all the same.
                let cleared = door.isOpen ? try await engine.clearOrphans(on: shelf) : 0
                if cleared > 0 {
                    Logger.current.notice(
                        "archives that belong to nothing were destroyed", metadata: ["habeas.count": "\(cleared)"])
                }
            } catch {
                report(error, "the archives' folder can't be looked after")
            }
            // Cancelled: the loop ends.
            try? await Task.sleep(for: settings.dutyPause)
        }
    }

    // MARK: telling

    /// One line a job, with its outcome.
    private func log(_ job: JobRecord, _ end: JobEnd, _ settlement: Settlement?) {
        var metadata = job.metadata
        switch (end, settlement) {
        case (.finished, _):
            // The duties come every minute, and would drown the rest.
            let isDuty = JobKind.duties.contains(job.kind)
            Logger.current.log(level: isDuty ? .debug : .info, "a job is done", metadata: metadata)
        case (.failed(let failure), .abandoned):
            metadata["habeas.code"] = "\(failure.code)"
            Logger.current.error("a job was given up; it stays in the queue as dead", metadata: metadata)
        case (.failed(let failure), .givenBack):
            metadata["habeas.code"] = "\(failure.code)"
            Logger.current.warning("a job failed and is tried again", metadata: metadata)
        case (.waiting(let wait), .givenBack):
            metadata["habeas.waits_for"] = "\(wait.reason.rawValue)"
            Logger.current.debug("a job waits", metadata: metadata)
        case (.stopped, .givenBack): Logger.current.notice("a job was given back", metadata: metadata)
        default: Logger.current.notice("a job isn't this worker's any more", metadata: metadata)
        }
    }

    private func report(_ error: any Error, _ text: Logger.Message, _ job: JobRecord? = nil) {
        guard !Task.isCancelled else { return }
        var metadata = job?.metadata ?? [:]
        metadata["habeas.code"] = "\(JobFailure(error).code)"
        Logger.current.warning(text, metadata: metadata)
    }
}

extension JobRecord {
    fileprivate var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "habeas.job.id": "\(id)", "habeas.job.kind": "\(kind.rawValue)", "habeas.job.attempt": "\(attempts)",
        ]
        if let request { metadata["habeas.request.id"] = "\(request)" }
        return metadata
    }
}
