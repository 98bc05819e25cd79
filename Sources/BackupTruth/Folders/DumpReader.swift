internal import ErasureLedger
internal import ObjectStore
internal import RightsCore

/// Reads a folder whose entries are dumps, each a file or, with `pg_dump --format=directory`, a folder.
struct DumpReader: Sendable {
    let name: String
    let copy: DumpCopy
    let runner: ToolRunner

    func read(at: Instant) async -> CopyReading {
        var reading = CopyReading(copy: name, at: at)
        reading.fileTimes = copy.fileTimes
        do throws(FolderFailure) {
            let contents = try FolderContents(path: copy.path)
            let dumps = contents.names.filter { !$0.hasSuffix(DumpSidecar.suffix) }
            if dumps.isEmpty { reading.fail(.empty, "\(copy.path) holds no dump") }
            for dump in dumps { await add(dump, contents, &reading) }
        } catch {
            reading.obstacles.append(error.obstacle(copy.path))
        }
        return reading
    }

    private func add(_ dump: String, _ contents: FolderContents, _ reading: inout CopyReading) async {
        let path = "\(copy.path)/\(dump)"
        guard let entry = contents.entries[dump], entry.kind != .other else {
            return reading.fail(.unlisted, "\(path) is neither a file nor a folder")
        }
        let files: FolderContents?
        do throws(FolderFailure) { files = entry.kind == .folder ? try FolderContents(path: path) : nil } catch {
            return reading.obstacles.append(error.obstacle(path))
        }
        if let files, files.entries["toc.dat"] == nil || files.entries.values.contains(where: { $0.kind != .file }) {
            return reading.fail(.unlisted, "\(path) is no dump")
        }
        guard contents.entries[dump + DumpSidecar.suffix] != nil else {
            // The oldest file of a folder is the one that says something.
            let time = files?.entries.values.map(\.modified).min() ?? entry.modified
            reading.backups.append(KeptBackup(label: dump, age: .fileTime(time), content: .rows))
            return
        }
        await addWithSidecar(dump, files, &reading)
    }

    private func addWithSidecar(_ dump: String, _ files: FolderContents?, _ reading: inout CopyReading) async {
        let path = "\(copy.path)/\(dump)"
        guard let bytes = try? WholeFile.read(path + DumpSidecar.suffix), let sidecar = DumpSidecar(bytes) else {
            // A reason that can't be told apart from a damaged one: either way it proves nothing.
            return reading.fail(.sidecarMismatch, "\(path)\(DumpSidecar.suffix) is no sidecar")
        }
        do {
            guard try await digest(path, files) == sidecar.digest else {
                return reading.fail(.sidecarMismatch, "\(path) isn't the dump that its sidecar was written for")
            }
        } catch {
            return reading.fail(.toolFailed, "\(path): its SHA-256 can't be made: \(error.reason)")
        }
        reading.backups.append(
            KeptBackup(
                label: dump,
                age: .log(
                    system: sidecar.point.system, timeline: sidecar.point.timeline, start: sidecar.point.position,
                    stop: nil), content: .rows, started: sidecar.started,
                binding: sidecar.ledger.seq > 0 ? LedgerBinding(sidecar.ledger) : nil))
    }

    private func digest(_ path: String, _ files: FolderContents?) async throws(ToolFailure) -> DumpSidecar.Digest {
        guard let files else { return .file(try await hash(path)) }
        var hashes: [String: Hash256] = [:]
        for name in files.names { hashes[name] = try await hash("\(path)/\(name)") }
        return .folder(hashes)
    }

    /// By sha256sum(1): a dump of many gigabytes would hold up our own threads.
    private func hash(_ path: String) async throws(ToolFailure) -> Hash256 {
        let output = try await runner.run(["sha256sum"], ["--binary", "--zero", "--", path]).get()
        guard output.status == 0, let hash = Hash256(hex: String(decoding: output.output.prefix(64), as: UTF8.self))
        else { throw ToolFailure(reason: "sha256sum failed") }
        return hash
    }
}
