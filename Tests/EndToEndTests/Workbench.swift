import Foundation
import PostgresTestKit

/// A folder with settings for one test database, where commands run as a user runs them.
struct Workbench: Sendable {
    let database: TestDatabase
    let folder: String

    /// Lends a workbench over a fresh copy of the demo workspace.
    static func with<Value>(_ body: (Workbench) async throws -> sending Value) async throws -> sending Value {
        try await TestCluster.withWorkspace { database in
            try await withFolder { folder in
                let bench = Workbench(database: database, folder: folder)
                try bench.writeSettings()
                _ = try await bench.habeas("keys", "init")
                return try await body(bench)
            }
        }
    }

    /// The workbench's own files, if it has some; else those of everybody.
    private var objects: String {
        let own = "\(folder)/objects"
        return FileManager.default.fileExists(atPath: own) ? own : "\(database.demoFolder)/objects"
    }

    func writeSettings(url: String? = nil, map: String? = nil, more: String = "") throws {
        let text = """
            database:
              url: "\(url ?? database.url)"
            map: "\(map ?? "\(Checkout.path)/schemas/workspace.map.yaml")"
            keys: keys
            stores:
              objects: "\(objects)"
            \(more)
            """
        try text.write(toFile: "\(folder)/habeas.yaml", atomically: true, encoding: .utf8)
    }

    /// Gives the workbench files of its own, for a test that changes or erases some; the workspace's are everybody's.
    @discardableResult func ownObjects() throws -> String {
        try FileManager.default.copyItem(atPath: objects, toPath: "\(folder)/objects")
        try writeSettings()
        return objects
    }

    func habeas(
        _ arguments: String..., environment: [String: String] = [:], input: String? = nil
    ) async throws -> ProgramOutcome {
        try await Program.habeas(arguments, in: folder, environment: environment, input: input)
    }

    func export(_ subject: String = "email:ada@example.com", _ more: String...) async throws -> ProgramOutcome {
        try await Program.habeas(["export", subject, "--ticket", "T-1", "--reason", "dsar"] + more, in: folder)
    }

    /// What lies in the folder beside what the workbench put there.
    var leftovers: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "keys" && $0 != "habeas.yaml" }
        }
    }
}
