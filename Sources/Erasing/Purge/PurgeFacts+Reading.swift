internal import DataMap
internal import PostgresAccess

extension PurgeFacts {
    /// Reads them in one transaction.
    static func read(_ tables: Set<TableName>, over connection: PostgresConnection) async throws -> PurgeFacts {
        try await connection.withTransaction(.snapshot) { connection in
            let server = try await server(connection)
            let names = tables.union(PurgeQuestion.companions).sorted()
            let catalogue = Identifier("pg_catalog")
            let statistics = ["pg_statistic", "pg_statistic_ext_data"].map {
                TableName(schema: catalogue, name: Identifier($0))
            }
            let found = try await relations(names + statistics, version: server.version, connection)
            let indexes = try await indexes(found.map(\.id), connection)
            let whole = found.map { table in
                var table = table
                table.indexes = indexes[table.id] ?? []
                return table
            }
            return PurgeFacts(
                rights: server.rights, version: server.version, isStandby: server.isStandby,
                countsRows: server.countsRows, block: server.block, hasRepack: server.hasRepack,
                tables: whole.filter { $0.kind != .catalogue },
                parents: try await parents(names, connection),
                catalogues: whole.filter { $0.kind == .catalogue },
                missing: try await missing(names, connection).filter { !PurgeQuestion.companions.contains($0) })
        }
    }

    private typealias Server = (
        rights: Rights, version: Int, isStandby: Bool, countsRows: Bool, block: Int64, hasRepack: Bool
    )

    private static func server(_ connection: PostgresConnection) async throws(PostgresError) -> Server {
        let rows = try await connection.query(
            """
            SELECT current_user, r.rolsuper, current_setting('server_version_num'), pg_is_in_recovery(),
                   current_setting('track_counts'), current_setting('block_size'),
                   EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_repack'),
                   r.rolsuper OR EXISTS (SELECT FROM pg_roles c WHERE c.rolname = 'pg_checkpoint'
                       AND pg_has_role(current_user, c.oid, 'USAGE')),
                   has_function_privilege('pg_catalog.pg_read_binary_file(text, bigint, bigint)', 'EXECUTE'),
                   (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                     WHERE e.extname = 'pageinspect' AND r.rolsuper),
                   pg_get_userbyid(b.datdba),
                   (SELECT o.rolsuper FROM pg_roles o WHERE o.oid = b.datdba)
              FROM pg_roles r, pg_database b WHERE r.rolname = current_user AND b.datname = current_database()
            """)
        let row = rows.first ?? []
        func isTrue(_ column: Int) -> Bool { row.indices.contains(column) && row[column] == "t" }
        func text(_ column: Int) -> String { row.indices.contains(column) ? row[column] ?? "" : "" }
        return (
            Rights(
                role: text(0), isSuperuser: isTrue(1), mayCheckpoint: isTrue(7), mayReadFiles: isTrue(8),
                pageSchema: text(9).isEmpty ? nil : Identifier(text(9)), databaseOwner: text(10),
                isDatabaseSuperusers: isTrue(11)),
            Int(text(2)) ?? 0, isTrue(3), text(4) == "on", Int64(text(5)) ?? 8192, isTrue(6)
        )
    }

    /// Tables by name, partitions in the place of what they are partitions of. The owner of a table and the owner of the
    /// database may VACUUM; the first alone may REINDEX one index.
    private static func relations(
        _ names: [TableName], version: Int, _ connection: PostgresConnection
    ) async throws(PostgresError) -> [Table] {
        // The privilege MAINTAIN is one of PostgreSQL 17 and later.
        let maintains = version >= 170_000 ? "OR has_table_privilege(c.oid, 'MAINTAIN')" : ""
        let rows = try await connection.query(
            """
            SELECT c.oid, n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner), s.isin,
                   CASE WHEN c.relkind = 'f' THEN 0 ELSE pg_relation_size(c.oid) END,
                   CASE WHEN c.reltoastrelid = 0 THEN 0 ELSE pg_total_relation_size(c.reltoastrelid) END,
                   coalesce(pg_stat_get_dead_tuples(c.oid), 0),
                   has_schema_privilege(n.oid, 'USAGE') AND (pg_has_role(c.relowner, 'USAGE')
                       OR NOT c.relisshared AND pg_has_role(b.datdba, 'USAGE') \(maintains)),
                   has_schema_privilege(n.oid, 'USAGE') AND (pg_has_role(c.relowner, 'USAGE') \(maintains)),
                   (SELECT o.rolsuper FROM pg_roles o WHERE o.oid = c.relowner)
              FROM pg_database b, (
                SELECT DISTINCT coalesce(p.relid, a.oid) AS oid, n.nspname = 'pg_catalog' AS isin
                  FROM unnest($1::text[], $2::text[]) AS w(schema, name) JOIN pg_namespace n ON n.nspname = w.schema
                  JOIN pg_class a ON a.relnamespace = n.oid AND a.relname = w.name AND a.relkind IN ('r', 'p', 'm', 'f')
                  LEFT JOIN LATERAL (SELECT relid FROM pg_partition_tree(a.oid) WHERE isleaf) AS p ON a.relkind = 'p'
              ) AS s JOIN pg_class c ON c.oid = s.oid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE b.datname = current_database() AND c.relkind <> 'p' ORDER BY 2, 3
            """, [names.map(\.schema.text).sqlArray, names.map(\.name.text).sqlArray])
        return rows.map { row in
            let kind: Kind =
                switch row[3] {
                case "f": .foreign
                case "m": .materialized
                default: row[5] == "t" ? .catalogue : .ordinary
                }
            return Table(
                id: row[0].flatMap { UInt32($0) } ?? 0, name: name(row[1], row[2]), kind: kind, owner: row[4] ?? "",
                isSuperusers: row[11] == "t", heap: number(row[6]), toast: number(row[7]), deadRows: number(row[8]),
                mayVacuum: row[9] == "t",
                mayReindex: row[10] == "t")
        }
    }

    /// The indexes of tables.
    static func indexes(
        _ tables: [UInt32], _ connection: PostgresConnection
    ) async throws(PostgresError) -> [UInt32: [Index]] {
        let rows = try await connection.query(
            """
            SELECT i.indrelid, c.oid, n.nspname, c.relname, m.amname, pg_relation_size(c.oid), i.indisvalid,
                   i.indisexclusion, i.indislive
              FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_am m ON m.oid = c.relam WHERE i.indrelid = ANY ($1::oid[]) ORDER BY 1, 3, 4
            """, ["{\(tables.map { "\($0)" }.joined(separator: ","))}"])
        let pairs = rows.map { row in
            (
                row[0].flatMap { UInt32($0) } ?? 0,
                Index(
                    id: row[1].flatMap { UInt32($0) } ?? 0, name: name(row[2], row[3]), method: row[4] ?? "",
                    bytes: number(row[5]), isValid: row[6] == "t", isLive: row[8] == "t", isExclusion: row[7] == "t")
            )
        }
        return Dictionary(grouping: pairs, by: \.0).mapValues { $0.map(\.1) }
    }

    /// Tables that are partitioned, or that one of the tables or its partitions inherits from: ANALYZE of those alone
    /// replaces the statistics over all heirs, and nothing does it by itself for partitioned tables.
    private static func parents(
        _ names: [TableName], _ connection: PostgresConnection
    ) async throws(PostgresError) -> [TableName] {
        let rows = try await connection.query(
            """
            WITH RECURSIVE asked AS (
                SELECT a.oid FROM unnest($1::text[], $2::text[]) AS w(schema, name)
                  JOIN pg_namespace n ON n.nspname = w.schema
                  JOIN pg_class a ON a.relnamespace = n.oid AND a.relname = w.name AND a.relkind IN ('r', 'p')),
            above(oid) AS (
                SELECT i.inhparent FROM pg_inherits i JOIN asked ON asked.oid = i.inhrelid
                UNION SELECT i.inhparent FROM pg_inherits i JOIN above ON above.oid = i.inhrelid),
            below AS (
                SELECT p.relid AS oid FROM asked JOIN pg_class c ON c.oid = asked.oid AND c.relkind = 'p'
                 CROSS JOIN LATERAL pg_partition_tree(asked.oid) AS p WHERE NOT p.isleaf)
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.oid IN (SELECT oid FROM above UNION SELECT oid FROM below)
                OR c.oid IN (SELECT i.inhparent FROM pg_inherits i JOIN asked ON asked.oid = i.inhparent)
             ORDER BY 1, 2
            """, [names.map(\.schema.text).sqlArray, names.map(\.name.text).sqlArray])
        return rows.map { name($0[0], $0[1]) }
    }

    private static func missing(
        _ names: [TableName], _ connection: PostgresConnection
    ) async throws(PostgresError) -> [TableName] {
        let rows = try await connection.query(
            """
            SELECT w.schema, w.name FROM unnest($1::text[], $2::text[]) AS w(schema, name)
             WHERE NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = w.schema AND c.relname = w.name AND c.relkind IN ('r', 'p', 'm', 'f'))
            """, [names.map(\.schema.text).sqlArray, names.map(\.name.text).sqlArray])
        return rows.map { name($0[0], $0[1]) }
    }

    private static func number(_ text: String?) -> Int64 { text.flatMap { Int64($0) } ?? 0 }

    private static func name(_ schema: String?, _ name: String?) -> TableName {
        TableName(schema: Identifier(schema ?? ""), name: Identifier(name ?? ""))
    }
}
