/// Where a request stands (docs/request-states.md).
package enum RequestState: String, Sendable, CaseIterable, Codable {
    /// It is written down; nobody has looked at it.
    case received
    /// The person is being asked to show who they are.
    case verifying
    /// It is clear who asks, and that they may.
    case accepted
    /// Its job waits for a worker.
    case queued
    /// A worker has it.
    case running
    /// The archive is there; the link's clock runs.
    case ready
    /// Every part was downloaded to its last byte.
    case delivered
    /// Every duty in it is done.
    case fulfilled
    /// It waits for somebody; nothing runs.
    case paused
    /// It was refused on a ground, which the person was told.
    case refused
    /// It was withdrawn, or nobody proved who they are in time.
    case cancelled
    /// It could not be carried out; the operators were told.
    case failed
    /// Nobody fetched the archive in time.
    case expired
    /// Some targets are done and some are not.
    case partial
    /// Everything is gone from the live systems; backups age out.
    case erased
    /// The same, but for what a statute or a hold keeps.
    case erasedWithRetention = "erased_with_retention"

    /// Whether it isn't carried out yet, so that asking again gives this one.
    package var isOpen: Bool {
        switch self {
        case .received, .verifying, .accepted, .queued, .running, .paused, .failed, .partial: true
        case .ready, .delivered, .fulfilled, .refused, .cancelled, .expired, .erased, .erasedWithRetention: false
        }
    }

    /// Whether nothing will happen to it any more.
    package var isFinal: Bool {
        switch self {
        case .fulfilled, .refused, .cancelled: true
        default: false
        }
    }

    /// Whether an erasure was carried out.
    package var isErased: Bool { self == .erased || self == .erasedWithRetention }
}
