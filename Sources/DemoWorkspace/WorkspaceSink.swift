/// Takes the rows of a workspace, table after table, as COPY's text format.
///
/// Tables come in an order that foreign keys accept, but for `users.avatar_document_id`, which is checked at commit: all
/// tables belong into one transaction.
package protocol WorkspaceSink {
    /// Starts a table of schema `workspace`; the names are bare and need quoting (`preferredName`).
    mutating func begin(table: String, columns: [String]) async throws
    /// Takes whole lines: at least 64 KiB of them, but for a table's last batch.
    mutating func write(_ copyText: [UInt8]) async throws
    /// Ends the table.
    mutating func end() async throws
}
