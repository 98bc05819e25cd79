import DataMap
import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit

/// Somebody with marks that nobody else has, and the words for asking what was found of them.
struct HuntFixture {
    let mail = "Ada.Canary+x@Kanarie.example"
    let handle = "ada-kanarie"
    let id = "0199c0de-51f0-7abc-9def-0123456789ab"
    let number = "7700123456789"

    var person: HuntedPerson {
        HuntedPerson(
            reference: "erasure-1",
            needles: [
                Needle(kind: "email", value: mail), Needle(kind: "handle", value: handle),
                Needle(kind: "key", value: id), Needle(kind: "account", value: number),
                Needle(kind: "row", value: "4711"),
            ])
    }

    /// Every identifier in every spelling that a report might betray.
    var marks: [String] {
        [mail, handle, id, id.replacingOccurrences(of: "-", with: ""), number].flatMap { [$0, $0.lowercased()] }
    }

    static let mapped: Set<TableName> = [TableName(schema: Identifier("app"), name: Identifier("people"))]

    func hunt(
        _ database: TestDatabase, as role: String? = nil, _ scope: HuntScope = .all(except: []),
        limits: HuntLimits = HuntLimits()
    ) async throws -> HuntReport {
        try await LeftoverHunt([person], limits: limits).search(
            database.target(as: role), in: scope, mapped: Self.mapped)
    }

    /// Finds as `table.column kind rows`.
    static func words(_ report: HuntReport) -> Set<String> {
        Set(report.finds.map { "\($0.table) \($0.column) \($0.kind) \($0.rows)" })
    }

    /// Runs statements whose canaries travel as parameters.
    func plant(_ database: TestDatabase, _ sql: String, _ values: [String?]) async throws {
        try await PostgresConnection.withConnection(to: database.target()) { _ = try await $0.query(sql, values) }
    }
}
