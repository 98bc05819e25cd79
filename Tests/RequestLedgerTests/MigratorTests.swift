import AuditLedger
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@Suite struct MigratorTests {
    @Test func runsTwiceAndAtOnce() async throws {
        try await TestCluster.withDatabase { database in
            let url = database.url
            async let one = migrate(url)
            async let two = migrate(url)
            let applied = try await (one + two).sorted()
            let again = try await migrate(url)

            #expect(applied == ["audit", "backups", "clock", "erasure", "holds", "requests"])
            #expect(again == [])
            try await PostgresConnection.withConnection(to: ConnectionTarget(url)) { try await Migrator.check($0) }
        }
    }

    @Test func refusesAChangedMigrationAndALaterVersion() async throws {
        try await TestCluster.withDatabase { database in
            let url = database.url
            _ = try await migrate(url)
            try await run("UPDATE habeas.migration SET checksum = 'x' WHERE version = 1", url)
            let changed = await #expect(throws: LedgerError.self) { _ = try await migrate(url) }
            try await run("INSERT INTO habeas.migration VALUES (99, 'later', 'x')", url)
            let later = await #expect(throws: LedgerError.self) { _ = try await migrate(url) }

            #expect(changed?.code == .migrationChanged)
            #expect(later?.code == .tooNew)
        }
    }

    @Test func saysWhenNothingIsThere() async throws {
        try await TestCluster.withDatabase { database in
            let url = database.url
            let error = await #expect(throws: LedgerError.self) {
                try await PostgresConnection.withConnection(to: ConnectionTarget(url)) { try await Migrator.check($0) }
            }

            #expect(error?.code == .notMigrated)
        }
    }

    private func migrate(_ url: String) async throws -> [String] {
        try await PostgresConnection.withConnection(to: ConnectionTarget(url)) {
            try await Migrator.migrate($0, controlRole: "habeas_control", password: nil)
        }
    }

    private func run(_ sql: String, _ url: String) async throws {
        try await PostgresConnection.withConnection(to: ConnectionTarget(url)) { try await $0.run(unsafeSQL: sql) }
    }
}
