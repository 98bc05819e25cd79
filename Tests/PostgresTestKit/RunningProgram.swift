internal import Foundation
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// A program that runs while a test does something with it.
package final class RunningProgram: Sendable {
    /// A signal that can be sent to it.
    package enum Ending: Sendable {
        /// Asks it to end in order: SIGTERM.
        case stop
        /// Ends it at once: SIGKILL.
        case kill
        /// Ctrl-C: SIGINT.
        case interrupt
    }

    /// Its process id.
    package let pid: Int32
    private let lines = Mutex((seen: [String](), isOver: false, listeners: [AsyncStream<String>.Continuation]()))

    private init(pid: Int32) { self.pid = pid }

    /// Everything that it wrote to standard error so far.
    package var log: String { lines.withLock { $0.seen.joined(separator: "\n") } }

    /// Sends it a signal.
    package func send(_ ending: Ending) {
        let number =
            switch ending {
            case .stop: SIGTERM
            case .kill: SIGKILL
            case .interrupt: SIGINT
            }
        kill(pid, number)
    }

    /// Waits for a line on standard error that holds `text`, also one that was written before.
    ///
    /// - Returns: the line; nil when the program ended without one.
    package func line(with text: String) async -> String? {
        for await line in newsAndPast() where line.contains(text) { return line }
        return nil
    }

    /// Waits until it has closed standard error, which it does when it ends.
    package func waitForEnd() async { for await _ in newsAndPast() {} }

    private func newsAndPast() -> AsyncStream<String> {
        AsyncStream { continuation in
            lines.withLock { state in
                for line in state.seen { continuation.yield(line) }
                if state.isOver { continuation.finish() } else { state.listeners.append(continuation) }
            }
        }
    }

    private func note(_ line: String) {
        lines.withLock { state in
            state.seen.append(line)
            for listener in state.listeners { listener.yield(line) }
        }
    }

    private func noteEnd() {
        lines.withLock { state in
            state.isOver = true
            for listener in state.listeners { listener.finish() }
            state.listeners = []
        }
    }

    /// Runs a program for as long as `body` runs, then asks it to end in order, if it hasn't ended yet.
    ///
    /// - Returns: what `body` gave, and the program's status; 128 and the signal's number when a signal ended it.
    package static func with<Value: Sendable>(
        _ program: String, _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:],
        _ body: (RunningProgram) async throws -> Value
    ) async throws -> (value: Value, status: Int32) {
        var overrides: [Environment.Key: String?] = [:]
        for (name, value) in environment { overrides[Environment.Key(stringLiteral: name)] = value }
        let result = try await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(arguments), environment: .inherit.updating(overrides),
            workingDirectory: folder.map { FilePath($0) }, input: .none, output: .discarded, error: .sequence
        ) { execution in
            let running = RunningProgram(pid: execution.processIdentifier.value)
            let output = execution.standardError
            async let reading: Void = running.read(output)
            let outcome: Result<Value, any Error>
            do { outcome = .success(try await body(running)) } catch { outcome = .failure(error) }
            await running.end()
            await reading
            return outcome
        }
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let number): 128 + number
            }
        return (try result.closureResult.get(), status)
    }

    private func read(_ output: SubprocessOutputSequence) async {
        // A pipe that breaks is the program's end.
        do { for try await line in output.strings() { note(line.trimmingCharacters(in: .newlines)) } } catch {}
        noteEnd()
    }

    /// Asks it to end; a program that hasn't in a minute is killed, and its status tells.
    private func end() async {
        send(.stop)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.waitForEnd() }
            tasks.addTask {
                do { try await Task.sleep(for: .seconds(60)) } catch { return }
                self.send(.kill)
            }
            _ = await tasks.next()
            tasks.cancelAll()
        }
    }
}
