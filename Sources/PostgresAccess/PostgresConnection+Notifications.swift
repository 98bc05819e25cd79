internal import CLibpq
internal import Glibc

extension PostgresConnection {
    /// Asks the server to tell of notifications on a channel (LISTEN, PostgreSQL manual).
    package func listen(on channel: String) async throws(PostgresError) {
        let name = "\"" + channel.replacing("\"", with: "\"\"") + "\""
        try await query("LISTEN \(name)")
    }

    /// Waits for notifications on the channels that are listened to. Those that came meanwhile are told of at once, and
    /// any number of them counts as one.
    ///
    /// - Returns: whether one came; false when the time is up.
    /// - Throws: `PostgresError`: the connection was lost, or the task cancelled, which ends the wait at once.
    package func waitForNotification(within limit: Duration) async throws(PostgresError) -> Bool {
        let alarm = try Alarm()
        let outcome: Result<Bool, PostgresError> = await withTaskCancellationHandler {
            await onOwnQueue {
                Result { () throws(PostgresError) in try awaitNotification(within: limit, or: alarm) }
            }
        } onCancel: {
            alarm.ring()
        }
        return try outcome.get()
    }

    private func awaitNotification(within limit: Duration, or alarm: Alarm) throws(PostgresError) -> Bool {
        let raw = try live()
        let end = ContinuousClock.now + limit
        while true {
            try refuseIfCancelled()
            guard PQconsumeInput(raw) == 1 else { throw lost() }
            if Self.takeNotifications(raw) { return true }
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return false }
            try Self.waitForInput(of: PQsocket(raw), or: alarm, within: left)
        }
    }

    private static func takeNotifications(_ raw: OpaquePointer) -> Bool {
        var hasOne = false
        while let notification = PQnotifies(raw) {
            PQfreemem(notification)
            hasOne = true
        }
        return hasOne
    }

    private static func waitForInput(of socket: CInt, or alarm: Alarm, within limit: Duration) throws(PostgresError) {
        guard socket >= 0 else { throw PostgresError(.connectionLost, "the connection to the server was lost") }
        let parts = limit.components
        // Rounded up, or the last millisecond is waited for in a loop.
        let milliseconds = min(parts.seconds, 1_000_000) * 1000 + parts.attoseconds / 1_000_000_000_000_000 + 1
        var waits = [
            pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
            pollfd(fd: alarm.reading, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&waits, nfds_t(waits.count), CInt(milliseconds)) >= 0 || errno == EINTR else {
            throw PostgresError(.connectionLost, "waiting for the server failed: \(String(cString: strerror(errno)))")
        }
    }
}

/// Wakes a thread that waits in poll(2), from any other.
private final class Alarm: Sendable {
    let reading: CInt
    private let writing: CInt

    init() throws(PostgresError) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw PostgresError(.connectionLost, "no pipe to wait with: \(String(cString: strerror(errno)))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        close(writing)
    }

    func ring() {
        var byte: UInt8 = 1
        // A full pipe rings too.
        _ = write(writing, &byte, 1)
    }
}
