import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit

/// A database in which worlds follow each other.
enum WorldServer {
    /// Makes the companion schema and the roles; other tests make the same roles at the same time.
    static func prepare(_ database: TestDatabase) async throws {
        let statements =
            Companion.statements(eraser: "habeas_eraser", verifier: "habeas_verifier", retention: "habeas_retention")
            + [
                "DO $$ BEGIN CREATE ROLE habeas_bound LOGIN NOBYPASSRLS; "
                    + "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            ]
        try await retrying {
            try await PostgresConnection.withConnection(to: database.target()) {
                try await $0.apply(statements, passwords: [])
            }
        }
    }

    /// An eraser over a world that was built, its roles given their rights by the map.
    static func fixture(
        _ map: String, in database: TestDatabase, batch: Int = 5000,
        role: String = "habeas_eraser", objects: String? = nil, zone: String = "UTC"
    ) async throws -> ErasureFixture {
        let fixture = try ErasureFixture(
            database, map: map, objects: objects, budget: budget(batch: batch), zone: zone, user: role)
        try await PostgresConnection.withConnection(to: database.target()) { connection in
            let statements = EraserRoles.statements(
                fixture.map, try await connection.readCatalogue(), eraser: role, verifier: "habeas_verifier")
            try await connection.apply(statements, passwords: [])
        }
        return fixture
    }

    /// Batches of so many rows, without pauses.
    static func budget(batch: Int) -> ErasureBudget {
        var budget = ErasureBudget()
        budget.batch = batch
        budget.pause = .zero
        budget.longestPause = .milliseconds(1)
        return budget
    }

    private static func retrying(_ body: () async throws -> Void) async throws {
        for _ in 0..<50 {
            do { return try await body() } catch let error as PostgresError where error.sqlState == "XX000" {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        try await body()
    }
}

extension World {
    /// The victim, as a command would name them.
    var victimReference: String {
        "email:\((tables[World.people].rows[victim].values["email"] ?? nil) ?? "")"
    }
}
