package import DataMap
internal import SubjectAccess
package import RightsCore
package import RowEncoding

/// What goes into an archive and by which queries: a pure function of map, catalogue and request.
package struct ExportPlan: Sendable {
    /// Collections that stand for themselves, each with those nested in it, in the map's order.
    package let roots: [CollectionPlan]
    /// What is left out, with reasons.
    package let notIncluded: [Omission]
    /// Fields replaced by a mark, with reasons.
    package let redacted: [Omission]

    /// Something left out or replaced.
    package struct Omission: Sendable, Hashable {
        /// A table, collection or `collection.field`.
        package let what: String
        /// Why.
        package let reason: String
    }

    /// All collections, parents before children.
    package var all: [CollectionPlan] { roots.flatMap(\.withDescendants) }

    /// Tables of which row security must show as many rows as the paths lead to.
    let visibility: [VisibilityCheck]

    /// How many connections it takes to read any collection of a map together with what is nested in it.
    static func lanes(_ map: DataMap) -> Int {
        func size(_ collection: Collection) -> Int { map.children(of: collection.name).reduce(1) { $0 + size($1) } }
        return max(1, map.collections.filter { $0.nesting == nil }.map(size).max() ?? 1)
    }

    /// Plans an export.
    ///
    /// - Throws: `ExportError` when the request or the map can't be honoured.
    package init(
        _ map: DataMap, _ catalogue: Catalogue, kind: SubjectKind, right: Right, regime: RegimeID, only: [String]
    ) throws(ExportError) {
        let scope = try ExportScope(map, kind: kind, right: right, only: only)
        var redacted: [Omission] = []
        var omitted = scope.omissions
        var roots: [CollectionPlan] = []
        for collection in map.collections where collection.nesting == nil && scope.includes(collection) {
            let planner = CollectionPlanner(
                map: map, catalogue: catalogue, kind: kind, right: right, regime: regime, scope: scope)
            roots.append(try planner.plan(collection, parent: nil, &redacted, &omitted))
        }
        guard !roots.isEmpty else {
            throw ExportError(
                .nothingToExport, "nothing of what was asked for is covered by the right of \(right.rawValue)",
                hint: "ask for other collections, or under the other right")
        }
        self.roots = roots
        visibility = try VisibilityCheck.checks(
            roots.flatMap(\.withDescendants), paths: PathConditions(map: map, kind: kind, catalogue: catalogue))
        self.redacted = redacted
        notIncluded = omitted
    }
}

/// One collection of a plan.
package struct CollectionPlan: Sendable {
    /// The map's collection.
    package let collection: Collection
    /// The table as the catalogue has it.
    package let table: CatalogueTable
    /// Columns written.
    package let columns: [PlannedColumn]
    /// Collections nested in it.
    package let children: [CollectionPlan]
    /// Files the rows point to; none when the rows are somebody else's.
    let files: [FileReference]
    /// Its queries.
    package let queries: CollectionQueries

    /// Itself, then everything nested in it.
    package var withDescendants: [CollectionPlan] { [self] + children.flatMap(\.withDescendants) }

    /// The query of the rows that go into JSON.
    var jsonQuery: String { queries.json(isNested: collection.nesting != nil, hasChildren: !children.isEmpty) }

    /// The shape of the rows that go into JSON.
    package var jsonShape: RowShape {
        RowShape(
            linkFields: queries.linkFields(isNested: collection.nesting != nil),
            keyFields: children.isEmpty ? 0 : queries.identity.count, columns: columns.map(\.encoded))
    }

    /// The shape of the rows that go into CSV.
    package var csvShape: RowShape {
        RowShape(linkFields: queries.ownerFields, keyFields: 0, columns: columns.map(\.encoded))
    }
}

/// One column of a plan.
package struct PlannedColumn: Sendable {
    /// The map's field.
    package let field: Field
    /// The catalogue's column.
    package let column: CatalogueColumn
    /// How its value arrives.
    package let form: ValueForm
    /// What stands for its value, when that is replaced.
    package let mark: String?

    /// In which rows it is shown, when several mentions of one collection show different columns; nil for all.
    let shownWhere: String?

    /// Whether its value is replaced.
    package var isRedacted: Bool { mark != nil }

    var encoded: EncodedColumn { EncodedColumn(name: field.name, form: form) }

    /// What is selected from the table alias.
    package func expression(_ alias: String) -> String {
        let name = "\(alias).\(column.name.quoted)"
        var value = form.isMadeByServer ? "pg_catalog.to_json(\(name))::text" : name
        if let mark {
            let literal = mark.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
            value = "CASE WHEN \(name) IS NULL THEN NULL ELSE '\(literal)' END"
        }
        return shownWhere.map { "CASE WHEN \($0) THEN \(value) END" } ?? value
    }
}

/// Which collections a request covers.
struct ExportScope {
    private let included: Set<String>
    let omissions: [ExportPlan.Omission]

    init(_ map: DataMap, kind: SubjectKind, right: Right, only: [String]) throws(ExportError) {
        let ofKind = map.collections.filter { map.kinds(of: $0).contains(kind.name) }
        for name in only where !ofKind.contains(where: { $0.name == name }) {
            throw ExportError(
                .unknownCollection, "there is no collection “\(name)” of a \(kind.name)",
                hint: "there are: \(ofKind.map(\.name).joined(separator: ", "))")
        }
        var included: Set<String> = []
        var omissions: [ExportPlan.Omission] = []
        for collection in ofKind {
            if Self.isInsideMention(collection, of: kind, map) {
                omissions.append(ExportPlan.Omission(what: collection.name, reason: Self.somebodyElses))
            } else if right == .export && collection.origin == .inferred {
                omissions.append(ExportPlan.Omission(what: collection.name, reason: Self.inferred))
            } else if !only.isEmpty && !Self.isAsked(collection, only, map) {
                omissions.append(ExportPlan.Omission(what: collection.name, reason: Self.notAsked))
            } else {
                included.insert(collection.name)
            }
        }
        for collection in ofKind where included.contains(collection.name) {
            guard let outer = Self.leftOutAncestor(of: collection, included, map) else { continue }
            included.remove(collection.name)
            omissions.append(
                ExportPlan.Omission(what: collection.name, reason: "part of \(outer.name), which is left out"))
        }
        self.included = included
        self.omissions =
            omissions + map.notIncluded.map { ExportPlan.Omission(what: "\($0.table)", reason: $0.reason) }
    }

    static let inferred =
        "inferred about you, not provided by you: outside the right to portability (GDPR Art. 20, WP 242), part of the "
        + "right of access"

    static let notAsked = "not asked for in this request"

    static let somebodyElses =
        "part of a row that is somebody else's: only what is about you is in here (GDPR Art. 15(4))"

    func includes(_ collection: Collection) -> Bool { included.contains(collection.name) }

    /// Whether what encloses it is somebody else's row.
    private static func isInsideMention(_ collection: Collection, of kind: SubjectKind, _ map: DataMap) -> Bool {
        guard let parent = collection.nesting.flatMap({ map.collection($0.parent) }) else { return false }
        return parent.mentionedColumns(of: kind) != nil || isInsideMention(parent, of: kind, map)
    }

    private static func leftOutAncestor(
        of collection: Collection, _ included: Set<String>, _ map: DataMap
    ) -> Collection? {
        guard let parent = collection.nesting.flatMap({ map.collection($0.parent) }) else { return nil }
        return included.contains(parent.name) ? leftOutAncestor(of: parent, included, map) : parent
    }

    /// A nested collection comes with its parent, and its parent with it.
    private static func isAsked(_ collection: Collection, _ only: [String], _ map: DataMap) -> Bool {
        if only.contains(collection.name) { return true }
        if let parent = collection.nesting.flatMap({ map.collection($0.parent) }), isAskedUpwards(parent, only, map) {
            return true
        }
        return map.children(of: collection.name).contains { isAskedDownwards($0, only, map) }
    }

    private static func isAskedUpwards(_ collection: Collection, _ only: [String], _ map: DataMap) -> Bool {
        only.contains(collection.name)
            || collection.nesting.flatMap { map.collection($0.parent) }.map { isAskedUpwards($0, only, map) } ?? false
    }

    private static func isAskedDownwards(_ collection: Collection, _ only: [String], _ map: DataMap) -> Bool {
        only.contains(collection.name)
            || map.children(of: collection.name).contains { isAskedDownwards($0, only, map) }
    }
}

/// Builds the plan of one collection and of what is nested in it.
struct CollectionPlanner {
    let map: DataMap
    let catalogue: Catalogue
    let kind: SubjectKind
    let right: Right
    let regime: RegimeID
    let scope: ExportScope

    func plan(
        _ collection: Collection, parent: CollectionQueries?, _ redacted: inout [ExportPlan.Omission],
        _ omitted: inout [ExportPlan.Omission]
    ) throws(ExportError) -> CollectionPlan {
        guard let table = catalogue[collection.table] else {
            throw ExportError(.mapDoesNotFit, "the table \(collection.table) doesn't exist")
        }
        let columns = try columns(of: collection, table, &redacted, &omitted)
        let files = collection.files(for: kind)
        try Replacement.refuseNames(files, of: collection, table, regime: regime)
        let queries: CollectionQueries
        if let parent, let nesting = collection.nesting {
            queries = CollectionQueries(nested: collection, table, columns, by: nesting.hop, in: parent)
        } else {
            queries = try CollectionQueries(
                root: collection, table, columns, paths: PathConditions(map: map, kind: kind, catalogue: catalogue))
        }
        var children: [CollectionPlan] = []
        for child in map.children(of: collection.name) where scope.includes(child) {
            children.append(try plan(child, parent: queries, &redacted, &omitted))
        }
        return CollectionPlan(
            collection: collection, table: table, columns: columns, children: children, files: files, queries: queries)
    }

    private func columns(
        of collection: Collection, _ table: CatalogueTable, _ redacted: inout [ExportPlan.Omission],
        _ omitted: inout [ExportPlan.Omission]
    ) throws(ExportError) -> [PlannedColumn] {
        var columns: [PlannedColumn] = []
        let mentioned = collection.mentionedColumns(of: kind)
        for field in collection.fields {
            guard let column = table.column(field.column) else { continue }
            let what = "\(collection.name).\(field.name)"
            if let mentioned, !mentioned.contains(field.column), field.neverExport == nil {
                omitted.append(ExportPlan.Omission(what: what, reason: ExportScope.somebodyElses))
                continue
            }
            if let reason = field.neverExport {
                omitted.append(ExportPlan.Omission(what: what, reason: reason))
                continue
            }
            if right == .export && field.origin == .inferred {
                omitted.append(ExportPlan.Omission(what: what, reason: ExportScope.inferred))
                continue
            }
            let replacement = Replacement(of: field, right: right, regime: regime)
            if let replacement { redacted.append(ExportPlan.Omission(what: what, reason: replacement.reason)) }
            let form = ValueForm(baseType: column.baseType, isBuiltIn: column.isBuiltIn, kind: column.kind)
            columns.append(
                PlannedColumn(
                    field: field, column: column, form: replacement == nil ? form : .text, mark: replacement?.mark,
                    shownWhere: try rowsShowing(field, of: collection)))
        }
        return columns
    }

    /// The condition of the rows that show a column of somebody else's row: what one mention shows, another may not.
    private func rowsShowing(_ field: Field, of collection: Collection) throws(ExportError) -> String? {
        let mentions = collection.paths(to: kind).filter { $0.ownership == .mention }
        let showing = mentions.filter { $0.fields.contains(field.column) }
        guard showing.count < mentions.count else { return nil }
        let paths = PathConditions(map: map, kind: kind, catalogue: catalogue)
        var conditions: [String] = []
        for path in showing {
            let condition = try ExportError.translating { () throws(SubjectError) in
                try paths.condition(path, of: collection, alias: "t0")
            }
            conditions.append(condition)
        }
        return PathConditions.any(conditions)
    }
}
