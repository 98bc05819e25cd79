internal import ArgumentParser
internal import BackupTruth

/// `habeas replay`: erases again, in a restored database, who was erased.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Erase again in a restored database who was erased, prove it, and open the server.",
        discussion: """
            Verifies the erasure ledger first: one that is lost, cut or changed opens nothing \
            (status 6). Then it hashes every key of the database and finds who is in the ledger, \
            erases them as they were erased, puts suppressions back, ends what statutes keep no \
            longer, looks once more, and lifts the fence. What can't be erased again is named, \
            and the server stays shut (status 3). Interrupted, it goes on where it was.

            EXAMPLES
              habeas replay --database 'host=/var/run/postgresql dbname=shop user=postgres' --dry-run
              habeas replay --database 'host=/var/run/postgresql dbname=shop user=postgres'
              habeas replay --json
            """)

    @Option(
        help: ArgumentHelp(
            "The restored database (setting: database.url), as the role that its fence lets in.", valueName: "url"))
    var database: String?
    @Flag(help: "Print what would be done, and do nothing.") var dryRun = false
    @Flag(help: "Go by the data map of the settings, where it isn't the one of the erasures.") var acceptMapChange =
        false
    @OptionGroup var mapOptions: MapOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        var flags = mapOptions.flags
        flags["database.url"] = database
        let settings = try await Settings(file: common.config, flags: flags)
        let outcome = try await RestoredDatabase.with(settings) { try await replay($0) }
        if common.json { try Terminal.printJSON(outcome) } else { print(outcome) }
        guard outcome.report.unresolved.isEmpty else { throw ExitStatusError(status: .refused) }
    }

    private struct Outcome: Encodable {
        let report: ReplayReport
        /// `lifted`, `none` where the server wasn't shut, `closed` where it stays so.
        let fence: String
    }

    private func replay(_ restored: RestoredDatabase) async throws -> Outcome {
        for warning in restored.warnings { Terminal.note("habeas: warning: \(warning)") }
        let ledger = try await restored.openLedger()
        try await restored.makeCompanion(dryRun: dryRun)
        let line = ProgressLine()
        let replayer = try restored.replayer(ledger) { line.show(Self.words($0)) }
        let permissions = Replayer.Permissions(acceptsMapChange: acceptMapChange)
        let result: Result<ReplayReport, any Error>
        do { result = .success(try await replayer.run(dryRun: dryRun, permissions)) } catch { result = .failure(error) }
        line.clear()
        let report = try result.get()
        guard !dryRun else { return Outcome(report: report, fence: "untouched") }
        try await restored.note(report)
        guard report.isComplete else { return Outcome(report: report, fence: "closed") }
        return Outcome(report: report, fence: try await restored.liftFence() ? "lifted" : "none")
    }

    private static func words(_ progress: ReplayProgress) -> String {
        switch progress.phase {
        case "finding": "looking for the erased: \(progress.scope ?? ""), \(progress.done) keys"
        case "erasing": "erasing again: \(progress.done) of \(progress.total ?? 0)"
        default: "looking once more"
        }
    }

    private func print(_ outcome: Outcome) {
        let report = outcome.report
        Terminal.print(
            "the ledger goes to entry \(report.ledgerEntry); \(report.missingRuns) erasures aren't in the database")
        if !report.looked.isEmpty {
            Terminal.print(
                Terminal.table(
                    ["looked at", "keys", "erased once", "found"],
                    report.looked.map { [$0.scope, "\($0.keys)", "\($0.wanted)", "\($0.found)"] }))
        }
        let would = dryRun ? "would be " : ""
        Terminal.print("\(report.erasedAgain) \(would)erased again, \(Terminal.count(report.rows, "row"))")
        if report.keptOnPurpose > 0 { Terminal.print("\(report.keptOnPurpose) found with nothing left to erase") }
        Terminal.print(
            "suppressions: \(report.suppressionsAdded) \(would)put back, \(report.suppressionsLifted) \(would)lifted")
        if report.documentsEnded > 0 { Terminal.print("\(report.documentsEnded) documents \(would)ended") }
        for note in report.notes { Terminal.print("note: \(note)") }
        for one in report.unresolved {
            Terminal.print("NOT erased: \(one.scope), entry \(one.entry): \(one.reasons.joined(separator: "; "))")
        }
        guard !dryRun else { return }
        if report.isComplete {
            Terminal.print(
                "verified: nobody is found again; timeline \(report.timeline ?? 0), \(report.position ?? "?")")
        }
        switch outcome.fence {
        case "lifted": Terminal.print("the fence is lifted: the server is open")
        case "closed": Terminal.print("the server stays shut; mend what is named, and run it again")
        default: break
        }
    }
}
