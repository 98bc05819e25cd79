internal import DataMap

/// What a hunt found, and how far it got. It holds names of tables and counts, and nothing of anybody.
package struct HuntReport: Sendable, Hashable, Encodable {
    /// How far a table was searched, and why no farther.
    package struct Coverage: Sendable, Hashable, Encodable {
        /// The table, or the partition.
        package let table: String
        /// Whether the data map knows it.
        package let isMapped: Bool
        /// How far.
        package internal(set) var extent: Extent
        /// Why no farther.
        package internal(set) var obstacle: Obstacle?
        /// What to do about it.
        package internal(set) var hint: String?
        /// Columns searched; the others can't hold text.
        package internal(set) var columns = 0
        /// Rows searched.
        package internal(set) var rows: Int64 = 0
        /// Bytes searched, as the server sent them.
        package internal(set) var bytes: Int64 = 0
        /// Compressed values of which only the beginning was searched.
        package internal(set) var cutValues = 0

        init(_ table: HuntTable, isMapped: Bool) {
            self.table = table.name.written
            self.isMapped = isMapped
            extent = .none
        }
    }

    /// How much of something was searched.
    package enum Extent: String, Sendable, Encodable { case full, part, none }

    /// Why something wasn't searched.
    package enum Obstacle: String, Sendable, Encodable {
        /// The role may not read it.
        case permission
        /// Row security hides rows from the role.
        case rowSecurity = "row-security"
        /// The time was up.
        case time
        /// Somebody held the table.
        case locked
        /// Its rows lie in another server.
        case foreignTable = "foreign-table"
        /// A compressed value is larger than what is unpacked.
        case largeValue = "large-value"
        /// The server refused to hand it over.
        case refused
        /// The connection was lost.
        case connection
    }

    /// Traces of one person in one column.
    package struct Find: Sendable, Hashable, Encodable {
        /// The person's reference.
        package let person: String
        /// The table, or the partition.
        package let table: String
        /// The column.
        package let column: String
        /// The name of the identifier found.
        package let kind: String
        /// Rows that have it; of a table searched in part, those met.
        package let rows: Int64
        /// Whether the plan keeps something there.
        package let isExpected: Bool
    }

    /// An identifier that can't be told from what belongs to nobody, and so wasn't looked for.
    package struct Unhunted: Sendable, Hashable, Encodable {
        /// The person's reference.
        package let person: String
        /// The name of the identifier.
        package let kind: String
        /// Why.
        package let weakness: Needle.Weakness
    }

    /// How a hunt ended for one person.
    package enum Outcome: String, Sendable, Encodable {
        /// All was searched and nothing found but what the plan keeps.
        case clean
        /// Something is left.
        case leftovers
        /// Nothing is found in what was searched, and not all was.
        case incomplete
    }

    /// Tables in the order of the search.
    package internal(set) var tables: [Coverage] = []
    /// What was found.
    package internal(set) var finds: [Find] = []
    /// What wasn't looked for.
    package internal(set) var unhunted: [Unhunted] = []
    /// Large objects of the database, whose contents aren't searched.
    package internal(set) var largeObjects: Int64 = 0
    /// People of whom nothing was looked for.
    package internal(set) var untold: [String] = []

    /// Whether everything was searched.
    package var isComplete: Bool { tables.allSatisfy { $0.extent == .full } && largeObjects == 0 && untold.isEmpty }

    /// What wasn't searched for a person, or not to its end, each with the reason: nothing when the search was complete.
    package func obstacles(for person: String) -> [String] {
        var obstacles = tables.filter { $0.extent != .full }.map { table in
            "\(table.table): \(table.obstacle?.rawValue ?? table.extent.rawValue)"
        }
        if largeObjects > 0 { obstacles.append("pg_largeobject: not-searched") }
        if untold.contains(person) { obstacles.append("everything: no identifier can be looked for") }
        return obstacles + unhunted.filter { $0.person == person }.map { "\($0.kind): \($0.weakness)" }
    }

    /// Finds where the plan keeps nothing.
    package var leftovers: [Find] { finds.filter { !$0.isExpected } }

    /// Rows searched.
    package var rows: Int64 { tables.reduce(0) { $0 + $1.rows } }

    /// Bytes searched.
    package var bytes: Int64 { tables.reduce(0) { $0 + $1.bytes } }

    /// How it ended for the person of that reference.
    package func outcome(of person: String) -> Outcome {
        if leftovers.contains(where: { $0.person == person }) { return .leftovers }
        let isComplete = tables.allSatisfy { $0.extent == .full } && largeObjects == 0 && !untold.contains(person)
        return isComplete ? .clean : .incomplete
    }

    private enum CodingKeys: String, CodingKey {
        case isComplete, rows, bytes, tables, finds, unhunted, untold, largeObjects
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isComplete, forKey: .isComplete)
        try container.encode(rows, forKey: .rows)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(tables, forKey: .tables)
        try container.encode(finds, forKey: .finds)
        try container.encode(unhunted, forKey: .unhunted)
        try container.encode(untold, forKey: .untold)
        try container.encode(largeObjects, forKey: .largeObjects)
    }
}
