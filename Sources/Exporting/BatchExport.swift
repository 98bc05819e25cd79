internal import ArchiveFormat
package import ObjectStore
internal import PostgresAccess
internal import Synchronization

/// Many people's archives, by several workers, each making one after another from a snapshot it holds.
package struct BatchExport: Sendable {
    /// One person's part.
    package struct Job: Sendable {
        /// Where it stood in the list, from 1; said in place of the person.
        package let number: Int
        /// What is asked for.
        package let request: ExportRequest
        /// The file to write.
        package let path: String

        /// A job by its parts.
        package init(number: Int, request: ExportRequest, path: String) {
            self.number = number
            self.request = request
            self.path = path
        }
    }

    private let exporter: Exporter
    private let workers: Int
    private let sealing: WrappingKey?
    private let partSize: UInt64?
    private let makeBudget: @Sendable () -> SnapshotBudget
    private let report: @Sendable (Job, Result<ExportOutcome, any Error>) -> Void

    /// A batch.
    ///
    /// - Parameters:
    ///   - workers: archives made at the same time.
    ///   - sealing: wraps the keys under which the archives are sealed; nil leaves them plain.
    ///   - partSize: the bytes that no file should have more than; nil for one file a person.
    ///   - makeBudget: how long one snapshot may be held; a new one is taken when half of it is spent.
    ///   - report: told of each archive as it is done, or why it wasn't.
    package init(
        exporter: Exporter, workers: Int, sealing: WrappingKey? = nil, partSize: UInt64? = nil,
        makeBudget: @escaping @Sendable () -> SnapshotBudget,
        report: @escaping @Sendable (Job, Result<ExportOutcome, any Error>) -> Void
    ) {
        self.exporter = exporter
        self.workers = workers
        self.sealing = sealing
        self.partSize = partSize
        self.makeBudget = makeBudget
        self.report = report
    }

    /// Makes every archive it can; what fails is reported and the rest goes on.
    ///
    /// - Throws: when no snapshot can be had at all, or the task is cancelled.
    package func run(_ jobs: [Job]) async throws {
        let queue = JobQueue(jobs)
        try await withThrowingTaskGroup { group in
            for _ in 0..<workers {
                group.addTask { try await work(queue) }
            }
            try await group.waitForAll()
        }
    }

    private func work(_ queue: JobQueue) async throws {
        while !queue.isEmpty {
            do {
                try await makeArchives(queue)
            } catch let failure as JobFailure {
                if failure.error is CancellationError || Task.isCancelled { throw failure.error }
                if !queue.retries(failure) { report(failure.job, .failure(failure.error)) }
            }
        }
    }

    /// From one snapshot, until it is half spent or a job fails: what failed may have left its connections unusable.
    private func makeArchives(_ queue: JobQueue) async throws {
        let budget = makeBudget()
        try await exporter.withSnapshot(budget: budget) { snapshot in
            while let job = queue.next() {
                let outcome: ExportOutcome
                do {
                    outcome = try await exporter.export(
                        job.request, of: snapshot, to: job.path, sealing: sealing, partSize: partSize)
                } catch {
                    throw JobFailure(job: job, error: error)
                }
                report(job, .success(outcome))
                if budget.isHalfSpent { return }
            }
        }
    }
}

private struct JobFailure: Error {
    let job: BatchExport.Job
    let error: any Error
}

/// Jobs that nobody has taken yet.
private final class JobQueue: Sendable {
    private let rest: Mutex<ArraySlice<BatchExport.Job>>
    private let retried = Mutex<Set<Int>>([])

    init(_ jobs: [BatchExport.Job]) { rest = Mutex(jobs[...]) }

    var isEmpty: Bool { rest.withLock { $0.isEmpty } }

    func next() -> BatchExport.Job? { rest.withLock { $0.popFirst() } }

    /// Puts a job back, once, when it only wanted more time than its snapshot had left.
    func retries(_ failure: JobFailure) -> Bool {
        guard (failure.error as? ExportError)?.code == .budgetSpent else { return false }
        guard retried.withLock({ $0.insert(failure.job.number).inserted }) else { return false }
        rest.withLock { $0.insert(failure.job, at: $0.startIndex) }
        return true
    }
}
