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
    let name: String
    /// `schema.name` of its function.
    let function: String
    let firesOnDelete: Bool
    let firesOnUpdate: Bool
    /// The language of its function.
    let language: String
    /// The function's text.
    let source: String
}

extension PostgresConnection {
    func storeFacts() async throws(PostgresError) -> StoreFacts {
        let triggers = try await query(
            """
            SELECT n.nspname, c.relname, t.tgname, f.nspname || '.' || p.proname, (t.tgtype & 8) <> 0,
                   (t.tgtype & 16) <> 0, l.lanname, p.prosrc
              FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace f ON f.oid = p.pronamespace
              JOIN pg_language l ON l.oid = p.prolang
             WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgparentid = 0 AND (t.tgtype & 24) <> 0
             ORDER BY 1, 2, 3
            """)
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
            triggers: triggers.map { row in
                TableTrigger(
                    table: Self.table(row), name: row[2] ?? "", function: row[3] ?? "", firesOnDelete: row[4] == "t",
                    firesOnUpdate: row[5] == "t", language: row[6] ?? "", source: row[7] ?? "")
            },
            rules: Dictionary(grouping: rules, by: Self.table).mapValues { $0.compactMap { $0[2] } },
            unerasable: Set(unerasable.map(Self.table)),
            generated: Set(generated.map { GeneratedColumn(table: Self.table($0), column: Identifier($0[2] ?? "")) }))
    }

    private static func table(_ row: [String?]) -> TableName {
        TableName(schema: Identifier(row[0] ?? ""), name: Identifier(row[1] ?? ""))
    }
}

extension TableTrigger {
    /// Why it might copy a row that goes or lets it stay; nil when its text shows that it doesn't.
    var suspicion: String? {
        if function.hasPrefix("habeas_local.") { return nil }
        switch language {
        case "internal": return function.hasPrefix("pg_catalog.") ? nil : "nobody can read what its function does"
        case "plpgsql", "sql":
            let words = Self.words(source)
            let found = Self.copying.first(where: words.contains)
            return found.map { "its function \(function) uses \($0.uppercased())" }
        default: return "its function \(function) is written in \(language)"
        }
    }

    /// Words by which a function writes elsewhere, tells others, or runs what can't be seen.
    private static let copying = [
        "insert", "update", "delete", "merge", "copy", "execute", "perform", "call", "notify", "pg_notify", "dblink",
        "lo_from_bytea",
    ]

    /// The words of a function's text, comments and constants apart.
    private static func words(_ source: String) -> Set<String> {
        var words: Set<String> = []
        var word = ""
        var rest = Substring(source)
        func end() {
            if !word.isEmpty { words.insert(word.lowercased()) }
            word = ""
        }
        while let character = rest.first {
            if rest.hasPrefix("--") {
                end()
                rest = rest.drop { !$0.isNewline }
                continue
            }
            if rest.hasPrefix("/*") {
                end()
                rest = rest.dropFirst(2)
                while !rest.isEmpty && !rest.hasPrefix("*/") { rest = rest.dropFirst() }
                rest = rest.dropFirst(2)
                continue
            }
            if character.isLetter || character.isNumber || character == "_" { word.append(character) } else { end() }
            rest = rest.dropFirst()
        }
        end()
        return words
    }
}
