package import DataMap
package import PostgresAccess
package import SubjectAccess

extension HuntedPerson {
    /// Reads a person's key and identifiers, before their erasure.
    ///
    /// - Parameter connection: past row security, with rights on the identifiers of the map, such as the verifier's.
    package static func read(
        _ subject: Subject, reference: String, kept: Set<HuntPlace> = [], catalogue: Catalogue,
        over connection: PostgresConnection
    ) async throws -> HuntedPerson {
        let kind = subject.kind
        let key = zip(kind.key, subject.key).map { Needle(kind: "key", value: $1) }
        let conditions = kind.key.enumerated().map { number, column in
            "\(column.quoted) \(catalogue[kind.table]?.column(column)?.equals ?? "=") $\(number + 1)"
        }
        let columns = kind.identifiers.map { "\($0.column.quoted)::text" }
        guard !columns.isEmpty else { return HuntedPerson(reference: reference, needles: key, kept: kept) }
        let rows = try await connection.query(
            "SELECT DISTINCT \(columns.joined(separator: ", ")) FROM \(catalogue[kind.table]?.source ?? kind.table.quoted) "
                + "WHERE \(conditions.joined(separator: " AND "))", subject.key.map { $0 })
        let identifiers = rows.flatMap { row in
            zip(kind.identifiers, row).compactMap { identifier, value in
                value.flatMap { $0.isEmpty ? nil : Needle(kind: identifier.name, value: $0) }
            }
        }
        return HuntedPerson(reference: reference, needles: key + Set(identifiers), kept: kept)
    }
}
