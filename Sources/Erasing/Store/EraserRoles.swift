package import DataMap

/// What the eraser and the verifier may do with the tables of a map.
package enum EraserRoles {
    /// Idempotent grants for a superuser, after those of `Companion` and of the export.
    ///
    /// The eraser reads what its conditions and projections need, deletes from tables whose rows go, and may change the
    /// columns of rows that stay; the verifier reads what the same conditions need.
    package static func statements(
        _ map: DataMap, _ catalogue: Catalogue, eraser: String, verifier: String
    ) -> [String] {
        let (e, v) = (Identifier(eraser).quoted, Identifier(verifier).quoted)
        let tables = Set(map.collections.map(\.table) + map.collections.flatMap(\.steps).joined().map(\.to))
            .union(map.subjects.map(\.table)).sorted()
        let schemas = Set(tables.map(\.schema)).sorted()
        var statements = schemas.flatMap { schema in
            [
                "REVOKE ALL ON ALL TABLES IN SCHEMA \(schema.quoted) FROM \(e)",
                "GRANT USAGE ON SCHEMA \(schema.quoted) TO \(e), \(v)",
            ]
        }
        // The `=` of an extension's type is found in its own schema only.
        let described = tables.compactMap { catalogue[$0] }
        for schema in Set(described.flatMap(\.columns).compactMap(\.equalitySchema)).subtracting(schemas).sorted() {
            statements.append("GRANT USAGE ON SCHEMA \(schema.quoted) TO \(e), \(v)")
        }
        for table in described {
            statements += grants(on: table, map, catalogue, eraser: e, verifier: v)
        }
        return statements + outsiders(tables, catalogue, "\(e), \(v)")
    }

    /// Tables outside the map whose rows may refer to rows that go: they are counted before anything is deleted.
    private static func outsiders(_ tables: [TableName], _ catalogue: Catalogue, _ roles: String) -> [String] {
        var columns: [TableName: Set<Identifier>] = [:]
        for table in tables {
            for (holder, key) in catalogue.references(to: table)
            where !tables.contains(holder.name) && !holder.isPartition {
                columns[holder.name, default: []].formUnion(key.from)
            }
        }
        return columns.keys.sorted().flatMap { name -> [String] in
            guard let table = catalogue[name] else { return [] }
            return [
                "GRANT USAGE ON SCHEMA \(name.schema.quoted) TO \(roles)",
                "GRANT SELECT (\(list(columns[name] ?? [], of: table))) ON \(name.quoted) TO \(roles)",
            ]
        }
    }

    private static func grants(
        on table: CatalogueTable, _ map: DataMap, _ catalogue: Catalogue, eraser: String, verifier: String
    ) -> [String] {
        let collections = map.collections.filter { $0.table == table.name }
        let keys = table.keyColumns.union(catalogue.references(to: table.name).flatMap(\.key.key))
            .union(map.pathColumns(of: table.name))
        let dates = table.columns.filter { ["date", "timestamp", "timestamptz"].contains($0.baseType) }.map(\.name)
        // A hold may be bounded by any day of a row.
        var grants = [
            "GRANT SELECT ON \(table.name.quoted) TO \(eraser)",
            "GRANT SELECT (\(list(keys.union(dates), of: table))) ON \(table.name.quoted) TO \(verifier)",
        ]
        // A root row is locked, and a hold may empty any row that it doesn't keep itself.
        grants.append("GRANT UPDATE ON \(table.name.quoted) TO \(eraser)")
        if collections.contains(where: { $0.erasure.removesRows }) {
            grants.append("GRANT DELETE ON \(table.name.quoted) TO \(eraser)")
        }
        return grants
    }

    private static func list(_ columns: Set<Identifier>, of table: CatalogueTable) -> String {
        let known = table.columns.map(\.name).filter(columns.contains)
        return (known.isEmpty ? table.columns.map(\.name) : known).map(\.quoted).joined(separator: ", ")
    }
}
