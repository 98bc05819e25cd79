internal import PostgresAccess
package import RightsCore

/// What statutes keep in a store, in numbers.
package struct RetainedCount: Sendable, Hashable, Codable {
    package let collection: String
    package let document: String
    package let statute: String
    package let citation: String
    /// The last day; the day after, they go.
    package let until: CivilDate
    package let documents: Int
}

/// Documents that went because their time was over.
package struct PurgedDocuments: Sendable, Hashable {
    /// The erasure that kept them.
    package let run: String
    package let collection: String
    package let until: CivilDate
    package let documents: Int
}

extension Eraser {
    /// What statutes keep, in numbers and dates, by the date each goes.
    package func retained() async throws -> [RetainedCount] {
        let rows = try await companion { connection in
            try await connection.query(
                """
                SELECT collection, document, statute, citation, retain_until::text, documents
                  FROM habeas_local.count_retained()
                """)
        }
        return rows.compactMap { row in
            guard let until = row[4].flatMap({ CivilDate($0) }) else { return nil }
            return RetainedCount(
                collection: row[0] ?? "", document: row[1] ?? "", statute: row[2] ?? "", citation: row[3] ?? "",
                until: until, documents: row[5].flatMap { Int($0) } ?? 0)
        }
    }

    /// Ends what may be kept no longer, by the day each document carries: right also after a restore.
    package func purgeRetained(today: CivilDate) async throws -> [PurgedDocuments] {
        let rows = try await companion { connection in
            try await connection.query(
                "SELECT run, collection, retain_until::text, documents FROM habeas_local.purge_retained($1::date)",
                ["\(today)"])
        }
        return rows.compactMap { row in
            guard let until = row[2].flatMap({ CivilDate($0) }) else { return nil }
            return PurgedDocuments(
                run: row[0] ?? "", collection: row[1] ?? "", until: until, documents: row[3].flatMap { Int($0) } ?? 0)
        }
    }
}
