package import PostgresAccess

/// Fills a database with the demonstration product: schema and rows in one transaction, so it is there whole or not.
package struct WorkspaceLoader: Sendable {
    private let generator: WorkspaceGenerator
    private let schema: String

    /// A loader of generated people into the product's schema, given as SQL.
    package init(_ generator: WorkspaceGenerator, schema: String) {
        self.generator = generator
        self.schema = schema
    }

    /// Whether the database holds the workspace already.
    package static func isLoaded(_ connection: PostgresConnection) async throws -> Bool {
        let rows = try await connection.query("SELECT to_regclass('workspace.invoice_lines') IS NOT NULL")
        return rows.first?.first == "t"
    }

    /// Loads everything; files and lists go to `folder`.
    package func load(into connection: PostgresConnection, folder: String) async throws -> WorkspaceSummary {
        let summary = try await connection.withTransaction(.readCommitted) { connection in
            try await connection.run(unsafeSQL: "SET LOCAL search_path = public; \(schema)")
            var sink = CopySink(connection: connection)
            return try await generator.generate(into: &sink, folder: folder)
        }
        try await connection.run(unsafeSQL: "ANALYZE")
        return summary
    }
}

/// Sends each table's rows through COPY.
private struct CopySink: WorkspaceSink {
    let connection: PostgresConnection

    mutating func begin(table: String, columns: [String]) async throws {
        let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
        try await connection.startCopyIn(unsafeSQL: "COPY workspace.\"\(table)\" (\(list)) FROM STDIN")
    }

    mutating func write(_ copyText: [UInt8]) async throws { try await connection.sendCopy(copyText) }

    mutating func end() async throws { try await connection.finishCopyIn() }
}
