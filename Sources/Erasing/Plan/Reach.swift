internal import DataMap
internal import SubjectAccess

/// Which rows an erasure reaches, as conditions on a row under an alias.
///
/// Every condition is meant for one statement that deletes and changes everything: all of it sees the database as it was
/// before, so circles of foreign keys and paths over rows that go need no order.
struct Reach {
    let map: DataMap
    let catalogue: Catalogue
    /// Conditions of a person's paths; of a record, what compares its key.
    private(set) var paths: PathConditions
    /// Conditions of the person to whom a record must belong; nil where nobody asks for it.
    let owner: PathConditions?
    /// The collections reached, with how; in the map's order.
    let collections: [ReachedCollection]
    /// Rows that holds keep, by table.
    let holds: [TableName: [HeldRows]]
    /// The controller's time zone, in which moments have their days.
    let zone: String

    /// The same rows by conditions for a few of them: a list of everything that leads to them would be made for each batch.
    var askingEachRow: Reach {
        var reach = self
        reach.paths.asksEachRow = true
        return reach
    }

    /// The collection of that name, if it is reached.
    func reached(_ name: String) -> ReachedCollection? { collections.first { $0.collection.name == name } }

    /// Collections of a table.
    func reached(in table: TableName) -> [ReachedCollection] { collections.filter { $0.table.name == table } }

    /// The day of a column: of a moment, where the controller is.
    func day(_ column: Identifier, of table: CatalogueTable, _ alias: String) -> String {
        let value = "\(alias).\(column.quoted)"
        guard table.column(column)?.baseType == "timestamptz" else { return "(\(value))::date" }
        return "(\(value) AT TIME ZONE '\(zone.replacing("'", with: "''"))')::date"
    }

    // MARK: rows

    /// Whether the row is one of the collection's that the erasure reaches: of shared rows, those nobody else refers to.
    func rows(of reached: ReachedCollection, _ alias: String, visited: Visited = Visited()) throws(ErasureError)
        -> String
    {
        let member = try membership(of: reached, alias, visited: visited)
        guard reached.ownership == .shared, reached.collection.nesting == nil else { return member }
        return "(\(member)) AND \(try nobodyElse(refersTo: reached.table, alias, reached, visited: visited))"
    }

    /// Whether the row is one of the collection's, shared or not.
    func membership(
        of reached: ReachedCollection, _ alias: String, visited: Visited = Visited()
    ) throws(ErasureError) -> String {
        switch reached.way {
        case .paths(let ways):
            var conditions: [String] = []
            for way in ways { conditions.append(try condition(way, of: reached.collection, alias)) }
            return PathConditions.any(conditions)
        case .record:
            let key = try key(reached.table.identity, of: reached.table, alias)
            guard let owner else { return key }
            return "\(key) AND (\(try belongs(to: owner, reached.collection, alias)))"
        case .steps(let steps):
            var conditions: [String] = []
            for (hop, parent) in steps {
                guard let parent = self.reached(parent) else { continue }
                let next = alias + "p"
                let rest = try rows(of: parent, next, visited: visited)
                conditions.append(paths.lookUp(hop, from: alias, reached.table, in: next, where: rest))
            }
            return PathConditions.any(conditions)
        }
    }

    /// Whether the row is found by one of the map's paths.
    func condition(_ path: OwnershipPath, of collection: Collection, _ alias: String) throws(ErasureError) -> String {
        try ErasureError.translating { () throws(SubjectError) in
            try paths.condition(path, of: collection, alias: alias)
        }
    }

    /// Whether the row is the owner's own: rows that are shared or only name somebody are nobody's to have erased alone.
    private func belongs(
        to owner: PathConditions, _ collection: Collection, _ alias: String
    ) throws(ErasureError) -> String {
        if let nesting = collection.nesting, let parent = map.collection(nesting.parent),
            let table = catalogue[collection.table]
        {
            let outer = alias + "o"
            let rest = try belongs(to: owner, parent, outer)
            return owner.lookUp(nesting.hop, from: alias, table, in: outer, where: rest)
        }
        var conditions: [String] = []
        for path in collection.paths(to: owner.kind) where path.ownership == .own {
            conditions.append(
                try ErasureError.translating { () throws(SubjectError) in
                    try owner.condition(path, of: collection, alias: alias)
                })
        }
        return conditions.isEmpty ? "false" : PathConditions.any(conditions)
    }

    private func key(_ columns: [Identifier], of table: CatalogueTable, _ alias: String) throws(ErasureError) -> String
    {
        try ErasureError.translating { () throws(SubjectError) in
            try paths.isSubject(alias, columns, table, asText: false)
        }
    }

    // MARK: going and staying

    /// Whether the row leaves its table; nil when no row of the table does.
    func goes(from table: TableName, _ alias: String, visited: Visited = Visited()) throws(ErasureError) -> String? {
        var conditions: [String] = []
        for reached in reached(in: table) where reached.removesRows {
            conditions.append(try rows(of: reached, alias, visited: visited))
        }
        guard !conditions.isEmpty else { return nil }
        let any = PathConditions.any(conditions)
        guard let stays = try staysForHolds(table, alias, visited: visited) else { return any }
        return "(\(any)) AND (\(stays)) IS NOT TRUE"
    }

    /// Whether rows that stay refer to the shared row: by a path of the map, or by any foreign key but those of rows that
    /// hang on it.
    func nobodyElse(
        refersTo table: CatalogueTable, _ alias: String, _ reached: ReachedCollection, visited: Visited
    ) throws(ErasureError) -> String {
        guard let visited = visited.entering(table.name) else { return "true" }
        var conditions: [String] = []
        for (source, from, key) in referrers(to: reached) {
            let other = alias + "n"
            guard let holder = catalogue[source] else { continue }
            let hop = Hop(from: from, to: table.name, key: key, flags: reached.comparesAsText(source) ? [.asText] : [])
            var rest = hop.condition(from: other, of: holder, to: alias)
            if let goes = try goes(from: source, other, visited: visited) { rest += " AND (\(goes)) IS NOT TRUE" }
            if let unlinked = try unlinks(from, of: source, other, visited: visited) {
                rest += " AND (\(unlinked)) IS NOT TRUE"
            }
            conditions.append("NOT EXISTS (SELECT FROM \(holder.source) AS \(other) WHERE \(rest))")
        }
        return conditions.isEmpty ? "true" : conditions.joined(separator: " AND ")
    }

    /// Tables and columns by which rows refer to a shared one.
    private func referrers(
        to reached: ReachedCollection
    ) -> [(source: TableName, from: [Identifier], key: [Identifier])] {
        let hanging = Set(map.children(of: reached.collection.name).map(\.table))
        var found = reached.collection.paths.filter { $0.ownership == .shared }.compactMap(\.hops.first).map {
            (source: $0.to, from: $0.key, key: $0.from)
        }
        for (holder, key) in catalogue.references(to: reached.table.name)
        where !hanging.contains(holder.name) && holder.name != reached.table.name {
            if !found.contains(where: { $0.source == holder.name && Set($0.from) == Set(key.from) }) {
                found.append((source: holder.name, from: key.from, key: key.key))
            }
        }
        return found
    }

    /// Whether the row stays and loses the reference in these columns; nil when none of the table does.
    func unlinks(
        _ columns: [Identifier], of table: TableName, _ alias: String, visited: Visited
    ) throws(ErasureError) -> String? {
        var conditions: [String] = []
        for reached in reached(in: table) where !reached.removesRows {
            for change in reached.changes where Set(change.columns) == Set(columns) && change.isReference {
                guard let way = change.path else {
                    conditions.append(try rows(of: reached, alias, visited: visited))
                    continue
                }
                conditions.append(try condition(way, of: reached.collection, alias))
            }
        }
        return conditions.isEmpty ? nil : PathConditions.any(conditions)
    }
}

/// A collection that an erasure reaches.
struct ReachedCollection {
    let collection: Collection
    let table: CatalogueTable
    let ownership: Ownership
    /// What happens to its rows: what the map says, or that they lose their reference to a record that goes.
    let outcome: ErasureOutcome
    let way: Way
    /// What is replaced where its rows stay.
    let changes: [ColumnChange]

    /// How its rows are found.
    enum Way {
        /// By the map's paths to the person.
        case paths([OwnershipPath])
        /// It holds the record itself.
        case record
        /// By steps to rows of other collections that are reached.
        case steps([(Hop, String)])
    }

    /// Whether its rows leave the table; those of somebody else never do.
    var removesRows: Bool { ownership != .mention && outcome.removesRows }

    /// Whether it holds the record that is to be erased.
    var isTheRecord: Bool {
        if case .record = way { return true }
        return false
    }

    func comparesAsText(_ source: TableName) -> Bool {
        collection.paths.contains { $0.hops.first?.to == source && $0.hops.first?.isComparedAsText ?? false }
    }
}

/// Columns that are replaced in rows that stay.
struct ColumnChange {
    let columns: [Identifier]
    /// The path that must lead to the person for the change; nil for every row of the collection.
    let path: OwnershipPath?
    /// Whether the columns refer to the person (or the record) and become null.
    let isReference: Bool
}

/// Tables that are being looked at: a circle of shared rows ends where it began.
struct Visited {
    private var tables: Set<TableName> = []

    func entering(_ table: TableName) -> Visited? {
        var next = self
        return next.tables.insert(table).inserted ? next : nil
    }
}

extension ErasureError {
    init(_ error: SubjectError) {
        let code: Code =
            switch error.code {
            case .unknownReference: .unknownReference
            case .noSuchSubject: .noSuchSubject
            case .ambiguousSubject: .ambiguousSubject
            case .mapDoesNotFit: .mapDoesNotFit
            }
        self.init(code, error.description, hint: error.hint)
    }

    /// What `body` gives; its error as one of an erasure.
    static func translating<Value>(_ body: () throws(SubjectError) -> Value) throws(ErasureError) -> Value {
        do { return try body() } catch { throw ErasureError(error) }
    }
}
