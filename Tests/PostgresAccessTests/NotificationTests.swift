import Foundation
import PostgresAccess
import PostgresTestKit
import Testing

@Suite struct NotificationTests {
    @Test func aNotificationEndsTheWait() async throws {
        try await TestCluster.withDatabase { database in
            try await PostgresConnection.withConnection(to: database.target()) { listener in
                try await listener.listen(on: "odd \"channel")
                async let waited = listener.waitForNotification(within: .seconds(60))
                try await database.run("NOTIFY \"odd \"\"channel\"")
                let isTold = try await waited

                #expect(isTold)
            }
        }
    }

    @Test func whatCameBeforeTheWaitCounts() async throws {
        try await TestCluster.withDatabase { database in
            try await PostgresConnection.withConnection(to: database.target()) { listener in
                try await listener.listen(on: "jobs")
                for _ in 0..<3 { try await database.run("NOTIFY jobs") }
                try await listener.query("SELECT 1")

                let isTold = try await listener.waitForNotification(within: .seconds(60))
                let isToldAgain = try await listener.waitForNotification(within: .milliseconds(10))
                let rows = try await listener.query("SELECT 2")

                #expect(isTold)
                #expect(!isToldAgain)
                #expect(rows == [["2"]])
            }
        }
    }

    @Test func cancellingEndsTheWaitAtOnce() async throws {
        try await TestCluster.withDatabase { database in
            try await PostgresConnection.withConnection(to: database.target()) { listener in
                try await listener.listen(on: "jobs")
                let waiting = Task { try await listener.waitForNotification(within: .seconds(600)) }
                waiting.cancel()
                let error = await #expect(throws: PostgresError.self) { _ = try await waiting.value }

                #expect(error?.code == .cancelled)
            }
        }
    }

    @Test(.timeLimit(.minutes(10))) func aLostConnectionIsAnError() async throws {
        try await TestCluster.withDatabase { database in
            try await PostgresConnection.withConnection(to: database.target()) { listener in
                try await listener.listen(on: "jobs")
                let pid = try await listener.query("SELECT pg_backend_pid()")[0][0] ?? ""
                async let waited = listener.waitForNotification(within: .seconds(600))
                try await database.run("SELECT pg_terminate_backend(\(pid))")
                let error: (any Error)?
                do {
                    _ = try await waited
                    error = nil
                } catch let thrown { error = thrown }

                #expect((error as? PostgresError)?.code == .connectionLost)
            }
        }
    }
}
