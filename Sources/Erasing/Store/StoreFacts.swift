internal import DataMap
internal import PostgresAccess

/// What a database says of its tables that only an erasure must know.
struct StoreFacts: Sendable {
    let triggers: [TableTrigger]
    /// Tables with rules that rewrite deletions or changes, with the rules' names.
    let rules: [TableName: [String]]
    /// Foreign tables and materialized views: no row can be deleted from them here.
    let unerasable: Set<TableName>
    let generated: Set<GeneratedColumn>
}

/// A trigger of the product's.
struct TableTrigger: Sendable, Hashable {
    let table: TableName
    /// The partitioned table at the top, if the table is a partition: what is deleted there fires it too.
    let root: TableName
    let name: String
    let firesOnDelete: Bool
    let firesOnUpdate: Bool
    /// Why it might copy a row that goes or let it stay; nil when its text shows that it doesn't.
    let suspicion: String?
}

extension PostgresConnection {
    func storeFacts() async throws(PostgresError) -> StoreFacts {
        let triggers = try await triggers()
        let rules = try await query(
            """
            SELECT n.nspname, c.relname, r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE r.ev_type IN ('2', '4') AND c.relkind IN ('r', 'p') AND r.ev_enabled <> 'D' ORDER BY 1, 2, 3
            """)
        let unerasable = try await query(
            """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('f', 'm')
            """)
        let generated = try await query(
            """
            SELECT n.nspname, c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE (a.attgenerated <> '' OR a.attidentity = 'a') AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
            """)
        return StoreFacts(
            triggers: triggers,
            rules: Dictionary(grouping: rules, by: Self.table).mapValues { $0.compactMap { $0[2] } },
            unerasable: Set(unerasable.map(Self.table)),
            generated: Set(generated.map { GeneratedColumn(table: Self.table($0), column: Identifier($0[2] ?? "")) }))
    }

    /// Triggers that fire for each deletion or change. Those of a partition for whole statements don't fire by statements on
    /// its parent.
    private func triggers() async throws(PostgresError) -> [TableTrigger] {
        let rows = try await query(
            """
            SELECT n.nspname, c.relname, t.tgname, f.nspname, p.proname, (t.tgtype & 8) <> 0, (t.tgtype & 16) <> 0,
                   l.lanname, p.prosrc, coalesce(rn.nspname, n.nspname), coalesce(r.relname, c.relname)
              FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace f ON f.oid = p.pronamespace
              JOIN pg_language l ON l.oid = p.prolang
              LEFT JOIN pg_class r ON r.oid = pg_partition_root(c.oid) LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
             WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgparentid = 0 AND (t.tgtype & 24) <> 0
               AND (NOT c.relispartition OR (t.tgtype & 1) <> 0)
             ORDER BY 1, 2, 3
            """)
        guard !rows.isEmpty else { return [] }
        let suspicions = Suspicions(routines: try await routines())
        return rows.map { row in
            let routine = Routine(
                schema: row[3] ?? "", name: row[4] ?? "", language: row[7] ?? "", source: row[8] ?? "",
                isVolatile: true, package: "")
            return TableTrigger(
                table: Self.table(row), root: Self.table([row[9], row[10]]), name: row[2] ?? "",
                firesOnDelete: row[5] == "t", firesOnUpdate: row[6] == "t", suspicion: suspicions.suspicion(of: routine)
            )
        }
    }

    /// Functions and procedures that aren't the server's own.
    private func routines() async throws(PostgresError) -> [Routine] {
        try await query(
            """
            SELECT n.nspname, p.proname, l.lanname,
                   CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE pg_get_function_sqlbody(p.oid) END,
                   p.provolatile = 'v', e.extname
              FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
              LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
              LEFT JOIN pg_extension e ON e.oid = d.refobjid
             WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prokind IN ('f', 'p')
            """
        ).map { row in
            Routine(
                schema: row[0] ?? "", name: row[1] ?? "", language: row[2] ?? "", source: row[3] ?? "",
                isVolatile: row[4] == "t", package: row[5] ?? "")
        }
    }

    /// How many rows tables hold about now: the planner's figure where there is one, stretched to the table's size; by its
    /// size alone where it was never analysed, rows of one or two numbers taken for granted. Of a partitioned table, over its partitions.
    func estimatedRows(of tables: Set<TableName>) async throws(PostgresError) -> [TableName: Double] {
        guard !tables.isEmpty else { return [:] }
        let names = tables.sorted()
        let rows = try await query(
            """
            SELECT n.nspname, c.relname, sum(CASE WHEN l.reltuples > 0 AND l.relpages > 0
                       THEN l.reltuples / l.relpages * pg_relation_size(l.oid) / current_setting('block_size')::float8
                       ELSE pg_relation_size(l.oid) / 40.0 END)::float8
              FROM unnest($1::text[], $2::text[]) AS a(schema, name) JOIN pg_namespace n ON n.nspname = a.schema
              JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = a.name
             CROSS JOIN LATERAL (SELECT c.oid WHERE c.relkind <> 'p'
                                 UNION SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf) AS p(oid)
              JOIN pg_class l ON l.oid = p.oid GROUP BY 1, 2
            """,
            [names.map(\.schema.text).sqlArray, names.map(\.name.text).sqlArray])
        return Dictionary(rows.map { (Self.table($0), $0[2].flatMap { Double($0) } ?? 0) }) { first, _ in first }
    }

    private static func table(_ row: [String?]) -> TableName {
        TableName(schema: Identifier(row[0] ?? ""), name: Identifier(row[1] ?? ""))
    }
}
