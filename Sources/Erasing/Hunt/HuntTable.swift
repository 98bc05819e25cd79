internal import DataMap
internal import PostgresAccess

/// A table that may be searched: its catalogue entry, and what the role may read of it.
struct HuntTable: Sendable {
    let name: TableName
    /// The partitioned table it is a part of; itself when it is none.
    let root: TableName
    let kind: Character
    /// The planner's count of pages, those of large values included.
    let pages: Double
    let isPopulated: Bool
    let columns: [CatalogueColumn]
    /// Columns the role has no right to.
    let denied: Set<Identifier>

    /// Types of PostgreSQL's own that hold text, or bytes that may be text.
    private static let textTypes: Set<String> = [
        "text", "varchar", "bpchar", "name", "json", "jsonb", "xml", "uuid", "bytea", "tsvector", "jsonpath",
    ]
    private static let numberTypes: Set<String> = ["int4", "int8", "numeric"]

    /// Columns to search, in order: text-like ones, composites, whatever extensions brought; numbers when asked.
    func searched(withNumbers: Bool) -> [CatalogueColumn] {
        columns.filter { column in
            guard column.isBuiltIn else { return column.kind != "e" }
            return Self.textTypes.contains(Self.element(column)) || withNumbers && Self.isNumber(column)
        }
    }

    /// Whether a column holds whole numbers, or arrays of them.
    static func isNumber(_ column: CatalogueColumn) -> Bool {
        column.isBuiltIn && numberTypes.contains(element(column))
    }

    private static func element(_ column: CatalogueColumn) -> String {
        column.baseType.hasPrefix("_") ? String(column.baseType.dropFirst()) : column.baseType
    }

    /// All tables with rows of their own in the schemas wanted.
    ///
    /// Sizes are the planner's: asking for true ones would wait behind whoever holds a table.
    static func all(
        over connection: PostgresConnection, in scope: HuntScope
    ) async throws(PostgresError) -> [HuntTable] {
        let catalogue = try await connection.readCatalogue()
        let rows = try await connection.query(query)
        return rows.compactMap { row in
            let name = TableName(schema: Identifier(row[0] ?? ""), name: Identifier(row[1] ?? ""))
            guard scope.includes(name.schema), let table = catalogue[name] else { return nil }
            let denied = (row[6] ?? "").split(separator: "\u{1F}").map { Identifier(String($0)) }
            let hasSchema = row[7] == "t"
            return HuntTable(
                name: name, root: TableName(schema: Identifier(row[2] ?? ""), name: Identifier(row[3] ?? "")),
                kind: row[4]?.first ?? "r", pages: Double(row[5] ?? "") ?? 0, isPopulated: row[8] == "t",
                columns: table.columns, denied: hasSchema ? Set(denied) : Set(table.columns.map(\.name)))
        }
    }

    /// pg_class.relkind: r table, m materialized view, f foreign table; a partitioned one (p) has no rows of its own.
    private static let query = """
        SELECT n.nspname, c.relname, coalesce(rn.nspname, n.nspname), coalesce(r.relname, c.relname), c.relkind,
               greatest(c.relpages, 0) + coalesce(greatest(t.relpages, 0), 0),
               (SELECT string_agg(a.attname, E'\\x1f') FROM pg_attribute a
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                   AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT')),
               has_schema_privilege(n.oid, 'USAGE'), c.relispopulated
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_class t ON t.oid = nullif(c.reltoastrelid, 0)
          LEFT JOIN pg_class r ON c.relispartition AND r.oid = pg_partition_root(c.oid)
          LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
         WHERE c.relkind IN ('r', 'm', 'f') AND c.relpersistence <> 't'
           AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_temp_'
         ORDER BY 1, 2
        """
}
