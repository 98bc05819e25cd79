internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import ObjectStore
internal import Subprocess
internal import SystemPackage

/// The demonstration's `habeas serve`, in the background: it ends by itself after half a day.
struct BackgroundService: Sendable {
    private static let lifetime = "12h"
    /// Where its process id and its log lie.
    let folder: String
    /// The settings it runs with.
    let settings: String

    private var pidPath: String { "\(folder)/service.pid" }
    /// Its log.
    var logPath: String { "\(folder)/service.log" }

    /// A port of this machine that nobody listens on, from 8180 on.
    static func freePort() async throws -> Int {
        for port in 8180..<8280 where await isFree(port) { return port }
        throw CommandFailure(.failed, code: "demo.no-port", "no port from 8180 to 8279 is free on this machine")
    }

    /// Whether nobody listens there.
    static func isFree(_ port: Int) async -> Bool {
        let server = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        guard let channel = try? await server.bind(host: "127.0.0.1", port: port).get() else { return false }
        try? await channel.close().get()
        return true
    }

    /// Whether its process runs.
    var isRunning: Bool { runningProcess != nil }

    /// Its process; nil when it has ended, or its id is somebody else's by now.
    private var runningProcess: pid_t? {
        guard let bytes = try? WholeFile.read(pidPath),
            let pid = pid_t(String(decoding: bytes, as: UTF8.self).filter(\.isNumber)), pid > 1,
            let name = try? WholeFile.read("/proc/\(pid)/cmdline"),
            String(decoding: name, as: UTF8.self).contains(Self.absolute(settings))
        else { return nil }
        return pid
    }

    /// Starts it, unless it runs, and waits until it answers.
    func start(url: String) async throws {
        guard await !isReady(url) else { return }
        let script = """
            cd / && exec </dev/null >>"$2" 2>&1
            setsid timeout -s TERM \(Self.lifetime) "$0" serve --config "$1" & echo $! >"$3"
            """
        let program = try Self.program()
        let outcome = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: [
                "-c", script, program, Self.absolute(settings), Self.absolute(logPath), Self.absolute(pidPath),
            ],
            output: .discarded, error: .discarded)
        guard outcome.terminationStatus.isSuccess else { throw failure }
        let start = ContinuousClock.now
        while await !isReady(url) {
            guard start.duration(to: .now) < .seconds(30) else { throw failure }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private var failure: CommandFailure {
        CommandFailure(
            .failed, code: "demo.service-not-started", "the service doesn't answer",
            hint: "its log says why: \(logPath)")
    }

    /// Ends it, if it runs: in order, as a signal would.
    func stop() async throws {
        guard FileManager.default.fileExists(atPath: pidPath) else { return }
        guard let pid = runningProcess else { return try remove() }
        kill(pid, SIGTERM)
        let start = ContinuousClock.now
        while kill(pid, 0) == 0 && start.duration(to: .now) < .seconds(60) {
            try await Task.sleep(for: .milliseconds(100))
        }
        try remove()
    }

    private func remove() throws { try FileManager.default.removeItem(atPath: pidPath) }

    private func isReady(_ url: String) async -> Bool {
        let request = HTTPClientRequest(url: "\(url)/readyz")
        guard let response = try? await HTTPClient.shared.execute(request, timeout: .seconds(5)) else { return false }
        return response.status == .ok
    }

    /// This very program, wherever it was called from.
    private static func program() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }

    /// A path that holds from any working directory.
    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    }
}
