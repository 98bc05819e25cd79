internal import HTTPTypes
internal import Synchronization

/// Whether the server takes new work: `running` until it is told to stop, then `stopping` for good.
package final class ServerLife: Sendable {
    private let stopping = Atomic(false)

    package init() {}

    /// Whether the server is about to stop.
    package var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// From now on `/readyz` says 503 and no download begins.
    package func stop() { stopping.store(true, ordering: .releasing) }

    /// Call before a long answer begins; throws 503 when the server is about to stop.
    package func admitLongAnswer() throws(Problem) {
        guard !isStopping else {
            throw Problem(
                .shuttingDown, "the service is about to stop and begins no new download",
                hint: "try again in a moment", headers: [.retryAfter: "10"])
        }
    }
}
