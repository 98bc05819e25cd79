extension MapCheck {
    /// Look-ups that only a reading of the whole table serves: steps, foreign keys of the table and to it, policies.
    static func indexFindings(_ collection: Collection, _ map: DataMap, _ catalogue: Catalogue) -> [MapFinding] {
        var findings: [MapFinding] = []
        for hops in collection.steps {
            var table = catalogue[collection.table]
            for hop in hops {
                guard let source = table else { break }
                if hop.from.allSatisfy({ source.column($0) != nil }) { findings += missingIndex(source, hop.from) }
                table = catalogue[hop.to]
            }
        }
        guard let table = catalogue[collection.table] else { return findings }
        findings += table.foreignKeys.flatMap { missingIndex(table, $0.from) }
        findings += catalogue.references(to: table.name).flatMap { missingIndex($0.table, $0.key.from) }
        for policy in table.policies where !policy.columns.isEmpty {
            if policy.columns.contains(where: { table.hasIndex(on: [$0]) }) { continue }
            findings += missingIndex(table, [policy.columns[0]])
        }
        return findings
    }

    private static func missingIndex(_ table: CatalogueTable, _ columns: [Identifier]) -> [MapFinding] {
        guard !table.hasIndex(on: columns) else { return [] }
        let list = columns.map(\.quoted).joined(separator: ", ")
        return [
            MapFinding(
                severity: .warning, code: .missingIndex,
                object: "\(table.name)(\(columns.map(\.text).joined(separator: ", ")))",
                message: "no index begins with these columns, so each look-up reads the whole table",
                mend: "CREATE INDEX CONCURRENTLY ON \(table.name.quoted) (\(list))")
        ]
    }

    /// Foreign keys that forbid the deletion the map orders: rows that stay refer to rows that go.
    static func erasureFindings(_ map: DataMap, _ catalogue: Catalogue) -> [MapFinding] {
        let byTable = Dictionary(grouping: map.collections, by: \.table)
        return byTable.flatMap { name, collections -> [MapFinding] in
            guard collections.contains(where: { $0.erasure.removesRows }) else { return [] }
            return catalogue.references(to: name).compactMap { table, key in
                guard key.onDelete.forbids, table.name != name,
                    keepsReference(key, of: table, collections: byTable[table.name] ?? [])
                else { return nil }
                return MapFinding(
                    severity: .error, code: .blockedErasure, object: "\(table.name)",
                    message: "its foreign key \(key.name) forbids deleting rows of \(name), and its own rows stay",
                    mend: "map the table so that its rows go or are unlinked, or change the key to ON DELETE SET NULL")
            }
        }
    }

    /// Whether rows that refer by the key stay as they are when the person is erased.
    private static func keepsReference(
        _ key: CatalogueForeignKey, of table: CatalogueTable, collections: [Collection]
    ) -> Bool {
        guard !collections.contains(where: { $0.erasure.removesRows }) else { return false }
        let canBeNull = key.from.contains { table.column($0).map { !$0.isNotNull } ?? false }
        let isUnlinked = collections.contains { collection in
            collection.erasure == .unlink || key.from.contains { collection.field($0)?.erasure == .unlink }
        }
        return !(canBeNull && isUnlinked)
    }
}

extension ErasureOutcome {
    /// Whether the row leaves its table; what a statute retains is kept elsewhere.
    fileprivate var removesRows: Bool {
        switch self {
        case .delete, .retain: true
        case .unlink, .anonymize, .keep: false
        }
    }
}
