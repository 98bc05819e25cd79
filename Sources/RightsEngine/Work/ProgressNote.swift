internal import Synchronization

/// The latest word of a job on how far it is, for the heartbeat to carry on.
final class ProgressNote: Sendable {
    private let latest = Mutex<(progress: JobProgress?, isNew: Bool)>((nil, false))

    /// Takes note; cheap, since it may come for every batch of rows.
    var note: @Sendable (JobProgress) -> Void {
        { progress in
            self.latest.withLock { if $0.progress != progress { $0 = (progress, true) } }
        }
    }

    /// Whether something came since it was last taken.
    var isNew: Bool { latest.withLock(\.isNew) }

    /// The latest progress.
    func take() -> JobProgress? {
        latest.withLock { latest in
            latest.isNew = false
            return latest.progress
        }
    }
}
