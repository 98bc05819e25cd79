internal import DataMap
internal import SubjectAccess

/// A table of which row security must show as many rows as the map's paths lead to.
struct VisibilityCheck: Sendable {
    let table: TableName
    /// The collections over it.
    let collections: [String]
    /// What row security alone shows of the table.
    let visible: String
    /// What the map's paths lead to when several collections lie over the table; else it is the one's count.
    let union: String?

    /// The checks of a plan's tables: those with row security that is told whose rows are meant, unless it shows a person
    /// more than their own; a path that no foreign key stands behind is always checked.
    static func checks(_ plans: [CollectionPlan], paths: PathConditions) throws(ExportError) -> [VisibilityCheck] {
        guard paths.kind.scope != .none else { return [] }
        var checks: [VisibilityCheck] = []
        var seen: Set<TableName> = []
        for plan in plans where plan.table.hasRowSecurity && seen.insert(plan.table.name).inserted {
            let over = paths.map.collections.filter {
                $0.table == plan.table.name && paths.map.kinds(of: $0).contains(paths.kind.name)
            }
            guard !paths.kind.seesMoreThanOwn || over.contains(where: \.isUnenforced) else { continue }
            checks.append(try VisibilityCheck(plan.table.name, over, paths))
        }
        return checks
    }

    private init(_ table: TableName, _ collections: [Collection], _ paths: PathConditions) throws(ExportError) {
        self.table = table
        let source = try ExportError.translating { () throws(SubjectError) in try paths.table(table).source }
        self.collections = collections.map(\.name)
        visible = "SELECT count(*) FROM \(source)"
        if collections.count == 1 {
            union = nil
        } else {
            var conditions: [String] = []
            for collection in collections {
                let condition = try ExportError.translating { () throws(SubjectError) in
                    try paths.membership(in: collection, alias: "t0")
                }
                conditions.append(condition)
            }
            let any = PathConditions.any(conditions)
            union = "SELECT count(*) FROM \(source) AS t0 WHERE \(any)"
        }
    }
}

extension Collection {
    /// Whether some step of its paths has no foreign key behind it.
    var isUnenforced: Bool { steps.joined().contains(where: \.isUnenforced) }
}
