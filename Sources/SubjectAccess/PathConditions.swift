package import DataMap

/// The setting of a transaction that holds a part of the subject's key, so that it never stands in a statement.
package enum SubjectSetting {
    /// Whose key is meant, where a statement speaks of two.
    package enum Holder: String, Sendable {
        /// Whom, or what, the statement is about.
        case subject
        /// The person to whom that record must belong.
        case owner
    }

    /// `habeas.subject`, then `habeas.subject_2` and so on for the further columns of a key.
    package static func name(_ index: Int, of holder: Holder = .subject) -> String {
        "habeas.\(holder.rawValue)" + (index == 0 ? "" : "_\(index + 1)")
    }

    /// The part as an expression.
    package static func expression(_ index: Int, of holder: Holder = .subject) -> String {
        "nullif(pg_catalog.current_setting('\(name(index, of: holder))', true), '')"
    }
}

/// Turns the map's paths into conditions on a row that don't multiply it: every step is a look-up in a list.
package struct PathConditions {
    package let map: DataMap
    package let kind: SubjectKind
    package let catalogue: Catalogue
    private let holder: SubjectSetting.Holder
    /// Whether steps are asked of each row, instead of making a list for the whole statement.
    package var asksEachRow = false

    /// Conditions for people of one kind.
    package init(
        map: DataMap, kind: SubjectKind, catalogue: Catalogue, holder: SubjectSetting.Holder = .subject
    ) {
        self.holder = holder
        self.map = map
        self.kind = kind
        self.catalogue = catalogue
    }

    /// Whether the row `alias` belongs to the collection: by any of its paths, or by what encloses it.
    package func membership(in collection: Collection, alias: String) throws(SubjectError) -> String {
        let table = try table(collection.table)
        if let nesting = collection.nesting, let parent = map.collection(nesting.parent) {
            let outer = alias + "p"
            return try lookUp(nesting.hop, from: alias, table, in: outer, where: membership(in: parent, alias: outer))
        }
        var conditions: [String] = []
        for path in collection.paths(to: kind) { conditions.append(try condition(path, of: collection, alias: alias)) }
        return Self.any(conditions)
    }

    /// Whether the row `alias` is found by one path.
    package func condition(
        _ path: OwnershipPath, of collection: Collection, alias: String
    ) throws(SubjectError) -> String {
        try condition(path.hops[...], alias, table(collection.table))
    }

    /// Conditions joined by OR.
    package static func any(_ conditions: [String]) -> String {
        conditions.count == 1 ? conditions[0] : conditions.map { "(\($0))" }.joined(separator: " OR ")
    }

    private func condition(
        _ hops: ArraySlice<Hop>, _ alias: String, _ table: CatalogueTable
    ) throws(SubjectError) -> String {
        guard let hop = hops.first else { return try isSubject(alias, kind.key, table, asText: false) }
        if hops.count == 1, let columns = hop.columns(for: kind.key), !hop.isRepeated {
            return try isSubject(alias, columns, table, asText: hop.isComparedAsText)
        }
        let next = alias + "x"
        let target = try self.table(hop.to)
        let rest = try condition(hops.dropFirst(), next, target)
        if hop.isRepeated {
            let own = try condition(hops.dropFirst(), alias, table)
            let tree = tree(hop, from: alias, table, root: next, where: rest, next: hops.dropFirst().first)
            return "((\(own)) OR \(tree))"
        }
        return lookUp(hop, from: alias, table, in: next, where: rest)
    }

    /// Whether these columns of `alias` are the subject's key. The setting is compared in a type that its index serves and
    /// that takes every key: neither the column's length nor its narrower number may change what is asked for.
    package func isSubject(
        _ alias: String, _ columns: [Identifier], _ table: CatalogueTable, asText: Bool
    ) throws(SubjectError) -> String {
        var parts: [String] = []
        for (index, name) in columns.enumerated() {
            guard let column = table.column(name) else {
                throw SubjectError(.mapDoesNotFit, "the column \(table.name).\(name) doesn't exist")
            }
            let key = SubjectSetting.expression(index, of: holder)
            parts.append(
                asText
                    ? "\(alias).\(name.quoted)::text = \(key)"
                    : "\(alias).\(name.quoted) \(column.equals) \(key)::\(column.comparedType)")
        }
        return parts.joined(separator: " AND ")
    }

    /// Whether the row `alias` leads by one step to a row `next` of which `rest` is true: a list made once a statement, of
    /// one column as an array, which an index can serve; or, for the few rows of a batch, asked of each.
    package func lookUp(
        _ hop: Hop, from alias: String, _ table: CatalogueTable, in next: String, where rest: String
    ) -> String {
        let cast = hop.isComparedAsText ? "::text" : ""
        guard hop.from.count == 1, !asksEachRow else {
            let joined = hop.condition(from: alias, of: table, to: next)
            return "EXISTS (SELECT FROM \(source(hop.to)) AS \(next) WHERE \(joined) AND (\(rest)))"
        }
        let list = "SELECT \(next).\(hop.key[0].quoted)\(cast) FROM \(source(hop.to)) AS \(next) WHERE \(rest)"
        let equals = hop.isComparedAsText ? "=" : table.column(hop.from[0])?.equals ?? "="
        return "\(alias).\(hop.from[0].quoted)\(cast) \(equals) ANY (ARRAY(\(list)))"
    }

    /// Rows of a tree whose root fulfils a condition; UNION ends where the tree runs in a circle. It isn't followed through
    /// rows that name somebody themselves by the step that comes `next`: those are theirs.
    private func tree(
        _ hop: Hop, from alias: String, _ table: CatalogueTable, root: String, where rest: String, next: Hop?
    ) -> String {
        let keys = hop.key.map(\.quoted)
        let branch = root + "b"
        let named = (next?.from ?? []).map { "\(branch).\($0.quoted) IS NULL" }.joined(separator: " OR ")
        let joined =
            hop.condition(from: branch, of: table, to: "tree") + (named.isEmpty ? "" : " AND (\(named))")
        return """
            (\(keys.map { "\(alias).\($0)" }.joined(separator: ", "))) IN (WITH RECURSIVE tree AS (\
            SELECT \(keys.map { "\(root).\($0)" }.joined(separator: ", ")) FROM \(source(hop.to)) AS \(root) WHERE \(rest) \
            UNION SELECT \(keys.map { "\(branch).\($0)" }.joined(separator: ", ")) FROM \(source(hop.to)) AS \(branch) \
            JOIN tree ON \(joined)) SELECT \(keys.joined(separator: ", ")) FROM tree)
            """
    }

    private func source(_ name: TableName) -> String { catalogue[name]?.source ?? name.quoted }

    package func table(_ name: TableName) throws(SubjectError) -> CatalogueTable {
        guard let table = catalogue[name] else {
            throw SubjectError(.mapDoesNotFit, "the table \(name) doesn't exist")
        }
        return table
    }
}

extension CatalogueColumn {
    /// The type in which a key given as text is compared with the column.
    package var comparedType: String { ["int2", "int4"].contains(baseType) ? "int8" : wideType }

    /// Whether equal values have equal texts, so that what was compared can be read back and compared again.
    package var hasOneText: Bool { ["uuid", "int2", "int4", "int8", "text", "varchar", "name"].contains(baseType) }
}

extension Hop {
    /// The step as a join condition between two aliases.
    package func condition(from alias: String, of table: CatalogueTable, to next: String) -> String {
        zip(from, key).map { from, key in
            if isComparedAsText { return "\(alias).\(from.quoted)::text = \(next).\(key.quoted)::text" }
            return "\(alias).\(from.quoted) \(table.column(from)?.equals ?? "=") \(next).\(key.quoted)"
        }.joined(separator: " AND ")
    }

    /// The step's own columns in the order of a key it leads to; nil when it leads to other columns.
    package func columns(for key: [Identifier]) -> [Identifier]? {
        guard Set(self.key) == Set(key), self.key.count == key.count else { return nil }
        let byKey = Dictionary(zip(self.key, from)) { first, _ in first }
        return key.compactMap { byKey[$0] }
    }
}
