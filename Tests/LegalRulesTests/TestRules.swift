import Foundation
import PostgresTestKit
import RightsCore
import Testing

@testable import LegalRules

/// The built-in rules as tests ask them.
enum TestRules {
    /// The rules that are built in.
    static let book = try! RuleBook()

    /// The rules of a time zone, from the system's own files.
    static func zone(_ name: String) throws -> ZoneRules {
        let bytes = try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))
        guard let zone = ZoneRules(tzif: [UInt8](bytes), name: name, version: "test") else {
            throw ZoneProblem(name: name)
        }
        return zone
    }

    struct ZoneProblem: Error {
        let name: String
    }
}

/// A row of a table with what it must give.
struct TableRow: Sendable {
    let fields: [String: String]

    subscript(_ column: String) -> String { fields[column] ?? "" }

    /// The rows of a table in fixtures/tables.
    static func rows(_ name: String) -> [TableRow] {
        let text = try! Checkout.text("fixtures/tables/\(name)")
        var reader = CSVReader(Array(text.utf8))
        let header = reader.next()!.fields
        return reader.map { TableRow(fields: Dictionary(uniqueKeysWithValues: zip(header, $0.fields))) }
    }
}

extension TableRow: CustomTestStringConvertible {
    var testDescription: String { self["id"] }
}
