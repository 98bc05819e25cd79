// HabeasCLI: the commands and what the terminal shows. It must never hold SQL, C, or a rule of law.

package import ArgumentParser

/// The program's version, as manifests name it.
package let habeasVersion = "0.1.0"

/// The root of all commands.
package struct HabeasCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "habeas",
        abstract: "Gives people the data you hold about them: complete, checked, and proven.",
        discussion: """
            EXAMPLES
              habeas demo               see it work, on a database of its own
              habeas doctor             is everything there that an export needs?
              habeas map init           propose a data map for your database
              habeas map check          is the data map true to the database?
              habeas export email:ada@example.com -o ada.zip --ticket T-1 --reason dsar
              habeas verify ada.zip     check an archive, offline
              habeas erase plan user:17 what would an erasure do?
              habeas serve              run the service
              habeas login              work with requests as staff
              habeas dashboard          what is due, late or at risk

            EXIT STATUS
              0 done · 1 failed · 3 refused by a rule, or something is left · 4 not found
              6 verification failed · 64 usage · 130 interrupted
            """,
        version: habeasVersion,
        subcommands: [
            InitCommand.self, DoctorCommand.self, MapCommand.self, ExportCommand.self, VerifyCommand.self,
            UnsealCommand.self, DestroyCommand.self, KeysCommand.self, AuditCommand.self, ServeCommand.self,
            WorkerCommand.self, LoginCommand.self, LogoutCommand.self, RequestCommand.self, LinkCommand.self,
            EraseCommand.self, HoldCommand.self, RecipientsCommand.self, SuppressionCommand.self, EvidenceCommand.self,
            JobsCommand.self, StaffCommand.self, DashboardCommand.self, ReportCommand.self,
            DeadlineCommand.self,
            RetentionCommand.self, PurgeCommand.self, BackupsCommand.self, DumpCommand.self, FenceCommand.self,
            ReplayCommand.self, LedgerCommand.self, RegimeCommand.self,
            CalendarCommand.self, DemoCommand.self,
        ])

    package init() {}

    /// Parses and runs a command line.
    ///
    /// - Returns: the exit status.
    package static func execute(_ arguments: [String], stop: StopRequest) async -> Int32 {
        await StopRequest.$current.withValue(stop) { await run(arguments) }
    }

    private static func run(_ arguments: [String]) async -> Int32 {
        let wantsJSON = arguments.contains("--json")
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitStatus.done.rawValue
        } catch let status as ExitStatusError {
            return status.status.rawValue
        } catch  where Self.isFromParser(error) {
            let text = Self.fullMessage(for: error)
            let code = Self.exitCode(for: error).rawValue
            guard code != 0 else {
                Terminal.print(text)
                return code
            }
            if wantsJSON {
                return report(CommandFailure(.usage, code: "usage", Self.message(for: error)), asJSON: true)
            }
            Terminal.note(text)
            return code
        } catch {
            return report(CommandFailure(error), asJSON: wantsJSON)
        }
    }

    private static func report(_ failure: CommandFailure, asJSON: Bool) -> Int32 {
        // A cancelled statement or wait is how an interruption surfaces, whatever error it took.
        let failure = Task.isCancelled ? CommandFailure(CancellationError()) : failure
        // A failure of strings always encodes.
        if asJSON, let json = try? Terminal.json(["error": failure]) {
            Terminal.note(json)
        } else {
            Terminal.note(failure.text)
        }
        return failure.status.rawValue
    }

    /// Errors of the parser itself: usage, help, version, completions.
    private static func isFromParser(_ error: any Error) -> Bool {
        error is CleanExit || error is ValidationError || error is ExitCode
            || String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
    }
}

/// Ends a command that has already said everything with a status of its own.
struct ExitStatusError: Error {
    let status: ExitStatus
}

/// Options that every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Read settings from this file instead of ./habeas.yaml.", valueName: "file"))
    var config: String?

    @Flag(help: "Print one JSON document.")
    var json = false
}

/// Options of commands that need the data map.
struct MapOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The data map (setting: map).", valueName: "file"))
    var map: String?

    var flags: [String: String] { map.map { ["map": $0] } ?? [:] }
}
