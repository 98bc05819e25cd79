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

    /// Lists for a blueprint, in the order in which their rows go. Tables without a key, circles that can't be opened and
    /// the table of the person's own row have none: their rows go in the last transaction.
    static func lists(_ blueprint: Blueprint, run: String) -> [WorkList] {
        let digits = run.lowercased().filter { $0.isHexDigit }
        let subjects = Set(blueprint.reach.map.subjects.map(\.table))
        var lists: [WorkList] = []
        for group in blueprint.order {
            for deletion in group.flatMap({ table in blueprint.deletions.filter { $0.reached.table.name == table } }) {
                let table = deletion.reached.table
                let circular = table.foreignKeys.filter { group.contains($0.to) && $0.onDelete.forbids }
                let canOpen = circular.flatMap(\.from).allSatisfy { table.column($0).map { !$0.isNotNull } ?? false }
                guard canOpen, !table.identity.isEmpty, !subjects.contains(table.name) else { continue }
                lists.append(
                    WorkList(
                        deletion: deletion, name: "habeas_local.work_\(digits)_\(lists.count)", isRechecked: true,
                        circular: circular))
            }
        }
        let opened = Set(lists.flatMap { list in list.circular.flatMap(\.from).map { Place(list.table.name, $0) } })
        let position = Dictionary(
            blueprint.order.enumerated().flatMap { index, group in group.map { ($0, index) } }
        ) { first, _ in first }
        return lists.map { list in
            let own = position[list.table.name] ?? 0
            let isSteady = blueprint.reach.steps(of: list.deletion.reached).allSatisfy { table, hop in
                !hop.from.contains { opened.contains(Place(table, $0)) } && (position[hop.to] ?? .max) > own
            }
            return WorkList(
                deletion: list.deletion, name: list.name,
                isRechecked: list.deletion.reached.ownership == .own && isSteady, circular: list.circular)
        }
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
                + "SELECT DISTINCT $3::uuid, '\(file.store)', f\(number) FROM d WHERE f\(number) IS NOT NULL RETURNING 1)"
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
