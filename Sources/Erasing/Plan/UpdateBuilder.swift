internal import DataMap
internal import SubjectAccess

/// Makes one UPDATE for each table with rows that stay and are changed.
struct UpdateBuilder {
    let reach: Reach
    let generated: Set<GeneratedColumn>

    /// A value in the rows of which a condition is true.
    private struct Replacement {
        let column: Identifier
        let condition: String
        let value: String
    }

    func updates(_ conflicts: inout [String]) throws(ErasureError) -> [Blueprint.TableUpdate] {
        var updates: [Blueprint.TableUpdate] = []
        for table in Set(reach.collections.map(\.table.name)).sorted() {
            guard let described = reach.catalogue[table] else { continue }
            var replacements: [Replacement] = []
            for reached in reach.reached(in: table) {
                replacements += try self.replacements(of: reached, &conflicts)
            }
            let goes = try reach.goes(from: table, "t0")
            let held = try reach.isHeld(table, "t0")
            replacements = replacements.map { replacement in
                var condition = "(\(replacement.condition))"
                if let goes { condition += " AND (\(goes)) IS NOT TRUE" }
                if let held { condition += " AND (\(held)) IS NOT TRUE" }
                return Replacement(column: replacement.column, condition: condition, value: replacement.value)
            }
            replacements += try hollowing(described, &conflicts)
            guard !replacements.isEmpty else { continue }
            updates.append(
                Blueprint.TableUpdate(
                    table: described, assignments: assignments(replacements),
                    condition: PathConditions.any(Array(Set(replacements.map(\.condition))).sorted())))
        }
        return updates
    }

    private func assignments(_ replacements: [Replacement]) -> [String] {
        let byColumn = Dictionary(grouping: replacements, by: \.column)
        return byColumn.keys.sorted().map { column in
            let cases = (byColumn[column] ?? []).map { "WHEN \($0.condition) THEN \($0.value)" }
            return "\(column.quoted) = CASE \(cases.joined(separator: " ")) ELSE t0.\(column.quoted) END"
        }
    }

    // MARK: what the map orders

    private func replacements(
        of reached: ReachedCollection, _ conflicts: inout [String]
    ) throws(ErasureError) -> [Replacement] {
        var found: [Replacement] = []
        for change in reached.changes {
            let condition: String =
                if let path = change.path {
                    try reach.condition(path, of: reached.collection, "t0")
                } else {
                    try reach.rows(of: reached, "t0")
                }
            for column in change.columns where !isGenerated(column, of: reached.table) {
                guard let described = reached.table.column(column),
                    let value = change.isReference
                        ? "NULL" : Surrogate.expression(for: described, isAddress: isAddress(described))
                else {
                    conflicts.append(noSurrogate(column, reached.table))
                    continue
                }
                found.append(Replacement(column: column, condition: condition, value: value))
            }
        }
        return found
    }

    // MARK: what a hold leaves

    /// Rows that only stay because a held row refers to them lose everything but their keys.
    private func hollowing(
        _ table: CatalogueTable, _ conflicts: inout [String]
    ) throws(ErasureError) -> [Replacement] {
        guard let stays = try reach.staysForHolds(table.name, "t0") else { return [] }
        var rows: [String] = []
        for reached in reach.reached(in: table.name) where reached.removesRows {
            rows.append(try reach.rows(of: reached, "t0"))
        }
        guard !rows.isEmpty else { return [] }
        var condition = "(\(PathConditions.any(rows))) AND (\(stays))"
        if let held = try reach.isHeld(table.name, "t0") { condition += " AND (\(held)) IS NOT TRUE" }
        var found: [Replacement] = []
        // What rows are found by stays: the erasure goes on when the hold is released.
        let kept = table.keyColumns.union(reach.catalogue.references(to: table.name).flatMap(\.key.key))
            .union(reach.map.pathColumns(of: table.name))
        for column in table.columns where !kept.contains(column.name) && !isGenerated(column.name, of: table) {
            guard let value = Surrogate.expression(for: column, isAddress: isAddress(column)) else {
                conflicts.append(noSurrogate(column.name, table))
                continue
            }
            found.append(Replacement(column: column.name, condition: condition, value: value))
        }
        return found
    }

    // MARK: columns

    private func isGenerated(_ column: Identifier, of table: CatalogueTable) -> Bool {
        generated.contains(GeneratedColumn(table: table.name, column: column))
    }

    private func isAddress(_ column: CatalogueColumn) -> Bool {
        column.baseType == "citext" || column.name.text.lowercased().contains("mail")
            || reach.map.subjects.contains {
                $0.identifiers.contains { $0.name == "email" && $0.column == column.name }
            }
    }

    private func noSurrogate(_ column: Identifier, _ table: CatalogueTable) -> String {
        "\(table.name).\(column): it can't be null, and no value of its type is surely nobody's; let its rows be deleted"
    }
}

extension CatalogueTable {
    /// Columns by which rows are told apart or refer to others.
    var keyColumns: Set<Identifier> { Set(primaryKey + identity + foreignKeys.flatMap(\.from)) }
}

extension DataMap {
    /// Columns of a table that the map's steps begin or end with.
    func pathColumns(of table: TableName) -> Set<Identifier> {
        var columns: Set<Identifier> = []
        for collection in collections {
            for hops in collection.steps {
                for (source, hop) in zip([collection.table] + hops.map(\.to), hops) {
                    if source == table { columns.formUnion(hop.from) }
                    if hop.to == table { columns.formUnion(hop.key) }
                }
            }
        }
        return columns.union(subjects.filter { $0.table == table }.flatMap(\.key))
    }
}
