internal import ArgumentParser
internal import AuditLedger
internal import BackupTruth
internal import ErasureLedger
internal import PostgresAccess

/// `habeas fence`: the gate that keeps a restored server shut.
struct FenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fence", abstract: "The gate that keeps a restored server shut until it is replayed.",
        discussion: """
            A small shell program in the data folder, which travels in every physical copy, and \
            a setting that runs it at the end of archive recovery: the restored server then \
            takes one role on its local socket and nobody else, until `habeas replay` opens it. \
            Copies that go through crash recovery alone (snapshots, copies of the data folder) \
            and dumps aren't gated (docs/restore.md).

            EXAMPLES
              habeas fence install
              habeas fence install --print > fence.sql
              habeas fence status
              habeas fence remove
            """, subcommands: [Install.self, Status.self, Remove.self])

    /// `habeas fence install`
    struct Install: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install", abstract: "Write the program into the data folder and set recovery_end_command.",
            discussion: """
                Needs a superuser in database.url, or --print and whoever is one. Run it again \
                after an upgrade. --role is who may come in to a restored server; by --access \
                it proves who it is over the local socket.

                EXAMPLES
                  habeas fence install
                  habeas fence install --role postgres --access peer
                  habeas fence install --print > fence.sql
                """)
        @Option(
            help: ArgumentHelp("The superuser who may come in; the one of database.url unless said.", valueName: "role")
        )
        var role: String?
        @Option(help: ArgumentHelp("How they prove who they are.", valueName: "peer|scram-sha-256|md5|trust"))
        var access: FenceMethod = .peer
        @Flag(help: "Print the SQL instead of running it.") var print = false
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config)
            let status = try await PostgresConnection.withConnection(to: try settings.operatorTarget()) { connection in
                let user = try await connection.facts().role
                let program = try FenceProgram(role: role ?? user, method: access)
                let fence = Fence(on: connection)
                guard !print else {
                    let folder = try await fence.dataFolder()
                    Terminal.print(
                        Fence.statements(program, dataFolder: folder).map { "\($0);" }.joined(separator: "\n"))
                    return Fence.Status?.none
                }
                try await fence.install(program)
                return try await fence.status()
            }
            await beginLedger(settings)
            guard let status else { return }
            if common.json { return try Terminal.printJSON(status) }
            Terminal.print("the fence is in \(status.dataFolder): copies taken from now on are gated")
            if status.hotStandby { Terminal.note(FenceWords.hotStandby) }
            Terminal.note(FenceWords.notGated)
        }

        /// A restored server is opened by the ledger alone, so there is one from now on, also before the first erasure.
        private func beginLedger(_ settings: Settings) async {
            do {
                let key = LedgerKey(try ErasureKeys(folder: settings.keysPath).ledger)
                let known = try await KnownLedger.head(settings)
                _ = try await ErasureLedger.open(folder: settings.erasureLedgerPath, key: key, known: known)
            } catch {
                Terminal.note(
                    "habeas: warning: the erasure ledger isn't there yet: \(CommandFailure(error).message); without one no "
                        + "restored server can be opened")
            }
        }
    }

    /// `habeas fence status`
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Whether copies of the server are gated; status 1 when they aren't.",
            discussion: "EXAMPLES\n  habeas fence status\n  habeas fence status --json")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config)
            let status = try await PostgresConnection.withConnection(to: try settings.operatorTarget()) {
                try await Fence(on: $0).status()
            }
            if common.json { try Terminal.printJSON(status) } else { show(status) }
            if !status.isInstalled { throw ExitStatusError(status: .failed) }
        }

        private func show(_ status: Fence.Status) {
            let (found, mend) = FenceWords.finding(status)
            Terminal.print(found + (mend.map { "\n  mend: \($0)" } ?? ""))
            if status.isClosed { Terminal.print("the server is shut; `habeas replay` opens it") }
            if status.isInstalled {
                if status.hotStandby { Terminal.print(FenceWords.hotStandby) }
                Terminal.print(FenceWords.notGated)
            }
        }
    }

    /// `habeas fence remove`
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take the setting back: copies taken from then on aren't gated.",
            discussion: "EXAMPLES\n  habeas fence remove")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config)
            try await PostgresConnection.withConnection(to: try settings.operatorTarget()) {
                try await Fence(on: $0).remove()
            }
            Terminal.print("the fence is taken back; copies taken before are still gated")
        }
    }
}

extension FenceMethod: ExpressibleByArgument {}

/// What is said of fences.
enum FenceWords {
    static let hotStandby =
        "restore with hot_standby = off: with it on, readers may come in before recovery ends"
    static let notGated =
        "not gated: copies that only do crash recovery (snapshots of disks or machines, copies of the data folder) and "
        + "dumps, and what barman recover restores without its hook (docs/restore.md); open those by habeas replay before the "
        + "product"

    /// What a status says, and what to do about it.
    static func finding(_ status: Fence.Status) -> (found: String, mend: String?) {
        if let other = status.otherCommand {
            return ("recovery_end_command is another one: \(other)", "have it run ./\(FenceProgram.name) close first")
        }
        guard status.isSet else { return ("restored copies aren't gated", "habeas fence install") }
        switch status.program {
        case .missing:
            return (
                "\(FenceProgram.name) isn't in the data folder, so restored copies wouldn't start",
                "habeas fence install"
            )
        case .other: return ("\(FenceProgram.name) is of another version, or was changed", "habeas fence install")
        case .whole:
            return ("copies that go through archive recovery are gated; \(status.role ?? "?") may come in", nil)
        }
    }
}
