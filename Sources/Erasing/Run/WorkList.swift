internal import DataMap

/// Rows of one deletion, listed by key before the first of them goes, so that batches find them without looking again.
struct WorkList {
    let deletion: Blueprint.Deletion
    /// The list's table.
    let name: String
    /// Whether what led to the rows is still there when their turn comes, so that each batch can make sure that they are
    /// still the person's.
    let isRechecked: Bool
    /// References to rows of the same circle, which become null before the rows go.
    let circular: [CatalogueForeignKey]

    /// Whether the rows go in the last transaction: with the person's own row, or because rows that go only then refer to
    /// them.
    let isLate: Bool

    /// Lists for a blueprint, in the order in which their rows go. Tables without a key have none: their rows go in the
    /// last transaction, found by their paths.
    static func lists(_ blueprint: Blueprint, run: String) -> [WorkList] {
        let digits = run.lowercased().filter { $0.isHexDigit }
        let late = lateTables(blueprint)
        var lists: [WorkList] = []
        for group in blueprint.order {
            let tables = order(group, late, blueprint.reach.catalogue) + group.filter(late.contains)
            for deletion in tables.flatMap({ table in blueprint.deletions.filter { $0.reached.table.name == table } }) {
                let table = deletion.reached.table
                guard !table.identity.isEmpty else { continue }
                let isLate = late.contains(table.name)
                lists.append(
                    WorkList(
                        deletion: deletion, name: "habeas_local.work_\(digits)_\(lists.count)", isRechecked: true,
                        circular: isLate ? [] : opened(table, group, late), isLate: isLate))
            }
        }
        let changed = changedPlaces(blueprint, lists)
        let position = Dictionary(
            blueprint.order.enumerated().flatMap { index, group in group.map { ($0, index) } }
        ) { first, _ in first }
        return lists.map { list in
            let own = position[list.table.name] ?? 0
            let isSteady = blueprint.reach.steps(of: list.deletion.reached).allSatisfy { table, hop in
                !hop.from.contains { changed.contains(Place(table, $0)) }
                    && !hop.key.contains { changed.contains(Place(hop.to, $0)) } && (position[hop.to] ?? .max) > own
            }
            return WorkList(
                deletion: list.deletion, name: list.name,
                isRechecked: list.deletion.reached.ownership == .own && isSteady, circular: list.circular,
                isLate: list.isLate)
        }
    }

    /// References to rows of the same circle that can become null before the rows go.
    private static func opened(
        _ table: CatalogueTable, _ group: [TableName], _ late: Set<TableName>
    ) -> [CatalogueForeignKey] {
        table.foreignKeys.filter { key in
            group.contains(key.to) && !late.contains(key.to)
                && (key.onDelete.forbids || (key.onDelete != .setNull && key.to == table.name))
                && key.from.allSatisfy { table.column($0).map { !$0.isNotNull } ?? false }
        }
    }

    /// Tables of one circle in the order in which their rows can go when it is opened; fewer, where it can't be.
    private static func order(
        _ group: [TableName], _ late: Set<TableName>, _ catalogue: Catalogue
    ) -> [TableName] {
        var remaining = group.filter { !late.contains($0) }
        var order: [TableName] = []
        while let next = remaining.first(where: { table in
            !remaining.contains { holder in
                guard let described = catalogue[holder] else { return false }
                let opened = opened(described, group, late)
                return described.foreignKeys.contains {
                    $0.to == table && $0.onDelete != .setNull && !opened.contains($0)
                }
            }
        }) {
            remaining.removeAll { $0 == next }
            order.append(next)
        }
        return order
    }

    /// Tables whose rows go in the last transaction: those of people, circles that can't be opened, tables without a key
    /// and those by which their rows are found, and whatever any of these refers to.
    private static func lateTables(_ blueprint: Blueprint) -> Set<TableName> {
        let reach = blueprint.reach
        var late = Set(reach.map.subjects.map(\.table)).union(reach.collections.filter(\.isTheRecord).map(\.table.name))
        for deletion in blueprint.deletions where deletion.reached.table.identity.isEmpty {
            late.insert(deletion.reached.table.name)
            late.formUnion(reach.steps(of: deletion.reached).map(\.1.to))
        }
        var size = 0
        while size != late.count {
            size = late.count
            for group in blueprint.order {
                let inOrder = order(group, late, reach.catalogue)
                if let stuck = group.first(where: { !late.contains($0) && !inOrder.contains($0) }) {
                    late.insert(stuck)
                }
                for table in group.compactMap({ reach.catalogue[$0] }) where late.contains(table.name) {
                    late.formUnion(table.foreignKeys.filter { $0.onDelete != .setNull }.map(\.to))
                }
            }
        }
        return late
    }

    /// Columns that don't say any more what they said when the lists were made.
    private static func changedPlaces(_ blueprint: Blueprint, _ lists: [WorkList]) -> Set<Place> {
        let opened = lists.flatMap { list in list.circular.flatMap(\.from).map { Place(list.table.name, $0) } }
        let updated = blueprint.reach.collections.flatMap { reached in
            reached.changes.flatMap(\.columns).map { Place(reached.table.name, $0) }
        }
        return Set(opened + updated)
    }

    private struct Place: Hashable {
        let table: TableName
        let column: Identifier

        init(_ table: TableName, _ column: Identifier) { (self.table, self.column) = (table, column) }
    }

    private var table: CatalogueTable { deletion.reached.table }

    private var keys: [String] { table.identity.map(\.quoted) }

    /// Makes the list; its rows are numbered from 1.
    var creation: String {
        let columns = table.identity.enumerated().map { "t0.\($1.quoted) AS k\($0)" }.joined(separator: ", ")
        return "CREATE TABLE \(name) AS SELECT row_number() OVER () AS n, \(columns) FROM \(table.source) AS t0 "
            + "WHERE \(deletion.condition)"
    }

    /// Lets each batch find its part.
    var index: String { "CREATE UNIQUE INDEX ON \(name) (n)" }

    /// Opens circles for the rows numbered above `$1` up to `$2`; nil when there are none.
    var opening: String? {
        guard !circular.isEmpty else { return nil }
        let columns = Set(circular.flatMap(\.from)).sorted().map { "\($0.quoted) = NULL" }
        let anyIsSet = Set(circular.flatMap(\.from)).sorted().map { "t0.\($0.quoted) IS NOT NULL" }
        return "UPDATE \(table.source) AS t0 SET \(columns.joined(separator: ", ")) FROM \(name) AS w "
            + "WHERE w.n > $1::bigint AND w.n <= $2::bigint AND \(joined) AND (\(anyIsSet.joined(separator: " OR ")))"
    }

    /// Deletes the rows numbered above `$1` up to `$2`, notes their files for the run `$3`, and gives the number of rows
    /// and of files.
    var batch: String {
        let recheck = isRechecked ? " AND (\(deletion.condition))" : ""
        let returning =
            (["1 AS gone"] + deletion.files.enumerated().map { "t0.\($1.key.quoted)::text AS f\($0)" })
            .joined(separator: ", ")
        let files = deletion.files.enumerated().map { number, file in
            "f\(number) AS (INSERT INTO habeas_local.file_duty (run, store, key) "
                + "SELECT DISTINCT $3::uuid, '\(file.store)', f\(number) FROM d "
                + "WHERE \(deletion.fileGoes(file, key: "f\(number)")) RETURNING 1)"
        }
        let counts = deletion.files.indices.map { "(SELECT count(*) FROM f\($0))" }
        let parts =
            [
                "d AS (DELETE FROM \(table.source) AS t0 USING \(name) AS w WHERE w.n > $1::bigint AND w.n <= $2::bigint "
                    + "AND \(joined)\(recheck) RETURNING \(returning))"
            ] + files
        return "WITH \(parts.joined(separator: ", ")) SELECT (SELECT count(*) FROM d), "
            + (counts.isEmpty ? "0" : counts.joined(separator: " + ")) + ", $3::uuid"
    }

    /// Whether a row `t0` is listed.
    var membership: String {
        guard keys.count == 1 else { return "EXISTS (SELECT FROM \(name) AS w WHERE \(joined))" }
        return "t0.\(keys[0]) = ANY (ARRAY(SELECT k0 FROM \(name)))"
    }

    /// How many rows of the list are still there.
    var left: String { "SELECT count(*) FROM \(table.source) AS t0 JOIN \(name) AS w ON \(joined)" }

    private var joined: String {
        keys.enumerated().map { "t0.\($1) = w.k\($0)" }.joined(separator: " AND ")
    }
}

extension Reach {
    /// Every step on the ways of the rows to the person, with the table it starts from.
    func steps(of reached: ReachedCollection) -> [(TableName, Hop)] {
        switch reached.way {
        case .record: return []
        case .paths(let ways):
            return ways.flatMap { way in
                zip([reached.table.name] + way.hops.map(\.to), way.hops).map { ($0, $1) }
            }
        case .steps(let steps):
            return steps.flatMap { hop, parent in
                [(reached.table.name, hop)] + (self.reached(parent).map { self.steps(of: $0) } ?? [])
            }
        }
    }
}

extension Blueprint {
    /// What came in since the lists were made, below rows that are still there.
    func arrivals(_ lists: [WorkList]) -> Selection {
        Selection(
            deletions: lists.filter { !$0.isLate }.map {
                ($0.deletion, "(\($0.deletion.condition)) AND (\($0.membership)) IS NOT TRUE")
            }, updates: changes(lists))
    }

    /// What is left when the batches are through.
    func remainder(_ lists: [WorkList]) -> Selection {
        let late = lists.filter(\.isLate)
        let conditions = deletions.map { deletion in
            let others = late.filter {
                $0.deletion.reached.table.name == deletion.reached.table.name
                    && $0.deletion.reached.collection.name != deletion.reached.collection.name
            }
            let own = late.first { $0.deletion.reached.collection.name == deletion.reached.collection.name }
            let found = (["(\(deletion.condition))"] + others.map { "(\($0.membership)) IS NOT TRUE" })
                .joined(separator: " AND ")
            return (deletion, own.map { "(\(found)) OR \($0.membership)" } ?? found)
        }
        return Selection(deletions: conditions, updates: changes(lists))
    }

    /// What changes in rows that stay; what is listed goes.
    private func changes(_ lists: [WorkList]) -> [(TableUpdate, String)] {
        updates.map { update in
            let listed = lists.filter { $0.deletion.reached.table.name == update.table.name }
            return (
                update,
                (["(\(update.condition))"] + listed.map { "(\($0.membership)) IS NOT TRUE" })
                    .joined(separator: " AND ")
            )
        }
    }

    /// Changes alone: before the first row goes, while every way to them is still there.
    var changesAlone: Selection { Selection(deletions: [], updates: updates.map { ($0, $0.condition) }) }
}
