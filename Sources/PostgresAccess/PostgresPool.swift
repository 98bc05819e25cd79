internal import Synchronization

/// A bounded set of connections to one target, each healthy when it is lent.
package final class PostgresPool: Sendable {
    private let target: ConnectionTarget
    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        var idle: [PostgresConnection] = []
        var lentCount = 0
        var waiters: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        var nextWaiter = 0
        var abandoned: Set<Int> = []
        var isClosed = false
    }

    /// A pool of at most `limit` connections; none is opened before it is needed.
    package init(to target: ConnectionTarget, limit: Int) {
        precondition(limit > 0)
        self.target = target
        self.limit = limit
    }

    /// Lends a connection, waiting while all are lent. Cancelled waits end with `PostgresError.cancelled`.
    package func withConnection<Value>(
        _ body: (PostgresConnection) async throws -> sending Value
    ) async throws -> sending Value {
        try await waitForPlace()
        let connection: PostgresConnection
        do { connection = try await healthyConnection() } catch {
            releasePlace()
            throw error
        }
        do {
            let value = try await body(connection)
            await takeBack(connection)
            return value
        } catch {
            await takeBack(connection)
            throw error
        }
    }

    /// Closes idle connections and refuses new borrowers; lent ones are closed as they come back.
    package func close() async {
        let (idle, waiters) = state.withLock { state in
            state.isClosed = true
            defer { (state.idle, state.waiters) = ([], []) }
            return (state.idle, state.waiters.map(\.continuation))
        }
        for waiter in waiters { waiter.resume(returning: false) }
        for connection in idle { await connection.close() }
    }

    // MARK: places

    private func waitForPlace() async throws(PostgresError) {
        let ticket: Int? = try state.withLock { state throws(PostgresError) in
            if state.isClosed { throw PostgresError(.poolExhausted, "the pool is closed") }
            guard state.lentCount >= limit else {
                state.lentCount += 1
                return nil
            }
            state.nextWaiter += 1
            return state.nextWaiter
        }
        guard let ticket else { return }
        let isGranted = await withTaskCancellationHandler {
            await withCheckedContinuation { enqueue(ticket, $0) }
        } onCancel: {
            abandon(ticket)
        }
        if !isGranted {
            throw PostgresError(.poolExhausted, "no connection was given: the wait ended or the pool closed")
        }
    }

    private func enqueue(_ ticket: Int, _ continuation: CheckedContinuation<Bool, Never>) {
        let answer: Bool? = state.withLock { state in
            if state.isClosed || state.abandoned.remove(ticket) != nil { return false }
            if state.lentCount < limit {
                state.lentCount += 1
                return true
            }
            state.waiters.append((ticket, continuation))
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    private func abandon(_ ticket: Int) {
        let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard let index = state.waiters.firstIndex(where: { $0.id == ticket }) else {
                state.abandoned.insert(ticket)
                return nil
            }
            return state.waiters.remove(at: index).continuation
        }
        waiter?.resume(returning: false)
    }

    /// Hands the place to whoever waits longest.
    private func releasePlace() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard !state.waiters.isEmpty else {
                state.lentCount -= 1
                return nil
            }
            return state.waiters.removeFirst().continuation
        }
        next?.resume(returning: true)
    }

    // MARK: connections

    private func healthyConnection() async throws(PostgresError) -> PostgresConnection {
        while let connection = state.withLock({ $0.idle.popLast() }) {
            if await connection.answers() { return connection }
            await connection.close()
        }
        let connection = PostgresConnection()
        try await connection.open(target)
        return connection
    }

    private func takeBack(_ connection: PostgresConnection) async {
        let isHealthy = await connection.isReusable
        let isKept = state.withLock { state in
            if isHealthy && !state.isClosed { state.idle.append(connection) }
            return isHealthy && !state.isClosed
        }
        if !isKept { await connection.close() }
        releasePlace()
    }
}

extension PostgresConnection {
    /// Whether the server still answers on this connection.
    fileprivate func answers() async -> Bool {
        guard isReusable else { return false }
        do {
            try await query("SELECT 1")
            return true
        } catch {
            return false
        }
    }
}
