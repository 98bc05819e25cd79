package import DataMap
internal import PostgresAccess

/// The statements that make the database roles an export needs, and give each no more than it needs.
package enum ExportRoles {
    /// Idempotent statements for a superuser to run in one transaction, in the database of the map.
    ///
    /// The exporter may read exported columns, keys and steps of paths; never a column the map calls a secret, unless a
    /// file is found by it. The verifier may read keys and steps: it counts.
    package static func statements(
        _ map: DataMap, _ catalogue: Catalogue, exporter: String, verifier: String
    ) -> [String] {
        let exporterName = Identifier(exporter).quoted
        let verifierName = Identifier(verifier).quoted
        var statements = [
            create(exporterName), create(verifierName),
            LoginRole.statement(exporter, bypassesRowSecurity: false),
            LoginRole.statement(verifier, bypassesRowSecurity: true),
        ]
        let needs = ColumnNeeds(map)
        let schemas = Set(map.schemas + needs.paths.keys.map(\.schema)).sorted()
        for schema in schemas {
            statements.append(
                "REVOKE ALL ON ALL TABLES IN SCHEMA \(schema.quoted) FROM \(exporterName), \(verifierName)")
            statements.append("GRANT USAGE ON SCHEMA \(schema.quoted) TO \(exporterName), \(verifierName)")
        }
        let tables = Set(needs.paths.keys).union(needs.values.keys).sorted().compactMap { catalogue[$0] }
        // The `=` of an extension's type is found in its own schema only.
        for schema in Set(tables.flatMap(\.columns).compactMap(\.equalitySchema)).subtracting(schemas).sorted() {
            statements.append("GRANT USAGE ON SCHEMA \(schema.quoted) TO \(exporterName), \(verifierName)")
        }
        for table in tables {
            let steps = (needs.paths[table.name] ?? []).union(table.identity)
            let values = steps.union(needs.values[table.name] ?? [])
            statements += grant(values, of: table, to: exporterName)
            statements += grant(steps.isEmpty ? values : steps, of: table, to: verifierName)
        }
        return statements
    }

    private static func create(_ role: String) -> String {
        """
        DO $$ BEGIN CREATE ROLE \(role); EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
        """
    }

    private static func grant(_ columns: Set<Identifier>, of table: CatalogueTable, to role: String) -> [String] {
        let known = table.columns.map(\.name).filter(columns.contains)
        guard !known.isEmpty else { return [] }
        let list = known.map(\.quoted).joined(separator: ", ")
        return ["GRANT SELECT (\(list)) ON \(table.name.quoted) TO \(role)"]
    }
}

/// Which columns are read, and why.
private struct ColumnNeeds {
    /// Columns that lead to the subject, sort, mark or point to files.
    private(set) var paths: [TableName: Set<Identifier>] = [:]
    /// Columns whose values are exported.
    private(set) var values: [TableName: Set<Identifier>] = [:]

    init(_ map: DataMap) {
        for kind in map.subjects {
            paths[kind.table, default: []].formUnion(kind.key + [kind.scopeColumn] + kind.identifiers.map(\.column))
        }
        for collection in map.collections {
            let exported = collection.fields.filter { $0.neverExport == nil }.map(\.column)
            values[collection.table, default: []].formUnion(exported)
            let marks = collection.order + [collection.softDelete].compactMap { $0 }
            paths[collection.table, default: []].formUnion(marks)
            for file in collection.files {
                let facts = [file.key, file.name, file.bytes, file.sha256, file.mediaType].compactMap { $0 }
                values[collection.table, default: []].formUnion(facts)
                paths[collection.table, default: []].insert(file.key)
            }
            for hops in collection.steps {
                var table = collection.table
                for hop in hops {
                    paths[table, default: []].formUnion(hop.from)
                    paths[hop.to, default: []].formUnion(hop.key)
                    table = hop.to
                }
            }
        }
    }
}
