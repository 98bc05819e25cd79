package import DataMap

/// Somebody whose traces are looked for. It prints itself without any.
package struct HuntedPerson: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What reports call them: an erasure's or a request's id, never an identifier of the person.
    package let reference: String
    /// What tells who they are.
    package let needles: [Needle]
    /// Where the plan keeps something of theirs.
    package let kept: Set<HuntPlace>

    /// A person by reference, identifiers and places.
    package init(reference: String, needles: [Needle], kept: Set<HuntPlace> = []) {
        self.reference = reference
        self.needles = needles
        self.kept = kept
    }

    package var description: String { "\(reference):<personal>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where a plan keeps something: a column, or a whole table with its partitions.
package struct HuntPlace: Sendable, Hashable {
    /// The table.
    package let table: TableName
    /// The column; nil for all.
    package let column: Identifier?

    /// A place by table and column.
    package init(table: TableName, column: Identifier? = nil) {
        self.table = table
        self.column = column
    }
}
