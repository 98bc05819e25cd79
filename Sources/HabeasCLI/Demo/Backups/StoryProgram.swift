internal import FoundationEssentials
internal import Subprocess
internal import SystemPackage

/// A program that the story of backups runs, as somebody at the terminal would.
struct StoryProgram: Sendable {
    /// What it left behind.
    struct Outcome: Sendable {
        /// Its exit status; 128 and the signal's number when a signal ended it.
        let status: Int32
        let output: String
        let errors: String
    }

    private static let outputLimit = 64 << 20
    let words: [String]

    init(_ words: [String]) { self.words = words }

    /// This very program.
    static func habeas(_ arguments: [String]) throws -> StoryProgram {
        StoryProgram([try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")] + arguments)
    }

    /// Whether a program is on the search path.
    static func exists(_ name: String) async throws -> Bool {
        try await StoryProgram(["/bin/sh", "-c", "command -v \"$0\"", name]).outcome().status == 0
    }

    /// Runs it to its end, whatever that is.
    func outcome(input: String = "") async throws -> Outcome {
        guard let name = words.first else { preconditionFailure("a command has a program") }
        let result = try await Subprocess.run(
            name.contains("/") ? .path(FilePath(name)) : .name(name), arguments: Arguments(Array(words.dropFirst())),
            environment: .inherit.updating(Self.environment), workingDirectory: "/", input: .string(input),
            output: .bytes(limit: Self.outputLimit), error: .bytes(limit: Self.outputLimit))
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let number): 128 + number
            }
        return Outcome(
            status: status, output: String(decoding: result.standardOutput, as: UTF8.self),
            errors: String(decoding: result.standardError, as: UTF8.self))
    }

    /// Runs it, and stops the story where it doesn't succeed.
    @discardableResult
    func run() async throws -> String {
        let outcome = try await outcome()
        guard outcome.status == 0 else {
            // pgBackRest writes its errors to standard output.
            let said = [outcome.errors, outcome.output].joined().split(separator: "\n").suffix(6).joined(
                separator: "\n")
            throw CommandFailure(
                .failed, code: "demo.story-stopped",
                "a program of the story ended with status \(outcome.status): \(words.joined(separator: " "))\n\(said)")
        }
        return outcome.output
    }

    /// Settings of the terminal's outrank the story's file, so none is handed on.
    private static var environment: [Environment.Key: String?] {
        var changes: [Environment.Key: String?] = ["LC_ALL": "C"]
        for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("HABEAS_") && name != serverPrograms {
            changes[Environment.Key(stringLiteral: name)] = .some(nil)
        }
        return changes
    }

    private static let serverPrograms = "HABEAS_POSTGRES_BIN"
}
