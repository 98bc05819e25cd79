import Foundation
import PostgresAccess
import PostgresTestKit
import Testing

/// Ctrl-C, kill -9 and cut connections: nothing half-written stays, nothing runs on, the next start works.
@Suite struct InterruptionTests {
    /// A policy that makes reading one table take as long as a lock is held.
    private static let slow = """
        CREATE FUNCTION public.held() RETURNS boolean LANGUAGE plpgsql STABLE AS
            'BEGIN IF current_query() LIKE ''COPY%'' THEN PERFORM pg_catalog.pg_advisory_xact_lock(42); END IF; RETURN true; END';
        CREATE POLICY slow ON workspace.documents AS RESTRICTIVE USING (public.held())
        """

    /// Starts an export that stops in the middle, does something to it, and gives what came of it.
    private func interrupt(
        _ bench: Workbench, _ options: [String] = [], _ action: @escaping @Sendable (_ pid: pid_t) async throws -> Void
    ) async throws -> (status: Int32, errors: String) {
        try await bench.database.run(Self.slow)
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(filePath: Checkout.binary)
        process.arguments =
            ["export", "email:ada@example.com", "--output", "a.zip", "--ticket", "T", "--reason", "r"] + options
        process.currentDirectoryURL = URL(filePath: bench.folder)
        process.standardError = errors
        let holder = try await bench.holdLock()
        try process.run()
        try await bench.waitForExport()
        #expect(try bench.leftovers.contains { $0.hasPrefix(".habeas-partial") })
        try await action(process.processIdentifier)
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        holder.cancel()
        return (process.terminationStatus, text)
    }

    @Test func ctrlCEndsTheStatementAndRemovesTheFile() async throws {
        try await Workbench.with { bench in
            let ada =
                try await bench.database.query(
                    "SELECT id::text FROM workspace.users WHERE email = 'ada@example.com'")[0][0] ?? ""
            let (status, errors) = try await interrupt(bench) { pid in
                // While it runs: what anybody on the server can see of it.
                let seen = try await bench.database.query(
                    "SELECT query, application_name FROM pg_stat_activity WHERE usename LIKE 'habeas%'")
                #expect(seen.count > 2)
                let text = seen.flatMap { $0 }.compactMap { $0 }.joined(separator: "\n")
                #expect(CanaryTests.leaks(of: ["ada@example.com", ada], in: text) == [])
                kill(pid, SIGINT)
            }
            #expect(status == 130, "\(errors)")
            #expect(errors.contains("interrupted"))
            #expect(try bench.leftovers.isEmpty)
            #expect(try await bench.runningExports() == 0)
        }
    }

    @Test func aKilledProcessLeavesNothingTheNextOneDoesNotClear() async throws {
        try await Workbench.with { bench in
            _ = try await interrupt(bench) { kill($0, SIGKILL) }
            #expect(try bench.leftovers.count == 1)
            try await bench.database.run("DROP POLICY slow ON workspace.documents")

            let next = try await bench.export("email:ada@example.com", "--output", "a.zip")

            #expect(next.status == 0, "\(next.errors)")
            #expect(try bench.leftovers == ["a.zip"])
        }
    }

    /// Killed in the middle, a sealed export has left sealed bytes only, whose key died with it.
    @Test func aKilledSealedExportLeavesNoPlaintextAndDoesNotDisturbTheNext() async throws {
        try await Workbench.with { bench in
            _ = try await interrupt(bench, ["--sealed"]) { kill($0, SIGKILL) }
            let partial = try #require(try bench.leftovers.first)
            let left = try Data(contentsOf: URL(filePath: "\(bench.folder)/\(partial)"))
            #expect(try bench.leftovers.count == 1)
            #expect(left.range(of: Data("data/json".utf8)) == nil)
            try await bench.database.run("DROP POLICY slow ON workspace.documents")

            let next = try await bench.export("email:ada@example.com", "--sealed", "--output", "a.zip")

            #expect(next.status == 0, "\(next.errors)")
            #expect(try bench.leftovers.sorted() == ["a.zip", "a.zip.key"])
            #expect(try await bench.habeas("verify", "a.zip").status == 0)
        }
    }

    @Test func aConnectionCutMidwayIsAnError() async throws {
        try await Workbench.with { bench in
            let (status, errors) = try await interrupt(bench) { _ in
                try await bench.database.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'habeas_exporter' AND datname = '\(bench.database.name)'"
                )
            }
            #expect(status == 1)
            #expect(errors.contains("connection"), "\(errors)")
            #expect(try bench.leftovers.isEmpty)
        }
    }

    @Test func twoAtOnceDoNotDisturbEachOther() async throws {
        try await Workbench.with { bench in
            async let first = bench.export("email:ada@example.com", "--output", "1.zip")
            async let second = bench.export("email:ada@example.com", "--output", "2.zip")
            async let same = bench.export("email:ada@example.com", "--output", "1.zip")
            let statuses = try await [first.status, same.status].sorted()
            #expect(try await second.status == 0)
            #expect(statuses == [0, 1])
            #expect(try bench.leftovers.sorted() == ["1.zip", "2.zip"])
        }
    }
}

extension Workbench {
    /// Holds the lock that the slow policy waits for, until cancelled.
    func holdLock() async throws -> Task<Void, any Error> {
        let database = database
        let holder = Task { _ = try await database.query("SELECT pg_advisory_lock(42), pg_sleep(600)") }
        try await waitFor("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = 42")
        return holder
    }

    /// Waits until the export stands in the middle of a COPY.
    func waitForExport() async throws {
        try await waitFor(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory' "
                + "AND query LIKE 'COPY%'")
    }

    func runningExports() async throws -> Int {
        try await database.query(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE 'habeas%' "
                + "AND state = 'active'"
        ).count
    }

    /// Asks a hundred times a second until there is a row, for five minutes at most.
    private func waitFor(_ query: String) async throws {
        let isFound = try await PostgresConnection.withConnection(to: database.target()) { connection in
            for _ in 0..<30_000 {
                if try await !connection.query(query).isEmpty { return true }
                try await connection.query("SELECT pg_sleep(0.01)")
            }
            return false
        }
        #expect(isFound, "nothing came of: \(query)")
    }
}
