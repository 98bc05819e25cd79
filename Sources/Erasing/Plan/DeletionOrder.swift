internal import DataMap

/// In which order rows of tables can go: what refers before what it refers to; tables of one circle together.
enum DeletionOrder {
    /// Groups of tables, first those that nothing that comes later refers to (Tarjan's strongly connected components).
    static func groups(_ tables: [TableName], _ catalogue: Catalogue) -> [[TableName]] {
        var search = Search(wanted: Set(tables), catalogue: catalogue)
        for table in tables.sorted() where search.index[table] == nil { search.visit(table) }
        return search.groups.reversed()
    }

    private struct Search {
        let wanted: Set<TableName>
        let catalogue: Catalogue
        var index: [TableName: Int] = [:]
        var low: [TableName: Int] = [:]
        var stack: [TableName] = []
        var groups: [[TableName]] = []

        /// A component is complete when everything its tables refer to is: referred tables come out first.
        mutating func visit(_ table: TableName) {
            index[table] = index.count
            low[table] = index[table]
            stack.append(table)
            let targets = Set(catalogue[table]?.foreignKeys.map(\.to) ?? []).intersection(wanted).sorted()
            for target in targets where target != table {
                if index[target] == nil {
                    visit(target)
                    low[table] = min(low[table] ?? 0, low[target] ?? 0)
                } else if stack.contains(target) {
                    low[table] = min(low[table] ?? 0, index[target] ?? 0)
                }
            }
            guard low[table] == index[table], let start = stack.firstIndex(of: table) else { return }
            groups.append(stack[start...].sorted())
            stack.removeSubrange(start...)
        }
    }
}
