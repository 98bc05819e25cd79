internal import FoundationEssentials
package import PostgresAccess
package import RightsCore

/// A document that a statute keeps of somebody erased. It holds what was issued, so it prints itself as `<personal>`.
package struct RetainedRecord: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    package let collection: String
    package let document: String
    package let statute: String
    package let citation: String
    package let issuedOn: CivilDate
    /// The last day; the day after, it goes.
    package let retainUntil: CivilDate
    /// The fields that are kept, as JSON.
    package let record: String
    /// All of the above as one JSON object.
    package let json: String

    package var description: String { "<personal>" }
    package var debugDescription: String { description }

    /// All of them, over a connection of the retention role. The store writes down who read them, and what for.
    package static func read(
        for purpose: String, over connection: PostgresConnection
    ) async throws -> [RetainedRecord] {
        let rows = try await connection.query(
            """
            SELECT collection, document, statute, citation, issued_on::text, retain_until::text, record::text,
                   jsonb_build_object('collection', collection, 'document', document, 'statute', statute,
                       'citation', citation, 'issued_on', issued_on, 'retain_until', retain_until, 'record', record)
              FROM habeas_local.read_retained($1)
            """, [purpose])
        return rows.compactMap { row in
            guard let issued = row[4].flatMap({ CivilDate($0) }), let until = row[5].flatMap({ CivilDate($0) }) else {
                return nil
            }
            return RetainedRecord(
                collection: row[0] ?? "", document: row[1] ?? "", statute: row[2] ?? "", citation: row[3] ?? "",
                issuedOn: issued, retainUntil: until, record: row[6] ?? "{}", json: row[7] ?? "{}")
        }
    }
}
