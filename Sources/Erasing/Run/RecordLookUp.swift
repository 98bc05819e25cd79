internal import DataMap
internal import PostgresAccess
internal import SubjectAccess

/// Finds the record that a target means, and its key as the store writes it: what is hashed must not depend on how
/// somebody typed it (`007`, a UUID in capitals).
struct RecordLookUp {
    let map: DataMap
    let catalogue: Catalogue
    let connection: PostgresConnection

    /// What an erasure of the record reaches, and its key; from now on statements mean that record.
    ///
    /// - Throws: `ErasureError.Code.noSuchSubject` when there is no such row, or it isn't the owner's.
    func find(
        _ target: ErasureTarget, by builder: inout ReachBuilder
    ) async throws -> (reach: Reach, key: String) {
        let collection = try collection(of: target)
        let owner = try await owner(of: target)
        let reach = try builder.reach(ofRecordIn: collection, owner: owner?.kind)
        guard let reached = reach.reached(collection.name) else { preconditionFailure("a record reaches itself") }
        try await connection.name(try parts(of: target, reached.table))
        if let owner { try await connection.name(owner.key, as: .owner) }
        guard let parts = try await written(reached.table, where: try reach.membership(of: reached, "t0")) else {
            throw Self.missing(reached.table, isOwned: owner != nil)
        }
        try await connection.name(parts)
        return (reach, SubjectReference(scheme: collection.name, key: parts).value)
    }

    /// The record's key as the store writes it, also when the row is gone already.
    func key(of target: ErasureTarget) async throws -> String {
        let collection = try collection(of: target)
        guard let table = catalogue[collection.table] else { return target.reference.value }
        let typed = try parts(of: target, table)
        var found = try await row(of: typed, table)
        if found == nil {
            let casts = table.identity.compactMap { table.column($0) }.enumerated().map {
                "$\($0 + 1)::\($1.comparedType)::text"
            }
            found = try await connection.query("SELECT \(casts.joined(separator: ", "))", typed).first?.compactMap {
                $0
            }
        }
        return SubjectReference(scheme: collection.name, key: found ?? typed).value
    }

    /// Whether there is such a row.
    func isThere(_ target: ErasureTarget) async throws -> Bool {
        let collection = try collection(of: target)
        guard let table = catalogue[collection.table] else { return false }
        return try await row(of: try parts(of: target, table), table) != nil
    }

    private func row(of typed: [String], _ table: CatalogueTable) async throws -> [String]? {
        let same = table.identity.compactMap { table.column($0) }.enumerated().map {
            "t0.\($1.name.quoted) \($1.equals) $\($0 + 1)::\($1.comparedType)"
        }
        return try await written(table, where: same.joined(separator: " AND "), typed)
    }

    private func collection(of target: ErasureTarget) throws(ErasureError) -> Collection {
        guard let collection = map.collection(target.reference.scheme), catalogue[collection.table] != nil else {
            throw ErasureError(
                .unknownReference, "“\(target.reference.scheme)” is no collection of the map",
                hint: "write one of: \(map.collections.map { "\($0.name):ID" }.joined(separator: ", "))")
        }
        return collection
    }

    /// The person whose record it must be. Whose it was is settled when a run in batches has begun: what it began it ends,
    /// whatever becomes of the way to that person.
    private func owner(of target: ErasureTarget) async throws -> Subject? {
        guard let reference = target.owner else { return nil }
        let runs = try await connection.query("SELECT nullif(pg_catalog.current_setting('habeas.run', true), '')")
        if let run = runs.first?.first.flatMap({ $0 }) {
            let begun = try await connection.query(
                "SELECT 1 FROM habeas_local.erasure_run WHERE run = $1::uuid", [run])
            guard begun.isEmpty else { return nil }
        }
        let resolver = SubjectResolver(map: map, catalogue: catalogue, connection: connection)
        do { return try await resolver.resolve(reference) } catch let error as SubjectError {
            throw ErasureError(error)
        }
    }

    /// The key of the only row of which a condition is true; nil when there is none.
    private func written(
        _ table: CatalogueTable, where condition: String, _ values: [String] = []
    ) async throws -> [String]? {
        let keys = table.identity.map { "t0.\($0.quoted)::text" }.joined(separator: ", ")
        let rows = try await connection.query(
            "SELECT \(keys) FROM \(table.source) AS t0 WHERE \(condition) LIMIT 2", values)
        guard rows.count == 1 else { return nil }
        return rows[0].compactMap { $0 }
    }

    /// The values of a record's key; refused here when they can't be ones, since the server's errors would quote them.
    private func parts(of target: ErasureTarget, _ table: CatalogueTable) throws(ErasureError) -> [String] {
        let key = target.reference.value
        let parts = table.identity.count == 1 ? [key] : SubjectReference.parts(of: key)
        guard parts.count == table.identity.count else {
            throw ErasureError(
                .unknownReference, "the key of \(table.name) has \(table.identity.count) parts",
                hint: "write them with commas between: \(table.identity.map(\.text).joined(separator: ","))")
        }
        let fit = zip(table.identity, parts).allSatisfy { name, value in
            table.column(name).map { KeyText.fits(value, type: $0.baseType) } ?? false
        }
        guard fit, parts.allSatisfy({ !$0.isEmpty }) else {
            throw Self.missing(table, isOwned: target.owner != nil)
        }
        return parts
    }

    private static func missing(_ table: CatalogueTable, isOwned: Bool) -> ErasureError {
        guard isOwned else {
            return ErasureError(.noSuchSubject, "no row of \(table.name) has that key", hint: "check the spelling")
        }
        return ErasureError(
            .noSuchSubject, "no row of \(table.name) with that key belongs to the person of this request",
            hint: "check the spelling; rows that are shared, or only name them, go with the person alone")
    }
}
