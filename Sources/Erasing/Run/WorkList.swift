internal import DataMap

/// Rows of one deletion, listed by key before the first of them goes, so that batches find them without looking again.
struct WorkList {
    let deletion: Blueprint.Deletion
    /// The list's table.
    let name: String
    /// Whether what leads to the rows says the same until they go.
    let isSteady: Bool
    /// Whether what led to the rows is still there when their turn comes, so that each batch can make sure that they are
    /// still the person's.
    let isRechecked: Bool
    /// The deletion's condition of a row `t0`, for the rows of a batch.
    let recheck: String
    /// What must be true of a listed row `t0` when its turn comes, however it was found: no hold keeps it meanwhile, and
    /// nobody else refers to it.
    let guards: [String]
    /// References to rows of the same circle, which become null before the rows go.
    let circular: [CatalogueForeignKey]

    /// Whether the rows go in the last transaction: with the person's own row, or because rows that go only then refer to
    /// them.
    let isLate: Bool

    /// Lists for a blueprint, in the order in which their rows go. Tables without a key have none: their rows go in the
    /// last transaction, found by their paths.
    static func lists(_ blueprint: Blueprint, run: String) throws(ErasureError) -> [WorkList] {
        let digits = run.lowercased().filter { $0.isHexDigit }
        let found = parts(blueprint)
        let changed = changedPlaces(
            blueprint, opened: found.flatMap { part in part.circular.map { (part.deletion.reached.table.name, $0) } })
        let position = Dictionary(
            blueprint.order.enumerated().flatMap { index, group in group.map { ($0, index) } }
        ) { first, _ in first }
        let rechecks = try Blueprint.deletions(blueprint.reach.askingEachRow, blueprint.order.flatMap { $0 })
        var lists: [WorkList] = []
        for (number, part) in found.enumerated() {
            let reached = part.deletion.reached
            let steps = blueprint.reach.steps(of: reached)
            let isSteady = steps.allSatisfy { table, hop in
                !hop.from.contains { changed.contains(Place(table, $0)) }
                    && !hop.key.contains { changed.contains(Place(hop.to, $0)) }
            }
            let isLast = steps.allSatisfy { (position[$1.to] ?? .max) > (position[reached.table.name] ?? 0) }
            lists.append(
                WorkList(
                    deletion: part.deletion, name: "habeas_local.work_\(digits)_\(number)", isSteady: isSteady,
                    isRechecked: reached.ownership == .own && isSteady && isLast,
                    recheck: rechecks.first { $0.reached.collection.name == reached.collection.name }?.condition
                        ?? part.deletion.condition,
                    guards: try guards(reached, blueprint.reach), circular: part.circular, isLate: part.isLate))
        }
        return lists
    }

    /// What is listed of a deletion.
    private typealias Part = (deletion: Blueprint.Deletion, circular: [CatalogueForeignKey], isLate: Bool)

    private static func parts(_ blueprint: Blueprint) -> [Part] {
        let late = lateTables(blueprint)
        return blueprint.order.flatMap { group in
            let tables = order(group, late, blueprint.reach.catalogue) + group.filter(late.contains)
            return tables.flatMap { name in
                blueprint.deletions.filter { $0.reached.table.name == name && !$0.reached.table.identity.isEmpty }
            }.map { deletion in
                let isLate = late.contains(deletion.reached.table.name)
                return (deletion, isLate ? [] : opened(deletion.reached.table, group, late), isLate)
            }
        }
    }

    /// Tables of circles whose references become null before their rows go.
    static func openedTables(_ blueprint: Blueprint) -> Set<TableName> {
        Set(parts(blueprint).filter { !$0.circular.isEmpty }.map(\.deletion.reached.table.name))
    }

    private static func guards(_ reached: ReachedCollection, _ reach: Reach) throws(ErasureError) -> [String] {
        var guards: [String] = []
        if let stays = try reach.staysForHolds(reached.table.name, "t0") { guards.append("(\(stays)) IS NOT TRUE") }
        if reached.ownership == .shared && reached.collection.nesting == nil {
            guards.append("(\(try reach.nobodyElse(refersTo: reached.table, "t0", reached, visited: Visited())))")
        }
        return guards
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
    private static func changedPlaces(
        _ blueprint: Blueprint, opened: [(TableName, CatalogueForeignKey)]
    ) -> Set<Place> {
        let updated = blueprint.reach.collections.flatMap { reached in
            reached.changes.flatMap(\.columns).map { Place(reached.table.name, $0) }
        }
        return Set(opened.flatMap { table, key in key.from.map { Place(table, $0) } } + updated)
    }

    private struct Place: Hashable {
        let table: TableName
        let column: Identifier

        init(_ table: TableName, _ column: Identifier) { (self.table, self.column) = (table, column) }
    }

    var table: CatalogueTable { deletion.reached.table }

    var collection: String { deletion.reached.collection.name }

    var keys: [String] { table.identity.map(\.quoted) }

    /// Makes the list; its rows are numbered from 1.
    var creation: String {
        let columns = table.identity.enumerated().map { "t0.\($1.quoted) AS k\($0)" }.joined(separator: ", ")
        return "CREATE TABLE \(name) AS SELECT row_number() OVER () AS n, \(columns) FROM \(table.source) AS t0 "
            + "WHERE \(deletion.condition)"
    }

    /// Lets each batch find its part.
    var index: String { "CREATE UNIQUE INDEX ON \(name) (n)" }

    /// Lets rows be found in it by their keys.
    var keyIndex: String {
        "CREATE INDEX ON \(name) (\(table.identity.indices.map { "k\($0)" }.joined(separator: ", ")))"
    }

    /// What must be true of a row `t0` for it to go.
    var isStillGoing: [String] { isRechecked ? ["(\(recheck))"] : guards }

    /// Rows `t0` numbered above one parameter up to another, for FROM.
    func rows(_ after: Int, _ upTo: Int) -> String {
        "\(table.source) AS t0 JOIN \(name) AS w ON w.n > $\(after)::bigint AND w.n <= $\(upTo)::bigint AND \(joined)"
    }

    /// Whether the row of that alias is numbered above `$1` up to `$2`.
    func isInBatch(_ alias: String) -> String {
        let same = keys.enumerated().map { "\(alias).\($1) = w.k\($0)" }.joined(separator: " AND ")
        return "EXISTS (SELECT FROM \(name) AS w WHERE w.n > $1::bigint AND w.n <= $2::bigint AND \(same))"
    }

    /// Keeps the rows numbered above `$1` up to `$2` as they are, and others from referring to them.
    var lock: String { "SELECT count(*) FROM (SELECT 1 FROM \(rows(1, 2)) ORDER BY w.n FOR UPDATE OF t0) AS q" }

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
        let recheck = isStillGoing.map { " AND \($0)" }.joined()
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

    /// How many rows of the list are still there that should have gone.
    var left: String {
        "SELECT count(*) FROM \(table.source) AS t0 JOIN \(name) AS w ON "
            + ([joined] + guards).joined(separator: " AND ")
    }

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
    /// What ends every way in, with the collection's name: sign-ins and keys to which nothing refers.
    func credentials() -> [(String, String)] {
        deletions.filter {
            $0.reached.collection.areCredentials && $0.files.isEmpty
                && reach.catalogue.references(to: $0.reached.table.name).isEmpty
        }.map {
            (
                $0.reached.collection.name,
                "WITH d AS (DELETE FROM \($0.reached.table.source) AS t0 WHERE \($0.condition) RETURNING 1) "
                    + "SELECT count(*) FROM d"
            )
        }
    }

    /// What is left when the batches are through.
    func remainder(_ lists: [WorkList]) -> Selection {
        let late = lists.filter(\.isLate)
        let parts = deletions.map { deletion in
            let others = late.filter {
                $0.table.name == deletion.reached.table.name && $0.collection != deletion.reached.collection.name
            }
            let own = late.first { $0.collection == deletion.reached.collection.name }
            let found = (["(\(deletion.condition))"] + others.map { "(\($0.membership)) IS NOT TRUE" })
                .joined(separator: " AND ")
            guard let own else { return Selection.Part(deletion: deletion, condition: found) }
            let listed = ([own.membership] + own.guards).joined(separator: " AND ")
            return Selection.Part(
                deletion: deletion, condition: "(\(found)) OR (\(listed))", isKept: own.membership)
        }
        return Selection(deletions: parts, updates: changes(lists))
    }

    /// What changes in rows that stay; what is listed goes, unless a hold keeps it meanwhile or somebody else refers to it.
    func changes(_ lists: [WorkList]) -> [(update: TableUpdate, condition: String)] {
        updates.map { update in
            let listed = lists.filter { $0.deletion.reached.table.name == update.table.name }
            return (
                update,
                (["(\(update.condition))"]
                    + listed.map { "(\(([$0.membership] + $0.guards).joined(separator: " AND "))) IS NOT TRUE" })
                    .joined(separator: " AND ")
            )
        }
    }

    /// Changes alone: before the first row goes, while every way to them is still there.
    var changesAlone: Selection { Selection(deletions: [], updates: updates.map { ($0, $0.condition) }) }
}
