internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOHTTP1

/// Whoever takes a stream couldn't take more of it: no failure of the network.
private struct ReaderFailure: Error {
    let cause: any Error
}

/// Speaks with the service's API for one command.
struct StaffClient: Sendable {
    /// No document of the API is near that size.
    private static let largest = 16 << 20
    /// Opening a request looks into the product's database, too.
    private static let patience = TimeAmount.seconds(60)

    /// Where the service is.
    let address: ServiceAddress
    private let token: StaffToken
    private let client: HTTPClient

    /// Lends a client for whoever is signed in.
    static func with<Value>(_ body: (StaffClient) async throws -> Value) async throws -> Value {
        try await with(try SignIn.required(), body)
    }

    /// Lends a client.
    static func with<Value>(
        _ signIn: SignIn, _ body: (StaffClient) async throws -> Value
    ) async throws -> Value {
        // The answer of another place isn't the service's, so no redirect is followed.
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10), read: patience))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let outcome: Result<Value, any Error>
        do {
            let staff = StaffClient(address: signIn.address, token: signIn.token, client: client)
            outcome = .success(try await body(staff))
        } catch { outcome = .failure(error) }
        // The command is over either way.
        try? await client.shutdown()
        return try outcome.get()
    }

    // MARK: asking

    /// Reads.
    func get(_ path: String, _ query: [(name: String, value: String?)] = []) async throws -> StaffAnswer {
        try await answer { request(path + Self.text(query)) }
    }

    /// Writes, once however often it has to be sent.
    func post(_ path: String, _ body: some Encodable & Sendable) async throws -> StaffAnswer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let bytes = ByteBuffer(bytes: try encoder.encode(body))
        let key = UUID().uuidString.lowercased()
        return try await answer {
            var request = request(path)
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/json")
            request.headers.add(name: "idempotency-key", value: key)
            request.body = .bytes(bytes)
            return request
        }
    }

    /// Reads what may be longer than memory.
    func stream(_ path: String, _ write: ([UInt8]) throws -> Void) async throws {
        do {
            let response = try await client.execute(request(path), timeout: .hours(24))
            guard response.status == .ok else { throw try await failure(response) }
            for try await piece in response.body {
                try Task.checkCancellation()
                do { try write(Array(piece.readableBytesView)) } catch { throw ReaderFailure(cause: error) }
            }
        } catch { throw translated(error) }
    }

    // MARK: one exchange

    private func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address.text + path)
        request.headers.add(name: "authorization", value: "Bearer \(token.reveal())")
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "habeas/\(habeasVersion)")
        return request
    }

    /// Sends a request; once more, just the same, when the connection was lost before the answer was here.
    private func answer(_ request: () -> HTTPClientRequest) async throws -> StaffAnswer {
        do {
            do { return try await exchange(request()) } catch  where Self.isLost(error) {
                return try await exchange(request())
            }
        } catch { throw translated(error) }
    }

    private func exchange(_ request: HTTPClientRequest) async throws -> StaffAnswer {
        let response = try await client.execute(request, timeout: Self.patience)
        guard (200..<300).contains(response.status.code) else { throw try await failure(response) }
        let body = try await response.body.collect(upTo: Self.largest)
        return StaffAnswer(Array(body.readableBytesView), isNew: response.status == .created)
    }

    private func failure(_ response: HTTPClientResponse) async throws -> CommandFailure {
        let status = Int(response.status.code)
        let body = try await response.body.collect(upTo: Self.largest)
        guard let problem = try? StaffAnswer(Array(body.readableBytesView)).read(StaffProblem.self) else {
            return CommandFailure(
                .failed, code: "client.bad-answer", "\(address.text) answered \(status), and not as this service does",
                hint: "is that the service's address, and does a proxy stand before it that is out of order?")
        }
        return problem.failure(status: status, retryAfter: response.headers.first(name: "retry-after"))
    }

    private static func text(_ query: [(name: String, value: String?)]) -> String {
        let safe = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~,".utf8)
        let pairs = query.compactMap { name, value in
            value.map { text in
                let escaped = text.utf8.map { safe.contains($0) ? String(UnicodeScalar($0)) : "%" + Self.hex($0) }
                return "\(name)=\(escaped.joined())"
            }
        }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = Array("0123456789ABCDEF")
        return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }

    // MARK: what went wrong

    private static func isLost(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: error == .remoteConnectionClosed || error == .uncleanShutdown
        case let error as IOError: error.errnoCode == ECONNRESET || error.errnoCode == EPIPE
        case let error as ChannelError: error == .ioOnClosedChannel || error == .eof
        default: false
        }
    }

    /// The failure that the terminal shows; the error's own words may hold addresses of the network.
    private func translated(_ error: any Error) -> any Error {
        if Task.isCancelled { return CancellationError() }
        switch error {
        case is CommandFailure, is CancellationError: return error
        case let failure as ReaderFailure: return failure.cause
        case is NIOTooManyBytesError:
            return CommandFailure(.failed, code: "client.bad-answer", "the service's answer is too long")
        case let error as HTTPClientError where [.readTimeout, .deadlineExceeded, .writeTimeout].contains(error):
            return CommandFailure(
                .failed, code: "client.no-answer", "\(address.text) didn't answer in time",
                hint: "it may have done what was asked: look before you ask again")
        default: break
        }
        if Self.isLost(error) {
            return CommandFailure(
                .failed, code: "client.no-answer", "the connection to \(address.text) was lost, twice",
                hint: "it may have done what was asked: look before you ask again")
        }
        return CommandFailure(
            .failed, code: "client.unreachable", "the service at \(address.text) can't be reached",
            hint: "is it running (`habeas serve`), and is that its address? TLS needs a certificate this machine trusts"
        )
    }
}
