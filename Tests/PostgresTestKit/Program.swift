internal import Foundation
internal import Subprocess
internal import SystemPackage

/// What a program left behind.
package struct ProgramOutcome: Sendable {
    /// Its exit status; 128 and the signal's number when a signal ended it.
    package let status: Int32
    /// What it wrote to standard output.
    package let output: String
    /// What it wrote to standard error.
    package let errors: String
}

/// Runs programs that aren't ours, and ours.
package enum Program {
    /// Runs a program to its end.
    package static func run(
        _ program: String, _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:],
        input: String? = nil
    ) async throws -> ProgramOutcome {
        var overrides: [Environment.Key: String?] = [:]
        for (name, value) in environment { overrides[Environment.Key(stringLiteral: name)] = value }
        let executable: Executable = program.contains("/") ? .path(FilePath(program)) : .name(program)
        let result = try await Subprocess.run(
            executable, arguments: Arguments(arguments), environment: .inherit.updating(overrides),
            workingDirectory: folder.map { FilePath($0) }, input: .string(input ?? ""),
            output: .bytes(limit: 64 << 20), error: .bytes(limit: 64 << 20))
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let number): 128 + number
            }
        return ProgramOutcome(
            status: status, output: String(decoding: result.standardOutput, as: UTF8.self),
            errors: String(decoding: result.standardError, as: UTF8.self))
    }

    /// Runs `habeas`.
    package static func habeas(
        _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:], input: String? = nil
    ) async throws -> ProgramOutcome {
        try await run(Checkout.binary, arguments, in: folder, environment: environment, input: input)
    }
}
