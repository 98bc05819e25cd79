internal import ArgumentParser
internal import BackupTruth
internal import ErasureLedger
internal import RightsEngine

/// `habeas dump`: a dump that can be judged later.
struct DumpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump", abstract: "Make a dump with pg_dump, and note what it is newer than.",
        discussion: """
            Beside the dump stands NAME.habeas.json: where in the server's history the dump's \
            snapshot lies, how far the erasure ledger went, and the dump's SHA-256. A dump \
            without it is judged by its file's time at best.

            EXAMPLES
              habeas dump --output /srv/dumps/2026-11-22.dump
              habeas dump --output /srv/dumps/2026-11-22 --format directory
            """)
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("A file or folder that doesn't exist yet.", valueName: "path"))
    var output: String
    @Option(help: "custom, plain or directory, as pg_dump knows them.") var format: DumpRun.Format = .custom
    @OptionGroup var mapOptions: MapOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !output.isEmpty else { throw ValidationError("--output is empty") }
    }

    func run() async throws {
        let settings = try await Settings(file: common.config, flags: mapOptions.flags)
        let head = try await ServiceErasures.with(settings) { try await $0.tools.ledger().head() }
        let sidecar = try await DumpRun(try settings.operatorTarget(), format: format)
            .run(to: output, ledger: head, now: Clock.now)
        if common.json { return try Terminal.printJSON(Line(output, sidecar)) }
        Terminal.print(
            "\(output), newer than every erasure before \(sidecar.point.position); the erasure ledger stood at "
                + "\(sidecar.ledger.seq)")
    }

    private struct Line: Encodable {
        let dump: String
        let lsn: String
        let timeline: UInt32
        let ledgerSeq: Int

        init(_ dump: String, _ sidecar: DumpSidecar) {
            self.dump = dump
            lsn = "\(sidecar.point.position)"
            timeline = sidecar.point.timeline
            ledgerSeq = sidecar.ledger.seq
        }
    }
}

extension DumpRun.Format: ExpressibleByArgument {}
