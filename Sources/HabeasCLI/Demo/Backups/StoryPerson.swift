internal import PostgresAccess

/// Whom the story erases: somebody of whom no statute keeps anything, with words in their rows that stand nowhere else.
struct StoryPerson: Sendable {
    let id: String
    /// What is looked for by byte.
    let markers: [String]

    /// Picks one of some people, and writes a marker into several of their tables.
    init(amongst people: [String], of server: StoryServer) async throws {
        let found = try await server.query(
            """
            SELECT u.id::text, u.email::text FROM workspace.users AS u
             WHERE u.id = ANY ($1::uuid[]) AND EXISTS (SELECT FROM workspace.tasks WHERE user_id = u.id)
               AND NOT EXISTS (SELECT FROM workspace.billing_customers WHERE user_id = u.id)
             ORDER BY u.id LIMIT 1
            """, [people.sqlArray])
        guard let row = found.first, let id = row[0], let email = row[1] else {
            throw CommandFailure(.failed, code: "demo.story-stopped", "the workspace has nobody the story could erase")
        }
        self.id = id
        let marker = "marker-of-\(id.prefix(8))-in-rows"
        markers = [id, email, marker]
        _ = try await server.query("UPDATE workspace.tasks SET notes = $2 WHERE user_id = $1::uuid", [id, marker])
        _ = try await server.query("UPDATE workspace.profiles SET bio = $2 WHERE user_id = $1::uuid", [id, marker])
        _ = try await server.query(
            "UPDATE workspace.users SET settings = settings || jsonb_build_object('note', $2::text) WHERE id = $1::uuid",
            [id, marker])
    }
}

/// All rows of the product, as one digest a table.
struct StoryRows: Sendable, Hashable {
    private let tables: [String: String]
    /// How many rows there are.
    let count: Int

    init(of server: StoryServer) async throws {
        let names = try await server.query(
            """
            SELECT quote_ident(relname) FROM pg_class
             WHERE relnamespace = 'workspace'::regnamespace AND relkind = 'r' ORDER BY 1
            """
        ).compactMap { $0[0] }
        var tables: [String: String] = [:]
        var count = 0
        for name in names {
            let row = try await server.query(
                """
                SELECT count(*), md5(coalesce(string_agg(hash, '' ORDER BY hash), ''))
                  FROM (SELECT md5(t::text) AS hash FROM workspace.\(name) AS t) AS rows
                """
            ).first
            tables[name] = row?[1] ?? ""
            count += row?[0].flatMap { Int($0) } ?? 0
        }
        self.tables = tables
        self.count = count
    }
}
