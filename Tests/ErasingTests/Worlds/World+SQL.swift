import PostgresAccess
import PostgresTestKit

extension World {
    /// Statements that make the tables, fill them, and only then tie them together.
    var statements: [String] {
        Set(tables.map(\.schema)).sorted().flatMap {
            ["DROP SCHEMA IF EXISTS \($0) CASCADE", "CREATE SCHEMA \($0)"]
        } + tables.flatMap(\.creation) + tables.compactMap(\.insertion)
            + tables.flatMap { table in table.references.filter(\.isEnforced).map { foreignKey($0, of: table) } }
            + tables.flatMap(\.triggers) + extras
    }

    private func foreignKey(_ reference: WorldReference, of table: WorldTable) -> String {
        "ALTER TABLE \(table.sql) ADD FOREIGN KEY (\(list(reference.columns))) REFERENCES "
            + "\(tables[reference.target].sql) (\(list(reference.targetColumns))) ON DELETE \(reference.onDelete)"
            + (reference.isDeferred ? " DEFERRABLE INITIALLY DEFERRED" : "")
    }

    /// Makes the world in a database, in the place of any other.
    func build(in database: TestDatabase) async throws {
        let sql = (["BEGIN", "DROP SCHEMA IF EXISTS w_one, w_two CASCADE"] + statements + ["COMMIT"])
            .joined(separator: ";\n")
        try await database.run(sql)
        try await database.run("TRUNCATE \(Self.companion)")
    }

    /// Puts back every row of a world that was built; its tables stay, with their rights.
    func refill(in database: TestDatabase) async throws {
        let sql =
            ["BEGIN", "SET LOCAL session_replication_role = replica"]
            + ["TRUNCATE \(tables.map(\.sql).joined(separator: ", ")), \(Self.companion)"]
            + tables.compactMap(\.insertion) + ["COMMIT"]
        try await database.run(sql.joined(separator: ";\n"))
    }

    private static let companion =
        "habeas_local.receipt, habeas_local.retained_billing, habeas_local.restriction"

    /// Every row of each table, by its number: its columns as text.
    func rows(in database: TestDatabase) async throws -> [[String: [String?]]] {
        try await PostgresConnection.withConnection(to: database.target()) { connection in
            var found: [[String: [String?]]] = []
            for table in tables {
                let columns = table.columns.map { "\"\($0.name)\"::text" }.joined(separator: ", ")
                let rows = try await connection.query("SELECT row_no::text, \(columns) FROM \(table.sql)")
                found.append(
                    Dictionary(rows.map { ($0[0] ?? "", Array($0.dropFirst())) }) { first, _ in first })
            }
            return found
        }
    }

    /// Rows that refer to what isn't there, by foreign keys as the catalogue has them.
    static func orphans(in database: TestDatabase) async throws -> [String] {
        let keys = try await database.query(
            """
            SELECT c.conname, c.conrelid::regclass::text, c.confrelid::regclass::text,
                   (SELECT string_agg(format('t.%I = r.%I', a.attname, b.attname), ' AND ')
                      FROM unnest(c.conkey, c.confkey) AS k(x, y)
                      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.x
                      JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.y),
                   (SELECT string_agg(format('t.%I IS NOT NULL', a.attname), ' AND ')
                      FROM unnest(c.conkey) AS k(x)
                      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.x)
              FROM pg_constraint c WHERE c.contype = 'f' AND c.conparentid = 0
            """)
        guard !keys.isEmpty else { return [] }
        let counts = keys.map { key in
            """
            SELECT '\(key[1] ?? "") \(key[0] ?? "")', count(*) FROM \(key[1] ?? "") t WHERE \(key[4] ?? "")
               AND NOT EXISTS (SELECT FROM \(key[2] ?? "") r WHERE \(key[3] ?? ""))
            """
        }
        let rows = try await database.query(counts.joined(separator: "\nUNION ALL "))
        return rows.filter { $0[1] != "0" }.map { "\($0[0] ?? ""): \($0[1] ?? "")" }
    }
}

private func list(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }

extension WorldTable {
    fileprivate var creation: [String] {
        let columns = columns.map {
            "\"\($0.name)\" \($0.type)\($0.isNotNull ? " NOT NULL" : "")\($0.isUnique ? " UNIQUE" : "")"
        }
        let table = "CREATE TABLE \(sql) (\((columns + ["PRIMARY KEY (\(list(key)))"]).joined(separator: ", ")))"
        guard let partitions else { return [table] }
        return [table + " PARTITION BY \(partitions.by)"]
            + partitions.each.enumerated().map {
                "CREATE TABLE \"\(schema)\".\"\(name)_part\($0)\" PARTITION OF \(sql) \($1)"
            }
    }

    fileprivate var insertion: String? {
        guard !rows.isEmpty else { return nil }
        let values = rows.map { row in
            "("
                + columns.map { column in
                    (row.values[column.name] ?? nil).map { "'\($0.replacing("'", with: "''"))'::\(column.type)" }
                        ?? "NULL::\(column.type)"
                }.joined(separator: ", ") + ")"
        }
        return "INSERT INTO \(sql) (\(list(columns.map(\.name)))) VALUES \(values.joined(separator: ", "))"
    }

    fileprivate var triggers: [String] {
        guard isTouched else { return [] }
        let function = "\"\(schema)\".\"touch_\(name)\"()"
        return [
            """
            CREATE FUNCTION \(function) RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN NEW.touched := clock_timestamp(); RETURN NEW; END $$
            """,
            "CREATE TRIGGER touch BEFORE UPDATE ON \(sql) FOR EACH ROW EXECUTE FUNCTION \(function)",
        ]
    }
}
