internal import ArgumentParser
internal import AuditLedger
internal import BackupTruth
internal import DataMap
internal import Erasing
internal import ErasureLedger
internal import FoundationEssentials
internal import ObjectStore
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// `habeas backups drill`: restores backups into scratch servers and tries what a restore relies on.
struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract: "Restore the newest and the oldest backup of each copy, and try gate and replay in them.",
        discussion: """
            Each backup is restored into a folder of its own, started on a unix socket with \
            settings of the drill's alone, judged, stopped and removed. The real server, its \
            archive, the object stores and the real ledger are only read; the audit chain is told \
            of the drill. Canaries are texts that should be gone; they are looked for in rows and \
            in the bytes of all files. The scratch folder holds the personal data of a whole \
            database while a drill runs.

            As root, the server runs as postgres; else run it as the user of the backup tool. \
            Status 3 when somebody has to look at something, 6 when the ledger isn't sound.

            EXAMPLES
              habeas backups drill --output /srv/drills
              habeas backups drill --scratch /srv/scratch --canaries canaries.txt
              habeas backups drill --timeout 4h --json

            FROM CRON
              17 3 * * 0  cd /etc/habeas && habeas backups drill --quiet --output /srv/drills
            """)

    @Option(help: ArgumentHelp("Where to restore to; the folder for temporary files unless said.", valueName: "folder"))
    var scratch: String?
    @Option(
        name: [.short, .long], help: ArgumentHelp("Keep the signed report in this folder.", valueName: "folder"))
    var output: String?
    @Option(help: ArgumentHelp("A file with one such text a line; “-” is standard input.", valueName: "file"))
    var canaries: String?
    @Option(help: ArgumentHelp("The longest that one step may take; an hour unless said.", valueName: "time"))
    var timeout: String?
    @Flag(help: "Go by the data map of the settings, where it isn't the one of the erasures.")
    var acceptMapChange = false
    @Flag(help: "Print nothing unless something is found.") var quiet = false
    @OptionGroup var mapOptions: MapOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        var flags = mapOptions.flags
        flags["timeout"] = timeout
        let settings = try await Settings(file: common.config, flags: flags)
        let copies = try BackupsCommand.copies(settings)
        let texts = try CanaryFile.read(canaries)
        let lock = try DrillLock(of: settings.erasureLedgerPath)
        let outcome: Result<DrillReport, any Error>
        do { outcome = .success(try await drill(settings, copies, texts)) } catch { outcome = .failure(error) }
        lock.release()
        let report = try outcome.get()
        let bytes = try report.canonicalBytes()
        let signature = try KeyRing(folder: settings.keysPath).sign(bytes)
        let kept = try keep(report, bytes, signature)
        await note(report, bytes, settings)
        let isFound = !report.findings.isEmpty
        if common.json {
            Terminal.print(String(decoding: bytes, as: UTF8.self))
        } else if !quiet || isFound {
            Terminal.print(DrillPage(report, keptAs: kept).text)
        }
        guard isFound else { return }
        let isLedger = report.findings.contains { $0.finding.code == .ledger }
        throw ExitStatusError(status: isLedger ? .verificationFailed : .refused)
    }

    // MARK: drilling

    private func drill(_ settings: Settings, _ copies: [DeclaredCopy], _ texts: [String]) async throws -> DrillReport {
        let started = Clock.now
        let map = try settings.map()
        let ledger = try await DrillLedger(settings)
        let scratch = scratchFolder()
        let (past, live) = try await ledger.withCopy(in: scratch) { ledger in
            (
                try await LedgerPast(of: ledger, store: map.service),
                try await LiveSide.read(settings, copies, ledger, now: started)
            )
        }
        let place = try DrillPlace(settings)
        let work = Drill(
            map: map, copies: copies, readings: live.readings,
            erasures: DrillErasures(past, live.purges, live.readings),
            settings: DrillSettings(
                scratch: scratch,
                patience: try settings.duration("timeout", atMost: .seconds(7 * 86_400), default: .seconds(3600)),
                roles: settings.list("fence.roles"), database: place.database, users: [place.user],
                canaries: DrillCanaries(texts)),
            parts: parts(settings, ledger, texts), now: started)
        var versions = await work.versions()
        versions["habeas"] = habeasVersion
        let reports = try await work.run()
        return DrillReport(
            service: map.service, startedAt: started, endedAt: Clock.now, versions: versions,
            ledger: DrillReport.Ledger(entry: past.head.seq, head: past.head.hash.hex), canaries: texts.count,
            copies: reports)
    }

    private func scratchFolder() -> String {
        let variable = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 }
        let folder = scratch ?? variable ?? "/tmp"
        return folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    }

    private func parts(_ settings: Settings, _ ledger: DrillLedger, _ texts: [String]) -> Drill.Parts {
        let (config, map, accepts, isQuiet) = (common.config, mapOptions.map, acceptMapChange, quiet)
        let canaries = CanaryFile.hunted(texts)
        return Drill.Parts(
            rehearse: { stage in
                let rehearsal = DrillRehearsal(config: config, map: map, acceptsMapChange: accepts, ledger: ledger)
                return try await rehearsal.run(on: stage)
            },
            hunt: { target in
                let budget = try settings.huntBudget()
                let report = try await LeftoverHunt([canaries], limits: HuntLimits(budget: budget))
                    .search(target, in: .all(except: []), mapped: [])
                return Drill.RowHunt(
                    rows: Int(report.finds.reduce(0) { $0 + $1.rows }), isComplete: report.isComplete)
            },
            say: { if !isQuiet { Terminal.note("habeas: \($0)") } })
    }

    // MARK: telling

    /// Writes report and signature; gives the report's path.
    private func keep(_ report: DrillReport, _ bytes: [UInt8], _ signature: [UInt8]) throws -> String? {
        guard let output else { return nil }
        let stamp = report.startedAt.rfc3339.filter { $0.isLetter || $0.isNumber }
        let path = "\(output)/drill-\(stamp)"
        try WholeFile.makeFolder(output)
        // The report is there whole only with its signature.
        try WholeFile.replace("\(path).sig", with: signature, mode: 0o600)
        try WholeFile.replace("\(path).json", with: bytes, mode: 0o600)
        return "\(path).json"
    }

    /// Has the audit chain remember it, where there is one. That it can't be told changes nothing of what was found.
    private func note(_ report: DrillReport, _ bytes: [UInt8], _ settings: Settings) async {
        do {
            let actor = try settings.operatorActor()
            let entry = AuditEntry(
                .backupsDrilled, by: actor,
                [
                    "backups": .number(report.copies.reduce(0) { $0 + $1.backups.count }),
                    "findings": .number(report.findings.count), "entry": .number(report.ledger.entry),
                    "report": .hash(ErasurePlan.digest(of: bytes)),
                ])
            try await settings.tellAudit(entry)
        } catch {
            Terminal.note(
                "habeas: warning: the audit chain wasn't told of the drill: the control database doesn't answer")
        }
    }
}
