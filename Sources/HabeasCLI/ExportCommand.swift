internal import ArchiveFormat
internal import ArgumentParser
internal import AuditLedger
internal import DataMap
internal import Exporting
internal import FoundationEssentials
internal import LegalRules
internal import ObjectStore
internal import PostgresAccess
internal import RightsCore
internal import SubjectAccess

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
              habeas export --people list.txt -o archives --ticket T-2 --reason migration
              habeas export user:0199… --sealed -o ada.zip --ticket T-1 --reason dsar
              habeas export user:0199… --part-size 2GB -o ada.zip --ticket T-1 --reason dsar

            A sealed archive is encrypted under a key of its own, which lies wrapped beside \
            it (ada.zip.key); see `habeas unseal --help` and `habeas destroy --help`. An \
            archive larger than --part-size becomes several (ada-part1.zip, ada-part2.zip \
            …), each of which opens alone; `habeas verify` takes them together.
            """)

    @Argument(help: "KIND:ID or an identifier such as email:ADDRESS; “-” reads it from standard input.")
    var subject: String?

    @Option(
        help: ArgumentHelp(
            "Instead of one person: a file with one a line, or “-” for standard input.", valueName: "file"))
    var people: String?

    @Option(help: ArgumentHelp("With --people: archives made at the same time.", valueName: "number"))
    var jobs: Int = 2

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

    @Option(
        help: ArgumentHelp("Cut the archive so that no file has more than this: 500MB, 2GB, 2GiB.", valueName: "size"))
    var partSize: String?

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
        try checkRegime(try settings.ruleBook())
        guard (subject == nil) != (people == nil) else { throw usage("name one person, or a list with --people") }
        let session = ExportSession(settings: settings, map: map, keys: try KeyRing(folder: settings.keysPath))
        if let people { return try await exportAll(try lines(of: people), map, session) }
        let request = try makeRequest(for: try subjectText(), map)
        let partBytes = try partBytes()
        let watch = ExportWatch()
        if output == "-" { return try report(try await session.stream(request), at: nil, watch) }
        let path = outputPath(request, map)
        let wrapping = sealed ? try session.keys.wrapping.active() : nil
        let outcome = try await session.write(request, to: path, sealing: wrapping, partSize: partBytes, watch: watch)
        try report(outcome, at: path, watch)
    }

    // MARK: input

    private func checkRegime(_ book: RuleBook) throws {
        guard let regime, !book.knowsRegime(regime) else { return }
        throw usage("“\(regime)” is not a known regime; known: \(book.regimeIDs.joined(separator: ", "))")
    }

    private func makeRequest(for person: String, _ map: DataMap) throws -> ExportRequest {
        guard let right = Right(rawValue: right) else { throw usage("--right is export or access") }
        guard let format = DataFormat(rawValue: format) else { throw usage("--format is json, csv or both") }
        guard let reason = Reason(reason) else {
            throw usage("--reason begins with a code of a-z, 0-9 and -, at most 40 characters")
        }
        guard Self.isPlain(ticket) else { throw usage("--ticket takes at most 60 letters, digits and - _ . # /") }
        var regimeID = map.defaultRegime
        if let regime {
            guard let known = RegimeID(regime) else { throw usage("“\(regime)” is not the id of a regime") }
            regimeID = known
        }
        guard let reference = SubjectReference(person) else {
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

    /// The size no part may pass. Smaller ones would hold little more than what describes them.
    private func partBytes() throws -> UInt64? {
        guard let partSize else { return nil }
        guard let size = ByteSize(partSize), size.bytes >= 8_000_000 else {
            throw usage("--part-size is a size of at least 8MB, such as 500MB or 2GB")
        }
        guard output != "-" else { throw usage("--part-size needs a file: a stream can't be cut") }
        return size.bytes
    }

    private func subjectText() throws -> String {
        guard let subject, subject == "-" else { return subject ?? "" }
        guard let line = try StandardInput.line(), !line.isEmpty else { throw usage("nothing came on standard input") }
        return line
    }

    /// The people of a list, each with the number of its line; empty lines name nobody.
    private func lines(of file: String) throws -> [(number: Int, person: String)] {
        let text = String(decoding: try WholeFile.read(file == "-" ? "/dev/stdin" : file), as: UTF8.self)
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .map { ($0 + 1, $1.trimmingWhitespace()) }.filter { !$0.1.isEmpty }
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

    // MARK: many people

    private func exportAll(_ people: [(number: Int, person: String)], _ map: DataMap, _ session: ExportSession)
        async throws
    {
        guard !people.isEmpty else { throw usage("--people names nobody") }
        guard (1...64).contains(jobs) else { throw usage("--jobs is a number from 1 to 64") }
        var isFolder = false
        guard FileManager.default.fileExists(atPath: output, isDirectory: &isFolder), isFolder else {
            throw usage("with --people, --output is a folder that exists")
        }
        let batch = try makeJobs(people, map)
        let list = BatchReport(total: batch.count, asJSON: common.json)
        let wrapping = sealed ? try session.keys.wrapping.active() : nil
        let partBytes = try partBytes()
        try await session.write(batch, workers: min(jobs, batch.count), sealing: wrapping, partSize: partBytes) {
            list.add($0, $1)
        }
        try list.finish()
    }

    private func makeJobs(_ people: [(number: Int, person: String)], _ map: DataMap) throws -> [BatchExport.Job] {
        var names: Set<String> = []
        var batch: [BatchExport.Job] = []
        for (number, person) in people {
            guard SubjectReference(person) != nil else {
                throw usage("line \(number): a person is written KIND:ID or an identifier such as email:ADDRESS")
            }
            var request = try makeRequest(for: person, map)
            while !names.insert(request.id.shortText).inserted { request = try makeRequest(for: person, map) }
            batch.append(BatchExport.Job(number: number, request: request, path: outputPath(request, map)))
        }
        return batch
    }

    // MARK: output

    private func report(_ outcome: ExportOutcome, at path: String?, _ watch: ExportWatch) throws {
        let lost = outcome.manifest.missing.count
        if lost > 0 {
            Terminal.note(
                "habeas: note: \(lost) file\(lost == 1 ? " is" : "s are") not whole in our storage; the archive lists each"
            )
        }
        if common.json {
            let document = try Terminal.json(ExportSummary(outcome, path, isSealed: sealed, watch))
            if path == nil { Terminal.note(document) } else { Terminal.print(document) }
        } else if let path {
            Terminal.print(ArchiveListing(outcome.manifest).text)
            let done = sealed ? "sealed, read back and signed; its key is \(path).key" : "read back and signed"
            guard outcome.parts.count > 1 else {
                return Terminal.print("\n\(path)  \(Terminal.size(outcome.bytes)), \(done)")
            }
            Terminal.print("")
            for part in outcome.parts { Terminal.print("\(part.path ?? "")  \(Terminal.size(part.bytes))") }
            Terminal.print(
                "\(outcome.parts.count) parts, \(Terminal.size(outcome.bytes)), "
                    + (sealed ? "sealed, read back and signed; the key of each is FILE.key" : "read back and signed"))
        }
    }
}

extension Substring {
    fileprivate func trimmingWhitespace() -> String {
        var rest = self.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace ?? false { rest.removeLast() }
        return String(rest)
    }
}

/// The clock at the door.
enum Clock {
    static var now: Instant { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
}
