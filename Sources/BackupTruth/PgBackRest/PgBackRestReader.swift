internal import RightsCore

/// Asks pgBackRest about one repository.
struct PgBackRestReader: Sendable {
    let name: String
    let copy: PgBackRestCopy
    /// The numbers of all declared repositories of the stanza.
    let declared: Set<Int>
    /// The other declared stanzas.
    let stanzas: Set<String>
    let runner: ToolRunner

    func read(live: LiveCluster, at: Instant) async -> CopyReading {
        do throws(ToolFailure) {
            let outputs = try await ask()
            return PgBackRestCatalogue.reading(
                outputs, name, copy, declared: declared, stanzas: stanzas, live: live, at: at)
        } catch {
            var reading = CopyReading(copy: name, at: at)
            reading.fail(.toolFailed, "\(copy.command.joined(separator: " ")): \(error.reason)")
            return reading
        }
    }

    /// The catalogue comes first: a backup that ends while the folders are read lies there unlisted, and one that begins
    /// then is younger than the reading.
    private func ask() async throws(ToolFailure) -> PgBackRestOutputs {
        let repository = "--repo=\(copy.repository)"
        let stanza = "--stanza=\(copy.stanza)"
        let overview = try await run(["info", "--output=json"])
        let info = try await run(["info", stanza, repository, "--output=json"])
        let backups = try await run(["repo-ls", repository, "--output=json", "backup/\(copy.stanza)"])
        let archive = try await run(["repo-ls", repository, "--recurse", "--output=json", "archive/\(copy.stanza)"])
        var outputs = PgBackRestOutputs(info: info, overview: overview, backups: backups, archive: archive)
        for path in PgBackRestCatalogue.historyPaths(archive) {
            outputs.histories[path] = try await run(["repo-get", stanza, repository, "archive/\(copy.stanza)/\(path)"])
        }
        return outputs
    }

    private func run(_ arguments: [String]) async throws(ToolFailure) -> ToolOutput {
        let configuration = copy.configuration.map { ["--config=\($0)"] } ?? []
        let quiet = ["--log-level-console=off", "--log-level-file=off", "--log-level-stderr=warn"]
        return try await runner.run(copy.command, configuration + quiet + arguments).get()
    }
}
