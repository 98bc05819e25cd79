internal import ObjectStore
internal import RightsCore

/// Reads a folder whose entries are base backups, plain or as tar.
struct BaseBackupReader: Sendable {
    let name: String
    let copy: FolderCopy
    let runner: ToolRunner
    let segmentSize: SegmentSize

    func read(at: Instant) async -> CopyReading {
        var reading = CopyReading(copy: name, at: at)
        let contents: FolderContents
        do throws(FolderFailure) { contents = try FolderContents(path: copy.path) } catch {
            reading.obstacles.append(error.obstacle(copy.path))
            return reading
        }
        if Form(contents) != nil {
            await add("", contents, &reading)
        } else {
            for entry in contents.names { await add(entry, &reading, contents.entries[entry]?.kind) }
            if contents.entries.isEmpty { reading.fail(.empty, "\(copy.path) holds no backup") }
        }
        return reading
    }

    private func add(_ entry: String, _ reading: inout CopyReading, _ kind: FolderContents.Kind?) async {
        let path = "\(copy.path)/\(entry)"
        guard kind == .folder else { return reading.fail(.unlisted, "\(path) is no base backup") }
        do throws(FolderFailure) { await add(entry, try FolderContents(path: path), &reading) } catch {
            reading.obstacles.append(error.obstacle(path))
        }
    }

    private func add(_ entry: String, _ contents: FolderContents, _ reading: inout CopyReading) async {
        let path = entry.isEmpty ? copy.path : "\(copy.path)/\(entry)"
        let label = entry.isEmpty ? String(copy.path.split(separator: "/").last ?? "/") : entry
        guard let form = Form(contents) else { return reading.fail(.unlisted, "\(path) is no base backup") }
        do {
            let files = try await files(form, path, hasManifest: contents.entries["backup_manifest"] != nil)
            guard let backup = files.backup(label, segmentSize) else {
                return reading.fail(.noPosition, "\(path): backup_label, manifest and pg_control don't fit together")
            }
            reading.backups.append(backup)
        } catch {
            reading.fail(.unreadable, "\(path): backup_label, manifest or pg_control can't be read")
        }
    }

    private func files(_ form: Form, _ path: String, hasManifest: Bool) async throws -> BaseBackupFiles {
        let manifest = hasManifest ? try WholeFile.read("\(path)/backup_manifest") : nil
        switch form {
        case .plain:
            return BaseBackupFiles(
                label: try WholeFile.read("\(path)/backup_label"),
                control: try WholeFile.read("\(path)/global/pg_control"), manifest: manifest)
        case .tar(let archive):
            return BaseBackupFiles(
                label: try await member("backup_label", of: "\(path)/\(archive)"),
                control: try await member("global/pg_control", of: "\(path)/\(archive)"), manifest: manifest)
        }
    }

    private func member(_ member: String, of archive: String) async throws(ToolFailure) -> [UInt8] {
        let output = try await runner.run(["tar"], ["--extract", "--to-stdout", "--file", archive, "--", member]).get()
        guard output.status == 0 else { throw ToolFailure(reason: "tar failed") }
        return output.output
    }

    /// How a base backup lies there.
    private enum Form {
        case plain
        case tar(String)

        init?(_ contents: FolderContents) {
            let tar = contents.names.first { $0 == "base.tar" || $0.hasPrefix("base.tar.") }
            if contents.entries["backup_label"]?.kind == .file {
                self = .plain
            } else if let tar, contents.entries[tar]?.kind == .file {
                self = .tar(tar)
            } else {
                return nil
            }
        }
    }
}
