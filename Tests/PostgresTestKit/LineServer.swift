internal import Foundation
internal import Subprocess
internal import SystemPackage

/// A server that isn't ours, running for one test: it prints its port, then a line for each thing that happens.
package final class LineServer {
    /// The port on loopback where it listens.
    package let port: Int
    private var lines: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator

    /// Why a server is of no use.
    package struct Failure: Error {
        let what: String
    }

    private init(_ output: SubprocessOutputSequence) async throws {
        lines = output.strings().makeAsyncIterator()
        guard let text = try await lines.next(), let port = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw Failure(what: "the server told no port") }
        self.port = port
    }

    /// The next thing that happened, as the JSON object it was told as.
    package func next<Event: Decodable>(_ type: Event.Type = Event.self) async throws -> Event {
        guard let line = try await lines.next() else { throw Failure(what: "the server ended") }
        return try JSONDecoder().decode(Event.self, from: Data(line.utf8))
    }

    /// Runs a script of the judges' folder for as long as `body` runs, and ends it.
    package static func with<Value: Sendable>(
        _ script: String, _ arguments: [String] = [], _ body: (LineServer) async throws -> Value
    ) async throws -> Value {
        let result = try await Subprocess.run(
            .path(FilePath(Checkout.python)),
            arguments: Arguments(["\(Checkout.path)/Tests/Judges/\(script)"] + arguments), input: .none,
            output: .sequence, error: .bytes(limit: 1 << 20)
        ) { execution in
            do {
                let value = try await body(LineServer(execution.standardOutput))
                try execution.send(signal: .kill)
                return Result<Value, any Error>.success(value)
            } catch {
                try execution.send(signal: .kill)
                return .failure(error)
            }
        }
        return try result.closureResult.get()
    }
}
