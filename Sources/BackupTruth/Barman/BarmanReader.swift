internal import ObjectStore
internal import RightsCore

/// Asks Barman about one server, and looks into its folders.
struct BarmanReader: Sendable {
    let name: String
    let copy: BarmanCopy
    let runner: ToolRunner

    func read(live: LiveCluster, at: Instant) async -> CopyReading {
        do throws(ToolFailure) {
            return BarmanCatalogue.reading(try await ask(), name, live: live, at: at)
        } catch {
            var reading = CopyReading(copy: name, at: at)
            reading.fail(.toolFailed, "\(copy.command.joined(separator: " ")): \(error.reason)")
            return reading
        }
    }

    private func ask() async throws(ToolFailure) -> BarmanOutputs {
        let list = try await run(["list-backups", copy.server])
        var outputs = BarmanOutputs(list: list)
        let shown = try await run(["show-server", copy.server])
        guard shown.status == 0, let server = BarmanDocument<BarmanServer>(shown.output)?.content else {
            outputs.obstacles.append(Obstacle(.unreadable, "barman show-server printed no folders"))
            return outputs
        }
        for backup in BarmanDocument<[BarmanListed]>(list.output)?.content ?? [] {
            // A missing file shows in the catalogue as a backup without one; most backups have no annotation.
            outputs.infos[backup.id] = try? WholeFile.read("\(server.base)/\(backup.id)/backup.info")
            if (try? WholeFile.read("\(server.base)/\(backup.id)/annotations/keep")) != nil {
                outputs.kept.insert(backup.id)
            }
            outputs.shown[backup.id] = try await run(["show-backup", copy.server, backup.id])
        }
        look(server, &outputs)
        return outputs
    }

    private func run(_ arguments: [String]) async throws(ToolFailure) -> ToolOutput {
        let configuration = copy.configuration.map { ["--config", $0] } ?? []
        return try await runner.run(copy.command, configuration + ["--format", "json"] + arguments).get()
    }

    // MARK: folders

    private func look(_ server: BarmanServer, _ outputs: inout BarmanOutputs) {
        outputs.base = entries(server.base, &outputs)?.names ?? []
        addLog(server.wals, &outputs, isNested: true)
        for folder in [server.incoming, server.streaming, server.errors] { addLog(folder, &outputs, isNested: false) }
    }

    private func entries(_ path: String, _ outputs: inout BarmanOutputs) -> FolderContents? {
        do throws(FolderFailure) { return try FolderContents(path: path) } catch {
            outputs.obstacles.append(error.obstacle(path))
            return nil
        }
    }

    private func addLog(_ folder: String, _ outputs: inout BarmanOutputs, isNested: Bool) {
        guard let contents = entries(folder, &outputs) else { return }
        for name in contents.names where !(isNested && name == "xlog.db") {
            let path = "\(folder)/\(name)"
            if isNested, contents.entries[name]?.kind == .folder {
                addLog(path, &outputs, isNested: false)
                continue
            }
            outputs.log.append(BarmanLogFile(name: name, path: path))
            // One that can't be read shows in the catalogue as a timeline that isn't known.
            if case .history = ArchiveEntry(name) { outputs.histories[path] = try? WholeFile.read(path) }
        }
    }
}
