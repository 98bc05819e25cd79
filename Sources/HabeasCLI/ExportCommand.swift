internal import ArchiveFormat
internal import ArgumentParser
internal import AuditLedger
internal import DataMap
internal import Exporting
internal import FoundationEssentials
internal import ObjectStore
internal import PostgresAccess
internal import RightsCore

/// `habeas export`: one person's archive, without the queue.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write one person's archive (operators only; no queue).",
        discussion: """
            Every row is read in one snapshot under row security, counted again past it, \
            and read back from the finished archive before the file gets its name. \
            Nothing half-written is left behind.

            EXAMPLES
              habeas export email:ada@example.com -o ada.zip --ticket T-1 --reason dsar
              habeas export user:0199… --right access --ticket T-1 --reason dsar:letter
              habeas export user:0199… --only tasks,contacts --ticket T-1 --reason dsar
              echo email:ada@example.com | habeas export - --ticket T-1 --reason dsar
              habeas export user:0199… --ticket T-1 --reason dsar -o - > ada.zip
              habeas export user:0199… --sealed -o ada.zip --ticket T-1 --reason dsar

            A sealed archive is encrypted under a key of its own, which lies wrapped beside \
            it (ada.zip.key); see `habeas unseal --help` and `habeas destroy --help`.
            """)

    @Argument(help: "KIND:ID or an identifier such as email:ADDRESS; “-” reads it from standard input.")
    var subject: String

    @Option(help: ArgumentHelp("Under which right.", valueName: "export|access"))
    var right: String = "export"

    @Option(help: ArgumentHelp("Under which law; the map's default unless given.", valueName: "id"))
    var regime: String?

    @Option(help: ArgumentHelp("In which form.", valueName: "json|csv|both"))
    var format: String = "both"

    @Option(
        help: ArgumentHelp(
            "Collections wanted, separated by commas or given several times; all unless given.", valueName: "names"))
    var only: [String] = []

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Where to: a file that doesn't exist yet, a folder, or “-” for standard output.", valueName: "file"))
    var output: String = "."

    @Flag(help: "Write the archive encrypted, its wrapped key beside it as FILE.key.")
    var sealed = false

    @Option(help: ArgumentHelp("The ticket in which it was asked for.", valueName: "id"))
    var ticket: String

    @Option(help: ArgumentHelp("Why: a code, then words for colleagues if need be.", valueName: "code[:words]"))
    var reason: String

    @Option(help: ArgumentHelp("How long the snapshot may be held: 90s, 30m, 2h.", valueName: "duration"))
    var snapshotBudget: String?

    @OptionGroup var mapOptions: MapOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        var flags = mapOptions.flags
        flags["snapshot.budget"] = snapshotBudget
        let settings = try await Settings(file: common.config, flags: flags)
        let map = try settings.map()
        let request = try makeRequest(map)
        let keys = try KeyRing(folder: settings.keysPath)
        let path = outputPath(request, map)
        let outcome = try await ExportSession(settings: settings, map: map, keys: keys, isStreaming: output == "-")
            .run(request, to: path, sealing: sealed ? try keys.wrapping.active() : nil)
        try report(outcome, at: output == "-" ? nil : path)
    }

    // MARK: input

    private func makeRequest(_ map: DataMap) throws -> ExportRequest {
        guard let right = Right(rawValue: right) else { throw usage("--right is export or access") }
        guard let format = DataFormat(rawValue: format) else { throw usage("--format is json, csv or both") }
        guard let reason = Reason(reason) else {
            throw usage("--reason begins with a code of a-z, 0-9 and -, at most 40 characters")
        }
        guard Self.isPlain(ticket) else { throw usage("--ticket takes at most 60 letters, digits and - _ . # /") }
        var regimeID = map.defaultRegime
        if let regime {
            guard let known = RegimeID(regime) else {
                throw usage("“\(regime)” is not a known regime; known: \(RegimeID.known.joined(separator: ", "))")
            }
            regimeID = known
        }
        guard let reference = SubjectReference(try subjectText()) else {
            throw usage("a person is written KIND:ID or an identifier such as email:ADDRESS")
        }
        let collections = only.flatMap { $0.split { $0 == "," || $0 == " " }.map(String.init) }
        guard only.isEmpty || !collections.isEmpty else { throw usage("--only names no collection") }
        guard !output.isEmpty else { throw usage("--output is empty") }
        guard !sealed || output != "-" else {
            throw usage("--sealed needs a file: its key lies beside it, and a stream has no beside")
        }
        var random = SystemRandomNumberGenerator()
        return ExportRequest(
            id: RequestID(now: Clock.now, using: &random), subject: reference, right: right, regime: regimeID,
            format: format, only: collections, ticket: ticket,
            reasonCode: reason.code)
    }

    private func subjectText() throws -> String {
        guard subject == "-" else { return subject }
        guard let line = try StandardInput.line(), !line.isEmpty else { throw usage("nothing came on standard input") }
        return line
    }

    private func usage(_ message: String) -> CommandFailure { CommandFailure(.usage, code: "usage", message) }

    private static func isPlain(_ ticket: String) -> Bool {
        (1...60).contains(ticket.utf8.count)
            && ticket.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.#/".contains($0)) }
    }

    private func outputPath(_ request: ExportRequest, _ map: DataMap) -> String {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: output, isDirectory: &isFolder), isFolder else { return output }
        return "\(output)/\(request.archiveName(service: map.service, on: Clock.now.utcDate)).zip"
    }

    // MARK: output

    private func report(_ outcome: ExportOutcome, at path: String?) throws {
        let lost = outcome.manifest.missing.count
        if lost > 0 {
            Terminal.note(
                "habeas: note: \(lost) file\(lost == 1 ? " is" : "s are") not whole in our storage; the archive lists each"
            )
        }
        if common.json {
            let document = try Terminal.json(ExportSummary(outcome, path, isSealed: sealed))
            if path == nil { Terminal.note(document) } else { Terminal.print(document) }
        } else if let path {
            Terminal.print(ArchiveListing(outcome.manifest).text)
            let done = sealed ? "sealed, read back and signed; its key is \(path).key" : "read back and signed"
            Terminal.print("\n\(path)  \(Terminal.size(outcome.bytes)), \(done)")
        }
    }
}

/// The clock at the door.
enum Clock {
    static var now: Instant { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
}

/// What `--json` prints of an export.
private struct ExportSummary: Encodable {
    let path: String?
    let sealed: Bool
    let bytes: UInt64
    let request: String
    let snapshot: Manifest.Snapshot
    let collections: [Manifest.CollectionCount]
    let files: Int
    let missing: [Manifest.MissingFile]
    let redacted: [Manifest.Omission]
    let notIncluded: [Manifest.Omission]

    init(_ outcome: ExportOutcome, _ path: String?, isSealed: Bool) {
        let manifest = outcome.manifest
        self.path = path
        sealed = isSealed
        bytes = outcome.bytes
        request = manifest.request.id
        snapshot = manifest.snapshot
        collections = manifest.collections
        files = manifest.files.count { $0.path.hasPrefix("data/files/") }
        missing = manifest.missing
        redacted = manifest.redacted
        notIncluded = manifest.notIncluded
    }
}

/// Runs one export with its connections, keys and progress.
struct ExportSession {
    let settings: Settings
    let map: DataMap
    let keys: KeyRing
    let isStreaming: Bool

    /// Runs the export; with a key to wrap its own, the archive is sealed.
    func run(
        _ request: ExportRequest, to path: String, sealing: WrappingKey? = nil
    ) async throws -> ExportOutcome {
        let line = ProgressLine()
        defer { line.clear() }
        let database = ExportDatabase(
            exporter: PostgresPool(to: try settings.exporterTarget(), limit: HeldSnapshot.lanes(map)),
            verifier: PostgresPool(to: try settings.verifierTarget(), limit: 1))
        let keys = keys
        let exporter = Exporter(
            map: map, database: database, stores: settings.stores(for: map), generator: "habeas \(habeasVersion)",
            publicKeys: try keys.rawKeys(), sign: { try keys.sign($0) }, progress: { line.show($0.words) })
        let limit = try settings.snapshotBudget()
        let makeBudget: @Sendable () -> SnapshotBudget = {
            let start = ContinuousClock.now
            return SnapshotBudget(limit: limit) { ContinuousClock.now - start }
        }
        let outcome: ExportOutcome
        do {
            outcome =
                isStreaming
                ? try await exporter.stream(request, budget: makeBudget())
                : try await exporter.export(request, to: path, sealing: sealing, makeBudget: makeBudget)
        } catch {
            await database.close()
            throw isStreaming ? Self.streamFailure(error) : error
        }
        await database.close()
        return outcome
    }

    /// What was streamed so far has no central directory; whoever reads it must not take it for an archive.
    private static func streamFailure(_ error: any Error) -> CommandFailure {
        let failure = CommandFailure(error)
        guard failure.status == .failed else { return failure }
        return CommandFailure(.verificationFailed, code: failure.code, failure.message, hint: failure.hint)
    }
}

extension ExportProgress {
    /// What the progress line says.
    var words: String {
        switch self {
        case .counting: "counting rows …"
        case .reading(let collection, let rows, let total?): "reading \(collection)  \(rows) of \(total) rows"
        case .reading(let collection, let rows, nil): "reading \(collection)  \(rows) rows"
        case .copying(let files, let total): "copying files  \(files) of \(total)"
        case .readingBack(let bytes): "reading back  \(Terminal.size(bytes)) …"
        case .restarting: "the snapshot's time is up; starting again with a new one …"
        }
    }
}
