internal import DataMap

/// What must hold before a row is deleted, by the catalogue alone.
package struct PreflightFinding: Sendable, Hashable {
    /// Whether it stops the erasure.
    package let isFatal: Bool
    /// The table, trigger or rule.
    package let object: String
    /// What is wrong.
    package let message: String
    /// What to do, a statement to run where one helps.
    package let mend: String
}

/// Looks for what would copy, hide, block or slow down the rows of an erasure.
struct ErasurePreflight {
    let map: DataMap
    let facts: StoreFacts
    let blueprint: Blueprint

    /// Everything found, what stops the erasure first.
    ///
    /// - Parameter rows: how many rows go from each table, where that is known: a foreign key without an index costs a
    ///   reading of its table for each of them.
    func findings(rows: [TableName: Int] = [:]) -> [PreflightFinding] {
        let found = blueprint.conflicts.map {
            PreflightFinding(isFatal: true, object: "map", message: $0, mend: "correct the map")
        }
        return (found + unerasable() + triggers() + rules() + indexes(rows)).sorted {
            ($0.isFatal ? 0 : 1, $0.object, $0.message) < ($1.isFatal ? 0 : 1, $1.object, $1.message)
        }
    }

    private var deleted: Set<TableName> { Set(blueprint.deletions.map(\.reached.table.name)) }
    private var updated: Set<TableName> { Set(blueprint.updates.map(\.table.name)) }

    private func unerasable() -> [PreflightFinding] {
        deleted.union(updated).intersection(facts.unerasable).sorted().map {
            PreflightFinding(
                isFatal: true, object: "\($0)",
                message: "it is a foreign table or a materialized view: its rows can't be deleted here",
                mend: "map what it is made from, name it under not_included, and refresh it after erasures")
        }
    }

    private func triggers() -> [PreflightFinding] {
        facts.triggers.compactMap { trigger in
            guard
                (trigger.firesOnDelete && deleted.contains(trigger.table))
                    || (trigger.firesOnUpdate && updated.contains(trigger.table)),
                !map.erasurePolicy.harmlessTriggers.contains(where: {
                    $0.table == trigger.table && $0.name.text == trigger.name
                }), let suspicion = trigger.suspicion
            else { return nil }
            return PreflightFinding(
                isFatal: true, object: "\(trigger.table), trigger \(trigger.name)",
                message: "it may copy rows that are erased, or keep them: \(suspicion)",
                mend: "look at it; if it copies nothing, name it in the map under erasure: harmless_triggers")
        }
    }

    private func rules() -> [PreflightFinding] {
        deleted.union(updated).sorted().flatMap { table in
            (facts.rules[table] ?? []).map {
                PreflightFinding(
                    isFatal: true, object: "\(table), rule \($0)",
                    message: "it rewrites what is deleted or changed, so rows could be copied or stay",
                    mend: "DROP RULE \(Identifier($0).quoted) ON \(table.quoted), or replace it by a trigger")
            }
        }
    }

    // MARK: indexes

    /// From how many row visits on a look-up without an index stops the erasure: about three seconds of locks held.
    private static let mostVisits: Double = 50_000_000

    private func indexes(_ rows: [TableName: Int]) -> [PreflightFinding] {
        deleted.sorted().flatMap { table in
            blueprint.reach.catalogue.references(to: table).compactMap { holder, key -> PreflightFinding? in
                guard !holder.hasIndex(on: key.from) else { return nil }
                let visits = Double(rows[table] ?? 1) * max(holder.estimatedRows, 0)
                let columns = key.from.map(\.quoted).joined(separator: ", ")
                let isFatal = visits > Self.mostVisits
                return PreflightFinding(
                    isFatal: isFatal, object: "\(holder.name)(\(key.from.map(\.text).joined(separator: ", ")))",
                    message:
                        "the foreign key \(key.name) has no index, so the table is read once for each row that goes"
                        + " from \(table)" + (isFatal ? ", longer than others may be kept waiting" : ""),
                    mend: "CREATE INDEX CONCURRENTLY ON \(holder.name.quoted) (\(columns))")
            }
        }
    }
}
