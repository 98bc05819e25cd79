internal import FoundationEssentials

/// What the catalogue of a copy tells of the size of its backups, and where they lie.
struct BackupSize: Sendable {
    let copy: DeclaredCopy
    let runner: ToolRunner

    /// How many bytes it will have, as far as the catalogue tells.
    ///
    /// - Throws: `DrillStop`.
    func bytes(_ label: String) async throws -> UInt64 {
        switch copy.source {
        case .pgBackRest(let source):
            let words = Self.configuration(source) + ["--stanza=\(source.stanza)", "--repo=\(source.repository)"]
            let output = try await runner.expect(source.command, words + ["--output=json", "info"], "pgbackrest info")
            let stanzas = try? JSONDecoder().decode([SizedStanza].self, from: Data(output))
            guard let size = stanzas?.first?.backup.first(where: { $0.label == label })?.info.size else { break }
            return size
        case .barman(let source):
            let server = try await barmanServer(source)
            return try FolderWalk.bytes(in: "\(server.base)/\(label)")
        case .baseBackup(let source):
            let place = Self.place(source, label)
            if let manifest = FileManager.default.contents(atPath: "\(place)/backup_manifest"),
                let files = try? JSONDecoder().decode(SizedManifest.self, from: manifest)
            {
                return files.files.reduce(0) { $0 + $1.size }
            }
            return try FolderWalk.bytes(in: place)
        case .dump, .attestation: break
        }
        throw DrillStop(.restoreFailed, "the catalogue doesn't say how large it is")
    }

    private struct SizedStanza: Decodable {
        struct Backup: Decodable {
            struct Facts: Decodable { let size: UInt64 }
            let label: String
            let info: Facts
        }

        let backup: [Backup]
    }

    private struct SizedManifest: Decodable {
        struct File: Decodable {
            let size: UInt64
            enum CodingKeys: String, CodingKey { case size = "Size" }
        }

        let files: [File]
        enum CodingKeys: String, CodingKey { case files = "Files" }
    }

    // MARK: where they lie

    static func configuration(_ source: PgBackRestCopy) -> [String] {
        (source.configuration.map { ["--config=\($0)"] } ?? [])
            + ["--log-level-console=off", "--log-level-file=off", "--log-level-stderr=warn"]
    }

    func barmanServer(_ source: BarmanCopy) async throws -> BarmanServer {
        let words = (source.configuration.map { ["--config", $0] } ?? []) + ["--format", "json", "show-server"]
        let output = try await runner.expect(source.command, words + [source.server], "barman show-server")
        guard let server = BarmanDocument<BarmanServer>(output)?.content else {
            throw DrillStop(.restoreFailed, "barman show-server printed no folders")
        }
        return server
    }

    static func place(_ source: FolderCopy, _ label: String) -> String {
        let isItself = FileManager.default.fileExists(atPath: "\(source.path)/\(label)")
        return isItself ? "\(source.path)/\(label)" : source.path
    }
}

extension ToolRunner {
    /// Runs a tool that has to end well, and gives what it printed.
    ///
    /// - Throws: `DrillStop`.
    @discardableResult
    func expect(_ command: [String], _ arguments: [String], _ what: String) async throws -> [UInt8] {
        switch await run(command, arguments) {
        case .failure(let failure): throw DrillStop(.restoreFailed, "\(what): \(failure.reason)")
        case .success(let output):
            guard output.status == 0 else {
                let said = output.obstacle(what)?.description ?? what
                throw DrillStop(.restoreFailed, said)
            }
            return output.output
        }
    }
}
