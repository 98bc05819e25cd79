/// A catalogue looked at once: words of names, keys and references by table, so that later rules only look things up.
struct Study {
    /// The tables that are described, by name; partitions apart.
    let tables: [TableName: StudiedTable]
    /// Their names in order.
    let names: [TableName]
    /// Foreign keys that lead to a table, with the table they start from.
    private(set) var referrers: [TableName: [Link]] = [:]
    /// What the policies of all tables read.
    let policies: PolicyFacts
    /// The whole catalogue, other schemas too.
    let catalogue: Catalogue

    init(_ catalogue: Catalogue, schemas: Set<Identifier>) {
        self.catalogue = catalogue
        let chosen = catalogue.tables.values.filter { !$0.isPartition && schemas.contains($0.name.schema) }
        let known = Set(chosen.map(\.name))
        var tables: [TableName: StudiedTable] = [:]
        for table in chosen { tables[table.name] = StudiedTable(table, known: known) }
        self.tables = tables
        names = known.sorted()
        for name in names {
            for link in tables[name]?.links ?? [] { referrers[link.to, default: []].append(link) }
        }
        policies = PolicyFacts(names.compactMap { tables[$0]?.table })
    }

    subscript(_ name: TableName) -> StudiedTable? { tables[name] }
}

/// One table with what its names say.
struct StudiedTable {
    let table: CatalogueTable
    let words: NameWords
    /// The words, the last one singular.
    let singular: [String]
    let columns: [StudiedColumn]
    /// What it refers to by foreign keys, those within the described schemas.
    let links: [Link]
    /// What kind of data its name speaks of.
    let theme: TableTheme
    /// Columns that tell one row from every other; nulls apart where `isKeyTotal` isn't so.
    let key: [Identifier]
    /// Whether the key's columns are all NOT NULL.
    let isKeyTotal: Bool
    let keyColumns: Set<Identifier>

    init(_ table: CatalogueTable, known: Set<TableName>) {
        self.table = table
        words = NameWords(table.name.name)
        singular = Self.stripped(words.list)
        columns = table.columns.map { StudiedColumn(column: $0, words: NameWords($0.name)) }
        theme = TableTheme(words.list)
        let identity = table.identity
        isKeyTotal = !identity.isEmpty
        key = isKeyTotal ? identity : Self.partialKey(table)
        keyColumns = Set(key)
        var seen: Set<Hop> = []
        links = table.foreignKeys.filter { known.contains($0.to) }.compactMap { key in
            let hop = Hop(from: key.from, to: key.to, key: key.key)
            guard seen.insert(hop).inserted else { return nil }
            return Link(
                from: table.name, hop: hop, isNullable: key.from.contains { !(table.column($0)?.isNotNull ?? false) },
                isUnique: table.isUnique(key.from))
        }
    }

    /// The shortest unique key, though its columns may be null.
    private static func partialKey(_ table: CatalogueTable) -> [Identifier] {
        table.uniqueKeys.map { $0.sorted() }.min { ($0.count, "\($0)") < ($1.count, "\($1)") } ?? []
    }

    /// The column of that name.
    func column(_ name: Identifier) -> StudiedColumn? { columns.first { $0.name == name } }

    /// The last word, singular: what one row is.
    var noun: String { singular.last ?? "" }

    /// Prefixes and suffixes that only say “table” are dropped, the last word is made singular.
    private static func stripped(_ words: [String]) -> [String] {
        let noise: Set<String> = ["tbl", "tb", "table", "tab", "t"]
        var words = words
        while words.count > 1, let first = words.first, noise.contains(first) { words.removeFirst() }
        while words.count > 1, let last = words.last, noise.contains(last) || Int(last) != nil { words.removeLast() }
        guard let last = words.popLast() else { return [] }
        return words + [NameWords.singular(last)]
    }
}

/// One column with the words of its name.
struct StudiedColumn {
    let column: CatalogueColumn
    let words: NameWords
    /// Text that is compared and searched.
    let isText: Bool
    /// A point in time or a day.
    let isMoment: Bool
    /// A whole number.
    let isWhole: Bool
    /// Any number.
    let isNumber: Bool
    /// A network address.
    let isAddressOfMachine: Bool
    /// JSON, XML and the like: it may hold anything.
    let isDocument: Bool

    var name: Identifier { column.name }

    init(column: CatalogueColumn, words: NameWords) {
        self.column = column
        self.words = words
        let type = column.baseType
        isText = Self.texts.contains(type)
        isMoment = Self.moments.contains(type)
        isWhole = Self.wholes.contains(type)
        isNumber = isWhole || Self.fractions.contains(type)
        isAddressOfMachine = Self.addresses.contains(type)
        isDocument = Self.documents.contains(type)
    }

    private static let texts: Set<String> = ["text", "varchar", "bpchar", "citext", "name"]
    private static let moments: Set<String> = ["timestamptz", "timestamp", "date", "time", "timetz"]
    private static let wholes: Set<String> = ["int2", "int4", "int8"]
    private static let fractions: Set<String> = ["numeric", "float4", "float8"]
    private static let addresses: Set<String> = ["inet", "cidr", "macaddr", "macaddr8"]
    private static let documents: Set<String> = ["json", "jsonb", "xml", "hstore"]
}

/// A reference from one table to another: a foreign key, or columns whose names say so.
struct Link: Hashable {
    let from: TableName
    let hop: Hop
    let isNullable: Bool
    /// Whether at most one row of `from` has the same reference.
    let isUnique: Bool

    var to: TableName { hop.to }
    /// The referring columns as people read them.
    var columns: String { hop.from.map(\.text).joined(separator: ", ") }
}
