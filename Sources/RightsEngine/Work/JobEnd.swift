/// How the run of a job ended.
enum JobEnd: Sendable {
    /// It settled everything itself, in its own last transaction.
    case finished
    /// It isn't this worker's any more: nothing may be written.
    case lost
    /// The process ends: the job goes back as it came.
    case stopped
    /// It can't run now, which is no failure.
    case waiting(JobWait)
    /// It failed.
    case failed(JobFailure)

    init(_ error: any Error) {
        switch error {
        case is JobLost: self = .lost
        case let wait as JobWait: self = .waiting(wait)
        default: self = .failed(JobFailure(error))
        }
    }
}

/// The job was cancelled, or another worker has it.
struct JobLost: Error {}

/// A job that must wait for something else. The attempt doesn't count.
struct JobWait: Error, Sendable {
    /// What for.
    enum Reason: String, Sendable {
        /// Space for its archive.
        case space
        /// Another job of the same person.
        case person
        /// A place that takes heavy jobs.
        case place
        /// The day from which on an address may be used.
        case address
        /// A worker: the one it had ended.
        case worker
    }

    let reason: Reason
    let delay: Duration
    /// The code of the failure that led to it, if one did.
    var error: String?
}
