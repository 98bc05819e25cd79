import Foundation
import PostgresAccess
import PostgresTestKit
import Testing

@Suite struct PostgresPoolTests {
    @Test func neverOpensMoreThanItsLimit() async throws {
        try await TestCluster.withDatabase { database in
            let pool = PostgresPool(to: database.target(), limit: 2)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await pool.withConnection { connection in
                            let rows = try await connection.query(
                                "SELECT count(*) FROM pg_stat_activity WHERE datname = $1", [database.name])
                            return Int(rows[0][0] ?? "") ?? -1
                        }
                    }
                }
                for try await count in group { #expect((1...2).contains(count)) }
            }
            await pool.close()
        }
    }

    @Test func deadConnectionsAreReplaced() async throws {
        try await TestCluster.withDatabase { database in
            let pool = PostgresPool(to: database.target(), limit: 1)
            let first = try await pool.withConnection { try await $0.query("SELECT pg_backend_pid()")[0][0] ?? "" }
            try await database.run("SELECT pg_terminate_backend(\(first))")

            let second = try await pool.withConnection { try await $0.query("SELECT pg_backend_pid()")[0][0] ?? "" }

            #expect(second != first)
            await pool.close()
        }
    }

    @Test func aCancelledWaitGivesItsPlaceUp() async throws {
        try await TestCluster.withDatabase { database in
            let pool = PostgresPool(to: database.target(), limit: 1)
            try await pool.withConnection { _ in
                let waiting = Task { try await pool.withConnection { _ in } }
                waiting.cancel()
                await #expect(throws: PostgresError.self) { try await waiting.value }
            }
            let rows = try await pool.withConnection { try await $0.query("SELECT 1") }
            #expect(rows == [["1"]])
            await pool.close()
            await #expect(throws: PostgresError.self) { try await pool.withConnection { _ in } }
        }
    }
}
