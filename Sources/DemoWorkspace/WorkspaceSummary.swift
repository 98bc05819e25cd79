/// What a generated workspace amounts to.
package struct WorkspaceSummary: Sendable, Equatable {
    /// The rows of one table.
    package struct Table: Sendable, Equatable {
        /// The bare name, in schema `workspace`.
        package let name: String
        /// How many rows were written.
        package let rows: Int
    }

    /// Every table, in the order of writing.
    package internal(set) var tables: [Table] = []
    /// How many people there are.
    package internal(set) var people = 0
    /// How many files the rows point to, those included that are missing or truncated.
    package internal(set) var files = 0
    /// How many bytes of COPY text were written.
    package internal(set) var copyBytes = 0

    /// The rows of all tables together.
    package var rows: Int { tables.reduce(0) { $0 + $1.rows } }
}
