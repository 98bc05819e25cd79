internal import AuditLedger
internal import RightsCore
internal import SystemPackage

/// An export of the audit chain, as a file.
struct AuditFile {
    private static let window = 256 * 1024
    private let path: String

    init(_ path: String) { self.path = path }

    /// Whether the file begins as an export does. One that can't be read doesn't.
    var isExport: Bool {
        var beginning: [UInt8] = []
        do {
            try forEachPiece { piece in
                beginning += piece
                if beginning.contains(UInt8(ascii: "\n")) || beginning.count > Self.window { throw EnoughRead() }
            }
        } catch is EnoughRead {
        } catch { return false }
        return AuditExportVerifier.recognises(beginning)
    }

    private struct EnoughRead: Error {}

    /// Verifies it and prints what was found.
    ///
    /// - Parameter name: what it is called, if not by its path.
    func judge(keys: [[UInt8]], asJSON: Bool, name: String? = nil) throws {
        let report = try AuditExportVerifier.verify(keys: keys) { body in
            try forEachPiece { piece in
                try Task.checkCancellation()
                try body(piece)
            }
        }
        try AuditJudgement(report, of: name ?? path, file: name == nil ? path : nil).print(asJSON: asJSON)
    }

    /// Refuses a file whose chain isn't sound. Without a key its signatures aren't judged: `habeas audit verify` does that.
    func requireSound() throws {
        let report = try AuditExportVerifier.verify(keys: []) { try forEachPiece($0) }
        guard report.isSound else {
            throw CommandFailure(
                .verificationFailed, code: AuditError.Code.broken.rawValue,
                "\(path): the audit chain in it isn't sound",
                hint: "`habeas audit verify \(path)` says what is wrong")
        }
    }

    /// Lends its entries, in order.
    func forEachRecord(_ body: (AuditRecord) throws -> Void) throws {
        try AuditExportVerifier.forEachRecord({ try forEachPiece($0) }, body)
    }

    private func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
        let descriptor: FileDescriptor
        do { descriptor = try FileDescriptor.open(FilePath(path), .readOnly) } catch { throw unusable(error) }
        try descriptor.closeAfter {
            while true {
                let piece = try read(descriptor)
                guard !piece.isEmpty else { return }
                try body(piece)
            }
        }
    }

    private func read(_ descriptor: FileDescriptor) throws -> [UInt8] {
        do {
            return try unsafe [UInt8](unsafeUninitializedCapacity: Self.window) { buffer, count in
                count = try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        } catch { throw unusable(error) }
    }

    private func unusable(_ error: any Error) -> CommandFailure {
        CommandFailure(
            .failed, code: "file.unusable", "\(path): \((error as? Errno)?.description ?? "it can't be read")")
    }
}

/// What is said of a verified chain.
struct AuditJudgement: Encodable {
    let file: String?
    let sound: Bool
    let complete: Bool
    let entries: Int
    let first: Int?
    let last: Int?
    let from: String?
    let to: String?
    let checkpoints: Int
    let signedThrough: Int?
    let unsignedTail: Int
    let notCopied: Int?
    let findings: [AuditFinding]
    let findingCount: Int
    private let name: String
    private let hasKeys: Bool

    private enum CodingKeys: String, CodingKey {
        case file, sound, complete, entries, first, last, from, to, checkpoints, signedThrough, unsignedTail, notCopied,
            findings, findingCount
    }

    init(_ report: AuditReport, of name: String, file: String?) {
        self.name = name
        self.file = file
        sound = report.isSound
        complete = report.isComplete
        entries = report.entries
        first = report.first
        last = report.last
        from = report.from?.rfc3339
        to = report.to?.rfc3339
        checkpoints = report.checkpoints
        signedThrough = report.signedThrough
        unsignedTail = report.unsignedTail
        notCopied = report.notCopied
        findings = report.findings
        findingCount = report.findingCount
        hasKeys = report.hasKeys
    }

    /// Prints it; ends the command with 6 when something is wrong, 3 when something couldn't be checked.
    func print(asJSON: Bool) throws {
        if asJSON { try Terminal.printJSON(self) } else { Terminal.print(words.joined(separator: "\n")) }
        guard sound else { throw ExitStatusError(status: .verificationFailed) }
        guard complete else { throw ExitStatusError(status: .refused) }
    }

    private var words: [String] {
        var lines = [extent, signatures]
        if let notCopied, notCopied > 0 {
            lines.append("\(Terminal.count(notCopied, "checkpoint")) not copied to the folder of archives")
        }
        lines += findings.map { "FAILED  \($0.message)" }
        if findingCount > findings.count { lines.append("and \(findingCount - findings.count) more") }
        return lines + ["", "\(name): \(verdict)"]
    }

    private var extent: String {
        guard let first, let last, let from, let to else { return "no entries" }
        return "\(Terminal.count(entries, "entry", "entries")), \(first) to \(last), \(from) to \(to)"
    }

    private var signatures: String {
        let count = Terminal.count(checkpoints, "checkpoint")
        guard hasKeys else { return "\(count), not checked for want of a published key" }
        let tail = unsignedTail > 0 ? "; \(Terminal.count(unsignedTail, "entry", "entries")) since then" : ""
        return "\(count), signed through \(signedThrough.map { "entry \($0)" } ?? "no entry")\(tail)"
    }

    private var verdict: String {
        if let bad = findings.first { return "NOT sound, the first bad entry is \(bad.seq)" }
        return complete ? "sound" : "sound as far as it could be checked"
    }
}
