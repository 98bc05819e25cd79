internal import AuditLedger
internal import DemoWorkspace
internal import FoundationEssentials
internal import ObjectStore

/// Where the demonstration keeps its things.
struct DemoFolder: Sendable {
    let state: String
    let schemas: String
    let size: WorkspaceSize

    var database: String { "workspace_\(size.rawValue)" }
    var home: String { "\(state)/\(size.rawValue)" }
    var data: String { "\(home)/data" }
    var archives: String { "\(home)/archives" }
    /// Those that the service makes.
    var sealedArchives: String { "\(home)/sealed" }
    var settings: String { "\(home)/habeas.yaml" }
    var schema: String { "\(schemas)/workspace.sql" }
    /// The request of the one erasure: the next run erases nobody else.
    var erased: String { "\(home)/erased" }
    var publishedKey: String { "\(home)/published-key.pem" }

    /// The ids of the generated people of a kind.
    func people(of kind: String) throws -> [String] {
        String(decoding: try WholeFile.read("\(data)/people.tsv"), as: UTF8.self).split(separator: "\n").compactMap {
            let columns = $0.split(separator: "\t")
            return columns.count == 3 && columns[2] == kind ? String(columns[0]) : nil
        }
    }

    /// The service in the background.
    var background: BackgroundService { BackgroundService(folder: home, settings: settings) }

    func absolute(_ path: String) -> String { BackgroundService.absolute(path) }

    /// Whether a load came to its end here.
    var hasData: Bool { FileManager.default.fileExists(atPath: "\(home)/loaded") }

    func markLoaded() throws { try WholeFile.replace("\(home)/loaded", with: [], mode: 0o600) }

    func make() throws {
        // The server's user must be able to pass through the state folder; everything of ours lies below, closed.
        try WholeFile.makeFolder(state, mode: 0o755)
        for folder in [home, data, archives, sealedArchives] { try WholeFile.makeFolder(folder) }
    }

    /// The service's port: the one of the run before, so that links in mails go on working; else a free one.
    func servicePort() async throws -> Int {
        let path = "\(home)/service.port"
        if FileManager.default.fileExists(atPath: path) {
            let text = String(decoding: try WholeFile.read(path), as: UTF8.self)
            // Somebody else may have taken it meanwhile.
            if let port = Int(text.filter(\.isNumber)), await isOurs(port) { return port }
        }
        let port = try await BackgroundService.freePort()
        try WholeFile.replace(path, with: Array("\(port)\n".utf8), mode: 0o600)
        return port
    }

    private func isOurs(_ port: Int) async -> Bool {
        if background.isRunning { return true }
        return await BackgroundService.isFree(port)
    }

    /// Settings for the commands a reader tries next.
    ///
    /// - Parameters:
    ///   - databaseURL: nil when the address is the environment's: it may hold a password.
    ///   - more: further lines of YAML.
    func writeSettings(databaseURL: String?, port: Int, more: String = "") throws {
        let quoted = databaseURL.map { $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") }
        let database = quoted.map { "database:\n  url: \"\($0)\"" } ?? "# database.url comes from HABEAS_DATABASE_URL"
        let text = """
            # Written by `habeas demo`. Use it with --config, or copy it.
            \(database)
            map: \(absolute(schemas))/workspace.map.yaml
            keys: \(absolute(home))/keys
            stores:
              objects: \(absolute(data))/objects
            archives: \(absolute(sealedArchives))
            clock:
              zone: Europe/Berlin
            service:
              port: \(port)
            mail:
              folder: \(absolute(home))/mail
              from: privacy@workspace.example
            \(more)
            """
        try WholeFile.replace(settings, with: Array(text.utf8), mode: 0o600)
    }

    func writePublishedKey(_ keys: KeyRing) throws {
        try WholeFile.replace(publishedKey, with: Array("\(keys.active?.pem ?? "")\n".utf8), mode: 0o644)
    }
}
