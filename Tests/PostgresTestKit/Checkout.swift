internal import Foundation

/// Where the tests run.
package enum Checkout {
    /// The package's folder.
    package static let path: String = {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return folder.path
    }()

    /// The text of the workspace's map.
    package static func workspaceMap() throws -> String { try text("schemas/workspace.map.yaml") }

    /// The text of a file of the checkout.
    package static func text(_ file: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
    }

    /// The built program, beside the test bundle.
    package static let binary: String = {
        // The bundle is .build/<triple>/debug/<name>.xctest.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("habeas").path
    }()

    /// Python with the judges' packages.
    package static let python =
        ProcessInfo.processInfo.environment["HABEAS_PYTHON"] ?? "\(path)/.habeas/venv/bin/python"
}

/// A folder of a test's own, removed with everything in it.
package func withFolder<Value>(_ body: (String) async throws -> sending Value) async throws -> sending Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("habeas-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}
