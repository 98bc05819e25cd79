/// What must be in the tables when the victim is erased, by who owns what.
extension World {
    /// What becomes of a row.
    enum Fate: Equatable {
        case goes
        case stays
        /// Columns that become null, and columns that get a value that is nobody's.
        case changes(null: Set<String>, surrogate: Set<String>)
    }

    /// Whether a row leaves its table.
    func goes(_ table: Int, _ row: Int) -> Bool {
        let described = tables[table].rows[row]
        if let holder = described.holder { return goes(holder.table, holder.row) }
        switch tables[table].collections.first?.rule {
        case .own: return described.owners.contains(victim)
        case .shared:
            let referrers = referrers(to: table, row)
            return !referrers.isEmpty && referrers.allSatisfy { goes($0.table, $0.row) }
        case .mention, .keep, nil: return false
        }
    }

    /// Rows that refer to a shared one, those that hang on it apart.
    private func referrers(to table: Int, _ row: Int) -> [(table: Int, row: Int)] {
        tables.indices.flatMap { holder in
            tables[holder].rows.indices.flatMap { index -> [(table: Int, row: Int)] in
                let described = tables[holder].rows[index]
                guard described.holder?.table != table else { return [] }
                return tables[holder].references.enumerated().compactMap { place, reference in
                    reference.target == table && described.targets[place] == row ? (holder, index) : nil
                }
            }
        }
    }

    func fate(_ table: Int, _ row: Int) -> Fate {
        if goes(table, row) { return .goes }
        let (described, line) = (tables[table], tables[table].rows[row])
        var null: Set<String> = []
        var surrogate: Set<String> = []
        for collection in described.collections {
            guard case .mention(let isAnonymized) = collection.rule else { continue }
            for (path, owners) in zip(collection.paths, line.mentions) where owners.contains(victim) {
                null.formUnion(path.columns)
                guard isAnonymized else { continue }
                for field in path.fields {
                    if described.column(field)?.isNotNull == true {
                        surrogate.insert(field)
                    } else {
                        null.insert(field)
                    }
                }
            }
        }
        for (place, reference) in described.references.enumerated() where reference.onDelete == "SET NULL" {
            if let target = line.targets[place], goes(reference.target, target) { null.formUnion(reference.columns) }
        }
        return null.isEmpty && surrogate.isEmpty ? .stays : .changes(null: null, surrogate: surrogate)
    }

    /// How many rows leave each table of a collection.
    var goingRows: Int {
        tables.indices.reduce(0) { sum, table in sum + tables[table].rows.indices.count { goes(table, $0) } }
    }

    /// How the tables differ from what they should be, in words.
    func differences(from before: [[String: [String?]]], to after: [[String: [String?]]]) -> [String] {
        var found: [String] = []
        for (index, table) in tables.enumerated() {
            for row in table.rows.indices {
                let number = (table.rows[row].values["row_no"] ?? nil) ?? ""
                let (old, new) = (before[index][number], after[index][number])
                found += difference(table, row: number, fate(index, row), old, new)
            }
            let known = Set(table.rows.map { ($0.values["row_no"] ?? nil) ?? "" })
            for number in after[index].keys where !known.contains(number) {
                found.append("\(table.written) \(number): came from nowhere")
            }
        }
        return found
    }

    private func difference(
        _ table: WorldTable, row number: String, _ fate: Fate, _ old: [String?]?, _ new: [String?]?
    ) -> [String] {
        let place = "\(table.written) row \(number)"
        guard let old else { return ["\(place): wasn't there"] }
        switch fate {
        case .goes: return new == nil ? [] : ["\(place): should be gone"]
        case .stays: return new == old ? [] : ["\(place): should be as it was, is \(new.map { "\($0)" } ?? "gone")"]
        case .changes(let null, let surrogate):
            guard let new else { return ["\(place): should stay, changed"] }
            return zip(table.columns.enumerated(), zip(old, new)).compactMap { column, values in
                let name = column.element.name
                if name == "touched" { return nil }
                if null.contains(name) { return values.1 == nil ? nil : "\(place): \(name) should be null" }
                if surrogate.contains(name) {
                    let isSurrogate = values.1 != values.0 && (values.1 ?? "").hasPrefix("erased-")
                    return isSurrogate ? nil : "\(place): \(name) should be a surrogate"
                }
                return values.0 == values.1 ? nil : "\(place): \(name) changed"
            }
        }
    }

    // MARK: what the statute keeps

    /// The documents a statute keeps: the invoice's number, and how many lines it has.
    func retained() -> [(row: String, issued: String, lines: Int)] {
        guard let invoices = tables.firstIndex(where: { $0.collections.first?.name == "invoices" }) else { return [] }
        let lines = tables.first { $0.collections.first?.name == "lines" }
        return tables[invoices].rows.indices.compactMap { row in
            let values = tables[invoices].rows[row].values
            let issued = (values["issued"] ?? nil) ?? ""
            guard goes(invoices, row), issued > "2000" else { return nil }
            let count = lines?.rows.count { $0.targets[0] == row } ?? 0
            return ((values["row_no"] ?? nil) ?? "", issued, count)
        }
    }
}
