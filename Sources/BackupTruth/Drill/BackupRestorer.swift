internal import FoundationEssentials

/// Restores one backup of a declared copy into a scratch folder, by the tool that made it.
struct BackupRestorer: Sendable {
    /// Up to where log is replayed.
    enum Extent: String, Sendable {
        /// As little as the backup needs.
        case consistent
        /// As much as there is.
        case latest
    }

    let copy: DeclaredCopy
    let folder: ScratchFolder
    let runner: ToolRunner
    let account: ServerAccount

    /// Restores it; the folder is the server user's then.
    ///
    /// - Throws: `DrillStop`.
    func restore(_ label: String, _ extent: Extent) async throws {
        switch copy.source {
        case .pgBackRest(let source):
            try await account.give(folder.path)
            try await runner.expect(source.command, pgBackRest(source, label, extent), "pgbackrest restore")
        case .barman(let source): try await restore(source, label, extent)
        case .baseBackup(let source): try await restore(source, label)
        case .dump, .attestation: preconditionFailure("copies of this kind aren't drilled")
        }
        try await account.give(folder.path)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.data)
        guard FileManager.default.fileExists(atPath: "\(folder.data)/PG_VERSION") else {
            throw DrillStop(.restoreFailed, "nothing was restored; does the command run on another machine?")
        }
        try requireInside()
    }

    // MARK: pgBackRest

    /// Nothing is taken from a folder that is there, and no link leads out of this one.
    private func pgBackRest(_ source: PgBackRestCopy, _ label: String, _ extent: Extent) -> [String] {
        let target =
            extent == .latest
            ? ["--type=default"]
            : ["--type=immediate", "--target-action=promote", "--recovery-option=recovery_target_timeline=current"]
        return BackupSize.configuration(source)
            + [
                "--stanza=\(source.stanza)", "--repo=\(source.repository)", "--set=\(label)",
                "--pg1-path=\(folder.data)", "--no-delta", "--no-link-all", "--archive-mode=off",
                "--tablespace-map-all=\(folder.tablespaces)", "--lock-path=\(folder.path)/lock",
            ] + target + ["restore"]
    }

    // MARK: Barman

    /// Barman's own user restores; a folder of root's is handed to them for as long.
    private func restore(_ source: BarmanCopy, _ label: String, _ extent: Extent) async throws {
        let server = try await BackupSize(copy: copy, runner: runner).barmanServer(source)
        try await account.give(folder.path, likeOwnerOf: server.base)
        let target = extent == .latest ? [] : ["--target-immediate", "--target-action", "promote"]
        let words =
            (source.configuration.map { ["--config", $0] } ?? []) + ["recover", "--no-get-wal"] + target
            + [source.server, label, folder.data]
        try await runner.expect(source.command, words, "barman recover")
    }

    // MARK: base backups

    /// There is no archive beside it: the log in it, up to where it is consistent, is all there is.
    private func restore(_ source: FolderCopy, _ label: String) async throws {
        let place = BackupSize.place(source, label)
        let names = try FileManager.default.contentsOfDirectory(atPath: place)
        if names.contains("PG_VERSION") {
            try await runner.expect(["cp"], ["--archive", "--", "\(place)/.", folder.data], "cp")
        } else {
            guard let base = names.first(where: { $0 == "base.tar" || $0.hasPrefix("base.tar.") }) else {
                throw DrillStop(.restoreFailed, "there is neither a data folder nor base.tar")
            }
            guard !names.contains(where: { $0.first?.isNumber == true && $0.contains(".tar") }) else {
                throw DrillStop(.restoreFailed, "base backups as tar with tablespaces aren't restored by drills")
            }
            try await extract("\(place)/\(base)", into: folder.data)
            if let log = names.first(where: { $0.hasPrefix("pg_wal.tar") }) {
                try await extract("\(place)/\(log)", into: "\(folder.data)/pg_wal")
            }
        }
        try Data().write(to: URL(filePath: "\(folder.data)/recovery.signal"))
        let settings = URL(filePath: "\(folder.data)/postgresql.auto.conf")
        let before = (try? String(contentsOf: settings, encoding: .utf8)) ?? ""
        let lines = [
            "restore_command = 'false'", "recovery_target = 'immediate'", "recovery_target_action = 'promote'",
            "recovery_target_timeline = 'current'",
        ]
        try Data((before + "\n" + lines.joined(separator: "\n") + "\n").utf8).write(to: settings)
    }

    private func extract(_ archive: String, into target: String) async throws {
        try await runner.expect(["tar"], ["--extract", "--file", archive, "--directory", target], "tar")
    }

    // MARK: judging

    /// A link that leads out would have the scratch server write into somebody else's files.
    private func requireInside() throws {
        for link in try FolderWalk.links(in: folder.data) {
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: link)
            try requireInside(target, "\(link.dropFirst(folder.data.count + 1))")
        }
        // The server makes links of it when it starts.
        if let map = FileManager.default.contents(atPath: "\(folder.data)/tablespace_map") {
            for line in String(decoding: map, as: UTF8.self).split(whereSeparator: \.isNewline) {
                try requireInside(String(line.drop { $0 != " " }.dropFirst()), "tablespace_map")
            }
        }
    }

    private func requireInside(_ target: String, _ name: String) throws {
        guard target.hasPrefix("\(folder.path)/"), !target.split(separator: "/").contains("..") else {
            throw DrillStop(.outside, "\(name) leads out of the restored folder, so it isn't started")
        }
    }
}
