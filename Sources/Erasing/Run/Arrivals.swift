internal import DataMap
internal import SubjectAccess

/// What came in since the lists were made, below rows whose turn it is: it is listed before what leads to it is gone.
struct Arrival {
    /// The list that takes it.
    let list: Int
    /// Locks shared rows, so that of two erasures the later one sees what the earlier one did; nil of others.
    let lock: String?
    /// Lists the rows below those numbered above `$1` up to `$2`, with numbers above `$3`, and gives how many there are.
    let addition: String
    /// Whether rows must be told from those listed already by their keys.
    let isLookedUp: Bool
}

extension Blueprint {
    /// A foreign key by which rows that stay may refer to rows of a batch.
    struct Referring {
        let holder: CatalogueTable
        let key: CatalogueForeignKey
        /// Of a row `h` of the holder: it refers to a row numbered above `$1` up to `$2` that goes.
        let condition: String
    }

    /// Foreign keys to a list's table that delete rows or forbid it; those that become null do so in the plan, too.
    func referring(to list: WorkList) -> [Referring] {
        reach.catalogue.references(to: list.table.name).compactMap { holder, key in
            guard !holder.isPartition, key.onDelete != .setNull else { return nil }
            let going = ([list.isInBatch("t0")] + list.isStillGoing).joined(separator: " AND ")
            let hop = Hop(from: key.from, to: list.table.name, key: key.key)
            return Referring(
                holder: holder, key: key, condition: reach.paths.lookUp(hop, from: "h", holder, in: "t0", where: going))
        }
    }

    /// What lists rows that came in below the rows of a list.
    func arrivals(below index: Int, of lists: [WorkList]) throws(ErasureError) -> [Arrival] {
        var found: [Arrival] = []
        for (number, list) in lists.enumerated() {
            let ways = leading(from: list.deletion.reached, to: lists[index], "t0")
            guard !ways.isEmpty else { continue }
            let below = PathConditions.any(ways)
            let same = lists.indices.filter { lists[$0].table.name == list.table.name }
            // Rows of earlier lists are gone: whatever is there came in.
            let isLookedUp = same.contains { $0 >= index || lists[$0].isLate }
            let isNew = isLookedUp ? same.map { " AND NOT \(lists[$0].holds)" }.joined() : ""
            let going = list.isSteady ? ["(\(list.deletion.condition))"] : list.guards
            let keys = list.keys.map { "t0.\($0)" }.joined(separator: ", ")
            // The inner query is kept apart, so that what is dear is asked of few rows.
            let addition = """
                WITH a AS (INSERT INTO \(list.name) (n, \(list.keys.indices.map { "k\($0)" }.joined(separator: ", "))) \
                SELECT $3::bigint + row_number() OVER (), \(keys) FROM (SELECT t0.* FROM \(list.table.source) AS t0 \
                WHERE (\(below))\(isNew) OFFSET 0) AS t0 \
                WHERE \(going.isEmpty ? "true" : going.joined(separator: " AND ")) RETURNING 1) SELECT count(*) FROM a
                """
            let isShared = list.deletion.reached.ownership == .shared
            let lock =
                "SELECT count(*) FROM (SELECT 1 FROM \(list.table.source) AS t0 WHERE \(below) ORDER BY \(keys) "
                + "FOR UPDATE) AS q"
            found.append(
                Arrival(
                    list: number, lock: isShared ? lock : nil, addition: addition, isLookedUp: isLookedUp))
        }
        return found
    }

    /// Conditions of a row: each a way by which a collection's rows are found over rows of the batch. Ways over other rows
    /// that go are looked at when those do.
    private func leading(from reached: ReachedCollection, to list: WorkList, _ alias: String) -> [String] {
        switch reached.way {
        case .record: return []
        case .paths(let ways):
            return ways.flatMap { leading(along: $0.hops[...], from: reached.table, to: list, alias) }
        case .steps(let steps):
            return steps.flatMap { hop, parent -> [String] in
                let next = alias + "p"
                if hop.to == list.table.name {
                    return [reach.paths.lookUp(hop, from: alias, reached.table, in: next, where: list.isInBatch(next))]
                }
                guard !isGoing(hop.to), let outer = reach.reached(parent) else { return [] }
                return leading(from: outer, to: list, next).map {
                    reach.paths.lookUp(hop, from: alias, reached.table, in: next, where: $0)
                }
            }
        }
    }

    private func leading(
        along hops: ArraySlice<Hop>, from table: CatalogueTable, to list: WorkList, _ alias: String
    ) -> [String] {
        guard let hop = hops.first else { return [] }
        let next = alias + "x"
        var found: [String] = []
        if hop.to == list.table.name {
            found.append(reach.paths.lookUp(hop, from: alias, table, in: next, where: list.isInBatch(next)))
        } else if !isGoing(hop.to), let target = reach.catalogue[hop.to] {
            found += leading(along: hops.dropFirst(), from: target, to: list, next).map {
                reach.paths.lookUp(hop, from: alias, table, in: next, where: $0)
            }
        }
        // A step that is taken any number of times may be taken not at all.
        if hop.isRepeated { found += leading(along: hops.dropFirst(), from: table, to: list, alias) }
        return found
    }

    private func isGoing(_ table: TableName) -> Bool { deletions.contains { $0.reached.table.name == table } }
}

extension WorkList {
    /// Whether a row `t0` is listed, found by its key.
    fileprivate var holds: String {
        let same = keys.enumerated().map { "t0.\($1) = l.k\($0)" }.joined(separator: " AND ")
        return "EXISTS (SELECT FROM \(name) AS l WHERE \(same))"
    }
}
