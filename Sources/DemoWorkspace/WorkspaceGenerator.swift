/// Makes up the people of the demonstration product and everything the product knows of them.
///
/// The same size, seed and number of heavy messages give the same bytes, on any machine and at any time. Memory does
/// not grow with the rows.
package struct WorkspaceGenerator: Sendable {
    private let cast: Cast

    /// A generator of one workspace; `heavyMessages` counts the messages of the one heavy person of size `heavy`.
    package init(size: WorkspaceSize, seed: UInt64 = 42, heavyMessages: Int = 3_000_000) {
        cast = Cast(size: size, seed: seed, heavyMessages: heavyMessages)
    }

    /// Writes all rows to the sink, and to the folder the files they point to and the lists tests compare with:
    /// `owned.tsv` (owner, table, primary key), `files.tsv` (owner, table, primary key, storage key, state, bytes,
    /// SHA-256) and `people.tsv` (id, e-mail, trait).
    package func generate<Sink: WorkspaceSink>(into sink: inout Sink, folder: String) async throws -> WorkspaceSummary {
        let lists = try WorkspaceFolder(path: folder)
        let people = cast.people()
        var summary = WorkspaceSummary()
        summary.people = people.count
        for person in people { try lists.list(person) }
        for table in Self.tables { try await write(table, of: people, to: lists, sink: &sink, summary: &summary) }
        try lists.finish()
        summary.files = lists.fileCount
        return summary
    }

    /// The word that marks every row of a person and no row of anybody else.
    package func canary(of person: Int) -> String { DemoWorkspace.canary(of: person) }

    private static let tables: [any DemoTable] = [
        UsersTable(), ProfilesTable(), ContactsTable(), TasksTable(), ConversationsTable(), MessagesTable(),
        DocumentsTable(), DocumentVersionsTable(), BriefingsTable(), AssistantRunsTable(), ActivityTable(),
        SessionsTable(), APIKeysTable(), BillingCustomersTable(), InvoicesTable(), InvoiceLinesTable(),
    ]

    private func write<Sink: WorkspaceSink>(
        _ table: any DemoTable, of people: [Person], to folder: WorkspaceFolder, sink: inout Sink,
        summary: inout WorkspaceSummary
    ) async throws {
        var turns = Interleaving(counts: people.map { table.units(of: $0) }, seed: cast.seed ^ table.purpose.rawValue)
        var page = Page(table: table.name, columns: table.columns.count, folder: folder)
        try await sink.begin(table: table.name, columns: table.columns)
        while let turn = turns.next() {
            try table.write(Unit(turn, of: people[turn.index], seed: cast.seed, purpose: table.purpose), to: &page)
            if page.isFull { try await sink.write(page.take()) }
        }
        if !page.isEmpty { try await sink.write(page.take()) }
        try await sink.end()
        summary.tables.append(.init(name: table.name, rows: page.rowCount))
        summary.copyBytes += page.byteCount
    }
}
