/// What a database says of its own tables, read at one moment.
package struct Catalogue: Sendable {
    /// Tables by name: ordinary and partitioned ones, foreign tables and materialized views; partitions apart.
    package let tables: [TableName: CatalogueTable]
    private let references: [TableName: [Reference]]

    /// A foreign key and the table that holds it.
    package typealias Reference = (table: CatalogueTable, key: CatalogueForeignKey)

    /// A catalogue of tables.
    package init(tables: [CatalogueTable]) {
        self.tables = Dictionary(tables.map { ($0.name, $0) }) { first, _ in first }
        let all = tables.filter { !$0.isPartition }.flatMap { table in table.foreignKeys.map { (table, $0) } }
        references = Dictionary(grouping: all) { $0.1.to }
    }

    /// Foreign keys that lead to a table, those of partitions apart.
    package func references(to table: TableName) -> [Reference] { references[table] ?? [] }

    /// The table of that name.
    package subscript(_ name: TableName) -> CatalogueTable? { tables[name] }
}

/// One table of a catalogue.
package struct CatalogueTable: Sendable {
    /// Its name.
    package let name: TableName
    /// Whether it is a partition of another table (reached through that one).
    package let isPartition: Bool
    /// Whether other tables inherit from it without being its partitions: their rows are their own.
    package let hasHeirs: Bool
    /// Whether row security is enabled.
    package let hasRowSecurity: Bool
    /// Whether row security binds the owner too.
    package let forcesRowSecurity: Bool
    /// The owner's role.
    package let owner: String
    /// The planner's estimate of rows; negative when never analysed.
    package let estimatedRows: Double
    /// Columns in order.
    package let columns: [CatalogueColumn]
    /// Columns of the primary key, in key order; empty when there is none.
    package let primaryKey: [Identifier]
    /// Sets of columns that are unique and total, the primary key among them.
    package let uniqueKeys: [Set<Identifier>]
    /// Foreign keys of this table.
    package let foreignKeys: [CatalogueForeignKey]
    /// Leading columns of each valid index, in index order.
    package let indexes: [[Identifier]]
    /// Row-security policies for reading.
    package let policies: [CataloguePolicy]
    /// What colleagues wrote about it (`COMMENT ON TABLE`).
    package let comment: String?
    /// Where each column stands in `columns`.
    private let positions: [Identifier: Int]

    /// A table by its parts.
    package init(
        name: TableName, isPartition: Bool = false, hasHeirs: Bool = false, hasRowSecurity: Bool = false,
        forcesRowSecurity: Bool = false,
        owner: String = "", estimatedRows: Double = -1, columns: [CatalogueColumn], primaryKey: [Identifier] = [],
        uniqueKeys: [Set<Identifier>] = [], foreignKeys: [CatalogueForeignKey] = [], indexes: [[Identifier]] = [],
        policies: [CataloguePolicy] = [], comment: String? = nil
    ) {
        self.name = name
        self.isPartition = isPartition
        self.hasHeirs = hasHeirs
        self.hasRowSecurity = hasRowSecurity
        self.forcesRowSecurity = forcesRowSecurity
        self.owner = owner
        self.estimatedRows = estimatedRows
        self.columns = columns
        self.primaryKey = primaryKey
        self.uniqueKeys = uniqueKeys
        self.foreignKeys = foreignKeys
        self.indexes = indexes
        self.policies = policies
        self.comment = comment
        positions = Dictionary(columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// The table in a FROM clause: without the rows of tables that inherit from it, which are exported with those.
    package var source: String { (hasHeirs ? "ONLY " : "") + name.quoted }

    /// The column of that name.
    package func column(_ name: Identifier) -> CatalogueColumn? { positions[name].map { columns[$0] } }

    /// Columns that tell one row from every other: the primary key, else the shortest unique key without nulls (two
    /// nulls are not the same to an index); empty without one.
    package var identity: [Identifier] {
        guard primaryKey.isEmpty else { return primaryKey }
        let keys = uniqueKeys.filter { $0.allSatisfy { column($0)?.isNotNull ?? false } }.map { $0.sorted() }.sorted {
            ($0.count, "\($0)") < ($1.count, "\($1)")
        }
        return keys.first ?? []
    }

    /// Whether these columns identify at most one row.
    package func isUnique(_ columns: [Identifier]) -> Bool {
        uniqueKeys.contains { $0.isSubset(of: Set(columns)) }
    }

    /// Whether an index begins with exactly these columns, in any order.
    package func hasIndex(on columns: [Identifier]) -> Bool {
        indexes.contains { Set($0.prefix(columns.count)) == Set(columns) }
    }

    /// Whether a foreign key says what a step of the map says.
    package func enforces(_ hop: Hop) -> Bool {
        let pairs = Set(zip(hop.from, hop.key).map { [$0, $1] })
        return foreignKeys.contains { key in
            key.to == hop.to && Set(zip(key.from, key.key).map { [$0, $1] }) == pairs
        }
    }
}

/// One column of a catalogue's table.
package struct CatalogueColumn: Sendable, Hashable {
    /// Its name.
    package let name: Identifier
    /// The type as SQL writes it, such as `numeric(12,2)`.
    package let sqlType: String
    /// The base type as SQL writes it, without length or precision: a cast to it loses nothing.
    package let wideType: String
    /// The name of the base type in `pg_type` (domains resolved), such as `timestamptz`.
    package let baseType: String
    /// Whether the base type is one of PostgreSQL's own.
    package let isBuiltIn: Bool
    /// `b` base, `e` enum, `c` composite, `r` range, `m` multirange (pg_type.typtype).
    package let kind: Character
    /// Whether null is refused.
    package let isNotNull: Bool
    /// Labels of an enum, in order.
    package let enumLabels: [String]
    /// The schema of the type's own `=`, when an extension brought it (citext): it isn't found by a bare `=`.
    package let equalitySchema: Identifier?
    /// What colleagues wrote about it (`COMMENT ON COLUMN`).
    package let comment: String?

    /// A column by its parts.
    package init(
        name: Identifier, sqlType: String, wideType: String? = nil, baseType: String, isBuiltIn: Bool = true,
        kind: Character = "b",
        isNotNull: Bool = false, enumLabels: [String] = [], equalitySchema: Identifier? = nil, comment: String? = nil
    ) {
        self.name = name
        self.sqlType = sqlType
        self.wideType = wideType ?? sqlType
        self.baseType = baseType
        self.isBuiltIn = isBuiltIn
        self.kind = kind
        self.isNotNull = isNotNull
        self.enumLabels = enumLabels
        self.equalitySchema = equalitySchema
        self.comment = comment
    }

    /// `=` as it must be written for this type while only `pg_catalog` is searched.
    package var equals: String { equalitySchema.map { "OPERATOR(\($0.quoted).=)" } ?? "=" }
}

/// A foreign key of a catalogue's table.
package struct CatalogueForeignKey: Sendable, Hashable {
    /// The constraint's name.
    package let name: String
    /// Columns of this table.
    package let from: [Identifier]
    /// The referenced table.
    package let to: TableName
    /// Its columns.
    package let key: [Identifier]
    /// What happens when a referenced row is deleted.
    package let onDelete: DeleteAction

    /// A key by its parts.
    package init(
        name: String, from: [Identifier], to: TableName, key: [Identifier], onDelete: DeleteAction = .noAction
    ) {
        self.onDelete = onDelete
        self.name = name
        self.from = from
        self.to = to
        self.key = key
    }
}

/// What a foreign key does when the row it refers to is deleted (pg_constraint.confdeltype).
package enum DeleteAction: Character, Sendable {
    case noAction = "a"
    case restrict = "r"
    case cascade = "c"
    case setNull = "n"
    case setDefault = "d"

    /// Whether the deletion fails while a row refers.
    package var forbids: Bool { self == .noAction || self == .restrict }
}

/// A row-security policy that applies to SELECT.
package struct CataloguePolicy: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Whether it grants rows (or else takes some away).
    package let isPermissive: Bool
    /// The roles it applies to; empty for all.
    package let roles: [String]
    /// Columns of the table that it looks at (pg_depend).
    package let columns: [Identifier]
    /// Its condition as the server prints it (`USING`); nil when it has none.
    package let expression: String?
    /// Definitions of the functions it calls, by name; PostgreSQL's own apart.
    package let functions: [String: String]

    /// A policy by its parts.
    package init(
        name: String, isPermissive: Bool, roles: [String] = [], columns: [Identifier] = [], expression: String? = nil,
        functions: [String: String] = [:]
    ) {
        self.columns = columns
        self.expression = expression
        self.functions = functions
        self.name = name
        self.isPermissive = isPermissive
        self.roles = roles
    }
}
