internal import RightsCore
internal import Subprocess
internal import SystemPackage

/// What a backup tool printed, and how it ended.
struct ToolOutput: Sendable, Hashable {
    let output: [UInt8]
    let errors: [UInt8]
    /// Its exit status; nil when a signal ended it.
    let status: Int32?

    init(_ output: [UInt8], errors: [UInt8] = [], status: Int32? = 0) {
        self.output = output
        self.errors = errors
        self.status = status
    }

    /// What is wrong with how it ended; nil when nothing is.
    func obstacle(_ what: String) -> Obstacle? {
        guard let status else { return Obstacle(.toolFailed, "\(what): ended by a signal") }
        guard status == 0 else {
            return Obstacle(.toolFailed, "\(what): exit status \(status)\(firstWords)")
        }
        return errors.isEmpty ? nil : Obstacle(.toolWarned, "\(what)\(firstWords)")
    }

    /// The first line of standard error, without anything that a terminal would obey.
    private var firstWords: String {
        let line = errors.prefix { $0 != 0x0a }.prefix(200)
        let shown = line.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }
        return shown.isEmpty ? "" : ": \(String(decoding: shown, as: UTF8.self))"
    }
}

/// Runs a program without a shell, with an end in time.
struct ToolRunner: Sendable {
    /// The longest that one call may take.
    let patience: Duration
    private static let outputLimit = 512 << 20
    private static let errorLimit = 1 << 20

    /// Runs to the end. Arguments hold no secret: every user of the machine sees them.
    func run(_ command: [String], _ arguments: [String]) async -> Result<ToolOutput, ToolFailure> {
        guard let program = command.first else { return .failure(ToolFailure(reason: "no program is named")) }
        let all = Array(command.dropFirst()) + arguments
        return await withTaskGroup { group in
            group.addTask { await Self.finish(program, all) }
            group.addTask { [patience] in
                do { try await Task.sleep(for: patience) } catch { return .failure(ToolFailure(reason: "cancelled")) }
                return .failure(ToolFailure(reason: "no end after \(patience)"))
            }
            let first = await group.next() ?? .failure(ToolFailure(reason: "cancelled"))
            // Cancelling ends the program, and the group waits until it is gone.
            group.cancelAll()
            return first
        }
    }

    private static func finish(_ program: String, _ arguments: [String]) async -> Result<ToolOutput, ToolFailure> {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        // A session of its own, so that Ctrl-C reaches us alone.
        options.createSession = true
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
                environment: .inherit.updating(["LC_ALL": "C", "TZ": "UTC"]), workingDirectory: "/",
                platformOptions: options, output: .bytes(limit: outputLimit), error: .bytes(limit: errorLimit))
            guard case .exited(let status) = result.terminationStatus else {
                return .success(ToolOutput(result.standardOutput, errors: result.standardError, status: nil))
            }
            return .success(ToolOutput(result.standardOutput, errors: result.standardError, status: status))
        } catch {
            return .failure(ToolFailure(reason: "it can't be run, or printed too much"))
        }
    }
}

/// Why a program gave nothing.
struct ToolFailure: Error, Sendable, Hashable {
    let reason: String
}
