import DataMap
import Erasing
import PostgresAccess
import PostgresTestKit
import SubjectAccess
import Testing

/// People of the demonstration product, as the map knows them.
@Suite struct HuntWorkspaceTests {
    @Test func readsAPersonAndFindsThemUntilTheyAreGone() async throws {
        try await TestCluster.withWorkspace { database in
            let map = try DataMap(yaml: Checkout.workspaceMap())
            let mail = try #require(
                try await database.query("SELECT email FROM workspace.users ORDER BY id LIMIT 1")[0][0])
            let reference = try #require(SubjectReference("email:\(mail)"))
            let person = try await PostgresConnection.withConnection(to: database.target(as: "habeas_verifier")) {
                connection in
                let catalogue = try await connection.readCatalogue()
                let subject = try await SubjectResolver(map: map, catalogue: catalogue, connection: connection)
                    .resolve(reference)
                return try await HuntedPerson.read(
                    subject, reference: "E-1", catalogue: catalogue, over: connection)
            }
            let mapped = Set(map.collections.map(\.table))
            let hunt = LeftoverHunt([person])
            let before = try await hunt.search(database.target(), in: .all(except: []), mapped: mapped)
            let places = Set(before.finds.map { "\($0.table).\($0.column) \($0.kind)" })

            #expect(person.needles.map(\.kind) == ["key", "email"])
            #expect(before.isComplete)
            #expect(places.isSuperset(of: ["workspace.users.id key", "workspace.users.email email"]))
            #expect(before.finds.contains { $0.table != "workspace.users" && $0.kind == "key" })
        }
    }
}
