package import DataMap

extension ErasurePlan {
    /// How a plan made now differs from this approved one: structure, outcomes and holds exactly, counts beyond the band;
    /// estimates and moments aren't compared.
    ///
    /// - Returns: what differs, in words; empty when the approval still holds.
    package func differences(from fresh: ErasurePlan, band: CountBand) -> [String] {
        var found = structureDifferences(from: fresh)
        let now = Dictionary(fresh.collections.map { ([$0.name, $0.outcome], $0) }) { first, _ in first }
        for line in collections {
            guard let other = now[[line.name, line.outcome]] else { continue }
            for (what, approved, counted) in [
                ("rows", line.rows, other.rows), ("held rows", line.held, other.held),
                ("files", line.files, other.files),
            ] where !band.allows(counted, forecast: approved) {
                found.append("\(line.name): \(approved) \(what) were approved, there are \(counted)")
            }
        }
        return found
    }

    /// What differs apart from numbers.
    package func structureDifferences(from fresh: ErasurePlan) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ what: String, _ approved: Value, _ now: Value) {
            if approved != now { found.append("\(what): approved was \(approved), now it is \(now)") }
        }
        compare("the map", map, fresh.map)
        compare("the law", regime, fresh.regime)
        compare("the scope", scope, fresh.scope)
        compare("the kind of person", kind ?? "none", fresh.kind ?? "none")
        if target != fresh.target { found.append("it is about somebody else") }
        compare("the order of tables", order, fresh.order)
        compare("holds", holds.map(\.matter), fresh.holds.map(\.matter))
        if holds != fresh.holds && holds.map(\.matter) == fresh.holds.map(\.matter) {
            found.append("holds: their scope changed")
        }
        compare("recipients", recipients.map(\.name), fresh.recipients.map(\.name))
        compare("statutes", Self.statutes(of: self), Self.statutes(of: fresh))
        compare("collections", collections.map(\.name), fresh.collections.map(\.name))
        for (line, other) in zip(collections, fresh.collections) where line.name == other.name {
            compare("\(line.name), outcome", line.outcome, other.outcome)
            compare("\(line.name), table", line.table, other.table)
            compare("\(line.name), whose rows", line.ownership, other.ownership)
            compare("\(line.name), replaced columns", line.replaced, other.replaced)
            compare("\(line.name), reason", line.reason ?? "", other.reason ?? "")
        }
        compare("conflicts", conflicts, fresh.conflicts)
        return found
    }

    /// Which law keeps what: the dates follow from the documents, and those are counted.
    private static func statutes(of plan: ErasurePlan) -> [String] {
        Set(plan.retained.map { "\($0.collection) \($0.document) \($0.statute) \($0.fields)" }).sorted()
    }
}
