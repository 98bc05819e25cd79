import DataMap
import Foundation
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import Testing

@Suite struct PostgresConnectionTests {
    @Test func parametersAreNeverSQL() async throws {
        let hostile = "'; DROP TABLE x; -- \" \\"
        let rows = try await TestCluster.withDatabase { database in
            try await database.query("SELECT $1::text, $2::text", [hostile, nil])
        }
        #expect(rows == [[hostile, nil]])
    }

    @Test func errorsCarryStateAndObjectButNoValues() async throws {
        try await TestCluster.withDatabase { database in
            try await database.run("CREATE TABLE public.t (a int PRIMARY KEY, b text CHECK (b <> 'canary-check'))")
            for (sql, parameters, state) in [
                ("INSERT INTO public.t VALUES (1, $1)", ["canary-check"], "23514"),
                ("SELECT $1::uuid", ["canary-uuid"], "22P02"),
                ("DO $$ BEGIN RAISE EXCEPTION 'canary-raise'; END $$", [], "P0001"),
                ("SELECT * FROM public.missing", [], "42P01"),
            ] {
                let error = await #expect(throws: PostgresError.self) { try await database.query(sql, parameters) }
                #expect(error?.sqlState == state)
                #expect(error?.code == .statementFailed)
                let shown = "\(error as Any) \(String(reflecting: error))"
                #expect(!shown.contains("canary"), "\(shown)")
            }
        }
    }

    @Test func connectionStringsAreNeverRepeated() async throws {
        for string in [
            "postgres://u:canarypw@h%zz/db", "host=x password=canarypw oops", "postgres://u:canarypw@[::1/db",
        ] {
            let error = await #expect(throws: PostgresError.self) {
                try await PostgresConnection.withConnection(to: ConnectionTarget(string)) { _ in }
            }
            #expect(error?.code == .badConnectionString)
            #expect(error?.description.contains("canarypw") == false)
        }
    }

    @Test func aServerThatIsNotThereIsNamed() async throws {
        let error = await #expect(throws: PostgresError.self) {
            try await PostgresConnection.withConnection(to: ConnectionTarget("host=/nonexistent dbname=x")) { _ in }
        }
        #expect(error?.code == .cannotConnect)
        #expect(error?.description.contains("/nonexistent") == true)
    }

    @Test func sqlASCIIIsRefused() async throws {
        let server = try await TestCluster.shared
        let name = "ascii_\(getpid())"
        try await server.administer(
            "CREATE DATABASE \(name) ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        let error = await #expect(throws: PostgresError.self) {
            let target = ConnectionTarget(server.cluster.connectionString(database: name))
            try await PostgresConnection.withConnection(to: target) { _ in }
        }
        try await server.administer("DROP DATABASE \(name)")
        #expect(error?.code == .unsupportedEncoding)
    }

    @Test func sessionsArePinnedWhateverTheRoleSays() async throws {
        try await TestCluster.withDatabase { database in
            try await database.run(
                """
                ALTER DATABASE \(database.name) SET timezone = 'Pacific/Auckland';
                ALTER DATABASE \(database.name) SET datestyle = 'SQL, DMY';
                ALTER DATABASE \(database.name) SET search_path = public;
                ALTER DATABASE \(database.name) SET row_security = off
                """)
            let rows = try await database.query(
                "SELECT current_setting('timezone'), current_setting('datestyle'), current_setting('search_path'), "
                    + "current_setting('row_security')")
            #expect(rows == [["UTC", "ISO, YMD", "pg_catalog", "on"]])
        }
    }

    @Test func transactionsRollBackWhenTheClosureThrows() async throws {
        struct Stop: Error {}
        try await TestCluster.withDatabase { database in
            try await database.run("CREATE TABLE public.t (a int)")
            await #expect(throws: Stop.self) {
                try await PostgresConnection.withConnection(to: database.target()) { connection in
                    try await connection.withTransaction(.readCommitted) { connection in
                        try await connection.query("INSERT INTO public.t VALUES (1)")
                        throw Stop()
                    }
                }
            }
            #expect(try await database.query("SELECT count(*) FROM public.t") == [["0"]])
        }
    }

    @Test func snapshotsAreSharedAcrossConnections() async throws {
        try await TestCluster.withDatabase { database in
            try await database.run("CREATE TABLE public.t (a int)")
            let counts = try await PostgresConnection.withConnection(to: database.target()) { first in
                try await first.withTransaction(.snapshot) { first in
                    let id = try #require(SnapshotID(try await first.query("SELECT pg_export_snapshot()")[0][0] ?? ""))
                    try await database.run("INSERT INTO public.t VALUES (1)")
                    return try await PostgresConnection.withConnection(to: database.target()) { second in
                        try await second.withTransaction(.snapshot) { second in
                            try await second.importSnapshot(id)
                            return try await second.query("SELECT count(*) FROM public.t")
                        }
                    }
                }
            }
            #expect(counts == [["0"]])
        }
    }

    @Test func cancellationReachesTheServer() async throws {
        try await TestCluster.withDatabase { database in
            let target = database.target()
            let work = Task {
                try await PostgresConnection.withConnection(to: target) { try await $0.query("SELECT pg_sleep(600)") }
            }
            try await waitUntil { try await Self.sleepers(database) == 1 }

            work.cancel()

            let error = await #expect(throws: PostgresError.self) { try await work.value }
            #expect(error?.code == .cancelled)
            try await waitUntil { try await Self.sleepers(database) == 0 }
        }
    }

    private static func sleepers(_ database: TestDatabase) async throws -> Int {
        let rows = try await database.query(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND query LIKE 'SELECT pg_sleep%' AND state = 'active'",
            [database.name])
        return Int(rows[0][0] ?? "") ?? -1
    }
}

/// Asks until something is so; bounded, and each question is a round trip, so there is no fixed pause to tune.
func waitUntil(_ isSo: () async throws -> Bool) async throws {
    for _ in 0..<2000 {
        if try await isSo() { return }
    }
    Issue.record("it didn't come about")
}
