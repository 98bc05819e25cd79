internal import DataMap
internal import PostgresAccess
package import SubjectAccess

/// What somebody named, looked up before it is written down.
extension Eraser {
    /// The same target by its key, however it was named: what names somebody may be replaced before they are gone.
    ///
    /// - Throws: `ErasureError` when nobody is meant, or several people.
    package func canonical(_ target: ErasureTarget) async throws -> ErasureTarget {
        guard case .person = target.kind else { return target }
        return try await looking { connection, catalogue in
            let resolver = SubjectResolver(map: map, catalogue: catalogue, connection: connection)
            do {
                let subject = try await resolver.resolve(target.reference)
                return ErasureTarget(person: SubjectReference(subject.kind, key: subject.key))
            } catch let error as SubjectError { throw ErasureError(error) }
        }
    }

    /// A record by its key as the store writes it.
    ///
    /// - Throws: `ErasureError` when it isn't there, or isn't that person's.
    package func canonical(record: SubjectReference, of owner: SubjectReference) async throws -> SubjectReference {
        try await looking { connection, catalogue in
            var builder = ReachBuilder(map: map, catalogue: catalogue, holds: [], zone: zone)
            let records = RecordLookUp(map: map, catalogue: catalogue, connection: connection)
            let (_, key) = try await records.find(ErasureTarget(record: record, owner: owner), by: &builder)
            return SubjectReference(scheme: record.scheme, writtenKey: key)
        }
    }

    /// Makes sure that what a hold is bounded by is there: a hold that means nothing would keep nothing, or stop every
    /// erasure.
    ///
    /// - Throws: `ErasureError.Code.unknownReference` for a column, `.noSuchSubject` for a record.
    package func check(_ hold: RowHold) async throws {
        try await looking { connection, catalogue in
            for name in hold.collections {
                guard let table = map.collection(name).flatMap({ catalogue[$0.table] }) else {
                    throw ErasureError(
                        .unknownReference, "“\(name)” is no collection of the map", hint: "`habeas map show` names them"
                    )
                }
                if let column = hold.column.map({ Identifier($0) }) { try Self.requireDays(column, table) }
                let records = RecordLookUp(map: map, catalogue: catalogue, connection: connection)
                for (place, record) in hold.records.enumerated() {
                    let target = ErasureTarget(record: SubjectReference(scheme: name, writtenKey: record))
                    guard try await records.isThere(target) else {
                        throw ErasureError(
                            .noSuchSubject, "no row of \(table.name) has the key of record \(place + 1)",
                            hint: "check the spelling; a hold on what isn't there would keep nothing")
                    }
                }
            }
        }
    }

    private static func requireDays(_ column: Identifier, _ table: CatalogueTable) throws(ErasureError) {
        let days = table.columns.filter { ["date", "timestamp", "timestamptz"].contains($0.baseType) }.map(\.name)
        guard !days.contains(column) else { return }
        throw ErasureError(
            .unknownReference, "\(table.name) has no column \(column) of days",
            hint: days.isEmpty
                ? "none of its columns is a date or a moment: hold all its rows, or name records"
                : "write one of: \(days.map(\.text).joined(separator: ", "))")
    }

    private func looking<Value: Sendable>(
        _ body: (PostgresConnection, Catalogue) async throws -> Value
    ) async throws -> Value {
        try await database.withConnection { connection in
            try await connection.withTransaction(.snapshot) { connection in
                try await openUnbound(connection)
                return try await body(connection, try await connection.readCatalogue())
            }
        }
    }
}
