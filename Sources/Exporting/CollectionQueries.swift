internal import DataMap
internal import SubjectAccess

/// The statements that read one collection. Whose rows is never in their text: it is in settings of the transaction.
///
/// Aliases: `t0` is the root collection's table, `t1` what is nested in it, and so on; `h1`, `h2` … are steps of the
/// root's path.
package struct CollectionQueries: Sendable {
    private let alias: String
    private let table: CatalogueTable
    private let columns: [PlannedColumn]
    private let collection: Collection
    /// Files the rows point to and the person may have.
    private let files: [FileReference]
    /// The owner's key as the path finds it; empty when rows are found by more than one plain path, or when equal keys may
    /// be written differently.
    private let owner: [String]
    /// The enclosing row's key, as the join finds it.
    private let parentIdentity: [String]
    private let order: [String]
    /// Expressions that identify a row of this collection.
    let identity: [String]
    private let from: String
    private let condition: String

    /// How many fields tie a row to its owner.
    var ownerFields: Int { owner.count }

    /// How many fields tie a row to what encloses it.
    func linkFields(isNested: Bool) -> Int { isNested ? parentIdentity.count : owner.count }

    // MARK: making

    init(
        root collection: Collection, _ table: CatalogueTable, _ columns: [PlannedColumn], paths: PathConditions
    ) throws(ExportError) {
        let ways = collection.paths(to: paths.kind)
        var joiner = PathJoiner(paths: paths)
        if ways.count == 1, joiner.isPlain(ways[0]) {
            try joiner.join(ways[0], from: table)
        } else {
            joiner.condition = try ExportError.translating { () throws(SubjectError) in
                try paths.membership(in: collection, alias: "t0")
            }
        }
        alias = "t0"
        self.table = table
        self.columns = columns
        self.collection = collection
        files = collection.files(for: paths.kind)
        from = "\(table.source) AS t0" + joiner.joins
        condition = joiner.condition
        owner = joiner.owner
        parentIdentity = []
        order = Self.order(collection, table, columns, "t0")
        identity = table.identity.map { "t0.\($0.quoted)" }
    }

    /// Rows nested in others. Where the enclosing rows are in the order of their key, the step's own columns stand for
    /// that key, and a list of keys replaces the join: an index over them gives the rows in order, without a sort.
    init(
        nested collection: Collection, _ table: CatalogueTable, _ columns: [PlannedColumn], by hop: Hop,
        in parent: CollectionQueries
    ) {
        let level = (Int(parent.alias.dropFirst()) ?? 0) + 1
        alias = "t\(level)"
        self.table = table
        self.columns = columns
        self.collection = collection
        files = collection.files
        let child = alias
        let own = Self.order(collection, table, columns, child)
        identity = table.identity.map { "\(child).\($0.quoted)" }
        if let key = parent.standIn(for: hop, of: table) {
            let column = "\(child).\(key.quoted)"
            from = "\(table.source) AS \(child)"
            condition = "\(column) = ANY (ARRAY(SELECT \(parent.identity[0]) \(parent.source)))"
            owner = []
            parentIdentity = [column]
            order = [column] + own
        } else {
            from =
                parent.from + " JOIN \(table.source) AS \(child) ON "
                + hop.condition(from: child, of: table, to: parent.alias)
            condition = parent.condition
            owner = parent.owner
            parentIdentity = parent.identity
            order = parent.order + own
        }
    }

    /// The step's own column, when its values are the same bytes, in the same order, as the key by which this collection
    /// is sorted. Texts are not: their order depends on the column's collation.
    private func standIn(for hop: Hop, of child: CatalogueTable) -> Identifier? {
        guard hop.from.count == 1, order == identity, table.identity == hop.key, !hop.isComparedAsText,
            let own = child.column(hop.from[0]), let key = table.column(hop.key[0]),
            ["uuid", "int2", "int4", "int8"].contains(own.baseType), own.baseType == key.baseType
        else { return nil }
        return hop.from[0]
    }

    /// The map's order, then what makes it total: the row's identity, else everything that is read of it.
    private static func order(
        _ collection: Collection, _ table: CatalogueTable, _ columns: [PlannedColumn], _ alias: String
    ) -> [String] {
        let named = collection.order + table.identity.filter { !collection.order.contains($0) }
        let whole = table.identity.isEmpty ? columns.map { "\(alias).\($0.column.name.quoted)::text" } : []
        return named.map { "\(alias).\($0.quoted)" } + whole
    }

    // MARK: statements

    /// Rows for JSON: link, own key when something is nested, columns.
    func json(isNested: Bool, hasChildren: Bool) -> String {
        select((isNested ? parentIdentity : owner) + (hasChildren ? identity : []) + values)
    }

    /// Rows for CSV: link to the owner, columns.
    var csv: String { select(owner + values) }

    /// What the verifier counts: rows, rows shown as deleted, and an array of rows that point to a file, one number for
    /// each reference.
    var count: String {
        let deleted = collection.softDelete.map { "count(\(alias).\($0.quoted))" } ?? "0"
        let files = self.files.map { "count(\(alias).\($0.key.quoted))" }.joined(separator: ", ")
        return "SELECT count(*), \(deleted), pg_catalog.array_to_string(ARRAY[\(files)]::bigint[], ',') \(source)"
    }

    /// Rows that point to a file: the row's key, then object key, name, bytes, SHA-256 and media type, all as text.
    func files(_ file: FileReference) -> String {
        let facts = [file.key, file.name, file.bytes, file.sha256, file.mediaType].map { column in
            column.map { "\(alias).\($0.quoted)::text" } ?? "NULL::text"
        }
        let key = keyColumns.map { "\(alias).\($0.quoted)::text" }
        return "SELECT \((owner + key + facts).joined(separator: ", ")) FROM \(from) WHERE (\(condition)) AND "
            + "\(alias).\(file.key.quoted) IS NOT NULL ORDER BY \(order.joined(separator: ", "))"
    }

    /// The sum of the files' sizes as the rows say, and how many rows say one; nil where the map names no whole number.
    func fileBytes(_ file: FileReference) -> String? {
        guard let name = file.bytes, let column = table.column(name),
            ["int2", "int4", "int8", "numeric"].contains(column.baseType)
        else { return nil }
        let bytes = "\(alias).\(name.quoted)"
        return "SELECT trunc(sum(greatest(\(bytes), 0))::numeric)::text, count(\(bytes)) FROM \(from) "
            + "WHERE (\(condition)) AND \(alias).\(file.key.quoted) IS NOT NULL"
    }

    /// Columns that name a row's folder; a table without any has its rows numbered.
    var keyColumns: [Identifier] { table.identity }

    private var source: String { "FROM \(from) WHERE \(condition)" }

    private var values: [String] { columns.map { $0.expression(alias) } }

    private func select(_ expressions: [String]) -> String {
        "SELECT \(expressions.joined(separator: ", ")) \(source) ORDER BY \(order.joined(separator: ", "))"
    }
}

/// A single path whose every step leads to one row at most: each step a join, the last a comparison with the subject's
/// key, which is also read back with each row.
private struct PathJoiner {
    let paths: PathConditions
    private(set) var joins = ""
    var condition = ""
    private(set) var owner: [String] = []

    init(paths: PathConditions) { self.paths = paths }

    /// Whether no step is repeated or leads to several rows. The last one isn't taken when it leads to the person's key.
    func isPlain(_ path: OwnershipPath) -> Bool {
        guard let last = path.hops.last else { return true }
        let joined = last.columns(for: paths.kind.key) == nil ? path.hops[...] : path.hops.dropLast()
        return !last.isRepeated
            && joined.allSatisfy { !$0.isRepeated && paths.catalogue[$0.to]?.isUnique($0.key) ?? false }
    }

    mutating func join(_ path: OwnershipPath, from table: CatalogueTable) throws(ExportError) {
        var current = table
        var alias = "t0"
        for (index, hop) in path.hops.enumerated() {
            if index == path.hops.count - 1, let columns = hop.columns(for: paths.kind.key) {
                return try compare(alias, columns, current, asText: hop.isComparedAsText)
            }
            let next = "h\(index + 1)"
            let target = try ExportError.translating { () throws(SubjectError) in try paths.table(hop.to) }
            joins += " JOIN \(target.source) AS \(next) ON \(hop.condition(from: alias, of: current, to: next))"
            current = target
            alias = next
        }
        try compare(alias, paths.kind.key, current, asText: false)
    }

    private mutating func compare(
        _ alias: String, _ columns: [Identifier], _ table: CatalogueTable, asText: Bool
    ) throws(ExportError) {
        condition = try ExportError.translating { [paths] () throws(SubjectError) in
            try paths.isSubject(alias, columns, table, asText: asText)
        }
        guard columns.allSatisfy({ table.column($0)?.hasOneText ?? false }) else { return }
        owner = columns.map { "\(alias).\($0.quoted)::text" }
    }
}
