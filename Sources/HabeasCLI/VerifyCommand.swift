internal import ArchiveFormat
internal import ArgumentParser
internal import AuditLedger
internal import Exporting
internal import ObjectStore

/// `habeas verify`: judges archives and proofs offline.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Check an archive, certificate, plan, evidence, drill, export of the audit chain or erasure ledger, offline.",
        discussion: """
            Needs no database and no network. The published key is a PEM file or the list \
            that `habeas keys show --json` prints. Without --key the keys of the settings \
            serve; with none at hand everything else is checked and the status is 3.

            An export of the audit chain (`habeas audit export`) is known by its first line.
            So is the erasure ledger, one file of it or its folder; its codes are judged with \
            ledger.key in the folder of the setting keys, and without it the status is 3.

            A certificate is its JSON file with the signature beside it (certificate.json and \
            certificate.sig; either may be named). Of a plan the digest that is approved is \
            printed. The report of a drill is signed like a certificate. A pack of \
            `habeas evidence` is known by its evidence.json.

            A sealed archive is known by the key file beside it (ada.zip.key) and is opened \
            with the wrapping key in the folder of the setting keys.

            Of an archive in several parts each is judged alone; given together they are \
            also held against each other, so that a missing or foreign one is found.

            EXAMPLES
              habeas verify ada.zip --key published.json
              habeas verify ada.zip --json
              habeas verify ada-part*.zip
              habeas verify ledger
              habeas verify certificate.json --key published.json
              habeas verify evidence.zip --key published.json

            WITHOUT US
              unzip ada.zip && cd personal-data_*
              sha256sum -c manifest-sha256.txt && sha256sum -c tagmanifest-sha256.txt
              openssl pkeyutl -verify -pubin -inkey KEY.pem -rawin \\
                  -in habeas-manifest.json -sigfile habeas-manifest.sig
            """)

    @Argument(help: ArgumentHelp("The archive, or all parts of it.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("A published key; may be given several times.", valueName: "file"))
    var key: [String] = []

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings(file: common.config)
        let keys = try VerifyingKeys.read(key, settings)
        if let file = files.first, files.count == 1, let ledger = LedgerFile(file) {
            return try LedgerJudgement(try await ledger.judge(settings), of: file).print(asJSON: common.json)
        }
        if let file = files.first, files.count == 1, AuditFile(file).isExport {
            return try AuditFile(file).judge(keys: keys, asJSON: common.json)
        }
        if let file = files.first, files.count == 1, let proof = try ProofFile(file) {
            return try proof.judge(keys: keys).print(asJSON: common.json)
        }
        let judged = try files.map { try JudgedArchive($0, settings, keys) }
        let together = judged.count > 1 ? ArchiveVerifier.verifyTogether(judged.map(\.report)) : nil
        if common.json { try printJSON(judged, together) } else { printTables(judged, together) }
        let isWhole = (together?.outcome ?? .passed) == .passed
        guard isWhole, judged.allSatisfy(\.report.isSound) else { throw ExitStatusError(status: .verificationFailed) }
        guard judged.allSatisfy(\.report.isComplete) else { throw ExitStatusError(status: .refused) }
    }

    private func printTables(_ judged: [JudgedArchive], _ together: VerificationReport.Check?) {
        for archive in judged {
            Terminal.print(archive.words)
            if judged.count > 1 { Terminal.print("") }
        }
        if let together {
            let verdict = together.outcome == .passed ? "they belong together" : "NOT the whole archive"
            Terminal.print("together: \(together.detail)\n\(Terminal.count(judged.count, "archive")): \(verdict)")
        } else if let part = judged.first?.report.manifest?.part {
            Terminal.note(
                "habeas: note: this is part \(part.number)\(part.isLast ? " of \(part.number)" : " of several"); "
                    + "give all parts to have them held against each other")
        }
    }

    /// One document: of one archive its own, of several a list with what holds them together.
    private func printJSON(_ judged: [JudgedArchive], _ together: VerificationReport.Check?) throws {
        guard let together else {
            for archive in judged { try Terminal.printJSON(VerificationSummary(archive)) }
            return
        }
        try Terminal.printJSON(PartsSummary(archives: judged.map(VerificationSummary.init), together: together))
    }
}

/// One archive and what was found.
private struct JudgedArchive {
    let file: String
    let seal: Seal?
    let report: VerificationReport

    init(_ file: String, _ settings: Settings, _ keys: [[UInt8]]) throws {
        let archive = try ArchiveFile(file, settings)
        self.file = file
        seal = archive.seal
        report = try ArchiveVerifier.verify(archive.source, keys: keys)
    }

    /// The checks as a table, and the verdict.
    var words: String {
        let rows = report.checks.map { [$0.mark, $0.name, $0.detail] }
        return (seal.map { "\($0.words)\n\n" } ?? "") + Terminal.table(["", "Check", "Found"], rows)
            + "\n\n\(file): \(verdict)"
    }

    private var verdict: String {
        guard report.isSound else { return "NOT sound" }
        return report.isComplete ? "sound" : "sound as far as it could be checked"
    }
}

/// What `--json` prints of several archives.
private struct PartsSummary: Encodable {
    let archives: [VerificationSummary]
    let together: VerificationReport.Check
}

/// The published keys to verify with.
enum VerifyingKeys {
    /// Those of the files named, else those of the settings; none when there are none.
    static func read(_ files: [String], _ settings: Settings) throws -> [[UInt8]] {
        guard files.isEmpty else {
            return try files.flatMap {
                try KeyRing.rawKeys(published: String(decoding: try WholeFile.read($0), as: UTF8.self))
            }
        }
        do { return try KeyRing(folder: settings.keysPath).rawKeys() } catch let error where error.code == .missing {
            return []
        }
    }
}

/// What `--json` prints of a verification.
private struct VerificationSummary: Encodable {
    let file: String
    let seal: Seal?
    let sound: Bool
    let complete: Bool
    let checks: [VerificationReport.Check]
    let collections: [Manifest.CollectionCount]
    let entries: Int
    let unpackedBytes: UInt64

    init(_ archive: JudgedArchive) {
        let report = archive.report
        file = archive.file
        seal = archive.seal
        sound = report.isSound
        complete = report.isComplete
        checks = report.checks
        collections = report.manifest?.collections ?? []
        entries = report.entryCount
        unpackedBytes = report.unpackedBytes
    }
}
