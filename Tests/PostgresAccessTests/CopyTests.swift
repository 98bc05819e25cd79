import Foundation
import PostgresAccess
import PostgresTestKit
import Testing

@Suite struct CopyTests {
    @Test func batchesHoldWholeRowsAndLargeOnesTravelAlone() async throws {
        try await TestCluster.withDatabase { database in
            let sizes = try await PostgresConnection.withConnection(to: database.target()) { connection in
                try await connection.startCopy(
                    query:
                        "SELECT repeat('x', CASE WHEN g = 5000 THEN 1000000 ELSE 100 END) FROM generate_series(1, 10000) g"
                )
                var sizes: [Int] = []
                while let batch = try await connection.nextBatch() { sizes.append(batch.count) }
                return sizes
            }
            #expect(sizes.contains { $0 > 1_000_000 && $0 < 1_000_100 })
            #expect(sizes.filter { $0 < 1_000_000 }.allSatisfy { $0 < 320 * 1024 })
            let expected: Int = 19 + 2 + 10_000 * 6 + 9999 * 100 + 1_000_000
            #expect(sizes.reduce(0, +) == expected)
        }
    }

    @Test func aConnectionCutMidCopyIsAnError() async throws {
        try await TestCluster.withDatabase { database in
            let error = await #expect(throws: PostgresError.self) {
                try await PostgresConnection.withConnection(to: database.target()) { connection in
                    try await connection.startCopy(query: "SELECT repeat('x', 1000) FROM generate_series(1, 1000000)")
                    _ = try await connection.nextBatch()
                    try await database.run(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database.name)' AND "
                            + "query LIKE 'COPY%'")
                    while try await connection.nextBatch() != nil {}
                }
            }
            #expect(error?.code == .connectionLost)
        }
    }

    @Test func aFailureInTheMiddleOfTheRowsIsAnError() async throws {
        try await TestCluster.withDatabase { database in
            let error = await #expect(throws: PostgresError.self) {
                try await PostgresConnection.withConnection(to: database.target()) { connection in
                    try await connection.startCopy(query: "SELECT 1 / (500000 - g) FROM generate_series(1, 1000000) g")
                    while try await connection.nextBatch() != nil {}
                }
            }
            #expect(error?.sqlState == "22012")
        }
    }

    @Test func anAbandonedCopyEndsItsStatement() async throws {
        try await TestCluster.withDatabase { database in
            let pool = PostgresPool(to: database.target(), limit: 1)
            try await pool.withConnection { connection in
                try await connection.startCopy(query: "SELECT repeat('x', 1000) FROM generate_series(1, 1000000)")
                _ = try await connection.nextBatch()
            }
            let rows = try await pool.withConnection { try await $0.query("SELECT 1") }
            #expect(rows == [["1"]])
            await pool.close()
        }
    }
}
