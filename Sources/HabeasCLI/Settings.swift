internal import AuditLedger
internal import Configuration
internal import DataMap
internal import Erasing
internal import FoundationEssentials
internal import ObjectStore
internal import PostgresAccess
internal import LegalRules
internal import RightsCore
internal import SystemPackage

/// The settings of every command, from `habeas.yaml`, then `HABEAS_*` variables, then flags.
///
/// Keys: `database.url` (secret), `database.exporter.user`, `database.exporter.password` (secret),
/// `database.verifier.user`, `database.verifier.password` (secret), `map`, `keys`, `stores.NAME`, `snapshot.budget`,
/// `control.url` (secret), `control.user`, `control.password` (secret), `archives`.
struct Settings: Sendable {
    /// The keys that may stand in `habeas.yaml`; `stores.` takes any name.
    static let keys = exportKeys.union(SettingKey.service.map(\.name))

    private static let exportKeys: Set<String> = [
        "database.url", "database.exporter.user", "database.exporter.password", "database.verifier.user",
        "database.verifier.password", "database.eraser.user", "database.eraser.password", "database.retention.user",
        "database.retention.password", "database.hunter.user", "database.hunter.password",
        "database.maintainer.user", "database.maintainer.password", "map", "keys",
        "snapshot.budget", "control.url", "control.user",
        "control.password",
        "archives",
    ]

    private let file: ConfigReader?
    private let environment: ConfigReader
    private let flags: [String: String]
    /// The folder that relative paths of the file start from.
    private let folder: FilePath
    /// The file read, if there is one.
    let filePath: String?

    /// Settings of a file and, unless told otherwise, the environment.
    init(file path: String?, flags: [String: String] = [:], ignoresEnvironment: Bool = false) async throws {
        let variable = ProcessInfo.processInfo.environment["HABEAS_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        let named = path ?? variable
        let candidate = named ?? "habeas.yaml"
        if named != nil || FileManager.default.fileExists(atPath: candidate) {
            file = try await Self.read(candidate)
            filePath = candidate
        } else {
            file = nil
            filePath = nil
        }
        folder = FilePath(candidate).removingLastComponent()
        let none = InMemoryProvider(values: [:])
        environment =
            ignoresEnvironment
            ? ConfigReader(provider: none)
            : ConfigReader(provider: EnvironmentVariablesProvider()).scoped(to: "habeas")
        self.flags = flags
    }

    private static func read(_ path: String) async throws -> ConfigReader? {
        let text: [UInt8]
        do { text = try WholeFile.read(path) } catch {
            throw CommandFailure(.failed, code: "settings.unreadable", "the settings can't be read: \(error)")
        }
        guard try SettingsFile.hasKeys(String(decoding: text, as: UTF8.self), path: path) else { return nil }
        do { return ConfigReader(provider: try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))) } catch {
            throw CommandFailure(.failed, code: "settings.invalid", "\(path) is not valid YAML")
        }
    }

    // MARK: values

    /// A value with its source, the strongest first.
    func found(_ key: String, isSecret: Bool = false) -> (value: String, source: String)? {
        if let value = flags[key] { return (value, "flag") }
        let configKey = ConfigKey(key)
        if let value = environment.string(forKey: configKey, isSecret: isSecret), !value.isEmpty {
            return (value, "HABEAS_" + key.uppercased().replacing(".", with: "_").replacing("-", with: "_"))
        }
        if let value = file?.string(forKey: configKey, isSecret: isSecret), !value.isEmpty {
            return (value, filePath ?? "file")
        }
        return nil
    }

    /// A path; one from the file starts at the file's folder.
    func path(_ key: String) -> String? {
        guard let (value, source) = found(key) else { return nil }
        let path = FilePath(value)
        return path.isAbsolute || source != filePath ? value : folder.pushing(path).string
    }

    /// The map's path.
    func mapPath() throws -> String {
        guard let path = path("map") else {
            throw CommandFailure(
                .failed, code: "settings.missing", "no data map is named",
                hint: "give --map FILE, set HABEAS_MAP, or write map: FILE into habeas.yaml")
        }
        return path
    }

    /// The folder of the signing keys.
    var keysPath: String { path("keys") ?? "keys" }

    /// The folder of sealed archives; beside the settings file unless said.
    var archivesPath: String {
        path("archives") ?? (filePath == nil ? "archives" : folder.appending("archives").string)
    }

    /// The folder of the erasure ledger; beside the settings file unless said.
    var erasureLedgerPath: String {
        path("erasure.ledger") ?? (filePath == nil ? "ledger" : folder.appending("ledger").string)
    }

    /// The map's text.
    func mapText() throws -> String { String(decoding: try WholeFile.read(try mapPath()), as: UTF8.self) }

    /// SHA-256 of the map's text, in hexadecimal: a plan is one of exactly this map.
    func mapDigest() throws -> String { ErasurePlan.digest(of: Array(try mapText().utf8)).hex }

    /// How long one hunt for leftovers may take.
    func huntBudget() throws -> Duration {
        try duration("erasure.hunt_budget", atMost: .seconds(86_400), default: .seconds(1800))
    }

    /// Reads and validates the map.
    func map() throws -> DataMap {
        let path = try mapPath()
        do {
            let map = try DataMap(yaml: try mapText())
            try checkRegimes(of: map, path)
            return map
        } catch let error as DataMapError {
            let place = error.line.map { ":\($0):\(error.column ?? 1)" } ?? ""
            throw CommandFailure(.failed, code: error.code.rawValue, "\(path)\(place): \(error.message)")
        }
    }

    /// The map can name any law that there are rules for, the operator's own among them.
    private func checkRegimes(of map: DataMap, _ path: String) throws {
        let book = try ruleBook()
        guard let regime = map.regimes.map(\.text).sorted().first(where: { !book.knowsRegime($0) }) else { return }
        throw CommandFailure(
            .failed, code: DataMapError.Code.invalid.rawValue,
            "\(path): “\(regime)” is not a known regime; known: \(book.regimeIDs.joined(separator: ", "))",
            hint: "`habeas regime list` names them all; rules of your own lie in the folder of rules.folder")
    }

    /// The object stores the map names.
    func stores(for map: DataMap) -> [String: FolderStore] {
        var stores: [String: FolderStore] = [:]
        for name in Set(map.collections.flatMap(\.files).map(\.store)) {
            stores[name] = path("stores.\(name)").map { FolderStore(root: FilePath($0)) }
        }
        return stores
    }

    // MARK: database

    /// The operator's own way into the database.
    func operatorTarget() throws -> ConnectionTarget {
        guard let url = found("database.url", isSecret: true)?.value else {
            throw CommandFailure(
                .failed, code: "settings.missing", "no database is named",
                hint: "set HABEAS_DATABASE_URL, or write database.url into habeas.yaml")
        }
        return ConnectionTarget(url)
    }

    var exporterUser: String { found("database.exporter.user")?.value ?? "habeas_exporter" }
    var verifierUser: String { found("database.verifier.user")?.value ?? "habeas_verifier" }
    var exporterPassword: String? { found("database.exporter.password", isSecret: true)?.value }
    var verifierPassword: String? { found("database.verifier.password", isSecret: true)?.value }

    var eraserUser: String { found("database.eraser.user")?.value ?? "habeas_eraser" }
    var eraserPassword: String? { found("database.eraser.password", isSecret: true)?.value }
    var retentionUser: String { found("database.retention.user")?.value ?? "habeas_retention" }
    var retentionPassword: String? { found("database.retention.password", isSecret: true)?.value }
    var hunterUser: String { found("database.hunter.user")?.value ?? HuntRoles.name }
    var hunterPassword: String? { found("database.hunter.password", isSecret: true)?.value }

    var maintainerUser: String { found("database.maintainer.user")?.value ?? MaintainerRole.name }
    var maintainerPassword: String? { found("database.maintainer.password", isSecret: true)?.value }

    func exporterTarget() throws -> ConnectionTarget {
        try operatorTarget().as(user: exporterUser, password: exporterPassword)
    }

    func eraserTarget() throws -> ConnectionTarget {
        try operatorTarget().as(user: eraserUser, password: eraserPassword)
    }

    func retentionTarget() throws -> ConnectionTarget {
        try operatorTarget().as(user: retentionUser, password: retentionPassword)
    }

    func hunterTarget() throws -> ConnectionTarget {
        try operatorTarget().as(user: hunterUser, password: hunterPassword)
    }

    func maintainerTarget() throws -> ConnectionTarget {
        try operatorTarget().as(user: maintainerUser, password: maintainerPassword)
    }

    func verifierTarget() throws -> ConnectionTarget {
        try operatorTarget().as(user: verifierUser, password: verifierPassword)
    }

    /// Whether any setting says where the control database is.
    var hasControlDatabase: Bool {
        found("control.url", isSecret: true) != nil || found("database.url", isSecret: true) != nil
    }

    var controlUser: String { found("control.user")?.value ?? "habeas_control" }
    var controlPassword: String? { found("control.password", isSecret: true)?.value }

    /// The operator's own way into the control database: the product's unless said.
    func controlOperatorTarget() throws -> ConnectionTarget {
        guard let url = found("control.url", isSecret: true)?.value else { return try operatorTarget() }
        return ConnectionTarget(url)
    }

    /// The service's way into the control database. What was said to be done, mailed or handed out must be there after
    /// a crash of the server, also where the product itself can do without.
    func controlTarget() throws -> ConnectionTarget {
        var target = try controlOperatorTarget().as(user: controlUser, password: controlPassword)
        target.settings.append(("synchronous_commit", "on"))
        return target
    }

    /// Who runs the command, as the audit chain names them: a keyed hash of the operating system's user.
    func operatorActor() throws -> AuditActor {
        let user = ProcessInfo.processInfo.userName
        return .operator(String(try PersonKeys(folder: keysPath).hash("operator", user).hex.prefix(16)))
    }

    /// How long an export may hold its snapshot; 30 minutes unless said.
    func snapshotBudget() throws -> Duration {
        guard let (text, source) = found("snapshot.budget") else { return .seconds(30 * 60) }
        guard let duration = Duration(text), duration > .zero, duration <= .seconds(24 * 3600) else {
            throw CommandFailure(
                .usage, code: "settings.invalid",
                "snapshot.budget (\(source)) is not a duration of at most a day: “\(text)”",
                hint: "write 90s, 30m or 2h")
        }
        return duration
    }
}

extension Duration {
    /// Parses `90s`, `30m` or `2h`.
    fileprivate init?(_ text: String) {
        let units = ["s": 1, "m": 60, "h": 3600]
        guard let unit = text.last.flatMap({ units[String($0)] }), let number = Int(text.dropLast()), number >= 0,
            number < 1_000_000
        else { return nil }
        self = .seconds(number * unit)
    }
}
