package import DataMap

extension ErasurePlan {
    /// How a plan made now differs from this approved one: structure, outcomes and holds exactly, counts beyond the band.
    ///
    /// Not compared are the moment of counting, estimates, backups (their horizon moves with each new one) and warnings
    /// (they tell what doesn't change what is done). What does is among the lines.
    /// - Returns: what differs, in words; empty when the approval still holds.
    package func differences(from fresh: ErasurePlan, band: CountBand) -> [String] {
        var found = structureDifferences(from: fresh)
        func compare(_ object: String, _ what: String, _ approved: Int, _ counted: Int) {
            guard !band.allows(counted, forecast: approved) else { return }
            found.append("\(object): \(approved) \(what) were approved, there are \(counted)")
        }
        for (line, other) in Self.pairs(collections, fresh.collections, by: \.identity) {
            if line.outcome != "keep" && line.rows > 0 && other.rows == 0 {
                // Within the band or not: a path that leads nowhere looks just so (FAILURES F22).
                found.append("\(line.name): \(line.rows) rows were approved, and there is none")
            } else {
                compare(line.name, "rows", line.rows, other.rows)
            }
            compare(line.name, "held rows", line.held, other.held)
            compare(line.name, "emptied rows", line.hollow, other.hollow)
            compare(line.name, "shared rows that stay", line.staying, other.staying)
            compare(line.name, "files", line.files, other.files)
        }
        for (effect, other) in Self.pairs(sideEffects, fresh.sideEffects, by: \.identity) {
            compare(effect.table, "rows that lose \(effect.constraint)", effect.rows, other.rows)
        }
        for (line, other) in Self.pairs(retained, fresh.retained, by: \.identity) {
            compare(line.collection, "documents kept until \(line.until)", line.documents, other.documents)
        }
        return found
    }

    /// What differs apart from numbers.
    package func structureDifferences(from fresh: ErasurePlan) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ what: String, _ approved: Value, _ now: Value) {
            if approved != now { found.append("\(what): approved was \(approved), now it is \(now)") }
        }
        compare("the service", service, fresh.service)
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
        compare("recipients", recipients.map(\.words), fresh.recipients.map(\.words))
        found += Self.changes("what is kept by a statute", retained.map(\.identity), fresh.retained.map(\.identity))
        found += Self.changes(
            "references that become null", sideEffects.map(\.identity), fresh.sideEffects.map(\.identity))
        found += Self.changes("collections", collections.map(\.identity), fresh.collections.map(\.identity))
        compare("conflicts", conflicts, fresh.conflicts)
        return found
    }

    // MARK: lines

    /// What there is more or less of now; the same name twice is two.
    private static func changes(_ what: String, _ approved: [String], _ now: [String]) -> [String] {
        let counts = [approved, now].map { names in Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +) }
        return Set(approved + now).sorted().compactMap { name in
            let (before, after) = (counts[0][name] ?? 0, counts[1][name] ?? 0)
            guard before != after else { return nil }
            return "\(what): \(name) was approved \(before == 0 ? "not at all" : "\(before)×"), now it is there "
                + (after == 0 ? "no more" : "\(after)×")
        }
    }

    /// Lines of the same name, the first with the first and the second with the second.
    private static func pairs<Line>(
        _ approved: [Line], _ now: [Line], by name: (Line) -> String
    ) -> [(Line, Line)] {
        var rest = Dictionary(grouping: now, by: name)
        return approved.compactMap { line in
            guard let other = rest[name(line)]?.first else { return nil }
            rest[name(line)]?.removeFirst()
            return (line, other)
        }
    }
}

extension ErasurePlan.CollectionLine {
    /// What must not change between approval and run.
    fileprivate var identity: String {
        "\(name) (\(table), \(outcome), \(ownership)\(reason.map { ": \($0)" } ?? "")"
            + (replaced.isEmpty ? ")" : ", replacing \(replaced.joined(separator: ", ")))")
    }
}

extension ErasurePlan.SideEffect {
    fileprivate var identity: String { "\(table)(\(columns.joined(separator: ", "))) by \(constraint)" }
}

extension ErasurePlan.RetainedLine {
    fileprivate var identity: String {
        "\(collection), \(document) until \(until) (\(statute): \(citation)), \(fields.joined(separator: ", "))"
    }
}

extension ErasurePlan.RecipientLine {
    fileprivate var words: String { "\(name) (\(role)): \(collections.joined(separator: ", "))" }
}
