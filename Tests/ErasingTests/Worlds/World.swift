/// A made-up product: tables, keys, rows, and who owns what. It is made row by row, so it knows the owners without asking
/// a database.
struct World {
    var tables: [WorldTable] = []
    /// What else the database holds: statements run after the tables are filled.
    var extras: [String] = []
    /// Tables the map names under `not_included`.
    var leftOut: [String] = []
    /// The map's `erasure`.
    var policy = ""
    /// The person who is erased, by their place in the table of people.
    var victim = 0

    /// Where people stand.
    static let people = 0
}

/// One table with its rows and what the map says of it.
struct WorldTable {
    var schema: String
    var name: String
    var columns: [WorldColumn]
    var key: [String]
    var references: [WorldReference] = []
    var rows: [WorldRow] = []
    /// `PARTITION BY …`, and what makes the partitions.
    var partitions: (by: String, each: [String])?
    /// Whether a trigger writes the time of each change into `touched`.
    var isTouched = false
    var collections: [WorldCollection] = []

    /// As SQL writes it.
    var sql: String { "\"\(schema)\".\"\(name)\"" }
    /// As a map writes it.
    var written: String { "\(schema).\(name)" }

    func column(_ name: String) -> WorldColumn? { columns.first { $0.name == name } }
}

struct WorldColumn {
    var name: String
    var type: String
    var isNotNull = false
    var isUnique = false
    /// Why the map says that it is no path.
    var isNoPath = false
}

struct WorldReference {
    var columns: [String]
    var target: Int
    var targetColumns: [String]
    /// `NO ACTION`, `RESTRICT`, `CASCADE`, `SET NULL`.
    var onDelete: String
    var isDeferred = false
    /// Whether a foreign key stands behind it.
    var isEnforced = true
    var flags = ""

    func step(_ tables: [WorldTable]) -> String {
        func list(_ names: [String]) -> String { names.joined(separator: ", ") }
        let from = columns.count == 1 ? columns[0] : "(\(list(columns)))"
        return "\(from) -> \(tables[target].written)(\(list(targetColumns)))\(flags)"
    }
}

/// What the map says of the rows of a table.
struct WorldCollection {
    enum Rule {
        /// The rows go with their owner.
        case own
        /// The rows go with the last row that refers to them.
        case shared
        /// The columns are replaced where the path (by its place) leads to the person.
        case mention(isAnonymized: Bool)
        /// The rows stay as they are.
        case keep
    }

    var name: String
    var rule: Rule
    /// Steps as a map writes them.
    var paths: [WorldPath] = []
    /// The collection that holds it, and the step.
    var inside: (collection: String, step: String)?
    var erasure: String
}

struct WorldPath {
    var steps: [String]
    /// What is about the person, in a mention.
    var fields: [String] = []
    /// The columns that refer, in a mention.
    var columns: [String] = []
}

struct WorldRow {
    var values: [String: String?]
    /// People with whom it goes.
    var owners: Set<Int> = []
    /// People it mentions, by path of the mentioning collection.
    var mentions: [Set<Int>] = []
    /// The row with which it goes, when it hangs on a shared one.
    var holder: (table: Int, row: Int)?
    /// Rows it refers to, by the place of the reference.
    var targets: [Int: Int] = [:]
}
