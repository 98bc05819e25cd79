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

    /// Foreign keys to people of which the map says nothing: rows by which a person is named would be left out.
    static func referenceFindings(_ map: DataMap, _ catalogue: Catalogue) -> [MapFinding] {
        let people = Set(map.subjects.map(\.table))
        return Dictionary(grouping: map.collections, by: \.table).flatMap { name, collections -> [MapFinding] in
            guard let table = catalogue[name] else { return [] }
            let steps = Set(collections.flatMap(\.steps).flatMap(Self.stepsFromTheTable).map { Set($0.from) })
            return table.foreignKeys.compactMap { key in
                guard people.contains(key.to), !steps.contains(Set(key.from)),
                    !key.from.contains(where: { column in
                        // A column that leads to people by another key says nothing of this one.
                        !steps.contains { $0.contains(column) }
                            && collections.contains { $0.field(column)?.notAPath != nil }
                    })
                else { return nil }
                let columns = key.from.map(\.text).joined(separator: ", ")
                return MapFinding(
                    severity: .error, code: .unmappedReference, object: "\(name)(\(columns))",
                    message: "it refers to a person in \(key.to), and no path begins there",
                    mend:
                        "give the table a path over it (a mention, if the row is somebody else's), or say why it is none "
                        + "with not_a_path")
            }
        }
    }

    /// Tables of people's own rows that refer to shared rows by a way the map doesn't take: what they alone refer to would
    /// be left out.
    static func sharingFindings(_ map: DataMap, _ catalogue: Catalogue) -> [MapFinding] {
        let owned = Set(map.collections.filter { $0.paths.contains { $0.ownership == .own } }.map(\.table))
        return map.collections.flatMap { collection -> [MapFinding] in
            let shared = collection.paths.filter { $0.ownership == .shared }.compactMap(\.hops.first)
            guard !shared.isEmpty else { return [] }
            return catalogue.references(to: collection.table).compactMap { table, key in
                let isTaken = shared.contains { $0.to == table.name && Set($0.key) == Set(key.from) }
                guard owned.contains(table.name), table.name != collection.table, !isTaken else { return nil }
                return MapFinding(
                    severity: .warning, code: .unsharedReference,
                    object: "\(table.name)(\(key.from.map(\.text).joined(separator: ", ")))",
                    message:
                        "it refers to \(collection.table), which people share, and no path of \(collection.name) leads "
                        + "over it: rows that it alone refers to are left out",
                    mend: "add a shared path over it, or let the warning pass if such rows are nobody's")
            }
        }
    }

    /// The steps that begin at the collection's own table: the first, and what follows a repeated one.
    private static func stepsFromTheTable(_ hops: [Hop]) -> [Hop] {
        let last = hops.firstIndex { !$0.isRepeated } ?? hops.endIndex - 1
        return hops.isEmpty ? [] : Array(hops[...last])
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
    package var removesRows: Bool {
        switch self {
        case .delete, .retain: true
        case .unlink, .anonymize, .keep: false
        }
    }
}
