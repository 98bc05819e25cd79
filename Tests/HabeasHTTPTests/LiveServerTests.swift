import Foundation
import HTTPTypes
import Logging
import PostgresTestKit
import RightsCore
import Synchronization
import Testing

@testable import HabeasHTTP

/// The server on a real socket, judged by curl and by bytes sent by hand.
@Suite(.timeLimit(.minutes(10))) struct LiveServerTests {
    @discardableResult private func curl(_ arguments: String...) async throws -> ProgramOutcome {
        try await Program.run("curl", ["--silent", "--show-error", "--max-time", "30"] + arguments)
    }

    /// Sends bytes as they are, and gives back what comes until the server closes.
    private func exchange(_ port: Int, _ text: String, pause: Double = 0) async throws -> String {
        let script = """
            import socket, sys, time
            s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=20)
            s.sendall(sys.stdin.buffer.read())
            time.sleep(float(sys.argv[2]))
            out = b""
            try:
                while chunk := s.recv(65536): out += chunk
            except ConnectionResetError: pass
            sys.stdout.write(out.decode("latin1"))
            """
        return try await Program.run(Checkout.python, ["-c", script, "\(port)", "\(pause)"], input: text).output
    }

    @Test func downloadsResumeByteForByte() async throws {
        let (whole, resumed, ranges) = try await withFolder { folder in
            try await withServer { port, _ in
                let url = "http://127.0.0.1:\(port)/d/archive"
                _ = try await curl("--output", "\(folder)/whole", url)
                let part = try await curl("--range", "0-999999", "--output", "\(folder)/resumed", url)
                #expect(part.status == 0)
                _ = try await curl("--continue-at", "-", "--output", "\(folder)/resumed", url)
                let headers = try await curl("--head", "--range", "8388600-", url)
                return (
                    try Data(contentsOf: URL(filePath: "\(folder)/whole")),
                    try Data(contentsOf: URL(filePath: "\(folder)/resumed")), headers.output
                )
            }
        }
        #expect(whole == Data(SampleServer.archive))
        #expect(resumed == whole)
        #expect(ranges.contains("206 Partial Content"))
        #expect(ranges.lowercased().contains("content-range: bytes 8388600-8388607/8388608"))
        #expect(ranges.lowercased().contains("content-length: 8\r"))
    }

    @Test func aStreamThatEndsEarlyIsNoWhole() async throws {
        let outcome = try await withServer { port, _ in try await curl("http://127.0.0.1:\(port)/d/short") }
        #expect(outcome.status == 18)  // curl: transfer closed with outstanding data remaining
    }

    @Test func nonsenseIsAnsweredWithAProblem() async throws {
        let (garbage, large, oversize, injected) = try await withServer { port, _ in
            (
                try await exchange(port, "this is no HTTP\r\n\r\n"),
                try await exchange(
                    port, "GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 40_000))\r\n\r\n"),
                try await exchange(
                    port,
                    "POST /v1/notes HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 80000\r\n\r\n\(String(repeating: "x", count: 80_000))"),
                try await exchange(
                    port, "GET /v1/notes/a%0d%0aSet-Cookie:x=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            )
        }
        #expect(garbage.hasPrefix("HTTP/1.1 400 "))
        #expect(garbage.contains(#""code":"http.malformed-request""#) && garbage.contains("nosniff"))
        #expect(large.hasPrefix("HTTP/1.1 431 "))
        #expect(large.contains(#""code":"http.headers-too-large""#))
        #expect(oversize.hasPrefix("HTTP/1.1 413 "))
        #expect(injected.hasPrefix("HTTP/1.1 400 ") && !injected.contains("Set-Cookie"))
    }

    @Test func aFloodAndASlowClientAreCutOff() async throws {
        let (flood, slowHead, slowBody) = try await withServer {
            $0.requestTimeout = .milliseconds(500)
            $0.idleTimeout = .milliseconds(500)
        } _: { port, _ in
            (
                try await exchange(
                    port,
                    "POST /v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"
                        + String(repeating: "x", count: 4_000_000)),
                try await exchange(port, "GET /healthz HTTP/1.1\r\nHost:"),
                try await exchange(
                    port,
                    "POST /v1/notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 100\r\n\r\n{")
            )
        }
        #expect(!flood.contains("200 OK"))
        #expect(slowHead == "")
        #expect(!slowBody.contains("201"))
    }

    @Test func aClientThatTakesNothingIsGivenUp() async throws {
        let request = "GET /d/archive HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        let borne = try await withServer { port, _ in try await exchange(port, request, pause: 1) }
        let givenUp = try await withServer {
            $0.stalledWriteTimeout = .milliseconds(300)
        } _: { port, _ in
            try await exchange(port, request, pause: 2)
        }
        #expect(borne.unicodeScalars.count > 8 << 20)
        #expect(givenUp.unicodeScalars.count < 8 << 20)
    }

    @Test func tenThousandRequestsFromOneAddressAreLimited() async throws {
        let codes = try await withServer { port, _ in
            try await curl(
                "--output", "/dev/null", "--write-out", "%{http_code} ", "http://127.0.0.1:\(port)/v1/notes/[1-10000]")
        }.output.split(separator: " ")

        #expect(codes.count == 10_000)
        #expect(Set(codes) == ["200", "429"])
        #expect(codes.count { $0 == "200" } >= 300)
        #expect(codes.first == "200")
        #expect(codes.count { $0 == "429" } > 5_000)
    }

    @Test func aLimitedClientIsToldWhenToComeBack() async throws {
        let answer = try await withServer {
            $0.rateLimits = [.unrouted: RateLimit(burst: 1, every: .seconds(60))]
        } _: { port, _ in
            _ = try await curl("http://127.0.0.1:\(port)/nothing")
            return try await curl("--include", "http://127.0.0.1:\(port)/nothing").output
        }
        #expect(answer.hasPrefix("HTTP/1.1 429 "))
        #expect(answer.contains("Retry-After: "))
        #expect(answer.contains(#""code":"http.rate-limited""#))
    }

    @Test func stoppingIsSaidFirstAndDownloadsFinish() async throws {
        let (state, refused, download, after) = try await withServer {
            $0.stopNotice = .seconds(1)
        } _: { port, stop in
            let base = "http://127.0.0.1:\(port)"
            async let slow = curl("\(base)/d/slow")
            while try await !curl("\(base)/metrics").output.contains("requests_in_flight 2") {}
            await stop()
            var state = try await curl("\(base)/readyz").output
            while state.contains("ready\"") { state = try await curl("\(base)/readyz").output }
            let refused = try await curl("\(base)/d/archive").output
            let download = try await slow
            let after = try await curl("\(base)/healthz")
            return (state, refused, download, after)
        }
        #expect(state.contains(#""state":"stopping""#))
        #expect(refused.contains("http.shutting-down"))
        #expect(download.status == 0 && download.output == String(repeating: "x", count: 40 * 4096))
        #expect(after.status == 7)  // curl: failed to connect
    }

    @Test func theGraceHasAnEnd() async throws {
        let began = ContinuousClock.now
        let download = try await withServer {
            $0.stopNotice = .milliseconds(10)
            $0.stopGrace = .milliseconds(300)
        } _: { port, stop in
            let base = "http://127.0.0.1:\(port)"
            async let slow = curl("\(base)/d/slow")
            while try await !curl("\(base)/metrics").output.contains("requests_in_flight 2") {}
            await stop()
            return try await slow
        }
        #expect(download.status != 0)
        #expect(began.duration(to: .now) < .seconds(10))
    }

    @Test func theLogNamesRoutesOnly() async throws {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in LineHandler { line in lines.withLock { $0.append(line) } } }
        _ = try await withServer(logger: logger) { port, _ in
            try await curl("--user-agent", "agent-marker", "http://127.0.0.1:\(port)/v1/notes/path-marker?query-marker")
            try await curl("http://127.0.0.1:\(port)/unrouted-marker")
            try await curl("http://127.0.0.1:\(port)/v1/fails")
        }
        let text = lines.withLock { $0 }.joined(separator: "\n")
        let requests = lines.withLock { $0 }.filter { $0.contains("habeas.http.status=") }

        #expect(requests.count == 3)
        #expect(requests.first?.contains("habeas.http.route=/v1/notes/{id}") == true)
        #expect(text.contains("habeas.error.type=HabeasHTTPTests.SampleServer.Unforeseen"))
        #expect(!text.contains("marker"))
    }
}

/// Gives every line, with its metadata, to a closure.
struct LineHandler: LogHandler {
    let take: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(take: @escaping @Sendable (String) -> Void) { self.take = take }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        take("\(event.message) \(pairs.joined(separator: " "))")
    }
}
