internal import Synchronization

/// The wish that the process ends. A command that can end in order takes it; any other one is cancelled.
package final class StopRequest: Sendable {
    /// The request of this command.
    @TaskLocal static var current: StopRequest?

    private let isTaken = Atomic(false)
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// A request that nobody has made.
    package init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// Asks for an end in order.
    ///
    /// - Returns: false when the command can't, or was asked before: it is to be cancelled.
    package func ask() -> Bool {
        guard isTaken.exchange(false, ordering: .acquiringAndReleasing) else { return false }
        continuation.yield()
        return true
    }

    /// Waits until somebody asks.
    func wait() async {
        isTaken.store(true, ordering: .releasing)
        for await _ in stream { return }
    }
}
