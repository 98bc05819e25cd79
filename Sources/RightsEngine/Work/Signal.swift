internal import Synchronization

/// Something that happens any number of times, and that tasks can wait for without polling.
package final class Signal: Sendable {
    private struct State {
        var count = 0
        var nextTicket = 0
        var waiters: [Int: (seen: Int, continuation: CheckedContinuation<Void, Never>)] = [:]
        var abandoned: Set<Int> = []
    }

    private let state = Mutex(State())

    /// One that hasn't happened yet.
    package init() {}

    /// How often it happened.
    package var count: Int { state.withLock(\.count) }

    /// Whether it happened at all.
    package var isRaised: Bool { count > 0 }

    /// Lets it happen, and everybody go on who waits for that.
    package func raise() {
        let released = state.withLock { state in
            state.count += 1
            let released = state.waiters.filter { $0.value.seen < state.count }
            for ticket in released.keys { state.waiters[ticket] = nil }
            return released.values.map(\.continuation)
        }
        for continuation in released { continuation.resume() }
    }

    /// Waits until it has happened more often than that, or the task is cancelled.
    package func wait(past seen: Int = 0) async {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { enqueue(ticket, seen, $0) }
        } onCancel: {
            abandon(ticket)
        }
    }

    /// Waits as ``wait(past:)`` does, but at most so long.
    package func wait(past seen: Int, within limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(past: seen) }
            // Cancelled: the other one was first.
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    private func enqueue(_ ticket: Int, _ seen: Int, _ continuation: CheckedContinuation<Void, Never>) {
        let goesOn = state.withLock { state in
            if state.count > seen || state.abandoned.remove(ticket) != nil { return true }
            state.waiters[ticket] = (seen, continuation)
            return false
        }
        if goesOn { continuation.resume() }
    }

    private func abandon(_ ticket: Int) {
        let waiter = state.withLock { state in
            if let waiter = state.waiters.removeValue(forKey: ticket) {
                return waiter.continuation as CheckedContinuation?
            }
            state.abandoned.insert(ticket)
            return nil
        }
        waiter?.resume()
    }
}
