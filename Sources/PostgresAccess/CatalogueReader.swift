package import DataMap

extension PostgresConnection {
    /// Reads tables, columns, keys, indexes, policies and comments of all schemas but PostgreSQL's own.
    ///
    /// Every role may read the catalogue; five queries whatever the number of tables.
    package func readCatalogue() async throws(PostgresError) -> Catalogue {
        let tables = try await query(CatalogueQueries.tables)
        let columns = grouped(try await query(CatalogueQueries.columns))
        let constraints = grouped(try await query(CatalogueQueries.constraints))
        let indexes = grouped(try await query(CatalogueQueries.indexes))
        let policies = grouped(try await query(CatalogueQueries.policies))
        return Catalogue(
            tables: tables.map { row in
                let name = TableName(schema: Identifier(row[0] ?? ""), name: Identifier(row[1] ?? ""))
                let constraints = ConstraintRows(constraints[name] ?? [])
                let indexes = IndexRows(indexes[name] ?? [])
                return CatalogueTable(
                    name: name, isPartition: row[2] == "t", hasHeirs: row[8] == "t", hasRowSecurity: row[3] == "t",
                    forcesRowSecurity: row[4] == "t", owner: row[5] ?? "", estimatedRows: Double(row[6] ?? "") ?? -1,
                    columns: (columns[name] ?? []).map(column), primaryKey: constraints.primaryKey,
                    uniqueKeys: indexes.uniqueKeys, foreignKeys: constraints.foreignKeys, indexes: indexes.columns,
                    policies: (policies[name] ?? []).map(policy), comment: row[7])
            })
    }

    /// Rows by the table that their first two columns name, those columns dropped.
    private func grouped(_ rows: [[String?]]) -> [TableName: [[String?]]] {
        Dictionary(
            grouping: rows, by: { TableName(schema: Identifier($0[0] ?? ""), name: Identifier($0[1] ?? "")) }
        ).mapValues { $0.map { Array($0.dropFirst(2)) } }
    }

    private func column(_ row: [String?]) -> CatalogueColumn {
        CatalogueColumn(
            name: Identifier(row[0] ?? ""), sqlType: row[1] ?? "", wideType: row[9], baseType: row[2] ?? "",
            isBuiltIn: row[3] == "t",
            kind: row[4]?.first ?? "b", isNotNull: row[5] == "t",
            enumLabels: (row[6] ?? "").split(separator: "\u{1F}").map(String.init),
            equalitySchema: row[7].map { Identifier($0) }, comment: row[8])
    }

    /// Names with definitions, as the query puts them together.
    private func functions(_ text: String?) -> [String: String] {
        let pairs = (text ?? "").split(separator: "\u{1F}").map { $0.split(separator: "\u{1E}", maxSplits: 1) }
        return Dictionary(pairs.filter { $0.count == 2 }.map { (String($0[0]), String($0[1])) }) { first, _ in first }
    }

    private func policy(_ row: [String?]) -> CataloguePolicy {
        CataloguePolicy(
            name: row[0] ?? "", isPermissive: row[1] == "t",
            roles: (row[2] ?? "").split(separator: "\u{1F}").map(String.init),
            columns: (row[3] ?? "").split(separator: "\u{1F}").map { Identifier(String($0)) },
            expression: row[4], functions: functions(row[5]))
    }
}

/// Constraint rows of one table: name, type, column, referenced schema, table, column, action; in key order.
private struct ConstraintRows {
    let rows: [[String?]]

    init(_ rows: [[String?]]) { self.rows = rows }

    var primaryKey: [Identifier] { rows.filter { $0[1] == "p" }.map { Identifier($0[2] ?? "") } }

    var foreignKeys: [CatalogueForeignKey] {
        let names = rows.filter { $0[1] == "f" }.map { $0[0] ?? "" }
        return Array(Set(names)).sorted().map { name in
            let parts = rows.filter { $0[0] == name && $0[1] == "f" }
            return CatalogueForeignKey(
                name: name, from: parts.map { Identifier($0[2] ?? "") },
                to: TableName(schema: Identifier(parts[0][3] ?? ""), name: Identifier(parts[0][4] ?? "")),
                key: parts.map { Identifier($0[5] ?? "") },
                onDelete: parts[0][6]?.first.flatMap(DeleteAction.init(rawValue:)) ?? .noAction)
        }
    }
}

/// Index rows of one table: index name, whether it makes rows unique, column; in index order.
private struct IndexRows {
    let uniqueKeys: [Set<Identifier>]
    let columns: [[Identifier]]

    init(_ rows: [[String?]]) {
        let byIndex = Dictionary(grouping: rows) { $0[0] ?? "" }
        let ordered = byIndex.keys.sorted().compactMap { byIndex[$0] }
        columns = ordered.map { $0.map { Identifier($0[2] ?? "") } }
        uniqueKeys = ordered.filter { $0[0][1] == "t" }.map { Set($0.map { Identifier($0[2] ?? "") }) }
    }
}

private enum CatalogueQueries {
    private static let own =
        "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_temp_'"

    /// Relations that hold rows: r table, p partitioned, f foreign, m materialized view (pg_class.relkind).
    static let tables = """
        SELECT n.nspname, c.relname, c.relispartition, c.relrowsecurity, c.relforcerowsecurity,
               pg_get_userbyid(c.relowner), c.reltuples, d.description,
               c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid)
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
         WHERE c.relkind IN ('r', 'p', 'f', 'm') AND \(own) ORDER BY 1, 2
        """

    /// Facts about types are gathered once a type, not once a column.
    static let columns = """
        WITH RECURSIVE base AS (
            SELECT oid, oid AS target FROM pg_type WHERE typtype <> 'd'
            UNION ALL
            SELECT t.oid, b.target FROM pg_type t JOIN base b ON t.typbasetype = b.oid WHERE t.typtype = 'd'),
        columns AS MATERIALIZED (
            SELECT n.nspname, c.relname, a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'm') AND \(own)),
        types AS MATERIALIZED (
            SELECT b.oid, format_type(t.oid, -1) AS wide, t.typname, t.typnamespace = 'pg_catalog'::regnamespace AS is_built_in, t.typtype,
                   (SELECT string_agg(e.enumlabel, E'\\x1f' ORDER BY e.enumsortorder)
                      FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
                   (SELECT s.nspname FROM pg_operator o JOIN pg_namespace s ON s.oid = o.oprnamespace
                     WHERE o.oprname = '=' AND o.oprleft = t.oid AND o.oprright = t.oid
                       AND o.oprnamespace <> 'pg_catalog'::regnamespace LIMIT 1) AS equality
              FROM base b JOIN pg_type t ON t.oid = b.target WHERE b.oid IN (SELECT atttypid FROM columns))
        SELECT a.nspname, a.relname, a.attname, format_type(a.atttypid, a.atttypmod), t.typname, t.is_built_in,
               t.typtype, a.attnotnull, t.labels, t.equality, d.description, t.wide
          FROM columns a JOIN types t ON t.oid = a.atttypid
          LEFT JOIN pg_description d
            ON d.objoid = a.attrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
         ORDER BY a.nspname, a.relname, a.attnum
        """

    static let constraints = """
        SELECT n.nspname, c.relname, k.conname, k.contype, a.attname, rn.nspname, rc.relname, ra.attname,
               k.confdeltype
          FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          CROSS JOIN LATERAL unnest(k.conkey, coalesce(k.confkey, k.conkey)) WITH ORDINALITY u(num, refnum, position)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num
          LEFT JOIN pg_class rc ON rc.oid = nullif(k.confrelid, 0)
          LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace
          LEFT JOIN pg_attribute ra ON ra.attrelid = rc.oid AND ra.attnum = u.refnum
         WHERE k.contype IN ('p', 'f') AND \(own) ORDER BY n.nspname, c.relname, k.conname, u.position
        """

    /// Valid indexes without expressions; partial ones serve nothing in general, so they are left out.
    static let indexes = """
        SELECT n.nspname, c.relname, i.indexrelid::regclass::text, i.indisunique AND i.indimmediate, a.attname
          FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY u(num, position)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.num
         WHERE i.indisvalid AND i.indpred IS NULL AND NOT 0 = ANY(i.indkey::int2[]) AND u.position <= i.indnkeyatts
           AND \(own) ORDER BY n.nspname, c.relname, 3, u.position
        """

    static let policies = """
        SELECT n.nspname, c.relname, p.polname, p.polpermissive,
               (SELECT string_agg(r.rolname, E'\\x1f') FROM pg_roles r WHERE r.oid = ANY(p.polroles) AND r.oid <> 0),
               (SELECT string_agg(a.attname, E'\\x1f' ORDER BY a.attnum) FROM pg_depend d
                  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                 WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refobjid = c.oid
                   AND d.refclassid = 'pg_class'::regclass),
               pg_get_expr(p.polqual, p.polrelid),
               (SELECT string_agg(f.proname || E'\\x1e' || pg_get_functiondef(f.oid), E'\\x1f' ORDER BY f.oid)
                  FROM pg_depend d JOIN pg_proc f ON f.oid = d.refobjid
                 WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass
                   AND f.prokind = 'f' AND f.pronamespace <> 'pg_catalog'::regnamespace)
          FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE p.polcmd IN ('r', '*') AND \(own) ORDER BY 1, 2, 3
        """
}
