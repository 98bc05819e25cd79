internal import ArgumentParser
internal import BackupTruth
internal import ErasureLedger
internal import RightsCore
internal import RightsEngine

/// `habeas ledger`: what is done with the erasure ledger as a whole.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Let the erasure ledger forget what no copy can bring back any more.",
        discussion: "`habeas verify FOLDER` judges it.", subcommands: [Expire.self])

    /// `habeas ledger expire`
    struct Expire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "expire", abstract: "Remove entries that are older than any copy, and a margin.",
            discussion: """
                The service does it by itself every day. It may be stopped at any moment: run again, \
                it goes on.

                EXAMPLES
                  habeas ledger expire --dry-run
                  habeas ledger expire --json
                """)
        @Flag(help: "Say what would go, and change nothing.") var dryRun = false
        @OptionGroup var mapOptions: MapOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config, flags: mapOptions.flags)
            let actor = try settings.operatorActor()
            let outcome = try await settings.withControl(connections: 2) { control in
                try await ServiceErasures.with(settings) { erasures in
                    try await LedgerExpiring(erasures.tools, control).run(
                        at: Clock.now, by: actor, isDryRun: dryRun)
                }
            }
            guard let report = outcome else {
                throw CommandFailure(
                    .failed, code: "settings.missing", "no copy is declared, so nobody knows how long copies live",
                    hint: "write every place where copies of the database lie under `backups` in habeas.yaml")
            }
            let document = ExpiryDocument(report, isDryRun: dryRun)
            if common.json { try Terminal.printJSON(document) } else { Terminal.print(document.text) }
        }
    }
}

/// What is said of an expiry.
private struct ExpiryDocument: Encodable {
    let dryRun: Bool
    let before: String
    let until: Int
    let files: Int
    let entries: Int
    let restated: Int
    let stopsAt: String

    init(_ report: LedgerExpiryReport, isDryRun: Bool) {
        dryRun = isDryRun
        before = report.cutoff.rfc3339
        until = report.until
        files = report.files
        entries = report.entries
        restated = report.restated
        stopsAt = report.need.words
    }

    var text: String {
        guard files > 0 else { return "nothing expires before \(before): \(stopsAt)" }
        let (go, said) = dryRun ? ("would go", "would be said again") : ("are gone", "were said again")
        var lines = [
            "\(Terminal.count(entries, "entry", "entries")) in \(Terminal.count(files, "file")) \(go), "
                + "up to entry \(until), all from before \(before)"
        ]
        if restated > 0 { lines.append("\(Terminal.count(restated, "suppression")) in force \(said) at the end first") }
        return (lines + ["the rest stays: \(stopsAt)"]).joined(separator: "\n")
    }
}

/// How long the erasure ledger remembers, for `habeas doctor`.
enum LedgerLifeWords {
    static func found(_ settings: Settings) throws -> String {
        let margin = try settings.ledgerMarginDays()
        guard let copies = try settings.declaredCopies(),
            let life = LedgerLife(copies, purgeEveryDays: try settings.purgeEveryDays(), marginDays: margin)
        else { return "nothing ever expires: no copy is declared, so nobody knows how long copies live" }
        return
            "entries expire after \(life.days) days: the longest copy lives \(life.copyDays), and a margin of \(margin)"
    }
}
