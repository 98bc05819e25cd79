internal import Glibc
internal import PrivatePostgres
internal import SystemPackage

/// Runs programs as the user of the restored server: ourselves, or `postgres` when we are root.
struct ServerAccount: Sendable {
    private let user: ServerUser
    private let runner: ToolRunner

    /// - Throws: `BackupError.drillFolder` when root has no such user.
    init(_ runner: ToolRunner) throws(BackupError) {
        do { user = try ServerUser.current() } catch {
            throw BackupError(.drillFolder, error.description, hint: "run the drill as the user of a server")
        }
        self.runner = runner
    }

    /// Us and that user.
    var users: Set<UInt32> { [geteuid(), user.uid] }

    /// Runs a program as that user.
    func run(_ program: String, _ arguments: [String]) async -> Result<ToolOutput, ToolFailure> {
        let (path, words) = user.command(FilePath(program), arguments)
        return await runner.run([path.string], words)
    }

    /// Gives a folder, with all that is in it, to that user or to the owner of a place.
    func give(_ folder: String, likeOwnerOf place: String? = nil) async throws {
        guard user.isOther else { return }
        let owner = place.map { "--reference=\($0)" } ?? "\(user.uid):\(user.gid)"
        let outcome = await runner.run(["chown"], ["--recursive", "--no-dereference", owner, folder])
        guard case .success(let output) = outcome, output.status == 0 else {
            throw DrillStop(.restoreFailed, "the scratch folder can't be given to the server's user")
        }
    }

    /// The folder of the programs of a major version.
    func programs(_ version: String) async throws -> String {
        for folder in ServerPrograms.candidates.map(\.string) {
            let outcome = await runner.run(["\(folder)/postgres"], ["--version"])
            guard case .success(let output) = outcome, output.status == 0 else { continue }
            let said = String(decoding: output.output, as: UTF8.self)
            let number = said.split(separator: " ").dropFirst(2).first ?? ""
            if number.prefix(while: { $0 != "." }).trimmingLineEnd == version { return folder }
        }
        throw DrillStop(.noStart, "PostgreSQL \(version), of which the backup is, isn't installed here")
    }
}

extension Substring {
    fileprivate var trimmingLineEnd: String { String(prefix { !$0.isNewline }) }
}
