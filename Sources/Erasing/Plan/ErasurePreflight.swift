internal import DataMap
internal import SubjectAccess

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
    /// How many rows the tables hold that have a foreign key without an index.
    let estimates: [TableName: Double]

    /// What is known of one erasure.
    struct Forecast {
        /// How many rows go from each table: a foreign key without an index costs a reading of its table for each of them.
        let rows: [TableName: Int]
        /// Tables with rows that stay and lose a reference.
        let nulled: Set<TableName>
        /// Whether the rows go in batches.
        let isInBatches: Bool
    }

    /// Everything found, what stops the erasure first.
    ///
    /// - Parameter forecast: nil of no single person: what only some erasures do is then no more than a warning.
    func findings(_ forecast: Forecast? = nil) -> [PreflightFinding] {
        let found = blueprint.conflicts.map {
            PreflightFinding(isFatal: true, object: "map", message: $0, mend: "correct the map")
        }
        return (found + unerasable() + triggers(forecast) + rules() + indexes(forecast?.rows ?? [:])).sorted {
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

    private func triggers(_ forecast: Forecast?) -> [PreflightFinding] {
        facts.triggers.compactMap { trigger in
            guard let suspicion = trigger.suspicion, let occasion = occasion(of: trigger, forecast),
                !map.erasurePolicy.harmlessTriggers.contains(where: {
                    [trigger.table, trigger.root].contains($0.table) && $0.name.text == trigger.name
                })
            else { return nil }
            return PreflightFinding(
                isFatal: occasion.isSure, object: "\(trigger.table), trigger \(trigger.name)",
                message: "it may copy rows that are erased, or keep them\(occasion.words): \(suspicion)",
                mend: "look at it; if it copies nothing, name it in the map under erasure: harmless_triggers")
        }
    }

    /// When a trigger fires, in words, and whether it surely does.
    private struct Occasion {
        let isSure: Bool
        let words: String
    }

    /// When a trigger fires; nil when it doesn't.
    private func occasion(of trigger: TableTrigger, _ forecast: Forecast?) -> Occasion? {
        func concerns(_ tables: Set<TableName>) -> Bool {
            tables.contains(trigger.table) || tables.contains(trigger.root)
        }
        if trigger.firesOnDelete && concerns(deleted) { return Occasion(isSure: true, words: "") }
        guard trigger.firesOnUpdate else { return nil }
        if concerns(updated) { return Occasion(isSure: true, words: "") }
        if concerns(forecast?.nulled ?? nullable) {
            return Occasion(isSure: forecast != nil, words: ", when references to rows that go become null")
        }
        if forecast?.isInBatches ?? true, concerns(changedInBatches) {
            return Occasion(isSure: forecast != nil, words: ", when rows go in batches and are changed before")
        }
        return nil
    }

    /// Tables whose references the database makes null, or sets to their default, when what they refer to goes.
    private var nullable: Set<TableName> {
        Set(blueprint.references.filter { [.setNull, .setDefault].contains($0.key.onDelete) }.map(\.holder.name))
    }

    /// Tables whose rows are changed before they go, when they go in batches: the person's own row, whose identifiers are
    /// replaced at once, and circles of references, which are opened.
    private var changedInBatches: Set<TableName> {
        let isRecord = blueprint.reach.collections.contains(where: \.isTheRecord)
        let person = blueprint.reach.paths.kind.table
        return WorkList.openedTables(blueprint).union(isRecord || !deleted.contains(person) ? [] : [person])
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
                let visits = Double(rows[table] ?? 1) * (estimates[holder.name] ?? 0)
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

extension Blueprint {
    /// Tables that have a foreign key without an index to rows that go.
    var unindexed: Set<TableName> {
        let holders = Set(deletions.map(\.reached.table.name)).flatMap { table in
            reach.catalogue.references(to: table).filter { !$0.table.hasIndex(on: $0.key.from) }.map(\.table.name)
        }
        return Set(holders)
    }
}
