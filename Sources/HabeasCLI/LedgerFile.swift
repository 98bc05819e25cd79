internal import AuditLedger
internal import ErasureLedger
internal import Foundation
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore
internal import RightsEngine
internal import SystemPackage

/// A file of the erasure ledger, or its folder.
struct LedgerFile {
    private let path: String
    private let isFolder: Bool

    /// Nil when the path is neither: what can't be read isn't.
    init?(_ path: String) {
        self.path = path
        var found: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &found) else { return nil }
        isFolder = found.boolValue
        if !isFolder && !LedgerVerifier.recognises(Self.beginning(path)) { return nil }
    }

    private static func beginning(_ path: String) -> [UInt8] {
        // A file that can't be read is told by whoever reads it next.
        (try? FileDescriptor.open(FilePath(path), .readOnly).readBeginning()) ?? []
    }

    /// Judges it, with the ledger key where there is one, and the folder of the settings with what the database knows.
    func judge(_ settings: Settings) async throws -> LedgerReport {
        let key = try ErasureKeys.exist(in: settings.keysPath) ? ErasureKeys(folder: settings.keysPath).ledger : nil
        guard isFolder else { return try LedgerVerifier.verify(file: path, key: key.map(LedgerKey.init)) }
        let known = await known(settings)
        guard let report = try LedgerVerifier.verify(folder: path, key: key.map(LedgerKey.init), known: known) else {
            guard known.seq == 0 else { throw KnownLedger.lost(path, known) }
            throw CommandFailure(
                .failed, code: "file.unusable", "\(path) is a folder without an erasure ledger",
                hint: "name an archive, an export of the audit chain, or the folder of erasure.ledger")
        }
        return report
    }

    /// Nothing is known of a copy, nor where the database can't be asked: then a note says so.
    private func known(_ settings: Settings) async -> LedgerHead {
        guard FilePath(path).lexicallyNormalized() == FilePath(settings.erasureLedgerPath).lexicallyNormalized() else {
            return .none
        }
        do { return try await KnownLedger.head(settings) } catch {
            Terminal.note("the control database wasn't asked how far the ledger went: an end that was cut isn't found")
            return .none
        }
    }
}

/// What the control database knows of the erasure ledger, for commands that look at it.
enum KnownLedger {
    static func head(_ settings: Settings) async throws -> LedgerHead {
        try await settings.withControl { try await LedgerMemory($0).known() }
    }

    static func lost(_ folder: String, _ known: LedgerHead) -> CommandFailure {
        CommandFailure(
            .verificationFailed, code: ErasureLedgerError.Code.rewound.rawValue,
            "there is no erasure ledger in \(folder), but entry \(known.seq) is known to have been there",
            hint: "put the newest copy of it back; nothing is erased until then")
    }
}

extension FileDescriptor {
    /// The first bytes, as many as any first line of a ledger has; closes the file.
    fileprivate func readBeginning() throws -> [UInt8] {
        try closeAfter {
            try unsafe [UInt8](unsafeUninitializedCapacity: 1024) { buffer, count in
                count = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
    }
}

/// What is said of a verified ledger.
struct LedgerJudgement: Encodable {
    let file: String
    let sound: Bool
    let complete: Bool
    let files: Int
    let entries: Int
    let first: Int?
    let last: Int?
    let headHash: String?
    let from: String?
    let to: String?
    let expiredUntil: Int?
    let openIntents: Int
    let tornFiles: [String]
    let findings: [LedgerFinding]
    let findingCount: Int

    init(_ report: LedgerReport, of file: String) {
        self.file = file
        sound = report.isSound
        complete = report.isComplete
        files = report.files
        entries = report.entries
        first = report.first
        last = report.entries > 0 ? report.head.seq : nil
        headHash = report.entries > 0 ? report.head.hash.hex : nil
        from = report.from?.rfc3339
        to = report.to?.rfc3339
        expiredUntil = report.expired == .none ? nil : report.expired.until.seq
        openIntents = report.openIntents
        tornFiles = report.tornFiles
        findings = report.findings
        findingCount = report.findingCount
    }

    /// Prints it; ends the command with 6 when something is wrong, 3 when something couldn't be checked.
    func print(asJSON: Bool) throws {
        if asJSON { try Terminal.printJSON(self) } else { Terminal.print(words.joined(separator: "\n")) }
        guard sound else { throw ExitStatusError(status: .verificationFailed) }
        guard complete else { throw ExitStatusError(status: .refused) }
    }

    /// How many entries, and up to which.
    static func extent(of report: LedgerReport) -> String {
        let open = report.openIntents > 0 ? ", \(Terminal.count(report.openIntents, "erasure")) not ended" : ""
        let expired = report.expired == .none ? "" : ", expired up to \(report.expired.until.seq)"
        return "\(Terminal.count(report.entries, "entry", "entries")), head \(report.head.seq)\(expired)\(open)"
    }

    private var words: [String] {
        var lines = [extent]
        if let expiredUntil { lines.append("entries up to \(expiredUntil) expired") }
        if !complete { lines.append("codes not checked for want of ledger.key") }
        if openIntents > 0 { lines.append("\(Terminal.count(openIntents, "erasure")) begun and not ended") }
        lines += tornFiles.map { "\($0): what a crash left of a line" }
        lines += findings.map { "FAILED  \($0.message)" }
        if findingCount > findings.count { lines.append("and \(findingCount - findings.count) more") }
        return lines + ["", "\(file): the erasure ledger: \(verdict)"]
    }

    private var extent: String {
        guard let first, let last, let from, let to, let headHash else { return "no entries" }
        return "\(Terminal.count(entries, "entry", "entries")), \(first) to \(last), \(from) to \(to)\nhead \(headHash)"
    }

    private var verdict: String {
        guard sound else { return "NOT sound" }
        return complete ? "sound" : "sound as far as it could be checked"
    }
}
