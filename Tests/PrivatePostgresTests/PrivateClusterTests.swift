import Foundation
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import SystemPackage
import Testing

@Suite struct PrivateClusterTests {
    private func with(_ name: String, _ body: (PrivateCluster, String) async throws -> Void) async throws {
        try await withFolder { folder in
            let state = "\(folder)/\(name)"
            let cluster = try PrivateCluster(state: FilePath(state))
            do {
                try await cluster.start()
                try await body(cluster, state)
                try await cluster.stop()
            } catch {
                try await cluster.stop()
                throw error
            }
            try? FileManager.default.removeItem(atPath: cluster.base.string)
        }
    }

    private func answer(_ cluster: PrivateCluster) async throws -> String? {
        try await PostgresConnection.withConnection(to: ConnectionTarget(cluster.connectionString)) {
            try await $0.query("SELECT pg_backend_pid() > 0")[0][0]
        }
    }

    @Test(arguments: ["plain", "with space", "it's", "a\"b, c", "ü"])
    func startsInAnyFolder(name: String) async throws {
        try await with(name) { cluster, _ in
            let answer = try await answer(cluster)
            #expect(answer == "t")
        }
    }

    @Test func isReusedAndStoppedAndStartedAgain() async throws {
        try await with("s") { cluster, state in
            try await PostgresConnection.withConnection(to: ConnectionTarget(cluster.connectionString)) {
                try await $0.run(unsafeSQL: "CREATE TABLE public.kept (a int)")
            }
            try await PrivateCluster(state: FilePath(state)).start()
            try await cluster.stop()
            let isRunning = try await cluster.isRunning()
            #expect(!isRunning)
            try await cluster.start()
            let kept = try await PostgresConnection.withConnection(to: ConnectionTarget(cluster.connectionString)) {
                try await $0.query("SELECT count(*) FROM public.kept")
            }
            #expect(kept == [["0"]])
        }
    }

    @Test func manyStartsAtOnceMakeOneServer() async throws {
        try await with("s") { cluster, state in
            try await cluster.stop()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await PrivateCluster(state: FilePath(state)).start() } }
                try await group.waitForAll()
            }
            let answer = try await answer(cluster)
            #expect(answer == "t")
        }
    }

    @Test func twoFoldersAreTwoServers() async throws {
        try await with("a") { first, _ in
            try await with("b") { second, _ in
                #expect(first.base != second.base)
                let answers = [try await answer(first), try await answer(second)]
                #expect(answers == ["t", "t"])
            }
        }
    }

    @Test func listensOnNoNetwork() async throws {
        try await with("s") { cluster, _ in
            let addresses = try await PostgresConnection.withConnection(to: ConnectionTarget(cluster.connectionString))
            {
                try await $0.query("SHOW listen_addresses")
            }
            #expect(addresses == [[""]])
        }
    }
}
