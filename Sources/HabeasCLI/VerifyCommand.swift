internal import ArchiveFormat
internal import ArgumentParser
internal import AuditLedger
internal import Exporting
internal import ObjectStore

/// `habeas verify`: judges an archive offline.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Check an archive, or an export of the audit chain, offline: container, digests, row counts, signature.",
        discussion: """
            Needs no database and no network. The published key is a PEM file or the list \
            that `habeas keys show --json` prints. Without --key the keys of the settings \
            serve; with none at hand everything else is checked and the status is 3.

            An export of the audit chain (`habeas audit export`) is known by its first line.
            A sealed archive is known by the key file beside it (ada.zip.key) and is opened \
            with the wrapping key in the folder of the setting keys.

            EXAMPLES
              habeas verify ada.zip --key published.json
              habeas verify ada.zip --json

            WITHOUT US
              unzip ada.zip && cd personal-data_*
              sha256sum -c manifest-sha256.txt && sha256sum -c tagmanifest-sha256.txt
              openssl pkeyutl -verify -pubin -inkey KEY.pem -rawin \\
                  -in habeas-manifest.json -sigfile habeas-manifest.sig
            """)

    @Argument(help: "The archive.")
    var file: String

    @Option(help: ArgumentHelp("A published key; may be given several times.", valueName: "file"))
    var key: [String] = []

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings(file: common.config)
        let keys = try VerifyingKeys.read(key, settings)
        let chain = AuditFile(file)
        guard !chain.isExport else { return try chain.judge(keys: keys, asJSON: common.json) }
        let archive = try ArchiveFile(file, settings)
        let report = try ArchiveVerifier.verify(archive.source, keys: keys)
        if common.json {
            try Terminal.printJSON(VerificationSummary(file, report, archive.seal))
        } else {
            if let seal = archive.seal { Terminal.print("\(seal.words)\n") }
            printTable(report)
        }
        guard report.isSound else { throw ExitStatusError(status: .verificationFailed) }
        guard report.isComplete else { throw ExitStatusError(status: .refused) }
    }

    private func printTable(_ report: VerificationReport) {
        let marks: [VerificationReport.Check.Outcome: String] = [
            .passed: "ok", .failed: "FAILED", .unchecked: "unchecked",
        ]
        let rows = report.checks.map { [marks[$0.outcome] ?? "", $0.name, $0.detail] }
        Terminal.print(Terminal.table(["", "Check", "Found"], rows))
        Terminal.print("\n\(file): \(verdict(report))")
    }

    private func verdict(_ report: VerificationReport) -> String {
        guard report.isSound else { return "NOT sound" }
        return report.isComplete ? "sound" : "sound as far as it could be checked"
    }
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

    init(_ file: String, _ report: VerificationReport, _ seal: Seal?) {
        self.file = file
        self.seal = seal
        sound = report.isSound
        complete = report.isComplete
        checks = report.checks
        collections = report.manifest?.collections ?? []
        entries = report.entryCount
        unpackedBytes = report.unpackedBytes
    }
}
