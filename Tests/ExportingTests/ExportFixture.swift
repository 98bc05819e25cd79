import ArchiveFormat
import AuditLedger
import DataMap
import Exporting
import Foundation
import ObjectStore
import PostgresAccess
import PostgresTestKit
import SubjectAccess
import RightsCore
import SystemPackage

/// An exporter over one test database, and what tests ask of it.
struct ExportFixture: Sendable {
    let database: TestDatabase
    let folder: String
    let map: DataMap
    let keys: KeyRing
    let stores: [String: FolderStore]

    init(_ database: TestDatabase, folder: String, map text: String? = nil, objects: String? = nil) throws {
        self.database = database
        self.folder = folder
        map = try DataMap(yaml: text ?? Checkout.workspaceMap())
        keys = try KeyRing.create(folder: "\(folder)/keys", now: Instant(microseconds: 1))
        stores = ["objects": FolderStore(root: FilePath(objects ?? "\(database.demoFolder)/objects"))]
    }

    static let ada = "email:ada@example.com"

    func exporter(
        exporterUser: String = "habeas_exporter", settings: [(name: String, value: String)] = [],
        progress: @escaping @Sendable (ExportProgress) -> Void = { _ in }
    ) throws -> Exporter {
        var target = database.target(as: exporterUser)
        target.settings = settings
        let pools = ExportDatabase(
            exporter: PostgresPool(to: target, limit: 4),
            verifier: PostgresPool(to: database.target(as: "habeas_verifier"), limit: 1))
        let keys = keys
        return Exporter(
            map: map, database: pools, stores: stores, generator: "test", publicKeys: try keys.rawKeys(),
            sign: { try keys.sign($0) }, progress: progress)
    }

    func request(_ subject: String = ada, right: Right = .access, only: [String] = [], format: DataFormat = .both)
        -> ExportRequest
    {
        var random = SystemRandomNumberGenerator()
        return ExportRequest(
            id: RequestID(now: Instant(microseconds: 1_790_000_000_000_000), using: &random),
            subject: SubjectReference(subject)!, right: right, regime: map.defaultRegime, format: format, only: only,
            ticket: "T-1", reasonCode: "test")
    }

    static func budget(_ limit: Duration = .seconds(600)) -> SnapshotBudget {
        let start = ContinuousClock.now
        return SnapshotBudget(limit: limit) { ContinuousClock.now - start }
    }

    /// Exports to `name` in the fixture's folder and unpacks it with a program that isn't ours.
    func export(_ request: ExportRequest? = nil, by exporter: Exporter? = nil, name: String = "a.zip") async throws
        -> UnpackedArchive
    {
        let path = "\(folder)/\(name)"
        let outcome = try await (exporter ?? self.exporter()).export(
            request ?? self.request(), to: path, makeBudget: { Self.budget() })
        let target = "\(folder)/\(name).d"
        let unpacked = try await Program.run("unzip", ["-q", path, "-d", target])
        guard unpacked.status == 0 else { throw CocoaError(.fileReadCorruptFile) }
        return UnpackedArchive(path: path, folder: "\(target)/\(outcome.root)", outcome: outcome)
    }

    /// What lies in the folder beside the keys: nothing after a failure.
    var leftovers: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "keys" } }
    }
}

/// An archive as a recipient has it.
struct UnpackedArchive: Sendable {
    let path: String
    let folder: String
    let outcome: ExportOutcome

    func text(_ file: String) throws -> String { try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8) }

    func rows(_ collection: String) throws -> [[String: Any]] {
        let data = try Data(contentsOf: URL(filePath: "\(folder)/data/json/\(collection).json"))
        return try JSONSerialization.jsonObject(with: data) as? [[String: Any]] ?? []
    }

    /// Every byte of every file, for hunting canaries.
    func everything() throws -> Data {
        var all = Data()
        let files = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
        for file in files {
            all.append(Data(file.utf8))
            if let data = FileManager.default.contents(atPath: "\(folder)/\(file)") { all.append(data) }
        }
        return all
    }
}
