internal import Dispatch

/// An executor with a thread of its own, so that a blocked C call stalls only its own actor.
package final class OwnQueue: SerialExecutor {
    private let queue: DispatchQueue

    /// A queue with a name for debuggers.
    package init(_ label: String) { queue = DispatchQueue(label: label) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
