import Foundation
import PostgresTestKit
import Testing

/// `habeas serve` on loopback while a test uses it: with the workbench's database, keys, folder and settings, its mails in a
/// folder, its own port in its links.
struct RunningService: Sendable {
    let bench: Workbench
    let port: Int
    /// The process: its pid, its log, signals to it.
    let program: RunningProgram

    /// Where people and staff reach it.
    var url: String { "http://127.0.0.1:\(port)" }

    /// Runs the service for as long as `body` runs, then ends it in order and expects status 0.
    ///
    /// - Parameters:
    ///   - port: the one it had before, when it is started again; a free one when nil.
    ///   - more: lines for habeas.yaml, such as `archive:\n  part_size: 8MB`.
    ///   - environment: settings as variables, for this process only.
    ///   - status: how it has to end; 137 when `body` kills it.
    static func with<Value: Sendable>(
        _ bench: Workbench, port: Int? = nil, more: String = "", environment: [String: String] = [:],
        endsWith status: Int32 = 0, _ body: (RunningService) async throws -> Value
    ) async throws -> Value {
        let port = try port ?? FreePort.find()
        try bench.writeServiceSettings(port: port, more: more)
        let initial = try await bench.habeas("init")
        try #require(initial.status == 0, "\(initial.errors)")
        let outcome = try await RunningProgram.with(
            Checkout.binary, ["serve"], in: bench.folder, environment: environment
        ) { program in
            let service = RunningService(bench: bench, port: port, program: program)
            let line = await program.line(with: "listens on 127.0.0.1:\(port)")
            try #require(line != nil, "\(program.log)")
            let ready = try await service.curl("/readyz")
            try #require(ready.status == 0 && ready.output.contains("ready"), "\(ready.output)\(ready.errors)")
            return try await body(service)
        }
        #expect(outcome.status == status, "habeas serve ended with \(outcome.status)")
        return outcome.value
    }

    // MARK: using it

    /// Fetches a path with curl, which fails on a status of 400 and above.
    func curl(_ path: String, _ options: String...) async throws -> ProgramOutcome {
        try await Program.run("curl", ["--silent", "--show-error", "--fail-with-body"] + options + [url + path])
    }

    /// Runs a staff command with a token, as somebody on another machine does: no settings, no keys, no database.
    func staff(
        _ arguments: String..., token: String, environment: [String: String] = [:], input: String? = nil
    ) async throws -> ProgramOutcome {
        try await withFolder { folder in
            let base = ["HABEAS_URL": url, "HABEAS_TOKEN": token, "XDG_CONFIG_HOME": folder, "COLUMNS": "80"]
            return try await Program.habeas(
                arguments, in: folder, environment: base.merging(environment) { $1 }, input: input)
        }
    }

    /// A new staff account's token; the first account must be an administrator's and needs none.
    func newStaff(_ name: String, role: String, by administrator: String? = nil) async throws -> String {
        let outcome =
            if let administrator {
                try await staff(
                    "staff", "add", name, "--role", role, "--ticket", "T-1", "--reason", "onboarding",
                    token: administrator)
            } else {
                try await bench.habeas("staff", "add", name, "--role", role, environment: Self.signedOut)
            }
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// An environment in which nobody is signed in.
    static let signedOut = ["HABEAS_URL": "", "HABEAS_TOKEN": "", "XDG_CONFIG_HOME": "/nonexistent"]

    /// The mails handed over so far, the newest last.
    var mails: [String] {
        get throws {
            let folder = URL(filePath: "\(bench.folder)/mail")
            let files =
                (try? FileManager.default.contentsOfDirectory(
                    at: folder, includingPropertiesForKeys: [.contentModificationDateKey])) ?? []
            return try files.filter { $0.pathExtension == "eml" }
                .map { file in
                    (
                        try file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
                            ?? .distantPast, try String(contentsOf: file, encoding: .utf8)
                    )
                }
                .sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

extension Workbench {
    /// Settings with which the service runs.
    func writeServiceSettings(port: Int, more: String = "") throws {
        try writeSettings(
            more: """
                clock:
                  zone: Europe/Berlin
                service:
                  port: \(port)
                mail:
                  folder: mail
                  from: privacy@workspace.example
                archives: archives
                \(more)
                """)
    }
}
