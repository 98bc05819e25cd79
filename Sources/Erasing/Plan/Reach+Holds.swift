internal import DataMap
internal import RightsCore
internal import SubjectAccess

/// Rows of a table that a hold keeps.
struct HeldRows {
    let hold: RowHold
    let collection: String
    /// The setting of the transaction that lists the keys held, divided by U+001F.
    let setting: String
}

extension Reach {
    /// Whether a hold keeps the row itself; nil when none can.
    func isHeld(_ table: TableName, _ alias: String) throws(ErasureError) -> String? {
        var conditions: [String] = []
        for held in holds[table] ?? [] { conditions.append(try condition(held, table, alias)) }
        return conditions.isEmpty ? nil : PathConditions.any(conditions)
    }

    /// Whether the row stays for a hold: it is held itself, or a row that stays for a hold refers to it and must not be
    /// left without what it refers to. Nil when no hold concerns the table.
    func staysForHolds(
        _ table: TableName, _ alias: String, visited: Visited = Visited()
    ) throws(ErasureError) -> String? {
        guard !holds.isEmpty, let visited = visited.entering(table) else { return nil }
        var conditions: [String] = []
        if let held = try isHeld(table, alias) { conditions.append("(\(held))") }
        for (source, hop) in waysIn(table) {
            let child = alias + "c"
            guard let holder = catalogue[source], let stays = try staysForHolds(source, child, visited: visited) else {
                continue
            }
            // Only rows of this erasure: those of others aren't what the hold is about.
            var members: [String] = []
            for reached in reached(in: source) { members.append(try rows(of: reached, child, visited: visited)) }
            conditions.append(
                "EXISTS (SELECT FROM \(holder.source) AS \(child) WHERE \(hop.condition(from: child, of: holder, to: alias))"
                    + " AND (\(PathConditions.any(members))) AND (\(stays)))")
        }
        return conditions.isEmpty ? nil : conditions.joined(separator: " OR ")
    }

    /// How rows of this erasure refer to a table: by foreign keys, and by steps without one on the way to the person. Both
    /// must lead somewhere when the hold is released.
    private func waysIn(_ table: TableName) -> [(source: TableName, hop: Hop)] {
        var ways = catalogue.references(to: table).map { holder, key in
            (source: holder.name, hop: Hop(from: key.from, to: table, key: key.key))
        }
        for reached in collections {
            for (source, hop) in steps(of: reached) where hop.to == table && hop.isUnenforced {
                if !ways.contains(where: { $0.source == source && $0.hop == hop }) { ways.append((source, hop)) }
            }
        }
        return ways.filter { !reached(in: $0.source).isEmpty }
    }

    func condition(_ held: HeldRows, _ table: TableName, _ alias: String) throws(ErasureError) -> String {
        guard let described = catalogue[table], let collection = reached(held.collection) else { return "false" }
        let hold = held.hold
        var parts = ["(\(try membership(of: collection, alias)))"]
        if !hold.records.isEmpty {
            guard described.identity.count == 1 else {
                throw ErasureError(
                    .conflict, "the hold on \(hold.matter) names records of \(table), whose key has several columns",
                    hint: "hold the whole collection, or a range of days")
            }
            // Keys may name people, so they never stand in a statement.
            parts.append(
                "\(alias).\(described.identity[0].quoted)::text = ANY (string_to_array("
                    + "pg_catalog.current_setting('\(held.setting)', true), E'\\x1f'))")
        }
        if let name = hold.column.map({ Identifier($0) }) {
            guard described.column(name) != nil else {
                throw ErasureError(
                    .conflict, "the hold on \(hold.matter) is bounded by \(table).\(name), which doesn't exist",
                    hint: "release it and place it with a column of the collection")
            }
            // A row without a day is kept: it may be one of those meant.
            let day = day(name, of: described, alias)
            if let from = hold.from { parts.append("(\(day) >= DATE '\(from)' OR \(alias).\(name.quoted) IS NULL)") }
            if let until = hold.until {
                parts.append("(\(day) <= DATE '\(until)' OR \(alias).\(name.quoted) IS NULL)")
            }
        }
        return parts.joined(separator: " AND ")
    }
}
