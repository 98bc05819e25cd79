internal import FoundationEssentials
internal import ObjectStore

/// The copies of checkpoints in a folder of the object store: `checkpoint-SEQ.json`, the text that was signed, and
/// `checkpoint-SEQ.sig`, 64 raw bytes; of prunings `checkpoint-SEQ-pruned.*`. None is ever overwritten.
package struct CheckpointCopies: Sendable {
    private let archives: String
    private var folder: String { "\(archives)/audit" }

    /// The copies in the folder of archives.
    package init(archives: String) { self.archives = archives }

    /// Which checkpoints were copied whole: the document comes last.
    package func names() throws(AuditError) -> Set<AuditCheckpoint.Name> {
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        let files: [String]
        do { files = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw unusable("\(folder) can't be read")
        }
        return Set(files.compactMap { Self.name(of: $0) })
    }

    /// All copies, by entry; the newest ones only when `limit` says so.
    package func all(newest limit: Int = .max) throws(AuditError) -> [AuditCheckpoint] {
        let names = try names().sorted { ($0.seq, $0.kind.rawValue) < ($1.seq, $1.kind.rawValue) }
        var copies: [AuditCheckpoint] = []
        for name in names.suffix(limit) { copies.append(try read(name)) }
        return copies
    }

    private func read(_ name: AuditCheckpoint.Name) throws(AuditError) -> AuditCheckpoint {
        do {
            return AuditCheckpoint(
                name: name, document: String(decoding: try WholeFile.read(path(name, "json")), as: UTF8.self),
                signature: try WholeFile.read(path(name, "sig")))
        } catch { throw unusable("\(error)") }
    }

    /// Copies a checkpoint, durably, unless it was.
    func keep(_ checkpoint: AuditCheckpoint) throws(AuditError) {
        let document = path(checkpoint.name, "json")
        guard !FileManager.default.fileExists(atPath: document) else { return }
        do {
            try WholeFile.makeFolder(archives)
            try WholeFile.makeFolder(folder)
            try write(checkpoint.signature, to: path(checkpoint.name, "sig"))
            try write(Array(checkpoint.document.utf8), to: document)
        } catch { throw unusable("a checkpoint can't be copied: \(error)") }
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let file = try NewFile(path: path, naming: .replacing)
        try file.write(unsafe bytes.span.bytes)
        try file.synchronize()
        try file.publish()
    }

    private func path(_ name: AuditCheckpoint.Name, _ ending: String) -> String {
        "\(folder)/checkpoint-\(name.seq)\(name.kind == .pruned ? "-pruned" : "").\(ending)"
    }

    private static func name(of file: String) -> AuditCheckpoint.Name? {
        guard file.hasPrefix("checkpoint-"), file.hasSuffix(".json") else { return nil }
        let middle = file.dropFirst("checkpoint-".count).dropLast(".json".count)
        let isPruned = middle.hasSuffix("-pruned")
        guard let seq = Int(isPruned ? middle.dropLast("-pruned".count) : middle), seq > 0 else { return nil }
        return AuditCheckpoint.Name(seq: seq, kind: isPruned ? .pruned : .standing)
    }

    private func unusable(_ description: String) -> AuditError {
        AuditError(
            .copyUnusable, description,
            hint: "is the folder of archives (setting archives) there, and may this user use it?")
    }
}
