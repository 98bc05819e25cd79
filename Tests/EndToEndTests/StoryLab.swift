import Foundation
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import SystemPackage
import Testing

/// A server of one test's own with the workspace in it, its log archived by a real tool, and one person whose bytes are
/// looked for.
struct StoryLab: Sendable {
    /// What stands in rows of the person's and nowhere else.
    static let marker = "mrk-41c7-of-ada-in-her-rows"
    static let app = "workspace_app"

    let cluster: PrivateCluster
    let bench: Workbench
    /// The person's id.
    let person: String
    private let configFile: String?

    var base: String { cluster.base.string }
    var database: TestDatabase { bench.database }

    /// Lends it. `BASE` in the command that archives stands for the server's folder.
    ///
    /// - Parameter isDebian: whether `postgresql.conf` and `pg_hba.conf` lie in another folder than the data.
    static func with(
        archiveCommand: String, tools: [String], isDebian: Bool = false, _ body: (StoryLab) async throws -> Void
    ) async throws {
        for tool in tools {
            let found = try await Program.run("/bin/sh", ["-c", "command -v \(tool)"])
            try #require(found.status == 0, "\(tool) isn't installed: make test-deps")
        }
        // Declared copies are named by paths without blanks, which the checkout's may have.
        let state = "/var/tmp/habeas-story-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        let base = try PrivateCluster(state: FilePath(state)).base.string
        let cluster = try PrivateCluster(
            state: FilePath(state),
            settings: [
                "archive_mode": "on", "archive_command": archiveCommand.replacing("BASE", with: base),
                "full_page_writes": "on", "shared_buffers": "64MB", "max_connections": "100", "max_wal_size": "1GB",
                "log_line_prefix": "%m [%p] ",
            ])
        let outcome: Result<Void, any Error>
        do {
            try await cluster.start()
            outcome = .success(
                try await withFolder { folder in
                    try await body(try await StoryLab(cluster, state: state, folder: folder, isDebian: isDebian))
                })
        } catch { outcome = .failure(error) }
        try await cluster.stop()
        for path in [base, state] where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
        try outcome.get()
    }

    private init(_ cluster: PrivateCluster, state: String, folder: String, isDebian: Bool) async throws {
        self.cluster = cluster
        configFile = isDebian ? "\(cluster.base)/etc/postgresql.conf" : nil
        let demo = "\(state)/demo"
        try FileManager.default.createDirectory(atPath: demo, withIntermediateDirectories: true)
        let database = TestDatabase(name: "workspace", cluster: cluster, demoFolder: demo)
        try await PostgresConnection.withConnection(to: ConnectionTarget(cluster.connectionString)) {
            try await $0.ensureDatabase("workspace")
        }
        try await TestCluster.loadWorkspace(into: database.target(), folder: demo)
        bench = Workbench(database: database, folder: folder)
        let found = try await database.query("SELECT id::text FROM workspace.users WHERE email = 'ada@example.com'")
        person = try #require(found.first?.first ?? nil)
        try await mark()
        if isDebian { try await moveConfiguration() }
        _ = try await bench.habeas("keys", "init")
        try bench.ownObjects()
    }

    /// Writes the marker into rows, a large value that is stored apart, and keys of an index that no VACUUM removes.
    private func mark() async throws {
        try await database.run(
            """
            CREATE INDEX story_settings ON workspace.users USING gin (settings);
            UPDATE workspace.users SET settings = settings || '{"note": "\(Self.marker)"}' WHERE id = '\(person)';
            ALTER TABLE workspace.tasks ALTER notes SET STORAGE EXTERNAL;
            UPDATE workspace.tasks SET notes = repeat('\(Self.marker) ', 200) WHERE user_id = '\(person)';
            UPDATE workspace.profiles SET bio = '\(Self.marker)' WHERE user_id = '\(person)';
            """)
    }

    /// As Debian has it: settings and rules in a folder of their own, the data elsewhere.
    private func moveConfiguration() async throws {
        try await cluster.stop()
        let etc = "\(base)/etc"
        try await server("/bin/mkdir", etc)
        for name in ["postgresql.conf", "pg_hba.conf", "pg_ident.conf"] {
            try await server("/bin/mv", "\(cluster.data)/\(name)", "\(etc)/\(name)")
        }
        let lines =
            "data_directory = '\(cluster.data)'\nhba_file = '\(etc)/pg_hba.conf'\nident_file = '\(etc)/pg_ident.conf'\n"
        let file = try FileHandle(forUpdating: URL(filePath: "\(etc)/postgresql.conf"))
        try file.seekToEnd()
        try file.write(contentsOf: Data(lines.utf8))
        try file.close()
        try await start()
    }

    // MARK: the server

    /// Runs a program as the server's user, and expects it to succeed.
    @discardableResult func server(_ words: String...) async throws -> String {
        let outcome = try await attempt(words)
        try #require(outcome.status == 0, "\(words): \(outcome.errors) \(outcome.output)")
        return outcome.output
    }

    func attempt(_ words: [String]) async throws -> ProgramOutcome {
        let all = cluster.asServerUser(words)
        return try await Program.run(all[0], Array(all.dropFirst()), in: "/", environment: ["HOME": base])
    }

    /// Starts it with the settings that lie there, and waits until it is through with its recovery.
    func start() async throws {
        let before = log.utf8.count
        let settings = configFile.map { ["-o", "-c config_file=\($0)"] } ?? []
        let words = [cluster.program("pg_ctl"), "-D", cluster.data.string, "-l", cluster.log.string, "-w", "-t", "120"]
        let outcome = try await attempt(words + settings + ["start"])
        try #require(outcome.status == 0, "\(outcome.output) \(log)")
        for _ in 0..<1200 {
            if String(decoding: log.utf8.dropFirst(before), as: UTF8.self).contains("ready to accept connections") {
                return
            }
            try #require(try await cluster.isRunning(), "\(log)")
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("it doesn't come up: \(log)")
    }

    var log: String { (try? String(contentsOfFile: cluster.log.string, encoding: .utf8)) ?? "" }

    func value(_ sql: String) async throws -> String {
        try #require(try await database.query(sql).first?.first ?? nil, "\(sql)")
    }

    /// What psql gives the product's role.
    func asApp(_ sql: String = "SELECT 'in'") async throws -> ProgramOutcome {
        try await Program.run(
            cluster.program("psql"),
            ["-X", "-w", "-A", "-t", "-h", "\(base)/run", "-U", Self.app, "-d", "workspace", "-c", sql])
    }

    /// A file that the server's user may read.
    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(base)/\(name)", atomically: true, encoding: .utf8)
    }

    /// Has the log archived up to now.
    func archiveLog() async throws {
        let name = try await value("SELECT pg_walfile_name(pg_switch_wal())")
        for _ in 0..<600 {
            let last = try await value("SELECT coalesce(max(last_archived_wal), '') FROM pg_stat_archiver")
            if last >= name { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the log isn't archived: \(log)")
    }

    // MARK: looking

    /// The files below a folder in which one of the person's marks stands, as a program of others finds them.
    func traces(in folder: String) async throws -> [String] {
        let marks = [Self.marker, "ada@example.com", person].map { Array($0.utf8) } + [personBytes]
        let input = marks.map { $0.map { String(format: "%02x", $0) }.joined() }.joined(separator: "\n")
        let outcome = try await Program.run(
            "python3", ["\(Checkout.path)/Tests/Judges/byte_search.py", folder], input: input)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output.split(separator: "\n").map(String.init)
    }

    /// The person's id as the server stores it.
    private var personBytes: [UInt8] {
        let digits = Array(person.filter { $0 != "-" })
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    }

    /// One digest over all rows of each table of the product.
    func rows() async throws -> [[String?]] {
        try await database.query(
            """
            SELECT c.relname, (xpath('/row/d/text()', query_to_xml(format(
                'SELECT count(*) || '':'' || md5(coalesce(string_agg(md5(t::text), '''' ORDER BY md5(t::text)), '''')) AS d '
                'FROM workspace.%I AS t', c.relname), false, true, '')))[1]::text
              FROM pg_class AS c
             WHERE c.relnamespace = 'workspace'::regnamespace AND c.relkind = 'r' ORDER BY 1
            """)
    }

    /// How many rows of the person's there are in the tables that name them.
    func rowsOfPerson() async throws -> Int {
        let sum = try await value(
            """
            SELECT (SELECT count(*) FROM workspace.users WHERE id = '\(person)')
                 + (SELECT count(*) FROM workspace.tasks WHERE user_id = '\(person)')
                 + (SELECT count(*) FROM workspace.contacts WHERE user_id = '\(person)')
                 + (SELECT count(*) FROM workspace.conversations WHERE user_id = '\(person)')
                 + (SELECT count(*) FROM workspace.activity WHERE user_id = '\(person)')
            """)
        return Int(sum) ?? -1
    }

    // MARK: commands

    @discardableResult func habeas(_ arguments: String..., status: Int32 = 0) async throws -> ProgramOutcome {
        let outcome = try await Program.habeas(arguments, in: bench.folder)
        try #require(outcome.status == status, "habeas \(arguments): \(outcome.output)\(outcome.errors)")
        return outcome
    }

    /// What one `habeas backups scan` says of the one erasure.
    func scan() async throws -> StoryVerdict {
        let printed = try await habeas("backups", "scan", "--json")
        let document = try JSONSerialization.jsonObject(with: Data(printed.output.utf8)) as? [String: Any]
        let erasure = try #require((document?["erasures"] as? [[String: Any]])?.first, "\(printed.output)")
        let copy = try #require((erasure["copies"] as? [[String: Any]])?.first)
        return StoryVerdict(
            standing: erasure["standing"] as? String ?? "", until: erasure["until"] as? String,
            resurrecting: copy["resurrecting"] as? [String] ?? [], holding: copy["holding"] as? Int ?? -1)
    }
}

/// What was said of the one declared copy.
struct StoryVerdict: Hashable {
    let standing: String
    let until: String?
    let resurrecting: [String]
    let holding: Int
}
