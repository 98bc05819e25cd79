internal import DataMap

/// The statements that read one collection. Whose rows is never in their text: it is in a setting of the transaction.
///
/// Aliases: `t0` is the root collection's table, `t1` what is nested in it, and so on; `h1`, `h2` … are steps of the
/// root's path.
package struct CollectionQueries: Sendable {
    /// The setting that holds the subject's key.
    package static let subjectSetting = "habeas.subject"

    private let alias: String
    private let table: CatalogueTable
    private let columns: [PlannedColumn]
    private let collection: Collection
    /// The owner's key as the path finds it; empty when several paths are OR-ed.
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
        root collection: Collection, _ table: CatalogueTable, _ columns: [PlannedColumn], kind: SubjectKind,
        catalogue: Catalogue
    ) throws(ExportError) {
        let paths = collection.paths.filter { $0.subject == kind.name }
        guard paths.allSatisfy({ $0.ownership != .mention }) else {
            throw ExportError(
                .unsupportedMap, "the collection \(collection.name) has a path of ownership mention",
                hint: "this version exports rows that a person owns or shares; describe the mention under not_included")
        }
        var builder = PathBuilder(kind: kind, catalogue: catalogue)
        if paths.count == 1 {
            try builder.join(paths[0], from: table)
        } else {
            var conditions: [String] = []
            for path in paths { conditions.append(try builder.membership(path.hops[...], of: table, alias: "t0")) }
            builder.condition = conditions.map { "(\($0))" }.joined(separator: " OR ")
        }
        alias = "t0"
        self.table = table
        self.columns = columns
        self.collection = collection
        from = "\(table.name.quoted) AS t0" + builder.joins
        condition = builder.condition
        owner = builder.owner
        parentIdentity = []
        order = Self.order(collection, table, columns, "t0")
        identity = table.identity.map { "t0.\($0.quoted)" }
    }

    init(
        nested collection: Collection, _ table: CatalogueTable, _ columns: [PlannedColumn], by hop: Hop,
        in parent: CollectionQueries
    ) {
        let level = (Int(parent.alias.dropFirst()) ?? 0) + 1
        alias = "t\(level)"
        self.table = table
        self.columns = columns
        self.collection = collection
        let child = alias
        from =
            parent.from + " JOIN \(table.name.quoted) AS \(child) ON "
            + hop.condition(from: child, of: table, to: parent.alias)
        condition = parent.condition
        owner = parent.owner
        parentIdentity = parent.identity
        order = parent.order + Self.order(collection, table, columns, alias)
        identity = table.identity.map { "\(child).\($0.quoted)" }
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

    /// What the verifier counts: rows, rows shown as deleted, rows that point to a file, one number for each reference.
    var count: String {
        let deleted = collection.softDelete.map { "count(\(alias).\($0.quoted))" } ?? "0"
        let files = collection.files.map { "count(\(alias).\($0.key.quoted))" }
        return "SELECT \((["count(*)", deleted] + files).joined(separator: ", ")) \(source)"
    }

    /// What row security alone shows of the table.
    var visibleCount: String { "SELECT count(*) FROM \(table.name.quoted)" }

    /// Rows that point to a file: the row's key, then object key, name, bytes, SHA-256 and media type, all as text.
    func files(_ file: FileReference) -> String {
        let facts = [file.key, file.name, file.bytes, file.sha256, file.mediaType].map { column in
            column.map { "\(alias).\($0.quoted)::text" } ?? "NULL::text"
        }
        let key = keyColumns.map { "\(alias).\($0.quoted)::text" }
        return "SELECT \((owner + key + facts).joined(separator: ", ")) FROM \(from) WHERE (\(condition)) AND "
            + "\(alias).\(file.key.quoted) IS NOT NULL ORDER BY \(order.joined(separator: ", "))"
    }

    /// Columns that name a row's folder; a table without any has its rows numbered.
    var keyColumns: [Identifier] { table.identity }

    private var source: String { "FROM \(from) WHERE \(condition)" }

    private var values: [String] { columns.map { $0.expression(alias) } }

    private func select(_ expressions: [String]) -> String {
        "SELECT \(expressions.joined(separator: ", ")) \(source) ORDER BY \(order.joined(separator: ", "))"
    }
}

/// Turns the map's paths into joins and conditions.
private struct PathBuilder {
    let kind: SubjectKind
    let catalogue: Catalogue
    private(set) var joins = ""
    var condition = ""
    private(set) var owner: [String] = []

    init(kind: SubjectKind, catalogue: Catalogue) {
        self.kind = kind
        self.catalogue = catalogue
    }

    /// One path: each step a join, the last a comparison with the subject's key, which is also read back with each row.
    mutating func join(_ path: OwnershipPath, from table: CatalogueTable) throws(ExportError) {
        var current = table
        var alias = "t0"
        for (index, hop) in path.hops.enumerated() {
            if isLastToSubject(hop, index, path) {
                try compare(alias, hop.from[0], current, asText: hop.isComparedAsText)
                return
            }
            let next = "h\(index + 1)"
            joins += " JOIN \(hop.to.quoted) AS \(next) ON \(hop.condition(from: alias, of: current, to: next))"
            current = try self.table(hop.to)
            alias = next
        }
        try compare(alias, kind.key, current, asText: false)
    }

    /// Several paths: nested look-ups that can be OR-ed.
    func membership(
        _ hops: ArraySlice<Hop>, of table: CatalogueTable, alias: String
    ) throws(ExportError) -> String {
        guard let hop = hops.first else { return try comparison(alias, kind.key, table, asText: false) }
        if hops.count == 1 && hop.key == [kind.key] {
            return try comparison(alias, hop.from[0], table, asText: hop.isComparedAsText)
        }
        let next = alias + "x"
        let rest = try membership(hops.dropFirst(), of: self.table(hop.to), alias: next)
        return
            "EXISTS (SELECT FROM \(hop.to.quoted) AS \(next) WHERE \(hop.condition(from: alias, of: table, to: next)) AND \(rest))"
    }

    private func isLastToSubject(_ hop: Hop, _ index: Int, _ path: OwnershipPath) -> Bool {
        index == path.hops.count - 1 && hop.key == [kind.key]
    }

    private mutating func compare(
        _ alias: String, _ column: Identifier, _ table: CatalogueTable, asText: Bool
    ) throws(ExportError) {
        condition = try comparison(alias, column, table, asText: asText)
        owner = ["\(alias).\(column.quoted)::text"]
    }

    /// The setting is compared in the column's own type, so that its index serves (BACKUPS, fast forms).
    private func comparison(
        _ alias: String, _ column: Identifier, _ table: CatalogueTable, asText: Bool
    ) throws(ExportError) -> String {
        guard let found = table.column(column) else {
            throw ExportError(.mapDoesNotFit, "the column \(table.name).\(column) doesn't exist")
        }
        let key = "nullif(pg_catalog.current_setting('\(CollectionQueries.subjectSetting)', true), '')"
        if asText { return "\(alias).\(column.quoted)::text = \(key)" }
        return "\(alias).\(column.quoted) \(found.equals) \(key)::\(found.sqlType)"
    }

    private func table(_ name: TableName) throws(ExportError) -> CatalogueTable {
        guard let table = catalogue[name] else {
            throw ExportError(.mapDoesNotFit, "the table \(name) doesn't exist")
        }
        return table
    }
}

extension Hop {
    /// The step as a join condition between two aliases.
    fileprivate func condition(from alias: String, of table: CatalogueTable, to next: String) -> String {
        zip(from, key).map { from, key in
            if isComparedAsText { return "\(alias).\(from.quoted)::text = \(next).\(key.quoted)::text" }
            return "\(alias).\(from.quoted) \(table.column(from)?.equals ?? "=") \(next).\(key.quoted)"
        }.joined(separator: " AND ")
    }
}
