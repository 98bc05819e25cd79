/// A table of the product: its columns, and how the rows of one person look.
protocol DemoTable: Sendable {
    /// The bare name, in schema `workspace`.
    var name: String { get }
    /// The columns in the order the rows are written.
    var columns: [String] { get }
    /// Keeps this table's random numbers apart from those of the others.
    var purpose: Purpose { get }

    /// How many turns the person has in this table: rows, or parents whose children are written together.
    func units(of person: Person) -> Int
    /// Writes the rows of one turn.
    func write(_ unit: Unit, to page: inout Page) throws
}
